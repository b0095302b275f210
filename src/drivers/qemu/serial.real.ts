/** The serial console of real machines: kept within its bound, and read for whether a boot can still come to anything; and one that has lost its sockets. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CloneMode } from '../../core/image.ts';
import { makeCtx } from '../../lib/context.ts';
import { waitFor } from '../../lib/retry.ts';
import { SERIAL_LOG_BYTES } from '../../qemu/serial-log.ts';
import { quickTools, QemuWorld } from '../../../test/support/qemu-harness.ts';

const ctx = () => makeCtx({ timeoutMs: 600_000 });
/** Far above what a boot takes, so that only the console's words end the wait within the test's patience. */
const BOOT_TIMEOUT_S = 3600;
let world: QemuWorld;

beforeAll(async () => {
  const tools = await quickTools();
  const starter = tools.recipes['starter'];
  if (starter === undefined) throw new Error('there is no starter recipe');
  // The kernel finds neither its first program nor a disk of that name.
  const build: typeof starter.build = async (...args) => ({ ...(await starter.build(...args)), cmdline: PANICS });
  world = await QemuWorld.make({ ...tools, recipes: { starter, panics: { ...starter, build } } });
});
afterAll(async () => await world?.dispose());

const PANICS = 'console=ttyS0 rdinit=/nothing root=/dev/nothing panic=0 no_timer_check';

async function machine(revisionId: string, mode: CloneMode = 'linked'): Promise<string> {
  const machineId = randomUUID();
  await world.driver.clone(ctx(), { machineId, revisionId, mode, hardware: { vcpus: 1, memoryMiB: 128 }, hostname: 'm' });
  await world.driver.power(ctx(), machineId, 'on');
  return machineId;
}

async function logFiles(machineId: string): Promise<number[]> {
  const folder = join(world.dataDir, 'machines', machineId);
  const names = (await readdir(folder)).filter((name) => name.startsWith('serial-'));
  return await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
}

test('a disk without boot code ends the wait at once, with the words of the BIOS', async () => {
  const path = join(world.dataDir, 'staging', 'empty.qcow2');
  await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', path, '16M']);
  const revisionId = randomUUID();
  const profile = { agent: 'none' as const, firmware: 'bios' as const, bootTimeoutS: BOOT_TIMEOUT_S };
  await world.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'file', path, claimed: 'qcow2', profile } });
  const machineId = await machine(revisionId);
  await expect(world.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({
    code: 'guest-failed',
    message: 'the guest does not start: its BIOS found nothing to start it from',
    details: { console: expect.stringContaining('No bootable device.') },
  });
  await world.driver.destroy(ctx(), machineId);
});

test('a kernel that panics ends the wait at once, with its own words; a Carrel that was started since knows it too', async () => {
  const revisionId = randomUUID();
  await world.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'recipe', recipe: 'panics' } });
  const machineId = await machine(revisionId);
  const panicked = {
    code: 'guest-failed',
    message: expect.stringContaining('its kernel panicked: VFS: Unable to mount root fs'),
    details: { console: expect.stringMatching(/Kernel panic - not syncing: VFS[^]*end Kernel panic/) },
  };
  await waitFor(ctx(), 50, async () =>
    (await world.parts.fleet.get(machineId)?.serial.last(4096))?.includes('end Kernel') ? true : undefined,
  );
  await expect(world.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject(panicked);
  await world.restart();
  await expect(world.driver.guest.ready(ctx(), machineId)).rejects.toMatchObject({ ...panicked, details: expect.anything() });
  // A machine that is off keeps its log, and one that is gone has none.
  await world.driver.power(ctx(), machineId, 'off');
  expect((await world.driver.serialLog(ctx(), machineId, {})).text).toContain('end Kernel panic');
  await world.driver.destroy(ctx(), machineId);
  await expect(world.driver.serialLog(ctx(), machineId, {})).rejects.toMatchObject({ code: 'not-found' });
});

let up: Promise<string> | undefined;

/** One of the starter image that is ready, for the tests that need such a one, which leave it running; the last ends it. */
async function usual(): Promise<string> {
  up ??= (async () => {
    const revisionId = randomUUID();
    await world.driver.prepareMaster(ctx(), world.prepareSpec(revisionId));
    const machineId = await machine(revisionId);
    await world.driver.guest.ready(ctx(), machineId);
    return machineId;
  })();
  return await up;
}

