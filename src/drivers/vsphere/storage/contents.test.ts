import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Case, codeOf, ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import { VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import { GRAIN, openLink, writeBlock } from '../../../vsim/model/vmdk.ts';
import { partsOf, samplesOf } from './contents.ts';

const MIB = 2 ** 20;
/** Changed on purpose: that the master is as it was is not asked in the end. */
const changes = { masterChanges: true };

const check = async (c: Case, full = false) => await c.driver.verifyMaster(ctx(), c.master.revisionId, { full });
const problemOf = async (c: Case, full = false): Promise<string | undefined> => (await check(c, full)).files[0]?.problem;
const extentOf = (c: Case): string => openLink(c.m.storage, c.master.files[0]?.path ?? '').extentPath;

/** The seal of a master's first disk, as it lies in the configuration of its machine. */
function sealOf(c: Case): { id: string; extents: { path: string; bytes: number; samples: string[]; parts?: string[] }[] } {
  const text = c.golden.record.extraConfig.get('carrel.seal') ?? '';
  return (JSON.parse(text) as { disks: { content: ReturnType<typeof sealOf> }[] }).disks[0]?.content as ReturnType<typeof sealOf>;
}

test('one byte that is changed in an extent is seen where the seal is whole, and named', async () => {
  await inWorld({ ...changes, vsim: { masterBytes: 16 * MIB } }, async (c) => {
    expect(c.master.facts['seal']).toBe('every byte');
    const [extent] = sealOf(c).extents;
    expect(extent).toMatchObject({ path: extentOf(c), bytes: 16 * MIB });
    expect(extent?.parts).toHaveLength(16);
    expect(await check(c, true)).toMatchObject({ ok: true, files: [{ compared: 'bytes' }] });
    for (const offset of [0, 7 * MIB + 12_345, 16 * MIB - 1]) {
      c.w.changeByte(c.master.revisionId, offset);
      const from = Math.floor(offset / MIB) * MIB;
      expect(await problemOf(c, true)).toBe(`${extentOf(c)} was changed at bytes ${from} to ${from + MIB - 1}`);
      c.w.changeByte(c.master.revisionId, offset);
      expect(await problemOf(c, true)).toBeUndefined();
    }
  });
});

test('of a large disk samples are sealed: a byte in one is seen and named, one beside them is not, and full says that there is no more', async () => {
  await inWorld({ ...changes, vsim: { masterBytes: 8 * 2 ** 30 } }, async (c) => {
    expect(c.master.facts['seal']).toBe('samples');
    const { id, extents } = sealOf(c);
    const { samples = [], parts } = extents[0] ?? {};
    expect(parts).toBeUndefined();
    const spans = samplesOf(`${id} 0`, 8 * 2 ** 30, samples.length);
    expect(samples.length).toBeLessThanOrEqual(98);
    expect(samples).toContain('-');
    // one with data of the image; a zero that is changed is seen too
    const from = spans.find((_, i) => i > 2 && samples[i] !== '-')?.from ?? spans[3]?.from ?? 0;
    c.w.changeByte(c.master.revisionId, from + 100);
    expect(await problemOf(c)).toBe(`${extentOf(c)} was changed at bytes ${from} to ${from + GRAIN - 1}`);
    c.w.changeByte(c.master.revisionId, from + 100);
    let beside = 5 * MIB;
    while (spans.some((s) => beside >= s.from && beside < s.from + s.length)) beside += GRAIN;
    c.w.changeByte(c.master.revisionId, beside);
    expect(await check(c)).toMatchObject({ ok: true, files: [{ compared: 'samples' }] });
    expect(await check(c, true)).toMatchObject({
      ok: true,
      files: [{ compared: 'samples', note: 'no more than samples was sealed of it' }],
    });
  });
});

test('sealing and verifying by samples read at most ten MiB in a hundred requests; making, starting and ending machines reads nothing', async () => {
  await inWorld({ vsim: { masterBytes: 40 * 2 ** 30 } }, async (c) => {
    const { stats } = c.w.vsim;
    const sealed = stats.read;
    expect(sealed.requests).toBeGreaterThan(30);
    expect(sealed.requests).toBeLessThanOrEqual(100);
    expect(sealed.bytes).toBeLessThanOrEqual(10 * MIB);
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    await c.driver.guest.ready(ctx(), machineId);
    await c.driver.inventory(ctx());
    await c.driver.destroy(ctx(), machineId);
    expect(stats.read).toEqual(sealed);
    await check(c);
    expect(stats.read.requests - sealed.requests).toBeLessThanOrEqual(100);
    expect(stats.read.bytes - sealed.bytes).toBeLessThanOrEqual(10 * MIB);
  });
});

test('an adopted machine is sealed with every extent of its chain', async () => {
  const w = await VSphereWorld.make({ vsim: { masterBytes: 4 * MIB } });
  try {
    const { vm, path } = w.vsim.sim.master();
    const base = w.goldenPaths(vm)[0] ?? '';
    const revisionId = randomUUID();
    await w.driver.prepareMaster(ctx(), { revisionId, source: { kind: 'vm', path, how: 'adopt', profile: {} } });
    const verify = async () => await w.driver.verifyMaster(ctx(), revisionId, { full: true });
    expect((await verify()).ok).toBe(true);
    w.changeByte(revisionId, 3 * MIB);
    expect((await verify()).files[0]?.problem).toContain(`${openLink(w.m.storage, base).extentPath} was changed at bytes ${3 * MIB} to`);
  } finally {
    await w.dispose();
  }
});

test('what the server does not give is said in the facts of the master and at each verify, and its descriptor still counts', async () => {
  await inWorld({ ...changes, vsim: { flavours: ['vsan'] } }, async (c) => {
    expect(c.master.facts['seal']).toBe('descriptor');
    expect(c.master.facts['remark.seal']).toContain('no file [ds0]');
    const { ok, files } = await check(c, true);
    expect([ok, files[0]?.compared]).toEqual([true, 'descriptor']);
    expect(files[0]?.note).toContain('its bytes could not be read when it was sealed');
    await c.w.tamperMaster(c.master.revisionId);
    expect(await problemOf(c)).toBe('it was changed since it was sealed');
  });
});

test('a privilege that is missing: sealed by the descriptor, and said; one that is lost later is no change', async () => {
  const w = await VSphereWorld.make({ vsim: { masterBytes: 4 * MIB } });
  try {
    const privilege = `${w.vsim.username} Datastore.FileManagement`;
    const whole = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    expect(whole.facts['seal']).toBe('every byte');
    w.m.denied.add(privilege);
    const weak = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    expect(weak.facts['remark.seal']).toContain('HTTP status 403');
    expect(await w.driver.verifyMaster(ctx(), weak.revisionId)).toMatchObject({ ok: true, files: [{ compared: 'descriptor' }] });
    expect(await codeOf(w.driver.verifyMaster(ctx(), whole.revisionId))).toBe('unavailable');
    w.m.denied.delete(privilege);
    expect((await w.driver.verifyMaster(ctx(), weak.revisionId)).ok).toBe(true);
    expect((await w.driver.verifyMaster(ctx(), whole.revisionId)).ok).toBe(true);
  } finally {
    await w.dispose();
  }
});

test('no host that answers: nothing is sealed more weakly and nothing is called changed; when one is back it goes on', async () => {
  const revisionId = randomUUID();
  await inWorld({ vsim: { masterBytes: 4 * MIB } }, async (c) => {
    const source = { kind: 'vm', path: c.w.vsim.sim.master().path, how: 'adopt', profile: {} } as const;
    const adopt = async () => await c.driver.prepareMaster(ctx(), { revisionId, source });
    for (const host of c.m.hosts) host.connection = 'notResponding';
    expect(await codeOf(check(c))).toBe('unavailable');
    expect(await codeOf(adopt())).toBe('unavailable');
    for (const host of c.m.hosts) host.connection = 'connected';
    expect((await check(c)).ok).toBe(true);
    expect((await adopt()).facts['seal']).toBe('every byte');
  });
});

test('the look at the inventory reads a master anew when it is due, and shows what it found until it is right again', async () => {
  await inWorld({ ...changes, vsim: { masterBytes: 4 * MIB }, driver: { contentWatchMs: 0 } }, async (c) => {
    const changed = async () => (await c.driver.inventory(ctx())).masters.find((m) => m.revisionId === c.master.revisionId)?.changed;
    expect(await changed()).toBeUndefined();
    c.w.changeByte(c.master.revisionId, 10);
    expect(await changed()).toBe(`${extentOf(c)} was changed at bytes 0 to ${MIB - 1}`);
    for (const host of c.m.hosts) host.connection = 'notResponding';
    expect(await changed()).toContain('was changed');
    for (const host of c.m.hosts) host.connection = 'connected';
    c.w.changeByte(c.master.revisionId, 10);
    expect(await changed()).toBeUndefined();
  });
});

test('an extent that is gone or has another length', async () => {
  await inWorld({ ...changes, vsim: { masterBytes: 4 * MIB } }, async (c) => {
    const { datastore, path } = c.m.storage.parse(extentOf(c));
    const file = datastore.mustFile(path);
    file.size += GRAIN;
    expect(await problemOf(c)).toBe(`${extentOf(c)} has ${4 * MIB + GRAIN} bytes, not ${4 * MIB}`);
    file.size -= GRAIN;
    const name = extentOf(c);
    datastore.rename(path, `${path}.away`);
    expect(await problemOf(c)).toBe(`${name} is not there`);
    datastore.rename(`${path}.away`, path);
    expect(await problemOf(c)).toBeUndefined();
  });
});

test('a guest that writes to a golden disk changes its bytes too', async () => {
  await inWorld({ ...changes, vsim: { masterBytes: 4 * MIB } }, async (c) => {
    const link = openLink(c.m.storage, c.master.files[0]?.path ?? '');
    writeBlock(c.m.storage, link, 2, Buffer.from('written'), c.m.now(), c.m.random);
    expect(await problemOf(c, true)).toBe(`${extentOf(c)} was changed at bytes 0 to ${MIB - 1}`);
  });
});

test('samples are both ends and blocks that the id draws; parts cover a file and are at most 64', () => {
  expect(samplesOf('a', 100, 98)).toEqual([{ from: 0, length: 100 }]);
  expect(samplesOf('a', 40 * 2 ** 30, 50)).toEqual(samplesOf('a', 40 * 2 ** 30, 98).slice(0, 50));
  expect(samplesOf('a', 40 * 2 ** 30, 50)).not.toEqual(samplesOf('b', 40 * 2 ** 30, 50));
  for (const bytes of [0, 1, MIB, MIB + 1, 64 * MIB, 64 * MIB + 1, 40 * 2 ** 30 + 512]) {
    const parts = partsOf(bytes);
    expect(parts.length).toBeLessThanOrEqual(64);
    expect(parts.reduce((sum, p) => (p.from === sum ? sum + p.length : Number.NaN), 0)).toBe(bytes);
    for (const { from, length } of samplesOf('a', bytes, 98)) expect(from + length).toBeLessThanOrEqual(bytes);
  }
});
