/** Machines with a TPM: what takes many boots. */
import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DriverEvent } from '../../driver/driver.ts';
import { waitFor } from '../../lib/retry.ts';
import { defineIndex, definedIndexes, endorsementKey } from '../../../test/support/guest-tpm.ts';
import { ctx, TpmMachines, twoHaveOneEach } from '../../../test/support/tpm-machines.ts';

const m = new TpmMachines();

test('two clones have a TPM 2.0 each, which holds after a restart of the server and a crash what it held', async () =>
  await twoHaveOneEach(m, true));

test('a TPM stays through a reset and goes with an off; the next on has one that holds what it held', async () => {
  const machineId = await m.clone();
  await m.boot(machineId);
  const key = await endorsementKey(m.shell(machineId));
  await defineIndex(m.shell(machineId), 1);
  const running = await m.tpms(machineId);
  await m.world.driver.power(ctx(), machineId, 'reset');
  await m.world.driver.guest.ready(ctx(), machineId);
  expect(await endorsementKey(m.shell(machineId))).toBe(key);
  expect(await m.tpms(machineId)).toEqual(running);
  await m.world.driver.power(ctx(), machineId, 'off');
  expect(await m.tpms(machineId)).toEqual([]);
  await m.boot(machineId);
  expect(await endorsementKey(m.shell(machineId))).toBe(key);
  expect(await definedIndexes(m.shell(machineId))).toEqual([1]);
  await m.world.driver.destroy(ctx(), machineId);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
});

test('a TPM that does not answer, at once or once QEMU has it, ends the start of its machine within a bound; one that hangs later does not hold up its end', async () => {
  const machineId = await m.clone();
  const stuck = 'while read -r x <&3; do :; done';
  const capability = "head -c 4 <&3 >/dev/null; printf '\\000\\000\\000\\000\\000\\000\\377\\377' >&3";
  for (const [script, message] of [
    [stuck, `the TPM of machine ${machineId} did not start: swtpm was started and did not answer within 10 s`],
    [`${capability}; ${stuck}`, `machine ${machineId} did not start: QEMU does not answer, as it does where its TPM does not`],
  ] as const) {
    await m.withStandIn(script, async () => {
      const hint = expect.stringContaining(m.folder(machineId, 'tpm.log')) as string;
      await expect(m.world.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'crashed', message, hint });
    });
    expect(await m.tpms(machineId)).toEqual([]);
    expect(await m.world.processes()).toEqual([]);
  }
  await m.boot(machineId);
  for (const pid of await m.tpms(machineId)) process.kill(pid, 'SIGSTOP');
  expect(await m.world.driver.power(ctx(), machineId, 'off')).toBe('off');
  expect(await m.tpms(machineId)).toEqual([]);
  await m.world.driver.destroy(ctx(), machineId);
});

test('a TPM that ends alone is said as that and takes nothing else along; a reset, and a restart of the guest, give the machine one again with what it held', async () => {
  const machineId = await m.clone();
  await m.boot(machineId);
  const key = await endorsementKey(m.shell(machineId));
  await defineIndex(m.shell(machineId), 1);
  const lose = async () => {
    const events: DriverEvent[] = [];
    onTestFinished(m.world.driver.watch((event) => events.push(event)));
    for (const pid of await m.tpms(machineId)) process.kill(pid, 'SIGKILL');
    await waitFor(ctx(), 50, async () => events.find((each) => each.power === 'on' && each.condition === 'no-tpm'));
    return events;
  };
  const look = async () => {
    const found = (await m.world.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
    return [found?.power, found?.condition];
  };
  await lose();
  await m.world.restart();
  expect(await look()).toEqual(['on', 'no-tpm']);
  expect(await m.world.shell(machineId, 'echo still here')).toBe('still here\n');
  await m.world.driver.checkpoint(ctx(), machineId, 'c');
  expect(await m.kept(machineId)).toHaveLength(1);

  expect(await m.world.driver.power(ctx(), machineId, 'reset')).toBe('on');
  await m.world.driver.guest.ready(ctx(), machineId);
  expect(await look()).toEqual(['on', undefined]);
  expect(await endorsementKey(m.shell(machineId))).toBe(key);
  expect(await definedIndexes(m.shell(machineId))).toEqual([1]);

  // One that an earlier server started is looked after as well. QEMU ends when its guest starts anew and finds no TPM.
  const [before] = (await m.world.processes()).filter(({ tail }) => tail === machineId);
  await m.world.restart();
  const events = await lose();
  await m.world.shell(machineId, '(sleep 1; reboot -f) >/dev/null 2>&1 &');
  await waitFor(ctx(), 50, async () => {
    const { process: now } = m.world.parts.fleet.get(machineId) ?? {};
    return now !== undefined && now.pid !== before?.pid ? true : undefined;
  });
  expect(events.map(({ power }) => power)).not.toContain('off');
  await lose();
  await m.world.driver.destroy(ctx(), machineId);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
});

test('what a TPM holds goes back with a checkpoint, and does not come along at a capture', async () => {
  const machineId = await m.clone();
  await m.world.driver.checkpoint(ctx(), machineId, 'empty');
  await m.boot(machineId);
  const key = await endorsementKey(m.shell(machineId));
  await defineIndex(m.shell(machineId), 1);
  await m.world.driver.checkpoint(ctx(), machineId, 'c');
  await defineIndex(m.shell(machineId), 2);
  expect(await definedIndexes(m.shell(machineId))).toEqual([1, 2]);
  const captured = randomUUID();
  const master = await m.world.driver.capture(ctx(), { machineId, revisionId: captured });
  expect(master.profile.hardware).toMatchObject({ tpm: true });
  expect((await readdir(join(m.world.dataDir, 'masters', captured))).sort()).toEqual(['disk.qcow2', 'initrd', 'kernel', 'master.json']);
  // What its TPM would find is what lies there: nothing. Another's key is of another test.
  const next = await m.clone(captured);
  expect(await readdir(m.folder(next))).not.toContain('tpm');

  await m.world.driver.revert(ctx(), machineId, 'c');
  await m.boot(machineId);
  expect(await endorsementKey(m.shell(machineId))).toBe(key);
  expect(await definedIndexes(m.shell(machineId))).toEqual([1]);
  await m.world.driver.destroy(ctx(), next);

  await m.world.driver.revert(ctx(), machineId, 'empty');
  expect(await readdir(m.folder(machineId))).not.toContain('tpm');
  expect(await m.kept(machineId)).toHaveLength(1);
  await m.world.driver.deleteCheckpoint(ctx(), machineId, 'c');
  expect(await m.kept(machineId)).toEqual([]);
  await m.world.driver.destroy(ctx(), machineId);
  await m.world.driver.removeMaster(ctx(), captured);
  expect(await m.world.leaks({ machines: [], masters: [m.golden] })).toEqual([]);
});