test('a guest that writes more than is kept is read to the end and fills no disk; positions go on over a restart of Carrel', async () => {
  const machineId = await usual();
  const { log } = world.parts.fleet.get(machineId)?.serial ?? {};
  let most = 0;
  const stop = log?.onMore(() => void logFiles(machineId).then((sizes) => (most = Math.max(most, sum(sizes)))));
  await world.shell(
    machineId,
    'yes "a line of some forty characters to fill" | head -c 300000 > /dev/ttyS0; echo "the last word" > /dev/ttyS0',
  );
  await waitFor(ctx(), 50, async () =>
    (await world.parts.fleet.get(machineId)?.serial.last(100))?.includes('the last word') ? true : undefined,
  );
  stop?.();
  const { next } = await (log as NonNullable<typeof log>).last(1);
  expect(next).toBeGreaterThan(300_000);
  expect(300_000).toBeGreaterThan(SERIAL_LOG_BYTES);
  expect(Math.max(most, sum(await logFiles(machineId)))).toBeLessThanOrEqual(SERIAL_LOG_BYTES);
  await world.restart();
  const after = await world.parts.fleet.get(machineId)?.serial.log.last(1);
  expect(after?.next).toBeGreaterThan(next);
  expect(after?.next).toBeLessThan(next + 1000);
  // Read through the port: what is not there yet is waited for.
  const { next: here } = await world.driver.serialLog(ctx(), machineId, {});
  const waiting = world.driver.serialLog(ctx(), machineId, { after: here, waitMs: 60_000 });
  await world.shell(machineId, 'echo "said meanwhile" > /dev/ttyS0');
  // As much of it as was there when it was told: perhaps its first letter.
  expect((await waiting).text).toMatch(/^s/);
  await waitFor(ctx(), 50, async () =>
    (await world.driver.serialLog(ctx(), machineId, { after: here })).text.includes('said meanwhile') ? true : undefined,
  );
});

/** `typed-word` as crypt(3) keeps it, SHA-512. */
const PASSWORD_HASH = '$6$carrel$G02dX2NeleFNws703jwQRNSkZmbcuZNTzCX2PRVgds0aRZA5LuMR3jAZoZv.z7iw2vCvhGbVhdkTLGh3A0Dp2/';

test('a person at the serial console logs in and works there; who comes after a restart of Carrel finds the same session', async () => {
  const machineId = await usual();
  await world.driver.guest.handover(ctx(), machineId, { user: 'root', passwordHash: PASSWORD_HASH, authorizedKeys: [] });
  const at = dialogue(await world.driver.serialConsole(ctx(), machineId));
  // The login prompt is started anew once, with the name that the machine has by then.
  await waitFor(ctx(), 50, async () => {
    if (!at.heard().endsWith('login: ')) at.type('');
    await at.shows(/login: $/, 2_000).catch(() => {});
    at.type('root');
    return await at.shows(/[Pp]assword: $/, 30_000).then(
      () => true,
      () => undefined,
    );
  });
  at.type('typed-word');
  await at.shows(/# /);
  at.type('stty size; echo $((6 * 7))-answers');
  await at.shows(/^42-answers/m);
  const leaving = once(at.joint, 'close');
  await world.restart();
  await leaving;
  const again = dialogue(await world.driver.serialConsole(ctx(), machineId));
  again.type('echo $((6 * 8))-answers');
  await again.shows(/^48-answers/m);
  expect((await world.driver.serialLog(ctx(), machineId, {})).text).toMatch(/^42-answers[^]*^48-answers/m);
});

test('one whose sockets were lost is found by its process, and said to be unreachable; a reset brings it back', async () => {
  const machineId = await usual();
  const pid = async () => (await world.processes()).find((each) => each.tail === machineId)?.pid;
  const seen = async () => {
    const found = (await world.driver.inventory(ctx())).machines.find((each) => each.machineId === machineId);
    return { power: found?.power, condition: found?.condition };
  };
  const before = await pid();
  await world.driver.close();
  await rm(join(world.dataDir, 'machines', machineId, 'run'), { recursive: true });
  await world.restart();
  expect([await pid(), await seen()]).toEqual([before, { power: 'on', condition: 'unreachable' }]);
  // Nobody waits for what cannot come.
  await expect(world.driver.serialConsole(ctx(), machineId)).rejects.toMatchObject({ code: 'busy' });
  expect(await world.driver.power(ctx(), machineId, 'reset')).toBe('on');
  expect(await pid()).not.toBe(before);
  expect(await seen()).toEqual({ power: 'on', condition: undefined });
  // That a guest boots then is as of each that is switched on; qemu-driver.long.ts waits for it.
  (await world.driver.serialConsole(ctx(), machineId)).destroy();
  await world.driver.destroy(ctx(), machineId);
  await expect(world.driver.serialConsole(ctx(), machineId)).rejects.toMatchObject({ code: 'not-found' });
});

function dialogue(joint: Duplex) {
  let said = '';
  joint.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  return {
    joint,
    heard: () => said,
    type(line: string): void {
      said = '';
      joint.write(`${line}\r`);
    },
    async shows(what: RegExp, timeoutMs = 60_000): Promise<void> {
      await waitFor(makeCtx({ timeoutMs }), 20, async () => (what.test(said) ? true : undefined)).catch((cause: unknown) => {
        throw new Error(`${what} was not shown: ${JSON.stringify(said)}`, { cause });
      });
    },
  };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
