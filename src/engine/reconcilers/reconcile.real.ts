/** The reconciler over a real store: what it mends it mends whole, and looks again at what it left. */
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, problems, readyOne, reservationOf } from '../../../test/support/engine.ts';
import type { MachineCondition } from '../../core/condition.ts';
import { override } from '../../drivers/fake/sabotage-tools.ts';
import type { Driver, Inventory } from '../../driver/index.ts';
import { makeCtx } from '../../lib/context.ts';
import * as machines from '../../store/machines.ts';
import * as audit from '../../store/audit.ts';
import { Sealer } from '../credentials.ts';
import { connect, sshTarget } from '../intents/connect.ts';
import { endReservation } from '../intents/end.ts';
import { powerReservation } from '../intents/reservation.ts';
import { Reconciler } from './reconcile.ts';

const run = (bench: Bench) => new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });

/** The machine and its disk are gone, and nobody of ours did it. */
function vanish(bench: Bench, machineId: string): void {
  bench.fake.change((state) => {
    delete state.machines[machineId];
    delete state.disks[`/fake/machines/${machineId}/disk-0.fake`];
  });
}

test('a machine is lost and its reservation ends in one transaction: if the end cannot be asked for, nothing is written', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const { id, machineId } = await readyOne(bench);
  vanish(bench, machineId);
  await sql`alter table job add constraint no_end check (saga <> 'end') not valid`.execute(bench.store.db);
  expect((await run(bench)).results.map((r) => r.outcome)).toEqual(['failed']);
  expect((await machines.find(bench.store.db, machineId))?.state).toBe('running');
  expect((await reservationOf(bench, id)).state).toBe('ready');
  await sql`alter table job drop constraint no_end`.execute(bench.store.db);
  expect((await run(bench)).results.map((r) => r.outcome)).toEqual(['mended']);
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
  expect(await problems(bench)).toEqual([]);
});

test('what was marked lost and never ended, as by a server that died in between, is ended by the next look', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  vanish(bench, machineId);
  await machines.transition(bench.store.db, machineId, 'vanished', {});
  await run(bench);
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
  expect(await problems(bench)).toEqual([]);
});

test('a lost machine that is there again is recorded as it is, also when it is off', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  await machines.transition(bench.store.db, machineId, 'vanished', {});
  await bench.driver.power(makeCtx(), machineId, 'off');
  expect((await run(bench)).results).toMatchObject([{ finding: { kind: 'power-changed', power: 'off' }, outcome: 'mended' }]);
  expect((await machines.find(bench.store.db, machineId))?.state).toBe('stopped');
  expect((await reservationOf(bench, id)).state).toBe('ready');
});

test('a machine that stands still is on and says why, to its people and in the audit, until it goes on; nobody waits for its guest', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const is = (power: 'on' | 'suspended', condition: MachineCondition | undefined) =>
    bench.fake.change((state) => Object.assign(state.machines[machineId] as object, { power, condition }));
  is('suspended', 'out-of-space');
  expect((await run(bench)).results).toMatchObject([{ finding: { kind: 'condition', condition: 'out-of-space' }, outcome: 'mended' }]);
  const still = await machines.find(bench.store.db, machineId);
  expect(still).toMatchObject({ state: 'running', condition: 'out-of-space', conditionSince: expect.any(Date) });
  expect((await reservationOf(bench, id)).stageText).toBe('its machine stands still: the storage under it is full');
  const refusal = { code: 'wrong-state', message: expect.stringContaining('storage'), hint: expect.stringContaining('by itself') };
  const sealer = new Sealer(randomBytes(32));
  await expect(connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined)).rejects.toMatchObject(refusal);
  await expect(sshTarget(makeCtx(), bench.deps, id)).rejects.toMatchObject(refusal);
  // It is told at each look, and written down once.
  expect((await run(bench)).results).toMatchObject([{ finding: { kind: 'condition', action: 'report' }, outcome: 'reported' }]);
  is('on', undefined);
  expect((await run(bench)).results).toMatchObject([{ finding: { kind: 'condition' }, outcome: 'mended' }]);
  expect((await run(bench)).results).toEqual([]);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ state: 'running', condition: null, conditionSince: null });
  expect((await reservationOf(bench, id)).stageText).toBe('ready');
  const told = await audit.list(bench.store.db, { limit: 10, subjectId: machineId });
  expect(told.filter((row) => row.action === 'machine.condition').map((row) => row.detail)).toEqual([
    { condition: null, before: 'out-of-space' },
    { condition: 'out-of-space', before: null },
  ]);
});

