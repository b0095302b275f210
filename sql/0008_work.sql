-- Durable work: one row is one run of a saga. `fence` grows with every claim and is checked on every write of a worker.

create table job (
  id uuid primary key,
  saga text not null,
  input jsonb not null,
  key text not null,
  owner text,
  priority int not null default 0,
  -- Where it may be done, and what it takes of its provider meanwhile.
  lane text not null,
  provider_id uuid,
  server_id uuid,
  slot text,
  state text not null check (state in ('ready', 'running', 'done', 'undone', 'stuck')),
  direction text not null default 'do' check (direction in ('do', 'undo')),
  waiting boolean not null default false,
  cancel_asked boolean not null default false,
  progress jsonb,
  error jsonb,
  run_at timestamptz not null,
  queued_at timestamptz not null,
  attempt int not null default 0,
  waits int not null default 0,
  -- Who is at work on it.
  fence bigint not null default 0,
  worker text,
  lease_until timestamptz,
  lease_ms int,
  created_at timestamptz not null,
  finished_at timestamptz
);
create unique index job_key_live on job (key) where state in ('ready', 'running', 'stuck');
create index job_in_line on job (slot, priority desc, run_at, id) where state = 'ready' and slot is not null;
create index job_free on job (priority desc, run_at, id) where state = 'ready' and slot is null;
create index job_slot_taken on job (slot) where state = 'running' and slot is not null;
-- Work that only clears away (ends, cancels, undos) is claimed over all lanes, by places of its own.
create index job_clearing on job (priority desc, run_at, id)
  where state = 'ready' and (starts_with(lane, 'end:') or cancel_asked or direction = 'undo');
create index job_created on job (created_at desc, id);
create index job_state on job (state, created_at desc, id);
-- What may be forgotten.
create index job_over on job (finished_at) where state in ('done', 'undone');
comment on table job is 'Durable work: one row is one run of a saga.';
comment on column job.key is 'at most one live run has it';
comment on column job.owner is 'whose it is: people take turns at slots; null for what nobody waits for';
comment on column job.lane is 'what it is counted and shown with';
comment on column job.provider_id is 'where it works; null for what any server can do';
comment on column job.server_id is 'the only server that can do it: what it works on lies there; null for any';
comment on column job.slot is 'what it takes of its provider''s slots while its step is at work, `start:PROVIDER` or `copy:PROVIDER`; null: nothing';
comment on column job.waiting is 'it only waits for something, and takes no place of a worker';
comment on column job.progress is 'what the step that is at work says of itself, `{text, fraction}`; null: nothing yet';
comment on column job.run_at is 'due from then on, and also when the clock reads earlier than queued_at: a wall clock set back delays nothing';
comment on column job.attempt is 'claims since the last step that went well: one that kills its worker is noticed';
comment on column job.waits is 'pauses in a row for a reason that passes (its provider or the store does not answer): they use up no tries';
comment on column job.fence is 'grows with every claim, and is checked on every write of a worker';
comment on column job.lease_until is 'for people: what counts is whether heartbeats move it, by the watcher''s monotonic clock';

create table job_step (
  job_id uuid not null references job (id) on delete cascade,
  seq int not null,
  name text not null,
  state text not null check (state in ('started', 'done', 'undone')),
  output jsonb,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (job_id, seq)
);
comment on table job_step is 'The steps of a run, with what each gave.';
comment on column job_step.state is '`started` is written before the step acts: after a crash it must be run again or undone';
