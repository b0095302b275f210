/** A store that an earlier Carrel wrote, with people's reservations in it, taken up by this one. */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { openStore } from './db.ts';
import { peak } from './held.ts';
import { migrationsDir } from './migrate.ts';
import * as reservations from './reservations.ts';
import { testDb } from './testing.ts';

const bound = () => makeCtx({ timeoutMs: 600_000 });
const now = new Date('2026-11-24T10:00:00Z');
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

test('reservations of the first schema hold what their machines hold, and new ones are promised beside them', async () => {
  const t = await testDb(onTestFinished);
  const first = mkdtempSync(join(tmpdir(), 'carrel-sql-'));
  onTestFinished(() => rmSync(first, { recursive: true }));
  cpSync(join(migrationsDir(), '0001_foundation.sql'), join(first, '0001_foundation.sql'));
  await sql`drop schema public cascade; create schema public`.execute(t.db);
  const old = await openStore(bound(), t.conn, { migrations: first });
  expect(old.schemaVersion).toBe(1);
  const [account, provider, image, revision, live, ended, open] = Array.from({ length: 7 }, () => randomUUID());
  const add = (id: string | undefined, state: string, machineState: string, end: Date | null) =>
    sql`
    with r as (
      insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hostname, created_at)
      values (${id}, ${account}, ${image}, ${revision}, ${provider}, ${id}, 'lab', 'linked', ${state}, 'ready', tstzrange(${at(-60)}, ${end}), 'h', ${at(-60)})
      returning id
    ) insert into machine (id, reservation_id, provider_id, revision_id, mode, state, vcpus, memory_mib, created_at)
      select id, id, ${provider}::uuid, ${revision}::uuid, 'linked', ${machineState}, 2, 512, ${at(-60)}::timestamptz from r`.execute(
      old.db,
    );
  await sql`insert into account values (${account}, 'ada', 'user', ${now})`.execute(old.db);
  await sql`insert into provider values (${provider}, 'here', 'fake', 3, 4096, 8, 2, '{}', ${now})`.execute(old.db);
  await sql`insert into image values (${image}, 'golden', '', ${account}, ${now})`.execute(old.db);
  await sql`insert into revision (id, image_id, number, state, source, created_by, created_at)
    values (${revision}, ${image}, 1, 'published', '{}', ${account}, ${now})`.execute(old.db);
  await add(live, 'ready', 'running', at(60));
  await add(ended, 'ended', 'gone', at(60));
  await add(open, 'ready', 'running', null);
  const queued = (saga: string, lane: string) =>
    sql`insert into job (id, saga, input, key, lane, state, run_at, queued_at, created_at)
      values (gen_random_uuid(), ${saga}, '{}', ${lane}, ${lane}, 'ready', ${now}, ${now}, ${now})`.execute(old.db);
  await queued('provision', String(provider));
  await queued('capture', `image:${provider}`);
  await queued('end', `end:${provider}`);
  await old.close();

  const store = await openStore(bound(), t.conn);
  onTestFinished(() => store.close());
  expect(store.schemaVersion).toBeGreaterThanOrEqual(2);
  expect(await reservations.find(store.db, live as string)).toMatchObject({
    vcpus: 2,
    memoryMib: 512,
    hold: { start: at(-60), end: at(62) },
    begunAt: at(-60),
    pinned: true,
  });
  // What was queued is counted as it would be now.
  const jobs = await store.db.selectFrom('job').select(['saga', 'slot', 'providerId', 'waiting']).orderBy('saga').execute();
  expect(jobs).toEqual([
    { saga: 'capture', slot: `copy:${provider}`, providerId: provider, waiting: false },
    { saga: 'end', slot: null, providerId: provider, waiting: false },
    { saga: 'provision', slot: `start:${provider}`, providerId: provider, waiting: false },
  ]);
  const held = (from: number, to: number) => peak(store.db, provider as string, { start: at(from), end: at(to) }, { now });
  expect(await held(0, 10)).toEqual({ machines: 2, memoryMiB: 1024, vcpus: 4, storageMiB: 0 });
  expect(await held(62, 90)).toEqual({ machines: 1, memoryMiB: 512, vcpus: 2, storageMiB: 0 });
  const another = { accountId: account, imageId: image, revisionId: revision, providerId: provider } as Record<string, string>;
  const book = (vcpus: number) =>
    store.tx((tx) =>
      reservations.create(tx, {
        ...(another as { accountId: string; imageId: string; revisionId: string; providerId: string }),
        id: randomUUID(),
        machineId: randomUUID(),
        kind: 'lab',
        mode: 'linked',
        during: { start: at(0), end: at(30) },
        hostname: 'h',
        vcpus,
        memoryMiB: 128,
        storageMiB: 0,
        now,
      }),
    );
  await expect(book(5)).rejects.toMatchObject({ code: 'no-capacity', details: { resource: 'vcpus', free: 4 } });
  await book(4);
});
