import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { CloneSpec } from '../../driver/driver.ts';
import { makeCtx, withTimeout } from '../../lib/context.ts';
import { errorCode } from '../../lib/errors.ts';
import { ManualClock } from './clock.ts';
import { FakeDriver } from './fake-driver.ts';
import { guestRead, guestWrite } from './guest-files.ts';
import { leaks, masterDigest, tamperMaster } from './interference.ts';
import { FAKE_MAGIC } from './masters.ts';
import { MIB } from './state.ts';
import { FakeWorld, type FakeWorldOptions } from './world.ts';

const ctx = makeCtx();
const REVISION = 'revision-1';
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fake-driver-'));
  folders.push(folder);
  return folder;
}

async function ready(options: FakeWorldOptions = {}): Promise<{ world: FakeWorld; driver: FakeDriver }> {
  const world = new FakeWorld(options);
  const driver = new FakeDriver({ world });
  await driver.prepareMaster(ctx, { revisionId: REVISION, source: { kind: 'recipe', recipe: 'tiny' } });
  return { world, driver };
}

const spec = (machineId: string, mode: CloneSpec['mode'] = 'linked'): CloneSpec => ({
  machineId,
  revisionId: REVISION,
  mode,
  hardware: { vcpus: 1, memoryMiB: 128 },
  hostname: machineId,
});

const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'succeeded', errorCode);

describe('faults', () => {
  test('before: nothing has happened; the rule is used up after its count', async () => {
    const { world, driver } = await ready();
    world.addFault({ verb: 'clone', when: 'before', count: 2, error: 'busy' });
    expect(await codeOf(driver.clone(ctx, spec('a')))).toBe('busy');
    expect(await codeOf(driver.clone(ctx, spec('a')))).toBe('busy');
    expect(world.state.machines).toEqual({});
    expect(await codeOf(driver.clone(ctx, spec('a')))).toBe('succeeded');
  });

  test('middle: a half machine is left, found by destroy', async () => {
    const { world, driver } = await ready();
    world.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'no-space' });
    expect(await codeOf(driver.clone(ctx, spec('a')))).toBe('no-space');
    expect((await driver.inventory(ctx)).machines.map((m) => m.power)).toEqual(['half']);
    await driver.destroy(ctx, 'a');
    expect(leaks(world, 'carrel', { machines: [], masters: [REVISION] })).toEqual([]);
  });

  test('after: the machine is there and the answer is lost', async () => {
    const { world, driver } = await ready();
    world.addFault({ verb: 'clone', when: 'after', count: 1, error: 'unavailable' });
    expect(await codeOf(driver.clone(ctx, spec('a')))).toBe('unavailable');
    expect((await driver.inventory(ctx)).machines.map((m) => m.power)).toEqual(['off']);
  });

  test('skip and id choose the calls that are struck', async () => {
    const { world, driver } = await ready();
    world.addFault({ verb: 'clone', when: 'before', count: 1, error: 'busy', id: 'b' });
    world.addFault({ verb: 'power', when: 'before', count: 1, error: 'busy', skip: 1 });
    await driver.clone(ctx, spec('a'));
    expect(await codeOf(driver.clone(ctx, spec('b')))).toBe('busy');
    await driver.power(ctx, 'a', 'on');
    expect(await codeOf(driver.power(ctx, 'a', 'off'))).toBe('busy');
    expect(world.state.faults).toEqual([]);
  });

  test('hang waits until the context ends', async () => {
    const { world, driver } = await ready();
    world.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'hang' });
    const controller = new AbortController();
    const call = driver.clone(makeCtx({ signal: controller.signal }), spec('a'));
    setImmediate(() => controller.abort());
    expect(await codeOf(call)).toBe('cancelled');
  });

  test('the middle of a read is half an answer that says so', async () => {
    const { world, driver } = await ready();
    for (const id of ['a', 'b', 'c', 'd']) await driver.clone(ctx, spec(id));
    world.addFault({ verb: 'inventory', when: 'middle', count: 1, error: 'unavailable' });
    const part = await driver.inventory(ctx);
    expect([part.complete, part.machines.length]).toEqual([false, 2]);
    expect((await driver.inventory(ctx)).complete).toBe(true);
  });
});

