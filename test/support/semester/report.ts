/** What came of a semester: figures for people, and everything that is not as it was promised. */
import { sql } from 'kysely';
import type { Db } from '../../../src/store/schema.ts';
import type { People } from './people.ts';
import type { Simulation } from './run.ts';

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

/** Waits in seconds: of who wants it now from asking, of who booked from the start. What was made anew since says nothing of the first time. */
async function waits(db: Db): Promise<{ now: number[]; booked: number[] }> {
  const { rows } = await sql<{ booked: boolean; s: number }>`
    select begun_at > created_at as booked, greatest(0, extract(epoch from ready_at - greatest(lower(during), created_at)))::float8 as s
    from reservation where ready_at is not null and not exists (
      select from audit where subject_id = reservation.id::text and action = 'reservation.reimaged') order by s`.execute(db);
  return { now: rows.filter((r) => !r.booked).map((r) => r.s), booked: rows.filter((r) => r.booked).map((r) => r.s) };
}

const table = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, n]) => `  ${String(n).padStart(7)}  ${what}`)
    .join('\n');

/** All that is wrong when everything is over. */
export async function wrongs(sim: Simulation, people: People): Promise<string[]> {
  const { bench, check, ledger, worlds } = sim.world;
  const { db } = bench.db;
  const found = [...sim.problems, ...sim.server.faults, ...people.violations, ...ledger.violations, ...check.violations];
  const { rows } = await sql<{ state: string; n: number }>`select state, count(*)::int as n from reservation group by state`.execute(db);
  for (const { state, n } of rows) if (state !== 'ended' && state !== 'failed') found.push(`${n} reservations are ${state} at the end`);
  const mute = await sql<{ id: string }>`select id from reservation
    where (state = 'failed' and failure is null) or (state = 'ended' and ready_at is null and end_asked_at is null and failure is null)`.execute(
    db,
  );
  for (const { id } of mute.rows) found.push(`${id} got no machine, and nobody says why`);
  for (const [place, world] of worlds) {
    const left = Object.keys(world.state.machines).length;
    if (left > 0) found.push(`${left} machines are left at ${place}`);
    const disks = Object.keys(world.state.disks).filter((path) => path.includes('machine'));
    if (disks.length > 0) found.push(`disks are left at ${place}: ${disks.slice(0, 3).join(', ')}`);
  }
  const jobs = await sql<{ saga: string; state: string; n: number }>`select saga, state, count(*)::int as n from job
    where state in ('ready', 'running', 'stuck') group by 1, 2`.execute(db);
  for (const { saga, state, n } of jobs.rows) found.push(`${n} jobs of ${saga} are ${state} at the end`);
  const rest = await sql<{ n: number }>`select count(*)::int as n from machine where state <> 'gone'`.execute(db);
  if ((rest.rows[0]?.n ?? 0) > 0) found.push(`${rest.rows[0]?.n} rows of machines are not gone`);
  return [...new Set(found)];
}

/** The report that is printed. */
export async function report(sim: Simulation, people: People, wallMs: number, simulatedMs: number): Promise<string> {
  const { bench, check, ledger, names, worlds } = sim.world;
  const { db } = bench.db;
  const { now, booked } = await waits(db);
  const failures = await sql<{ what: string; n: number }>`
    select coalesce(failure->>'code', '') || ': ' || left(coalesce(failure->>'message', ''), 90) as what, count(*)::int as n
    from reservation where state = 'failed' or failure is not null group by 1`.execute(db);
  const states = await sql<{
    state: string;
    n: number;
  }>`select state, count(*)::int as n from reservation group by state order by state`.execute(db);
  const s = (ms: number) => ms.toFixed(0);
  const places = [...worlds.keys()].map((id) => {
    const share = ((check.used.get(id) ?? 0) / simulatedMs).toFixed(1);
    return `  ${names.get(id)}: ${check.most.get(id)} machines at most, ${share} on average`;
  });
  return [
    `${ledger.count} reservations promised (${states.rows.map((r) => `${r.n} ${r.state}`).join(', ')}), ${sim.jumps} jumps, ${sim.stalls} stalls, ${(wallMs / 1000).toFixed(0)} s`,
    `waits of who wants one now: p50 ${s(quantile(now, 0.5))} s, p95 ${s(quantile(now, 0.95))} s, most ${s(now.at(-1) ?? 0)} s (${now.length})`,
    `after the start of what was booked: p50 ${s(quantile(booked, 0.5))} s, p95 ${s(quantile(booked, 0.95))} s, most ${s(booked.at(-1) ?? 0)} s (${booked.length})`,
    ...places,
    `done:\n${table(people.done)}`,
    `refused:\n${table(people.refused)}`,
    `failures:\n${table(new Map(failures.rows.map((r) => [r.what, r.n])))}`,
    `runs:\n${table(sim.server.ends)}`,
    `reconciler:\n${table(sim.findings)}`,
    `real time, ms:\n${table(new Map([...sim.spent].map(([k, v]) => [`${k} (${v.times} times)`, Math.round(v.ms)])))}`,
  ].join('\n');
}