test('a machine that crashed is off and says so, until it is switched on', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  bench.fake.change((state) => Object.assign(state.machines[machineId] as object, { power: 'crashed' }));
  expect((await run(bench)).results).toMatchObject([{ finding: { kind: 'power-changed', power: 'crashed' }, outcome: 'mended' }]);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ state: 'stopped', condition: 'crashed' });
  const refusal = { code: 'wrong-state', message: 'its machine crashed', hint: expect.stringContaining(' on`') };
  await expect(sshTarget(makeCtx(), bench.deps, id)).rejects.toMatchObject(refusal);
  await powerReservation(bench.deps, bench.who, id, 'on');
  await drain(bench);
  expect(await machines.find(bench.store.db, machineId)).toMatchObject({ state: 'running', condition: null });
});

test('a machine that cannot be controlled lets those in who have been in: nothing is handed over, and its address is the last one', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const sealer = new Sealer(randomBytes(32));
  const before = await connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined);
  bench.fake.change((state) => Object.assign(state.machines[machineId] as object, { condition: 'unreachable' }));
  await run(bench);
  const handed = () => bench.calls.filter((call) => call.startsWith('handover')).length;
  const count = handed();
  expect(count).toBeGreaterThan(0);
  expect(await connect(makeCtx(), bench.deps, sealer, bench.who, id, undefined)).toEqual(before);
  expect(handed()).toBe(count);
  expect(await sshTarget(makeCtx(), bench.deps, id)).toMatchObject({ host: before.host, port: before.port });
});

test('what somebody began between the look and the mending is left to them', async () => {
  const bench = await makeBench(onTestFinished);
  const [asked, ended] = [await readyOne(bench), await readyOne(bench)];
  await bench.driver.power(makeCtx(), asked.machineId, 'off');
  vanish(bench, ended.machineId);
  // The look is over when the driver's reading is; both are asked for after the store was read for the last time.
  const store = Object.create(bench.store) as typeof bench.store;
  let begun: Promise<unknown> | undefined;
  store.tx = async (work) => {
    await (begun ??= Promise.all([
      powerReservation(bench.deps, bench.who, asked.id, 'on'),
      endReservation(bench.deps, ended.id, 'end', 'ada'),
    ]));
    return bench.store.tx(work);
  };
  const { results } = await new Reconciler({ ...bench.deps, store }).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
  expect(results.map((r) => r.outcome)).toEqual(['failed', 'failed']);
  expect((await machines.find(bench.store.db, asked.machineId))?.state).toBe('running');
  expect((await machines.find(bench.store.db, ended.machineId))?.state).toBe('running');
  await drain(bench);
  expect(await problems(bench)).toEqual([]);
});

test('a machine that is not seen is not lost while any place cannot be read: it may have been moved there', async () => {
  const bench = await makeBench(onTestFinished);
  const { id, machineId } = await readyOne(bench);
  const reconciler = new Reconciler(bench.deps);
  const look = () => reconciler.run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
  const driver = bench.deps.drivers.get(bench.providerId) as Driver;
  let places: Inventory['places'];
  const partial = override(driver, {
    inventory: async (ctx) => {
      const seen = await driver.inventory(ctx);
      return { ...seen, complete: places === undefined, places, machines: seen.machines.map((m) => ({ ...m, places: ['ds0'] })) };
    },
  });
  (bench.deps.drivers as Map<string, Driver>).set(bench.providerId, partial);
  expect(await look()).toMatchObject({ complete: true, unread: [], results: [] });
  vanish(bench, machineId);
  places = { read: ['ds0'], unread: ['ds1'] };
  expect(await look()).toMatchObject({ complete: false, unread: ['ds1'], results: [] });
  expect((await reservationOf(bench, id)).state).toBe('ready');
  places = undefined;
  expect(await look()).toMatchObject({ complete: true, results: [{ finding: { kind: 'missing-machine' }, outcome: 'mended' }] });
  await drain(bench);
  expect((await reservationOf(bench, id)).state).toBe('ended');
});
