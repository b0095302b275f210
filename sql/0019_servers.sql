-- Every `carrel serve` that ever served this store: one for each data directory.
create table server (
  id uuid primary key,
  name text not null,
  version text not null,
  -- Where the others and people reach it.
  url text,
  pid int not null,
  started_at timestamptz not null,
  -- By the database's clock, a few seconds apart while it lives.
  beat_at timestamptz not null,
  -- It let go of everything; null while it serves, or when it ended without a word.
  stopped_at timestamptz
);
-- Whose host it is, for the QEMU of a server's host; null for what any server can reach.
alter table provider add column server_id uuid;
-- The one server that watches and reconciles it, until then unless it renews; by the database's clock.
alter table provider add column holder_id uuid;
alter table provider add column holder_until timestamptz;
-- The only server that can do it: what it works on lies there. Null for any.
alter table job add column server_id uuid;
