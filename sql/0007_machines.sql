-- What there is of machines, and with the gone ones the proof of their delete.

create table machine (
  id uuid primary key,
  reservation_id uuid not null references reservation (id),
  provider_id uuid not null references provider (id),
  revision_id uuid not null references revision (id),
  mode text not null,
  state text not null check (state in ('planned', 'building', 'running', 'stopped', 'destroying', 'gone', 'lost')),
  -- The words are those of src/core/condition.ts.
  condition text check (condition in ('out-of-space', 'suspended', 'frozen', 'question', 'unreachable', 'crashed')),
  condition_since timestamptz,
  vcpus int not null check (vcpus > 0),
  memory_mib int not null check (memory_mib > 0),
  storage_mib int not null default 0 check (storage_mib >= 0),
  address jsonb,
  host_keys jsonb,
  before_delete jsonb,
  proof jsonb,
  created_at timestamptz not null,
  unlinked_at timestamptz,
  gone_at timestamptz,
  constraint machine_condition_since check ((condition is null) = (condition_since is null))
);
create index machine_newest on machine (created_at desc, id desc);
create index machine_newest_there on machine (created_at desc, id desc) where state <> 'gone';
create index machine_reservation on machine (reservation_id);
create index machine_capacity on machine (provider_id) where state <> 'gone';
create index machine_revision on machine (revision_id) where state <> 'gone';
-- For the reconciler: what went a moment ago.
create index machine_gone on machine (provider_id, gone_at) where state = 'gone';
comment on table machine is 'Machines that were promised or made, and with the gone ones the proof of their delete.';
comment on column machine.reservation_id is 'for whom it was made';
comment on column machine.condition is 'what is the matter with one that is there and does not do its work; null: nothing';
comment on column machine.storage_mib is 'as of its reservation when it was planned or un-linked';
comment on column machine.before_delete is 'what it stood on, read before its delete: a crash after that leaves a proof that can be made whole';
comment on column machine.proof is 'of its delete: what was removed, and that what it stood on is there still';
comment on column machine.unlinked_at is 'when it was given disks of its own, which stand on no master: it needs its revision no more, and its mode is full; null: it has those that it was made with';

-- The id is the name by which the provider knows it.
create table checkpoint (
  id uuid primary key,
  machine_id uuid not null references machine (id) on delete cascade,
  name text not null check (name <> ''),
  description text not null,
  state text not null check (state in ('making', 'there')),
  created_by text not null,
  created_at timestamptz not null,
  unique (machine_id, name)
);
comment on table checkpoint is 'What people can take their machines back to.';
comment on column checkpoint.state is '`making`: asked for, and counted already; gone again if it cannot be made';

-- A row goes in the transaction that records the proof.
create table deletion (
  provider_id uuid not null references provider on delete cascade,
  subject_id text not null,
  kind text not null check (kind in ('machine', 'master')),
  before jsonb not null,
  primary key (provider_id, subject_id)
);
comment on table deletion is 'Deletes of what has no machine row, begun and not yet recorded.';
comment on column deletion.before is 'what it stood on, read before: a crash in between leaves a proof that can be made whole';
