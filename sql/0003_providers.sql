-- Where machines run, how much of it may be promised, and when nothing may.

create table provider (
  id uuid primary key,
  name text not null unique constraint provider_name check (name <> ''),
  kind text not null,
  -- How it is reached.
  server_id uuid,
  connection jsonb,
  secret bytea,
  -- How it is with it.
  enabled boolean not null default true,
  draining_since timestamptz,
  state text not null default 'down' check (state in ('up', 'down', 'disabled')),
  state_reason text,
  state_since timestamptz not null default now(),
  holder_id uuid,
  holder_until timestamptz,
  facts jsonb not null default '{}',
  capabilities jsonb,
  -- Limits that new promises are checked against, under this row's lock (promise 7), and what is held of them by nobody's reservation.
  max_machines int not null check (max_machines >= 0),
  max_memory_mib int not null check (max_memory_mib >= 0),
  max_vcpus int not null check (max_vcpus >= 0),
  max_storage_mib int not null default 0 check (max_storage_mib >= 0),
  held_memory_mib int not null default 0,
  held_vcpus int not null default 0,
  -- Limits of steps.
  start_slots int not null check (start_slots > 0),
  copy_slots int not null default 2 check (copy_slots > 0),
  created_at timestamptz not null,
  constraint provider_secret check (secret is null or connection is not null)
);
comment on table provider is 'Where machines run: a vCenter, an ESXi host, or the QEMU of a server''s host.';
comment on column provider.server_id is 'whose host it is, for the QEMU of a server''s host; null for what any server can reach';
comment on column provider.connection is 'null: the QEMU of the host of a server';
comment on column provider.secret is 'sealed under the key of the installation, bound to the id of the provider';
comment on column provider.draining_since is 'since when nothing new goes there; null: it is not being emptied';
comment on column provider.holder_id is 'the server that watches and reconciles it, until holder_until unless it renews; by the database''s clock';
comment on column provider.capabilities is 'what the driver said when it was open last: promises are made by it while it is down';
comment on column provider.max_storage_mib is 'whole disks of machines in MiB; its masters and what else lies there are not counted';
comment on column provider.held_memory_mib is 'MiB of memory that parts of ours hold which are nobody''s machine, such as frozen parents: nothing new is promised of it';
comment on column provider.held_vcpus is 'virtual CPUs that the same hold';
comment on column provider.start_slots is 'machines that are made or started there at one time, over all servers';
comment on column provider.copy_slots is 'whole copies that are made there at one time, over all servers';

create table closure (
  id uuid primary key,
  provider_id uuid not null references provider (id),
  during tstzrange not null check (not isempty(during) and not lower_inf(during)),
  reason text not null,
  created_by text not null,
  created_at timestamptz not null
);
create index closure_provider on closure (provider_id);
comment on table closure is 'Maintenance: spans in which nothing new is promised on a provider.';
