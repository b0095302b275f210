import { expect, test } from 'vitest';
import type { Inventory, SeenMachine } from '../../driver/index.ts';
import type { MachineState } from '../../core/machine.ts';
import { type Expected, findingKey, plan, type Strikes } from './plan.ts';

const limits = { strikes: 3, bulk: 5 };
const machine = (machineId: string, over: Partial<SeenMachine> = {}): SeenMachine => ({
  machineId,
  power: 'on',
  mode: 'linked',
  revisionId: 'r',
  owned: true,
  createdAt: undefined,
  ...over,
});
const seen = (machines: SeenMachine[], over: Partial<Inventory> = {}): Inventory => ({
  complete: true,
  machines,
  masters: [],
  strays: [],
  ...over,
});
const nothing: Expected = { machines: [], masters: [] };
const row = (machineId: string, state: 'running' | 'building' | 'stopped' | 'lost' = 'running', busy = false) => ({
  machineId,
  reservationId: `res-${machineId}`,
  state,
  busy,
});

function runs(n: number, inventory: Inventory, expected: Expected) {
  let strikes: Strikes = new Map();
  let last = plan(inventory, expected, strikes, limits);
  for (let i = 1; i < n; i++) {
    strikes = last.strikes;
    last = plan(inventory, expected, strikes, limits);
  }
  return last;
}

test('a machine nobody knows is taken away at the third sight, not before', () => {
  const deps = seen([machine('m1')]);
  expect(runs(2, deps, nothing).due).toEqual([]);
  expect(runs(3, deps, nothing).due).toEqual([{ kind: 'leaked-machine', machineId: 'm1', power: 'on', action: 'destroy' }]);
});

test('a sight in between starts the count anew', () => {
  const leaked = seen([machine('m1')]);
  const two = runs(2, leaked, nothing);
  const gap = plan(seen([]), nothing, two.strikes, limits);
  expect(plan(leaked, nothing, gap.strikes, limits).due).toEqual([]);
});

test('foreign machines, masters and strays are named and left', () => {
  const deps = seen([machine('m1', { owned: false })], {
    masters: [{ revisionId: 'x', owned: false, state: 'sealed' }],
    strays: [{ kind: 'process', ref: '77', detail: 'qemu', owned: false }],
  });
  const { findings, due } = runs(9, deps, nothing);
  expect(findings.map((f) => f.action)).toEqual(['leave', 'leave', 'leave']);
  expect(due).toEqual([]);
});

test('what is ours and in dispute is told with its reason and left, known or not; a foreign stray with what the driver says of it', () => {
  const disputed = 'it has another UUID';
  const world = seen([machine('m1', { disputed, power: 'half' }), machine('m2', { disputed, power: 'half' })], {
    masters: [{ revisionId: 'x', owned: true, state: 'half', disputed }],
    strays: [{ kind: 'folder', ref: '/f', detail: 'a folder of somebody', owned: false }],
  });
  const { findings, due } = runs(9, world, { machines: [row('m2')], masters: [{ revisionId: 'y', recorded: false, busy: false }] });
  const left = (what: string, detail = disputed) => ({ kind: 'foreign', what, detail, action: 'leave' });
  expect(findings).toEqual([left('machine m1'), left('machine m2'), left('master x'), left('folder /f', 'a folder of somebody')]);
  expect(due).toEqual([]);
});

test('after a partial read absence means nothing, and nothing is deleted', () => {
  const deps = seen([machine('leak')], { complete: false });
  const { findings, due } = runs(9, deps, { machines: [row('m1')], masters: [{ revisionId: 'r', recorded: true, busy: false }] });
  expect(findings.map((f) => f.kind)).toEqual(['leaked-machine']);
  expect(due).toEqual([]);
});

test('after a reading of some places what is seen to stand on those alone is judged as ever; the rest, and what is not seen at all, is left', () => {
  const places = { read: ['ds0', 'ds2'], unread: ['ds1'] };
  const stray = (ref: string, on?: string[]) => ({ kind: 'folder' as const, ref, detail: 'left', owned: true, places: on });
  const world = seen(
    [
      machine('leak-0', { places: ['ds0', 'ds2'] }),
      machine('leak-01', { places: ['ds0', 'ds1'] }),
      machine('leak-9', { places: ['ds9'] }),
      machine('leak-nowhere'),
    ],
    {
      complete: false,
      places,
      masters: [
        { revisionId: 'r0', owned: true, state: 'half', places: ['ds0'] },
        { revisionId: 'r1', owned: true, state: 'half', places: ['ds0'] },
        { revisionId: 'r1', owned: true, state: 'half', places: ['ds1'] },
      ],
      strays: [stray('a', ['ds0']), stray('b', ['ds1']), stray('c')],
    },
  );
  const { findings, due } = runs(3, world, {
    machines: [row('gone')],
    masters: [{ revisionId: 'gone', recorded: true, busy: false }],
  });
  expect(due.map(findingKey)).toEqual(['leaked-machine:leak-0', 'leaked-master:r0', 'stray:folder:a']);
  expect(findings.map(findingKey)).not.toContain('missing-master:gone');
  expect(findings.map(findingKey)).not.toContain('missing-machine:gone');
  expect(findings.map(findingKey)).toContain('leaked-machine:leak-01');
});

