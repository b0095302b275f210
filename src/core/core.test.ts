import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shortage, storageClaim } from './capacity.ts';
import { imageNameProblem } from './image.ts';
import { damagedParents, type DiskFile, gate, standsOn } from './lineage.ts';
import { formatDuration, parseDuration } from './reservation.ts';

const disk = (path: string, parent?: string): DiskFile => ({ path, format: 'qcow2', parent, bytes: 1, virtualBytes: 2, identity: path });
const own = '/d/machines/m1/';
const master = '/d/masters/r1/disk.qcow2';
const expected = { ownFolder: own, masterPaths: [master] };

test('the gate lets a leaf of its own on its master pass', () => {
  expect(gate([disk(`${own}a`, master), disk(master)], { ...expected, mode: 'linked' })).toEqual([]);
  expect(gate([disk(`${own}b`, `${own}a`), disk(`${own}a`, master), disk(master)], { ...expected, mode: 'linked' })).toEqual([]);
  expect(gate([disk(`${own}a`)], { ...expected, mode: 'full' })).toEqual([]);
  // a full copy with a checkpoint
  expect(gate([disk(`${own}b`, `${own}a`), disk(`${own}a`)], { ...expected, mode: 'full' })).toEqual([]);
});

test.each([
  ['no disk', [], 'linked', ['no-disk']],
  ['the master itself', [disk(master)], 'linked', ['leaf-is-master', 'leaf-outside-own-folder', 'no-parent']],
  ['a quiet full copy', [disk(`${own}a`)], 'linked', ['no-parent']],
  ['another master', [disk(`${own}a`, '/d/masters/r2/x'), disk('/d/masters/r2/x')], 'linked', ['foreign-parent']],
  ['a neighbour whose name begins alike', [disk('/d/machines/m10/a', master), disk(master)], 'linked', ['leaf-outside-own-folder']],
  ['a full copy that is none', [disk(`${own}a`, master), disk(master)], 'full', ['unexpected-parent']],
] as const)('the gate stops %s', (_what, chain, mode, rules) => {
  const found = gate(chain, { ...expected, mode }).map((v) => v.rule);
  expect(found).toEqual(expect.arrayContaining([...rules]));
  expect(found.length).toBeGreaterThan(0);
});

test('standsOn names everything above a disk, once', () => {
  const a = disk(`${own}a`, master);
  const b = disk(`${own}b`, a.path);
  expect(standsOn([master], [[b, a, disk(master)], [a, disk(master)], [disk('/x')]]).map((d) => d.path)).toEqual([a.path, b.path]);
  expect(standsOn([master], [[disk(master)]])).toEqual([]);
});

test('a proof with a parent that changed or vanished says so', () => {
  const fact = {
    path: master,
    existsBefore: true,
    existsAfter: true,
    bytesBefore: 5,
    bytesAfter: 5,
    identityBefore: 'i',
    identityAfter: 'i',
  };
  const proof = (over: Partial<typeof fact>) => ({
    machineId: 'm',
    startedAt: '',
    finishedAt: '',
    chainsBefore: [],
    removed: [],
    parents: [{ ...fact, ...over }],
  });
  expect(damagedParents(proof({}))).toEqual([]);
  for (const over of [{ existsAfter: false }, { bytesAfter: 4 }, { identityAfter: 'j' }])
    expect(damagedParents(proof(over))).toHaveLength(1);
});

test('durations read and print', () => {
  expect(parseDuration('1d12h')).toBe(36 * 3_600_000);
  expect(parseDuration(' 90m ')).toBe(5_400_000);
  expect(parseDuration('1.5h')).toBe(5_400_000);
  for (const bad of ['', 'h', '2', '-2h', '2h3', '2 weeks', '0h']) expect(parseDuration(bad)).toBeUndefined();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 999 }),
      fc.constantFrom('d', 'h'),
      (n, unit) => parseDuration(formatDuration(parseDuration(`${n}${unit}`) as number)) === parseDuration(`${n}${unit}`),
    ),
  );
});

test('image names are safe in URLs, paths and host names', () => {
  for (const good of ['starter', 'debian-12', 'a', 'x.y_z']) expect(imageNameProblem(good)).toBeUndefined();
  for (const bad of ['', '-a', 'a-', 'A', 'ä', 'a/b', '..', 'a b', 'x'.repeat(64), '$(id)', 'a\n'])
    expect(imageNameProblem(bad)).toBeTypeOf('string');
});

test('disks that the largest datastore could not take are short at any time, and nothing that anybody gives up helps', () => {
  const room = { machines: 2, memoryMiB: 1024, vcpus: 4, storageMiB: 200 };
  const limits = { ...room, largestStorageMiB: 100 };
  const none = { machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0 };
  const wanted = (storageMiB: number) => ({ memoryMiB: 1, vcpus: 1, storageMiB });
  expect([shortage(limits, none, wanted(100)), shortage(room, none, wanted(150))]).toEqual([undefined, undefined]);
  const short = { resource: 'storageMiB', wanted: 101, free: 100, largest: 100, missing: { ...none, storageMiB: 1 } };
  // Said of what is full as well: room that comes would be of no use.
  expect([shortage(limits, none, wanted(101)), shortage(limits, limits, wanted(101))]).toEqual([short, short]);
});

test('capacity names what is short', () => {
  const limits = { machines: 2, memoryMiB: 1024, vcpus: 4, storageMiB: 100 };
  const shares = [
    storageClaim('full', 256, 5),
    storageClaim('linked', 256, 5),
    storageClaim('instant', 256, 100),
    storageClaim('linked', 256, 0),
  ];
  expect(shares).toEqual([256, 13, 256, 0]);
  expect(
    shortage(limits, { machines: 1, memoryMiB: 512, vcpus: 1, storageMiB: 60 }, { memoryMiB: 512, vcpus: 1, storageMiB: 40 }),
  ).toBeUndefined();
  expect(shortage(limits, { machines: 2, memoryMiB: 0, vcpus: 0, storageMiB: 0 }, { memoryMiB: 1, vcpus: 1, storageMiB: 0 })).toEqual({
    missing: { machines: 1, memoryMiB: 0, vcpus: 0, storageMiB: 0 },
    resource: 'machines',
    wanted: 1,
    free: 0,
  });
  expect(shortage(limits, { machines: 1, memoryMiB: 1000, vcpus: 1, storageMiB: 0 }, { memoryMiB: 128, vcpus: 1, storageMiB: 0 })).toEqual({
    missing: { machines: 0, memoryMiB: 104, vcpus: 0, storageMiB: 0 },
    resource: 'memoryMiB',
    wanted: 128,
    free: 24,
  });
});
