/** The QEMU driver beyond the port: what takes many boots. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import { damagedParents } from '../../core/lineage.ts';
import type { DriverEvent } from '../../driver/driver.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { waitFor } from '../../lib/retry.ts';
import { whileStill } from '../../qemu/fs-freeze.ts';
import type { GuestAgent } from '../../qemu/guest-agent.ts';
import type { Parts } from './parts.ts';
import { onFullStorage } from '../../../test/support/full-storage.ts';
import { QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 300_000 });
const revisionId = randomUUID();
let world: QemuWorld;
beforeAll(async () => {
  world = await QemuWorld.make();
  await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
});
afterAll(async () => await world?.dispose());

async function machine(mode: CloneMode, diskBytes?: number): Promise<string> {
  const machineId = randomUUID();
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware, hostname: 'm', diskBytes });
  return machineId;
}

async function booted(mode: CloneMode, diskBytes?: number) {
  const machineId = await machine(mode, diskBytes);
  await world.driver.power(ctx(), machineId, 'on');
  return { machineId, ...(await world.driver.guest.ready(ctx(), machineId)) };
}

test('an instant clone keeps its identity through a reset', async () => {
  const { machineId, hostKeys } = await booted('instant');
  await world.shell(machineId, 'sync');
  await world.driver.power(ctx(), machineId, 'reset');
  expect((await world.driver.guest.ready(ctx(), machineId)).hostKeys).toEqual(hostKeys);
  await world.driver.destroy(ctx(), machineId);
});

test('an instant clone keeps its identity through a restart that its guest makes, and its data too', async () => {
  const { machineId, hostKeys } = await booted('instant');
  await world.guestWrite(machineId, '/root/kept', 'kept');
  const events: DriverEvent[] = [];
  const stop = world.driver.watch((event) => events.push(event));
  const before = (await world.processes()).find((each) => each.tail === machineId)?.pid;
  await world.shell(machineId, 'sync; (sleep 1; reboot) >/dev/null 2>&1 &');
  await waitFor(ctx(), 50, async () => {
    const now = (await world.processes()).find((each) => each.tail === machineId)?.pid;
    return now !== undefined && now !== before && world.parts.fleet.get(machineId)?.process.pid === now ? true : undefined;
  });
  const again = await world.driver.guest.ready(ctx(), machineId);
  stop();
  expect(events.filter((event) => event.machineId === machineId && event.power === 'off')).toEqual([]);
  expect(again.hostKeys).toEqual(hostKeys);
  expect(await world.guestRead(machineId, '/root/kept')).toBe('kept');
  await world.driver.destroy(ctx(), machineId);
});

test('a machine that crashed says so, starts again and loses nothing but what was not synced', async () => {
  const { machineId } = await booted('instant');
  await world.guestWrite(machineId, '/root/x', 'x');
  await world.crashMachine(machineId);
  await waitFor(ctx(), 20, async () =>
    (await world.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId)?.power === 'crashed' ? true : undefined,
  );
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
  expect(await world.guestRead(machineId, '/root/x')).toBe('x');
  await world.driver.destroy(ctx(), machineId);
});

test('a freeze hook that takes longer than anybody waits: the guest is thawed when it is through, and said to be frozen until then', async () => {
  const { machineId } = await booted('linked');
  const seen = async () => {
    const found = (await world.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
    return found && { power: found.power, condition: found.condition };
  };
  // A wrapper, so that the agent that the guest's own service starts at the next boot has the hook: one that is stopped under a request never
  // answers it, and whether a request is under way then is a matter of speed.
  await world.shell(
    machineId,
    `printf '#!/bin/sh\\n[ "$1" = freeze ] && sleep 4\\nexit 0\\n' >/root/hook; chmod +x /root/hook
    mv /usr/sbin/qemu-ga /usr/sbin/ga
    printf '#!/bin/sh\\nexec /usr/sbin/ga -F/root/hook "$@"\\n' >/usr/sbin/qemu-ga; chmod +x /usr/sbin/qemu-ga; sync`,
  );
  await world.driver.power(ctx(), machineId, 'off');
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
  expect(await world.shell(machineId, 'ps')).toContain('-F/root/hook -m virtio');
  const runtime = world.parts.fleet.get(machineId);
  if (runtime === undefined) throw new Error('not connected');
  const events: DriverEvent[] = [];
  const stop = world.driver.watch((event) => events.push(event));
  const onStuck = (stuck: boolean) => world.parts.fleet.setStuck(runtime, stuck);
  // The hook's four seconds may be over before anybody looked: the thaw waits for the look.
  let look = (): void => {};
  const looked = new Promise<void>((resolve) => {
    look = resolve;
  });
  const real = runtime.guestAgent;
  const agent = Object.assign(Object.create(real) as GuestAgent, {
    freezeFilesystems: async (bounded: Ctx) => await real.freezeFilesystems(bounded),
    isFrozen: async (bounded: Ctx) => await real.isFrozen(bounded),
    thawFilesystems: async (bounded: Ctx) => await looked.then(async () => await real.thawFilesystems(bounded)),
  });
  const done = await whileStill(ctx(), agent, { onStuck, freezeMs: 500, stuckMs: 1_000 }, async (held) => held);
  expect(done).toEqual({ result: false, held: false });
  await waitFor(ctx(), 50, async () => events.find((event) => event.condition === 'frozen'));
  expect(await seen()).toEqual({ power: 'on', condition: 'frozen' });
  look();
  await waitFor(ctx(), 50, async () => events.at(-1)?.condition === undefined || undefined);
  stop();
  expect(await seen()).toEqual({ power: 'on', condition: undefined });
  await world.guestWrite(machineId, '/root/wrote', 'yes');
  // One that an earlier process of ours left frozen is thawed as soon as it is found again.
  await runtime.guestAgent.execute(ctx(), 'guest-fsfreeze-freeze', undefined, 60_000);
  await world.restart();
  await waitFor(
    ctx(),
    100,
    async () =>
      await world
        .guestWrite(machineId, '/root/again', 'yes')
        .then(() => true)
        .catch(() => undefined),
  );
  await world.driver.destroy(ctx(), machineId);
});

test('a disk that somebody brings becomes a master of the same content, which starts and goes without a trace', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bring-'));
  onTestFinished(async () => await rm(folder, { recursive: true }));
  const path = join(folder, 'mine.vmdk');
  const golden = join(world.dataDir, 'masters', revisionId, 'disk.qcow2');
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'vmdk', golden, path]);
  const id = randomUUID();
  const profile = { memoryMiB: 256, agent: 'none' as const, access: 'cloud-init' as const };
  const source = { kind: 'file' as const, path, claimed: 'vmdk', profile };
  const master = await world.driver.prepareMaster(ctx(), { revisionId: id, source });
  expect(master.profile.hardware.memoryMiB).toBe(256);
  const copy = master.files[0]?.path ?? '';
  expect(execFileSync('qemu-img', ['compare', '-f', 'qcow2', '-F', 'qcow2', golden, copy]).toString()).toContain('identical');
  const machineId = randomUUID();
  const hardware = { vcpus: 1, memoryMiB: 128 };
  await world.driver.clone(ctx(), { machineId, revisionId: id, mode: 'linked', hardware, hostname: 'brought' });
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.power(ctx(), machineId, 'off');
  await world.driver.destroy(ctx(), machineId);
  await world.driver.removeMaster(ctx(), id);
  expect(await world.leaks({ machines: [], masters: [revisionId] })).toEqual([]);
});

test('a checkpoint of a running machine: what is written after it is gone after the revert, what was before is there, also on a larger disk', async () => {
  const diskBytes = 3 * 1024 ** 3;
  const { machineId } = await booted('linked', diskBytes);
  const sizeSeen = async () => Number(await world.shell(machineId, 'cat /sys/class/block/vda/size')) * 512;
  expect(await sizeSeen()).toBe(diskBytes);
  // Beyond the end of the golden disk.
  const there = 'bs=1M count=1 2>/dev/null';
  await world.shell(machineId, `tr '\\0' x </dev/zero | dd of=/dev/vda seek=3070 iflag=fullblock conv=fsync ${there}`);
  await world.guestWrite(machineId, '/root/before', 'before');
  await world.driver.checkpoint(ctx(), machineId, 'live');
  await world.guestWrite(machineId, '/root/after', 'after');
  const chain = (await world.driver.readBack(ctx(), machineId)).chains[0] ?? [];
  expect(chain).toHaveLength(3);
  await world.driver.revert(ctx(), machineId, 'live');
  // off: what only the checkpoint's file had goes into the leaf, which then stands on the master
  await world.driver.deleteCheckpoint(ctx(), machineId, 'live');
  expect((await world.driver.readBack(ctx(), machineId)).chains[0]).toHaveLength(2);
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
  expect(await world.guestRead(machineId, '/root/before')).toBe('before');
  expect(await world.guestRead(machineId, '/root/after')).toBeUndefined();
  expect(await sizeSeen()).toBe(diskBytes);
  expect(await world.shell(machineId, `dd if=/dev/vda skip=3070 ${there} | tr -d x | wc -c`)).toBe('0\n');
  expect(damagedParents(await world.driver.destroy(ctx(), machineId))).toEqual([]);
});

test('a frozen parent that is lost or was touched is not used: the clone boots instead and says why', async () => {
  const machineId = await machine('instant');
  const folder = join(world.dataDir, 'frozen', revisionId);
  const [key = ''] = await readdir(folder);
  const state = join(folder, key, 'state');
  await chmod(state, 0o644);
  await writeFile(state, 'spoilt');
  await world.driver.power(ctx(), machineId, 'on');
  await world.driver.guest.ready(ctx(), machineId);
  expect((await world.driver.readBack(ctx(), machineId)).notes.join()).toContain('Booted instead');
  await world.driver.destroy(ctx(), machineId);
  // The next one gets a parent made anew.
  const fresh = await booted('instant');
  expect((await world.driver.readBack(ctx(), fresh.machineId)).notes).toEqual([]);
  await world.driver.destroy(ctx(), fresh.machineId);
});

const seen = async (machineId: string) => {
  const found = (await world.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
  return found && { power: found.power, condition: found.condition };
};

/** As a server that died, and somebody who clears away what looks like rubbish. */
async function loseSockets(machineId: string): Promise<void> {
  await world.driver.close();
  const folder = join(world.dataDir, 'machines', machineId, 'run');
  for (const name of await readdir(folder)) await rm(join(folder, name));
  await world.restart();
}

