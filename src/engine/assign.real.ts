/** A machine that is nobody's: it is there, holds its room, is looked after, and is given away or taken away in order. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { makeCtx } from '../lib/context.ts';
import { showMachines, whereBy } from '../services/views.ts';
import * as assignments from '../store/assignments.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import * as providers from '../store/providers.ts';
import { assignMachine, endMachine } from './intents/assign.ts';
import { endReservation } from './intents/end.ts';
import { removeRevision } from './intents/image.ts';
import { demandAt, wholeDisksOf } from './intents/place.ts';
import { endWrittenOff } from './intents/write-off.ts';
import { Reconciler } from './reconcilers/reconcile.ts';

const HOUR = 3_600_000;
const look = (bench: Bench) => new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });

/** As a pool would make one: a clone that runs, planned for no reservation. */
async function nobodys(bench: Bench, more: Partial<machines.PlannedMachine> = {}): Promise<string> {
  const id = randomUUID();
  const { db } = bench.store;
  const hardware = (await images.revision(db, bench.revisionId))?.profile?.hardware ?? { vcpus: 1, memoryMiB: 256 };
  const { vcpus, memoryMiB } = hardware;
  const { providerId, revisionId } = bench;
  const size = { vcpus, memoryMiB, mode: 'linked', wholeMiB: await wholeDisksOf(db, revisionId, null) } as const;
  const { storageMiB } = demandAt(await providers.find(db, providerId), size);
  await machines.plan(db, { id, providerId, revisionId, mode: 'linked', vcpus, memoryMiB, storageMiB, now: bench.deps.now(), ...more });
  await machines.transition(db, id, 'build', {});
  await bench.driver.clone(makeCtx(), { machineId: id, revisionId, mode: 'linked', hostname: 'warm', hardware, first: true });
  await bench.driver.power(makeCtx(), id, 'on');
  await machines.transition(db, id, 'poweredOn', { address: { host: '127.0.0.1', sshPort: 22 } });
  return id;
}

/** Booked, and its time has just come. */
async function due(bench: Bench): Promise<string> {
  const { id } = await reserveOne(bench, { startsAt: new Date(bench.deps.now().getTime() + HOUR) });
  bench.clock.skewMs += HOUR;
  return id;
}

const shown = async (bench: Bench) => {
  const list = await machines.list(bench.store.db, { gone: false, limit: 10 });
  return showMachines(bench.store.db, list, whereBy(bench.deps));
};

const onlyNobodys = (bench: Bench) => machines.list(bench.store.db, { gone: true, nobodys: true, limit: 10 });

test('it is listed to operators alone, holds its room, is neither leaked nor lost, and goes when an operator ends it', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const id = await nobodys(bench);
  const [one] = await shown(bench);
  expect(one).toMatchObject({ id, state: 'running', image: 'golden', revision: 1, nobodys: true });
  expect(Object.keys(one ?? {})).not.toEqual(expect.arrayContaining(['reservation']));
  expect(await machines.list(bench.store.db, { accountId: bench.who.accountId, gone: true, limit: 10 })).toEqual([]);
  expect((await onlyNobodys(bench)).map((m) => m.id)).toEqual([id]);
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'no-capacity' });
  expect(await look(bench)).toMatchObject({ complete: true, results: [] });
  expect(await problems(bench)).toEqual([]);
  await endMachine(bench.deps, bench.who, id);
  await endMachine(bench.deps, bench.who, id);
  await drain(bench);
  expect(await machines.find(bench.store.db, id)).toMatchObject({ state: 'gone', proof: expect.anything() });
  const [over] = await showMachines(bench.store.db, await machines.list(bench.store.db, { gone: true, limit: 10 }), whereBy(bench.deps));
  expect(over).toMatchObject({ id, state: 'gone' });
  expect(over).not.toHaveProperty('nobodys');
  expect(await onlyNobodys(bench)).toEqual([]);
  await endMachine(bench.deps, bench.who, id);
  await drain(bench);
  expect(await problems(bench)).toEqual([]);
  await reserveOne(bench);
});

test('how it is, is recorded; one that vanished is lost, told at each look, and an operator’s to end', async () => {
  const bench = await makeBench(onTestFinished);
  const id = await nobodys(bench);
  await bench.driver.power(makeCtx(), id, 'off');
  expect((await look(bench)).results).toMatchObject([{ finding: { kind: 'power-changed', machineId: id }, outcome: 'mended' }]);
  expect((await machines.find(bench.store.db, id))?.state).toBe('stopped');
  bench.fake.change((state) => {
    delete state.machines[id];
    delete state.disks[`/fake/machines/${id}/disk-0.fake`];
  });
  expect((await look(bench)).results).toMatchObject([{ finding: { kind: 'missing-machine' }, outcome: 'mended' }]);
  expect((await machines.find(bench.store.db, id))?.state).toBe('lost');
  expect((await look(bench)).results).toMatchObject([{ finding: { kind: 'missing-machine' }, outcome: 'reported' }]);
  await endMachine(bench.deps, bench.who, id);
  await drain(bench);
  expect(await problems(bench)).toEqual([]);
});

