/** Which machine is whose: as programs write it that know assignments, and as those do that do not. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { misassigned } from '../../test/support/assigned.ts';
import { makeCtx } from '../lib/context.ts';
import { openStore } from './db.ts';
import { migrationsDir } from './migrate.ts';
import * as machines from './machines.ts';
import * as placements from './placements.ts';
import * as reservations from './reservations.ts';
import type { Db } from './schema.ts';
import { type Seed, seed } from './seed-testing.ts';
import { type TestDb, testDb } from './testing.ts';

const now = new Date('2026-11-23T10:00:00Z');
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

async function made(t: TestDb, s: Seed): Promise<{ id: string; machineId: string }> {
  const r = s.reservation({});
  await t.store.tx((tx) => reservations.create(tx, r));
  return r;
}

/** Ready with its machine, by SQL: `ready` needs no machine that stands for what is looked at here. */
const setState = (db: Db, id: string, state: string) =>
  sql`update reservation set state = ${state}, ready_at = ${now} where id = ${id}::uuid`.execute(db);

const history = async (db: Db, id: string) =>
  (await db.selectFrom('assignment').selectAll().where('reservationId', '=', id).orderBy('id').execute()).map((a) => [
    a.machineId,
    a.since,
    a.until,
  ]);

test('a machine is its reservation’s from its plan until it is gone, or until the reservation has another', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const r = await made(t, s);
  expect(await history(t.db, r.id)).toEqual([[r.machineId, now, null]]);
  // Elsewhere: the first one is still there, and nobody's.
  const second = randomUUID();
  const to = { providerId: s.providerId, machineId: second, placement: 'x', tried: [], text: '', now: later(1) };
  await t.store.tx((tx) => placements.placeAgain(tx, r.id, to));
  expect(await history(t.db, r.id)).toEqual([
    [r.machineId, now, later(1)],
    [second, later(1), null],
  ]);
  await machines.transition(t.db, r.machineId, 'destroyed', { goneAt: later(2) });
  expect((await history(t.db, r.id))[0]).toEqual([r.machineId, now, later(1)]);
  await machines.transition(t.db, second, 'destroyed', { goneAt: later(3) });
  expect((await history(t.db, r.id))[1]).toEqual([second, later(1), later(3)]);
  // Made anew where it was.
  const third = randomUUID();
  await t.store.tx((tx) => placements.machineAgain(tx, r.id, { machineId: third, storageMiB: 0, now: later(4) }));
  expect((await history(t.db, r.id))[2]).toEqual([third, later(4), null]);
  expect(await misassigned(t.db)).toEqual([]);
});

test('the checker sees a machine that two have, and a ready reservation that has none or another’s', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const [a, b] = [await made(t, s), await made(t, s)];
  for (const { id } of [a, b]) await setState(t.db, id, 'ready');
  expect(await misassigned(t.db)).toEqual([]);
  const taken = sql`update assignment set machine_id = ${a.machineId}::uuid where machine_id = ${b.machineId}::uuid`;
  await expect(taken.execute(t.db)).rejects.toMatchObject({ code: 'conflict', details: { constraint: 'assignment_machine_now' } });
  await sql`drop index assignment_machine_now`.execute(t.db);
  await taken.execute(t.db);
  expect(await misassigned(t.db)).toEqual([
    `machine ${a.machineId} is assigned 2 times`,
    `machine ${a.machineId} was assigned to two at a time`,
    `reservation ${b.id} has machine ${a.machineId}, and names ${b.machineId}`,
  ]);
  await sql`delete from assignment where reservation_id = ${b.id}::uuid`.execute(t.db);
  expect(await misassigned(t.db)).toEqual([`reservation ${b.id} is ready and has 0 machines`]);
  await setState(t.db, b.id, 'ended');
  await setState(t.db, a.id, 'ended');
  expect(await misassigned(t.db)).toEqual([`reservation ${a.id} is ended and has machine ${a.machineId}`]);
});

test('machines of before have their assignments, those that were left behind or are gone ended ones', async () => {
  const t = await testDb(onTestFinished);
  const dir = mkdtempSync('/tmp/carrel-assignments-');
  onTestFinished(() => rmSync(dir, { recursive: true }));
  cpSync(migrationsDir(), join(dir, 'sql'), { recursive: true });
  for (const name of readdirSync(join(dir, 'sql'))) if (name >= '0013') rmSync(join(dir, 'sql', name));
  await sql`drop schema public cascade; create schema public`.execute(t.db);
  const before = await openStore(makeCtx({ timeoutMs: 600_000 }), t.conn, { migrations: join(dir, 'sql') });
  const s = await seed(before.db, now);
  // What programs of that time wrote: these ones ask for assignments.
  const [has, moved, over, second] = [s.reservation({}), s.reservation({}), s.reservation({}), randomUUID()];
  const reserved = (r: typeof has, state: string, machineId = r.machineId) =>
    sql`insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold, vcpus,
        memory_mib, hostname, created_at, ended_at)
      values (${r.id}, ${r.accountId}, ${r.imageId}, ${r.revisionId}, ${r.providerId}, ${machineId}, 'lab', 'linked', ${state}, 'queued',
        tstzrange(${now}, ${later(60)}), tstzrange(${now}, ${later(62)}), 1, 128, 'h', ${now}, ${state === 'ended' ? later(2) : null})`.execute(
      before.db,
    );
  await reserved(has, 'ready');
  await reserved(moved, 'preparing', second);
  await reserved(over, 'ended');
  for (const [id, r, at, goneAt] of [
    [has.machineId, has, now, null],
    [moved.machineId, moved, now, null],
    [second, moved, later(1), null],
    [over.machineId, over, now, later(2)],
  ] as const)
    await sql`insert into machine (id, reservation_id, provider_id, revision_id, mode, state, vcpus, memory_mib, created_at, gone_at)
      values (${id}, ${r.id}, ${s.providerId}, ${s.revisionId}, 'linked', ${goneAt === null ? 'running' : 'gone'}, 1, 128, ${at}, ${goneAt})`.execute(
      before.db,
    );
  await before.close();
  await (await t.again()).close();
  expect(await history(t.db, has.id)).toEqual([[has.machineId, now, null]]);
  expect(await history(t.db, moved.id)).toEqual([
    [moved.machineId, now, expect.any(Date)],
    [second, later(1), null],
  ]);
  expect(await history(t.db, over.id)).toEqual([[over.machineId, now, later(2)]]);
  expect(await misassigned(t.db)).toEqual([]);
});