test('its sockets are gone: it is found by its process and said to be unreachable; a reset brings it back, off and a delete end it', async () => {
  const { machineId } = await booted('linked');
  const pid = async () => (await world.processes()).find((each) => each.tail === machineId)?.pid;
  const before = await pid();
  await loseSockets(machineId);
  expect(await pid()).toBe(before);
  expect(await seen(machineId)).toEqual({ power: 'on', condition: 'unreachable' });
  await expect(world.driver.power(ctx(), machineId, 'suspend')).rejects.toMatchObject({
    code: 'busy',
    hint: expect.stringContaining('reset it') as string,
  });
  expect(await world.driver.power(ctx(), machineId, 'reset')).toBe('on');
  await world.driver.guest.ready(ctx(), machineId);
  expect(await pid()).not.toBe(before);
  expect(await seen(machineId)).toEqual({ power: 'on', condition: undefined });
  await loseSockets(machineId);
  expect(await world.driver.power(ctx(), machineId, 'off')).toBe('off');
  expect(await pid()).toBeUndefined();
  expect(await seen(machineId)).toEqual({ power: 'off', condition: undefined });
  await world.driver.power(ctx(), machineId, 'on');
  await loseSockets(machineId);
  await world.driver.destroy(ctx(), machineId);
  expect(await pid()).toBeUndefined();
});

