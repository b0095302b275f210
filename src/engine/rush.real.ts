/** Many who ask for room in the same moment. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';
import { type Bench, makeBench } from '../../test/support/engine.ts';
import * as accounts from '../store/accounts.ts';
import * as providers from '../store/providers.ts';
import type { Tx } from '../store/schema.ts';
import type { EngineDeps } from './deps.ts';
import { endReservation } from './intents/end.ts';
import { extendReservation, reserve, type Who } from './intents/reservation.ts';

const HOUR = 3_600_000;

/** The engine as requests have it: a few connections, which nobody waits for patiently. */
function asServer(bench: Bench, lockMs = 60_000) {
  const store = bench.store.apart({ poolSize: 4, limits: { connectionMs: 5_000, lockMs, statementMs: 60_000 } });
  onTestFinished(() => store.close());
  return { ...bench.deps, store };
}

async function people(bench: Bench, count: number): Promise<Who[]> {
  const all = Array.from({ length: count }, (_, i) => ({ accountId: randomUUID(), name: `person-${i}`, role: 'user' }));
  for (const { accountId, name } of all)
    await accounts.create(bench.store.db, { id: accountId, name, role: 'user', now: bench.deps.now() });
  return all;
}

const wish = () => ({ id: randomUUID(), image: 'golden', mode: 'linked' as const, forMs: HOUR });

test('however many wait for room, who looks or ends something does not; and each of them has an answer', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 30 } });
  const deps = asServer(bench);
  const all = await people(bench, 40);
  const [early, late] = [await reserve(deps, bench.who, wish()), await reserve(deps, bench.who, wish())];
  let asked: Promise<PromiseSettledResult<unknown>[]> | undefined;
  // Somebody else, such as a timer or another server, has the provider's row all the while.
  await bench.store.tx(async (tx) => {
    await providers.lock(tx, bench.providerId);
    asked = Promise.allSettled([
      ...all.map((who) => reserve(deps, who, wish())),
      ...all.map(() => extendReservation(deps, bench.who, late.id, HOUR / 60)),
    ]);
    // Each look is behind all that was asked for before it: after these, whoever waits for a connection or a row waits for it.
    for (let i = 0; i < 40; i++) await accounts.find(deps.store.db, bench.who.accountId);
    expect(await endReservation(deps, early.id, 'end', 'ada', {})).toMatchObject({ state: 'ending' });
  });
  const answers = (await asked) as PromiseSettledResult<unknown>[];
  const said = answers.map((a) => (a.status === 'fulfilled' ? 'had' : (a.reason as { code: string }).code));
  expect(said.slice(40)).toEqual(Array.from({ length: 40 }, () => 'had'));
  // The one that was ended holds its room until its machine is gone.
  expect(said.slice(0, 40).filter((code) => code === 'had')).toHaveLength(28);
  expect(said.slice(0, 40).filter((code) => code === 'no-capacity')).toHaveLength(12);
  const { rows } = await sql<{ n: number }>`
    select count(distinct audit.xmin::text)::int as n from audit where action = 'reservation.made'`.execute(bench.store.db);
  // Who waited was promised together with the others: the two before, some who came before all, and the rest.
  expect(rows[0]?.n).toBeLessThan(12);
  const whole = await sql<{ n: number }>`
    select count(distinct r.id)::int as n from reservation r join assignment a on a.machine_id = r.machine_id and a.reservation_id = r.id and a.until is null
    join job j on j.key = 'provision:' || r.id join event e on e.subject_id = r.id
    where e.body ->> 'stage' = 'queued'`.execute(bench.store.db);
  expect(whole.rows[0]?.n).toBe(30);
});

test('who is kept waiting on one server by another is asked again in turn, not turned away', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true, limits: { machines: 20 } });
  let turnedAway = 0;
  // Two processes that wait for no lock for long.
  const servers = [asServer(bench, 20), asServer(bench, 20)].map((deps) => {
    const counting = (error: unknown) => {
      turnedAway += 1;
      throw error;
    };
    return { ...deps, store: { ...deps.store, tx: <T>(work: (tx: Tx) => Promise<T>) => deps.store.tx(work).catch(counting) } };
  });
  const all = await people(bench, 24);
  let asked: Promise<PromiseSettledResult<unknown>[]> | undefined;
  await bench.store.tx(async (tx) => {
    await providers.lock(tx, bench.providerId);
    asked = Promise.allSettled(all.map((who, i) => reserve(servers[i % 2] as EngineDeps, who, wish())));
    // One alone and several together on each.
    await waitFor(makeCtx(), 5, () => (turnedAway >= 8 ? true : undefined));
  });
  const said = ((await asked) ?? []).map((a) => (a.status === 'fulfilled' ? 'had' : (a.reason as { code: string }).code));
  expect(said.sort()).toEqual([...Array.from({ length: 20 }, () => 'had'), ...Array.from({ length: 4 }, () => 'no-capacity')]);
});
