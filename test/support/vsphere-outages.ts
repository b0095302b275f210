/** A vCenter or ESXi that restarts, or is away, under the engine: what was under way goes on by itself and leaves nothing. */
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Driver } from '../../src/driver/index.ts';
import { aroundAll, override } from '../../src/drivers/fake/sabotage-tools.ts';
import { endReservation } from '../../src/engine/intents/end.ts';
import { captureReservation } from '../../src/engine/intents/image.ts';
import { powerReservation } from '../../src/engine/intents/reservation.ts';
import { Reconciler } from '../../src/engine/reconcilers/reconcile.ts';
import { type Ctx, makeCtx } from '../../src/lib/context.ts';
import { RealClock } from '../../src/vsim/model/clock.ts';
import { type BenchDriver, vsphereBenchDriver, type WhenOver } from './bench-world.ts';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne, until } from './engine.ts';
import type { VSphereWorld, VSphereWorldOptions } from './vsphere-harness.ts';

export type Kind = 'vcenter' | 'esxi';

/** A bench on vSphere, and its world. */
export async function vsphereBench(whenOver: WhenOver, options: VSphereWorldOptions): Promise<{ bench: Bench; w: VSphereWorld }> {
  let made: (BenchDriver & { vsphere: VSphereWorld }) | undefined;
  const bench = await makeBench(whenOver, { on: async (over) => (made = await vsphereBenchDriver(over, options)) });
  if (made === undefined) throw new Error('the bench has no simulator');
  return { bench, w: made.vsphere };
}

export const digestOf = (bench: Bench) => bench.world.masters().find((m) => m.revisionId === bench.revisionId)?.digest;

interface Work {
  /** Asks for it; the answer is what it comes to. */
  begin(n: number): Promise<() => Promise<unknown>>;
  ends: unknown;
  /** What has to go before the next time. */
  after?(): Promise<void>;
}

export const WORKS = ['provision', 'capture', 'end'] as const;

function workOf(bench: Bench, saga: (typeof WORKS)[number]): Work {
  let last = '';
  const endIt = async () => {
    await endReservation(bench.deps, last, 'end', 'ada');
    await drain(bench);
  };
  if (saga === 'provision') {
    return {
      begin: async () => {
        last = (await reserveOne(bench)).id;
        return async () => (await reservationOf(bench, last)).state;
      },
      ends: 'ready',
      after: endIt,
    };
  }
  if (saga === 'end') {
    return {
      begin: async () => {
        const { id } = await readyOne(bench);
        await endReservation(bench.deps, id, 'end', 'ada');
        return async () => (await reservationOf(bench, id)).state;
      },
      ends: 'ended',
    };
  }
  return {
    begin: async (n) => {
      if (last === '') last = await readyAndOff(bench);
      await captureReservation(bench.deps, bench.who, { reservationId: last, image: `captured-${n}`, publish: false });
      return async () => (await jobOf(bench, 'capture')).state;
    },
    ends: 'done',
  };
}

/** A reservation whose machine can be captured. */
async function readyAndOff(bench: Bench): Promise<string> {
  const { id } = await readyOne(bench);
  await powerReservation(bench.deps, bench.who, id, 'off');
  await drain(bench);
  return id;
}

/**
 * The server restarts at the n-th sign of progress of a saga's work, for every n (or every `every`-th), with clones that go on by themselves
 * and without. Gives how often it restarted.
 */
export async function restartsIn(
  whenOver: WhenOver,
  kind: Kind,
  saga: (typeof WORKS)[number],
  continuousClone: boolean,
  every = 1,
): Promise<number> {
  const timing = { latency: 'real' as const, clock: new RealClock(100), masterBytes: 2 ** 28 };
  const { bench, w } = await vsphereBench(whenOver, { vsim: { kind, continuousClone, ...timing }, driver: { retryMs: 1 } });
  const bytes = digestOf(bench);
  let left = Number.POSITIVE_INFINITY;
  const onStep = () => {
    if (--left === 0) w.vsim.restart();
  };
  const around = aroundAll(bench.driver, (call, [ctx, ...args]) => call({ ...(ctx as Ctx), progress: onStep }, ...args));
  (bench.deps.drivers as Map<string, Driver>).set(bench.providerId, override(bench.driver, around));
  const work = workOf(bench, saga);
  for (let n = 1; ; n += every) {
    const outcome = await work.begin(n);
    left = n;
    await drain(bench);
    const restarted = left <= 0;
    left = Number.POSITIVE_INFINITY;
    expect([n, await outcome()]).toEqual([n, work.ends]);
    await until(() => w.m.tasks.running === 0 && w.m.tasks.queued === 0, 'the end of what the server does by itself');
    // A clone that the server began once more may come second: the reconciler takes that away.
    await new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
    await work.after?.();
    expect([n, await problems(bench)]).toEqual([n, []]);
    expect(digestOf(bench)).toBe(bytes);
    if (!restarted) return Math.ceil((n - 1) / every);
  }
}

/** Lets pauses go by, the shortest first, until `ms` of them went by or nothing waits any more. Gives the longest pause and how many there were. */
export async function letPass(bench: Bench, ms: number, runDue: () => Promise<void>): Promise<{ longest: number; pauses: number }> {
  const seen = { longest: 0, pauses: 0 };
  for (let passed = 0; passed < ms; ) {
    await runDue();
    const { rows } = await sql<{ ms: number | null }>`
      with next as (select min(run_at) as at from job where state = 'ready'),
        moved as (update job set run_at = run_at - (next.at - clock_timestamp()) from next where state = 'ready' and next.at > clock_timestamp())
      select (extract(epoch from at - clock_timestamp()) * 1000)::float8 as ms from next`.execute(bench.store.db);
    const pause = rows[0]?.ms ?? undefined;
    if (pause === undefined) return seen;
    seen.longest = Math.max(seen.longest, pause);
    seen.pauses += 1;
    passed += Math.max(0, pause);
    if (seen.pauses > 5000) throw new Error('it looks too often');
  }
  return seen;
}