onFullStorage((full) => {
  test('under a machine: it stands still and says why, goes on by itself when there is space, also after a restart of Carrel, and has lost nothing', async () => {
    const machineId = randomUUID();
    await full.clone('linked', machineId);
    await full.driver.power(ctx(), machineId, 'on');
    await full.driver.guest.ready(ctx(), machineId);
    const parts = () => (full.driver as unknown as { opened: Parts }).opened;
    const agent = () => parts().fleet.get(machineId)?.guestAgent;
    const write = (name: string) =>
      agent()?.execute(ctx(), 'guest-exec', {
        path: '/bin/sh',
        arg: ['-c', `dd if=/dev/urandom of=/root/${name} bs=1M count=12; sync; touch /root/${name}.done; sync`],
      });
    const seen = async () => {
      const found = (await full.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
      return { power: found?.power, condition: found?.condition };
    };
    let events: DriverEvent[] = [];
    full.driver.watch((event) => events.push(event));
    const last = (condition: string | undefined) =>
      waitFor(ctx(), 50, async () => (events.length > 0 && events.at(-1)?.condition === condition) || undefined);

    let release = await full.fill(4 << 20);
    await write('one');
    await last('out-of-space');
    expect(await seen()).toEqual({ power: 'suspended', condition: 'out-of-space' });
    await expect(full.driver.power(ctx(), machineId, 'on')).rejects.toMatchObject({ code: 'no-space' });
    await release();
    await last(undefined);
    expect(await seen()).toEqual({ power: 'on', condition: undefined });
    const done = (name: string) =>
      waitFor(ctx(), 100, async () => {
        const found = await agent()?.exec(ctx(), '/bin/sh', ['-c', `test -e /root/${name}.done`]);
        return found?.exitCode === 0 ? true : undefined;
      });
    await done('one');

    release = await full.fill(4 << 20);
    events = [];
    await write('two');
    await last('out-of-space');
    await full.driver.close();
    await full.open();
    events = [];
    full.driver.watch((event) => events.push(event));
    await release();
    await last(undefined);
    await done('two');
    await full.driver.destroy(ctx(), machineId);
  });
});
