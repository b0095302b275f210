/** Fills a store with a past and a future by SQL: as many rows as years of use would leave, in moments. */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../src/store/schema.ts';

export interface Fill {
  /** Reservations that are over, each with its machine, its job and its events. */
  past: number;
  /** Reservations for later, an hour each, spread over a year from tomorrow on. */
  booked: number;
  accounts: number;
  audit: number;
}

export interface Filled {
  providerId: string;
  imageId: string;
  revisionId: string;
  /** Whom some of what is booked belongs to. */
  accountId: string;
}

/** Puts rows beside what is there; statistics are up to date afterwards. The provider gets room for it all. */
export function fill(db: Db, of: Filled, counts: Fill): Promise<void> {
  // One connection: its temporary tables are seen by no other.
  return db.connection().execute((one) => fillBy(one, of, counts));
}

async function fillBy(db: Db, of: Filled, { past, booked, accounts, audit }: Fill): Promise<void> {
  const run = (query: RawBuilder<unknown>) => query.execute(db);
  await run(
    sql`update provider set max_machines = 1000000, max_memory_mib = 2000000000, max_vcpus = 4000000, max_storage_mib = 2000000000`,
  );
  await run(sql`insert into account (id, name, role, created_at)
    select gen_random_uuid(), 'person-' || md5(random()::text || n), 'user', now() from generate_series(1, ${accounts}::int) n`);
  await run(sql`create temp table if not exists filled_account as select 0::bigint as n, id from account limit 0`);
  await run(sql`truncate filled_account`);
  await run(
    sql`insert into filled_account select row_number() over () - 1, id from account where name like 'person-%' or id = ${of.accountId}::uuid`,
  );
  await run(sql`insert into token (id, account_id, hash, label, created_at)
    select gen_random_uuid(), id, sha256(id::text::bytea), 'filled', now() from filled_account on conflict do nothing`);
  await run(sql`insert into series (id, account_id, image_id, rule, zone, starts_at, created_at)
    select gen_random_uuid(), id, ${of.imageId}::uuid, 'FREQ=DAILY;COUNT=2', 'UTC', now(), now() - n * interval '1 hour' from filled_account
    where n < 2000`);
  await run(
    sql`create temp table if not exists filled as select 0 as n, id, id as machine_id, account_id, created_at from reservation limit 0`,
  );
  await run(sql`truncate filled`);
  const people = sql`(select count(*) from filled_account)`;
  await run(sql`insert into filled select g, gen_random_uuid(), gen_random_uuid(), a.id, now() - interval '1 day' - g * interval '31 seconds'
    from generate_series(1, ${past}::int) g join filled_account a on a.n = g % ${people}`);
  await run(sql`
    insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold, hostname,
      vcpus, memory_mib, created_at, begun_at, ready_at, ended_at)
    select id, account_id, ${of.imageId}::uuid, ${of.revisionId}::uuid, ${of.providerId}::uuid, machine_id, 'lab', 'linked', 'ended', 'gone',
      tstzrange(created_at, created_at + interval '1 hour'), tstzrange(created_at, created_at + interval '62 minutes'), 'golden-' || n, 1, 256,
      created_at, created_at, created_at + interval '5 seconds', created_at + interval '1 hour' from filled`);
  await run(sql`
    insert into machine (id, reservation_id, provider_id, revision_id, mode, state, vcpus, memory_mib, created_at, gone_at)
    select machine_id, id, ${of.providerId}::uuid, ${of.revisionId}::uuid, 'linked', 'gone', 1, 256, created_at, created_at + interval '1 hour'
    from filled`);
  await run(sql`
    insert into job (id, saga, input, key, lane, state, run_at, queued_at, created_at, finished_at)
    select gen_random_uuid(), 'provision', jsonb_build_object('reservationId', id, 'machineId', machine_id), 'provision:' || id,
      ${of.providerId}, 'done', created_at, created_at, created_at, created_at + interval '5 seconds' from filled`);
  await run(sql`
    insert into job_step (job_id, seq, name, state, started_at, finished_at)
    select id, 0, 'clone', 'done', created_at, finished_at from job where key like 'provision:%' and not exists (select from job_step where job_id = job.id)`);
  await run(sql`
    insert into event (at, account_id, kind, subject_id, body)
    select created_at, account_id, 'reservation', id, '{"state": "ended", "stage": "gone"}' from filled order by n desc`);
  await run(sql`
    insert into reservation (id, account_id, image_id, revision_id, provider_id, machine_id, kind, mode, state, stage, during, hold, hostname,
      vcpus, memory_mib, created_at)
    select gen_random_uuid(), a.id, ${of.imageId}::uuid, ${of.revisionId}::uuid, ${of.providerId}::uuid, gen_random_uuid(), 'lab', 'linked',
      'booked', 'booked', tstzrange(s, s + interval '1 hour'), tstzrange(s - interval '1 minute', s + interval '62 minutes'), 'golden-b' || b.n, 1,
      256, now() - b.n * interval '1 second'
    from (select n, date_trunc('minute', now()) + interval '1 day' + n * (interval '365 days' / ${booked}::int) as s
      from generate_series(1, ${booked}::int) n) b join filled_account a on a.n = b.n % ${people}`);
  await run(sql`
    insert into audit (at, actor, action, subject_kind, subject_id, detail)
    select now() - n * interval '1 second', 'ada', 'reservation.made', 'reservation', gen_random_uuid()::text, '{}'
    from generate_series(1, ${audit}::int) n`);
  await run(sql`drop table filled`);
  await run(sql`drop table filled_account`);
  await run(sql`analyze`);
}