test('it goes with a provider that is written off, and holds a revision until then', async () => {
  const bench = await makeBench(onTestFinished);
  const id = await nobodys(bench);
  const standing = removeRevision(bench.deps, bench.who, bench.revisionId);
  await expect(standing).rejects.toMatchObject({ code: 'has-children', hint: expect.stringContaining('carrel machine end') });
  expect(await endWrittenOff(bench.deps)).toBe(0);
  await providers.writeOff(bench.store.db, bench.providerId, 'burnt', bench.deps.now());
  expect(await endWrittenOff(bench.deps)).toBe(1);
  expect(await endWrittenOff(bench.deps)).toBe(0);
  await drain(bench);
  expect((await machines.find(bench.store.db, id))?.state).toBe('gone');
  expect(await endWrittenOff(bench.deps)).toBe(0);
});

test('it is a booked reservation’s in a moment, which ends with it as any other', async () => {
  const bench = await makeBench(onTestFinished);
  const reservation = await due(bench);
  const id = await nobodys(bench);
  bench.calls.length = 0;
  await assignMachine(bench.deps, id, reservation);
  expect(await onlyNobodys(bench)).toEqual([]);
  expect(bench.calls).toEqual([]);
  expect(await reservationOf(bench, reservation)).toMatchObject({ state: 'ready', machineId: id, begunAt: expect.any(Date) });
  expect(await assignments.holderOf(bench.store.db, id)).toBe(reservation);
  const had = { id, reservation, owner: 'ada' };
  const [one] = await shown(bench);
  expect(one).toMatchObject(had);
  expect(one).not.toHaveProperty('nobodys');
  const held = (until: Date | null) => bench.store.db.updateTable('assignment').set({ until }).where('machineId', '=', id).execute();
  await held(bench.deps.now());
  expect(await shown(bench)).toMatchObject([{ ...had, nobodys: true }]);
  await held(null);
  expect(await look(bench)).toMatchObject({ results: [] });
  expect(await problems(bench)).toEqual([]);
  await expect(endMachine(bench.deps, bench.who, id)).rejects.toMatchObject({ code: 'wrong-state' });
  await endReservation(bench.deps, reservation, 'end', 'ada');
  await drain(bench);
  expect(await reservationOf(bench, reservation)).toMatchObject({ state: 'ended' });
  expect(await assignments.holderOf(bench.store.db, id)).toBeUndefined();
  expect(await problems(bench)).toEqual([]);
});

test('one that somebody has or had, that does not run, or that is not what was promised is refused, and nothing is changed', async () => {
  const bench = await makeBench(onTestFinished);
  const theirs = await readyOne(bench);
  const over = await readyOne(bench);
  const reservation = await due(bench);
  const early = await reserveOne(bench, { startsAt: new Date(bench.deps.now().getTime() + HOUR) });
  const off = await nobodys(bench);
  await machines.transition(bench.store.db, off, 'poweredOff', {});
  const crashed = await nobodys(bench);
  await bench.store.tx((tx) => machines.setCondition(tx, crashed, 'question', bench.deps.now()));
  const large = await nobodys(bench, { memoryMiB: 4096 });
  const other = await nobodys(bench);
  const revision = {
    id: randomUUID(),
    imageId: bench.imageId,
    source: { kind: 'recipe' as const, recipe: 'x' },
    createdBy: bench.who.accountId,
  };
  await bench.store.tx((tx) => images.addRevision(tx, { ...revision, now: bench.deps.now() }));
  await bench.store.db.updateTable('machine').set({ revisionId: revision.id }).where('id', '=', other).execute();
  // What an end that was taken off its reservation would leave: it runs, and somebody had it.
  const had = over.machineId;
  await bench.store.db.updateTable('assignment').set({ until: bench.deps.now() }).where('machineId', '=', had).execute();
  const right = await nobodys(bench);
  const before = await bench.store.db.selectFrom('assignment').selectAll().orderBy('id').execute();
  const refused = async (machine: string, to: string, why: RegExp) => {
    await expect(assignMachine(bench.deps, machine, to)).rejects.toThrow(why);
  };
  await refused(theirs.machineId, reservation, /is somebody's/);
  await refused(had, reservation, /was somebody's/);
  await refused(off, reservation, /is stopped/);
  await refused(crashed, reservation, /is question/);
  await refused(large, reservation, /not of the size/);
  await refused(other, reservation, /another revision/);
  await refused(right, theirs.id, /reservation is ready/);
  await refused(right, early.id, /has not come/);
  expect(await bench.store.db.selectFrom('assignment').selectAll().orderBy('id').execute()).toEqual(before);
  expect((await reservationOf(bench, reservation)).state).toBe('booked');
  // Two who want one at a time: one has it.
  const second = await due(bench);
  const both = await Promise.allSettled([reservation, second].map((to) => assignMachine(bench.deps, right, to)));
  expect(both.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
});