test('a recorded master that looks changed is due at the first sight, also in a partial reading; one that a saga works on is not', () => {
  const masters = [{ revisionId: 'r', owned: true, state: 'sealed' as const, changed: 'it is longer' }];
  const expected = (busy: boolean) => ({ machines: [], masters: [{ revisionId: 'r', recorded: true, busy }] });
  const found = { kind: 'changed-master', revisionId: 'r', what: 'it is longer', action: 'take-out' };
  expect(runs(1, seen([], { masters, complete: false }), expected(false)).due).toEqual([found]);
  expect(runs(1, seen([], { masters }), expected(true)).findings).toEqual([]);
});

test('what a saga works on is no finding', () => {
  const deps = seen([machine('m1', { power: 'half' })], {
    strays: [{ kind: 'file', ref: '/data/machines/m1/x', detail: '', owned: true }],
  });
  expect(runs(9, deps, { machines: [row('m1', 'building', true)], masters: [] }).findings).toEqual([]);
});

test('a machine that vanished is marked lost; many at once freeze the reconciler', () => {
  expect(runs(3, seen([]), { machines: [row('m1')], masters: [] }).due).toEqual([
    { kind: 'missing-machine', machineId: 'm1', reservationId: 'res-m1', action: 'mark-lost' },
  ]);
  const many = Array.from({ length: 8 }, (_, i) => row(`m${i}`));
  const bulk = runs(9, seen([]), { machines: many, masters: [] });
  expect(bulk.due).toEqual([]);
  expect(bulk.findings.at(-1)).toMatchObject({ kind: 'frozen' });
});

test('a machine that is nobody’s is known; one that vanished is marked once, and told from then on', () => {
  const ours = (state: MachineState = 'running') => ({ machines: [{ machineId: 'm1', state, busy: false }], masters: [] });
  expect(runs(9, seen([machine('m1')]), ours()).findings).toEqual([]);
  expect(runs(3, seen([]), ours()).due).toEqual([{ kind: 'missing-machine', machineId: 'm1', action: 'mark-lost' }]);
  expect(runs(9, seen([]), ours('lost'))).toMatchObject({ findings: [{ kind: 'missing-machine', action: 'report' }], due: [] });
});

test('a store that is older than the world does not sweep the world', () => {
  const deps = seen(Array.from({ length: 8 }, (_, i) => machine(`m${i}`)));
  expect(runs(9, deps, nothing).due).toEqual([]);
});

test('a guest that switched itself off is recorded at once', () => {
  const deps = seen([machine('m1', { power: 'off' })]);
  expect(runs(1, deps, { machines: [row('m1')], masters: [] }).due).toMatchObject([{ kind: 'power-changed', power: 'off' }]);
});

test('a lost machine is found again by each look: missing still, or there again with the power it has', () => {
  const lost = { machines: [row('m1', 'lost')], masters: [] };
  expect(runs(3, seen([]), lost).due).toMatchObject([{ kind: 'missing-machine', action: 'mark-lost' }]);
  for (const power of ['on', 'off'] as const)
    expect(runs(1, seen([machine('m1', { power })]), lost).due).toMatchObject([{ kind: 'power-changed', power }]);
});

test('a machine that cannot be read is out of reach and not gone: written down once, told at each look, and nothing is done about it', () => {
  const deps = seen([machine('m1', { power: 'half', condition: 'unreachable' })]);
  const finding = { kind: 'condition', machineId: 'm1', reservationId: 'res-m1', condition: 'unreachable' };
  expect(runs(1, deps, { ...nothing, machines: [row('m1')] }).due).toEqual([{ ...finding, power: 'on', action: 'record' }]);
  expect(runs(1, deps, { ...nothing, machines: [row('m1', 'stopped')] }).due).toEqual([{ ...finding, power: 'off', action: 'record' }]);
  const known = runs(9, deps, { ...nothing, machines: [{ ...row('m1'), condition: 'unreachable' }] });
  expect(known).toMatchObject({ findings: [{ ...finding, action: 'report' }], due: [] });
  expect(runs(9, deps, { ...nothing, machines: [row('m1', 'lost')] }).due).toEqual([]);
});
