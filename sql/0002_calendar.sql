-- The calendar: reservations for later, what they hold of a provider and from when to when, and maintenance windows.

alter table reservation drop constraint reservation_state_check;
alter table reservation add constraint reservation_state_check
  check (state in ('booked', 'preparing', 'ready', 'ending', 'ended', 'failed'));

-- What a reservation holds is kept with it, since one that is booked has no machine yet. `hold` begins with the preparation,
-- ahead of the start, and ends when the machine should be gone, a little after the end.
alter table reservation
  add column vcpus int,
  add column memory_mib int,
  add column hold tstzrange,
  -- The person named the revision; otherwise the one that is published when the preparation begins is handed out.
  add column pinned boolean not null default true,
  -- When the machine was asked for: its waiting time is counted from here.
  add column begun_at timestamptz;
update reservation r set
  vcpus = coalesce((select m.vcpus from machine m where m.id = r.machine_id), 1),
  memory_mib = coalesce((select m.memory_mib from machine m where m.id = r.machine_id), 1),
  hold = tstzrange(lower(r.during), upper(r.during) + interval '2 minutes'),
  begun_at = r.created_at;
alter table reservation
  alter column vcpus set not null,
  alter column memory_mib set not null,
  alter column hold set not null,
  add constraint reservation_size check (vcpus > 0 and memory_mib > 0),
  add constraint reservation_hold check (not isempty(hold));

alter table reservation drop constraint reservation_machine_once;
alter table reservation add constraint reservation_machine_once exclude using gist (machine_id with =, during with &&)
  where (state in ('booked', 'preparing', 'ready', 'ending'));

-- What is held of a provider in a span of time (promise 7).
create index reservation_hold on reservation using gist (provider_id, hold) where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_due on reservation (lower(hold)) where state = 'booked';
create index reservation_account_live on reservation (account_id, kind) where state in ('booked', 'preparing', 'ready', 'ending');
-- The newest waiting times of an image on a provider: estimates.
create index reservation_waits on reservation (image_id, provider_id, ready_at desc) where ready_at is not null;

-- Spans of time in which nothing new is promised on a provider.
create table closure (
  id uuid primary key,
  provider_id uuid not null references provider (id),
  during tstzrange not null check (not isempty(during) and not lower_inf(during)),
  reason text not null,
  created_by text not null,
  created_at timestamptz not null
);
create index closure_during on closure using gist (provider_id, during);