describe('disks', () => {
  test('what a guest writes changes its own leaf only', async () => {
    const { world, driver } = await ready();
    const digest = masterDigest(world, REVISION);
    for (const id of ['a', 'b']) {
      await driver.clone(ctx, spec(id));
      await driver.power(ctx, id, 'on');
    }
    const identity = async (id: string): Promise<string | undefined> => (await driver.readBack(ctx, id)).chains[0]?.[0]?.identity;
    const [a, b] = [await identity('a'), await identity('b')];
    guestWrite(world, 'a', '/note', 'mine');
    expect(guestRead(world, 'a', '/note')).toBe('mine');
    expect(guestRead(world, 'b', '/note')).toBeUndefined();
    expect([(await identity('a')) === a, (await identity('b')) === b]).toEqual([false, true]);
    expect(masterDigest(world, REVISION)).toBe(digest);
  });

  test('a machine whose master was written to is not powered on', async () => {
    const { world, driver } = await ready();
    await driver.clone(ctx, spec('a'));
    tamperMaster(world, REVISION);
    expect(await codeOf(driver.power(ctx, 'a', 'on'))).toBe('master-changed');
  });

  test('a full storage stops a clone in the middle, which can then be taken away', async () => {
    const { world, driver } = await ready({ limits: { storageBytes: 20 * MIB } });
    expect(await codeOf(driver.clone(ctx, spec('a', 'full')))).toBe('no-space');
    await driver.destroy(ctx, 'a');
    expect(leaks(world, 'carrel', { machines: [], masters: [REVISION] })).toEqual([]);
    expect(await codeOf(driver.clone(ctx, spec('a', 'linked')))).toBe('succeeded');
  });

  test('limits on machines and memory', async () => {
    const { driver } = await ready({ limits: { machines: 2, memoryMiB: 200 } });
    for (const id of ['a', 'b']) await driver.clone(ctx, spec(id));
    expect(await codeOf(driver.clone(ctx, spec('c')))).toBe('no-capacity');
    await driver.power(ctx, 'a', 'on');
    expect(await codeOf(driver.power(ctx, 'b', 'on'))).toBe('no-capacity');
  });

  test('files are imported by what they are, not by what they are called', async () => {
    const { driver } = await ready();
    const path = join(scratch(), 'disk');
    const importing = (revisionId: string, claimed: string | undefined) =>
      driver.prepareMaster(ctx, { revisionId, source: { kind: 'file', path, claimed, profile: { memoryMiB: 512, user: 'ada' } } });
    writeFileSync(path, Buffer.alloc(1024, 7));
    expect(await codeOf(importing('x', 'fake'))).toBe('bad-image');
    const master = await importing('x', undefined);
    expect([master.profile.hardware.memoryMiB, master.profile.guest.user, master.facts['format']]).toEqual([512, 'ada', 'raw']);
    writeFileSync(path, `${FAKE_MAGIC}content`);
    expect((await importing('y', 'fake')).facts['format']).toBe('fake');
    writeFileSync(path, 'no image');
    expect(await codeOf(importing('z', undefined))).toBe('bad-image');
  });
});

describe('time', () => {
  test('a guest is ready when the clock says so, and not before', async () => {
    const clock = new ManualClock();
    const { driver } = await ready({ clock, delays: { boot: 5_000 } });
    await driver.clone(ctx, spec('a'));
    await driver.power(ctx, 'a', 'on');
    let answer: string | undefined;
    const waiting = driver.guest.ready(ctx, 'a').then((ready) => (answer = ready.address.host));
    clock.advance(4_999);
    await new Promise(setImmediate);
    expect([answer, clock.waiting]).toEqual([undefined, 1]);
    clock.advance(1);
    expect(await waiting).toBe('127.0.0.1');
  });

  test('a machine that ends while its guest is waited for is called crashed', async () => {
    const clock = new ManualClock();
    const { world, driver } = await ready({ clock, delays: { boot: 5_000 } });
    await driver.clone(ctx, spec('a'));
    await driver.power(ctx, 'a', 'on');
    const waiting = codeOf(driver.guest.ready(ctx, 'a'));
    await new Promise(setImmediate);
    world.crash('a');
    clock.advance(5_000);
    expect(await waiting).toBe('crashed');
  });

  test('a context that ends stops the waiting', async () => {
    const { driver } = await ready({ clock: new ManualClock(), delays: { boot: 5_000, clone: 5_000 } });
    expect(await codeOf(driver.clone(withTimeout(ctx, 5), spec('a')))).toBe('deadline');
  });
});

describe('a world in a file', () => {
  test('two drivers see one world, each with its own tag', async () => {
    const path = join(scratch(), 'world.json');
    const { driver } = await ready({ path });
    await driver.clone(ctx, spec('a'));
    const other = new FakeDriver({ world: new FakeWorld({ path }), tag: 'other' });
    expect((await other.inventory(ctx)).machines.map((m) => [m.machineId, m.owned])).toEqual([['a', false]]);
    expect(await codeOf(other.destroy(ctx, 'a'))).toBe('not-owned');
    const same = new FakeDriver({ world: new FakeWorld({ path }) });
    await same.destroy(ctx, 'a');
    expect((await driver.inventory(ctx)).machines).toEqual([]);
  });

  test('a lock of a process that is gone is broken; a change that throws writes nothing', async () => {
    const path = join(scratch(), 'world.json');
    const { world, driver } = await ready({ path });
    // A process id that cannot be: the kernel's limit is 2^22.
    writeFileSync(`${path}.lock`, '99999999');
    await driver.clone(ctx, spec('a'));
    const before = readFileSync(path, 'utf8');
    expect(() =>
      world.change((state) => {
        state.machines = {};
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(Object.keys(world.state.machines)).toEqual(['a']);
  });

  test('a folder holds the world in world.json', async () => {
    const folder = scratch();
    await ready({ path: folder });
    expect(JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8'))).toMatchObject({ version: 1 });
  });
});
