-- The store's first schema: people, providers, images, reservations, machines, durable work, events, audit.
-- Never edited once landed: a change is a new numbered file.

create extension if not exists btree_gist;

create table setting (
  key text primary key,
  value jsonb not null
);

create table account (
  id uuid primary key,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9._@-]{0,62}[a-z0-9])?$'),
  role text not null check (role in ('user', 'admin')),
  created_at timestamptz not null
);

-- Tokens are kept as SHA-256 only: whoever reads this table cannot sign in with it.
create table token (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  hash bytea not null unique,
  label text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);

create table provider (
  id uuid primary key,
  name text not null unique,
  kind text not null,
  -- Limits that new promises are checked against, under this row's lock (promise 7).
  max_machines int not null check (max_machines >= 0),
  max_memory_mib int not null check (max_memory_mib >= 0),
  max_vcpus int not null check (max_vcpus >= 0),
  -- Saga runs that may work on this provider at one time, held in the queue's claim.
  start_slots int not null check (start_slots > 0),
  facts jsonb not null default '{}',
  created_at timestamptz not null
);

create table image (
  id uuid primary key,
  name text not null unique,
  description text not null default '',
  owner_id uuid not null references account (id),
  created_at timestamptz not null
);

create table revision (
  id uuid primary key,
  image_id uuid not null references image (id) on delete cascade,
  number int not null check (number > 0),
  state text not null check (state in ('preparing', 'draft', 'published', 'retired', 'failed')),
  source jsonb not null,
  -- The revision that a capture started from.
  parent_id uuid references revision (id) on delete set null,
  profile jsonb,
  facts jsonb not null default '{}',
  failure jsonb,
  created_by uuid not null references account (id),
  created_at timestamptz not null,
  published_at timestamptz,
  unique (image_id, number)
);
-- At most one revision of an image is handed out.
create unique index revision_published on revision (image_id) where state = 'published';

-- A revision's golden disks on one provider, with the hash that `image verify` holds them against (promise 1).
create table master (
  revision_id uuid not null references revision (id) on delete cascade,
  provider_id uuid not null references provider (id),
  files jsonb not null,
  virtual_bytes bigint not null,
  sealed_at timestamptz not null,
  primary key (revision_id, provider_id)
);

create table reservation (
  id uuid primary key,
  account_id uuid not null references account (id),
  image_id uuid not null references image (id),
  revision_id uuid not null references revision (id),
  provider_id uuid not null references provider (id),
  machine_id uuid not null,
  kind text not null check (kind in ('lab', 'long', 'imaging', 'server')),
  mode text not null check (mode in ('linked', 'full', 'instant')),
  state text not null check (state in ('preparing', 'ready', 'ending', 'ended', 'failed')),
  stage text not null,
  stage_text text not null default '',
  during tstzrange not null check (not isempty(during)),
  hostname text not null,
  notes jsonb not null default '[]',
  failure jsonb,
  -- AES-256-GCM under the installation's key file; null until somebody connects (promise 8).
  credential bytea,
  created_at timestamptz not null,
  ready_at timestamptz,
  end_asked_at timestamptz,
  ended_at timestamptz,
  -- No machine is promised twice (promise 7).
  constraint reservation_machine_once exclude using gist (machine_id with =, during with &&) where (state in ('preparing', 'ready', 'ending'))
);
create index reservation_live on reservation (upper(during)) where state in ('preparing', 'ready', 'ending');
create index reservation_account on reservation (account_id, created_at desc);

create table machine (
  id uuid primary key,
  reservation_id uuid not null references reservation (id),
  provider_id uuid not null references provider (id),
  revision_id uuid not null references revision (id),
  mode text not null,
  state text not null check (state in ('planned', 'building', 'running', 'stopped', 'destroying', 'gone', 'lost')),
  vcpus int not null check (vcpus > 0),
  memory_mib int not null check (memory_mib > 0),
  address jsonb,
  host_keys jsonb,
  proof jsonb,
  created_at timestamptz not null,
  gone_at timestamptz
);
create index machine_capacity on machine (provider_id) where state <> 'gone';
create index machine_revision on machine (revision_id) where state <> 'gone';

-- Durable work: one row is one run of a saga. `fence` grows with every claim and is checked on every write of a worker.
create table job (
  id uuid primary key,
  saga text not null,
  input jsonb not null,
  -- At most one live run per key.
  key text not null,
  lane text not null,
  priority int not null default 0,
  state text not null check (state in ('ready', 'running', 'done', 'undone', 'stuck')),
  direction text not null default 'do' check (direction in ('do', 'undo')),
  -- Due from `run_at` on, and also when the clock reads earlier than `queued_at`: a wall clock set back delays nothing.
  run_at timestamptz not null,
  queued_at timestamptz not null,
  -- Claims since the last step that went well, so that a job which kills its worker is noticed.
  attempt int not null default 0,
  fence bigint not null default 0,
  worker text,
  -- Moved by every heartbeat. Whether it stands still is what counts, measured by the watcher's monotonic clock; its value is for people.
  lease_until timestamptz,
  lease_ms int,
  cancel_asked boolean not null default false,
  error jsonb,
  created_at timestamptz not null,
  finished_at timestamptz
);
create unique index job_key_live on job (key) where state in ('ready', 'running', 'stuck');
create index job_claim on job (lane, priority desc, run_at, id) where state = 'ready';
create index job_running on job (lane) where state = 'running';
create index job_created on job (created_at desc, id);

create table job_step (
  job_id uuid not null references job (id) on delete cascade,
  seq int not null,
  name text not null,
  -- `started` is written before the step acts: after a crash it must be run again or undone.
  state text not null check (state in ('started', 'done', 'undone')),
  output jsonb,
  started_at timestamptz not null,
  finished_at timestamptz,
  primary key (job_id, seq)
);

-- What browsers and `carrel reserve` follow; account_id null = for operators only.
create table event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  account_id uuid,
  kind text not null,
  subject_id uuid not null,
  body jsonb not null
);
create index event_at on event (at);
create index event_account on event (account_id, id);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  detail jsonb not null
);
create index audit_subject on audit (subject_kind, subject_id, id);
