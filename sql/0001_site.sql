-- The baseline, 0001 to 0009, each file with one theme. None is edited once landed: from here on a change is a new file with the next number, and
-- one that only adds says so in its first line (src/store/migrate.ts).

-- A range and an equality in one exclusion constraint (0005).
create extension if not exists btree_gist;

create table setting (
  key text primary key,
  value jsonb not null
);
comment on table setting is 'Settings of the site that people change, such as its rules.';

-- One installation, and the fingerprint of the key under which its credentials are sealed: a process that brings another would take what it
-- does not know for lost.
create table installation (
  one boolean primary key default true check (one),
  id uuid not null,
  key_fingerprint text not null,
  created_at timestamptz not null
);
comment on table installation is 'Whose store this is: one row. A process that brings another id or key is refused.';

create table server (
  id uuid primary key,
  name text not null,
  version text not null,
  url text,
  fingerprint256 text,
  pid int not null,
  started_at timestamptz not null,
  beat_at timestamptz not null,
  stopped_at timestamptz
);
comment on table server is 'Every `carrel serve` that ever served this store, one for each data directory.';
comment on column server.url is 'where the others and people reach it';
comment on column server.fingerprint256 is 'SHA-256 of the certificate that it shows, hex; null where it serves plain HTTP, or behind a proxy that has its own';
comment on column server.beat_at is 'by the database''s clock, a few seconds apart while it lives';
comment on column server.stopped_at is 'it let go of everything; null while it serves, or when it ended without a word';
