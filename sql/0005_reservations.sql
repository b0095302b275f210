-- Who has what, and when. What a reservation holds is kept with it, since one that is booked has no machine yet.

create table series (
  id uuid primary key,
  account_id uuid not null references account (id),
  image_id uuid not null references image (id),
  rule text not null,
  zone text not null,
  starts_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index series_account on series (account_id, created_at desc);
create index series_newest on series (created_at desc, id desc);
comment on table series is 'Rules (RFC 5545) that were expanded into reservations, promised together.';
comment on column series.starts_at is 'DTSTART; the first occurrence may be later';

create table reservation (
  id uuid primary key,
  account_id uuid not null references account (id),
  image_id uuid not null references image (id),
  revision_id uuid not null references revision (id),
  pinned boolean not null default true,
  provider_id uuid not null references provider (id),
  machine_id uuid not null,
  series_id uuid references series (id),
  kind text not null check (kind in ('lab', 'long', 'imaging', 'server')),
  mode text not null check (mode in ('linked', 'full', 'instant')),
  hostname text not null,
  labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object'),
  -- Where it stands.
  state text not null check (state in ('booked', 'preparing', 'ready', 'ending', 'ended', 'failed')),
  stage text not null,
  stage_text text not null default '',
  notes jsonb not null default '[]',
  failure jsonb,
  placement text,
  tried jsonb not null default '[]',
  proof jsonb,
  -- Its time, and what it holds of its provider.
  during tstzrange not null check (not isempty(during)),
  hold tstzrange not null,
  vcpus int not null,
  memory_mib int not null,
  storage_mib int not null default 0 check (storage_mib >= 0),
  disk_mib int check (disk_mib > 0),
  credential bytea,
  -- What happened when.
  created_at timestamptz not null,
  begun_at timestamptz,
  ready_at timestamptz,
  connected_at timestamptz,
  last_seen_at timestamptz,
  idle_told timestamptz,
  end_told timestamptz,
  guest_told timestamptz,
  end_asked_at timestamptz,
  ended_at timestamptz,
  kept_until timestamptz,
  constraint reservation_size check (vcpus > 0 and memory_mib > 0),
  constraint reservation_hold check (not isempty(hold)),
  -- A second wall: no machine is promised twice. Promise 7 stands on the provider's row lock and reservation_hold, since a GiST index was
  -- once seen to leave rows out (docs/spec/reservation.md).
  constraint reservation_machine_once exclude using gist (machine_id with =, during with &&)
    where (state in ('booked', 'preparing', 'ready', 'ending'))
);
comment on table reservation is 'A person''s claim on a machine of an image for a span of time, with what it holds of its provider.';
comment on column reservation.pinned is 'the person named the revision; otherwise the one that is published when the preparation begins is lent';
comment on column reservation.machine_id is 'its machine, or the one that will be made for it';
comment on column reservation.labels is 'words that people put on it, key to value; at most 16';
comment on column reservation.placement is 'why it is where it is; null: there was one place only';
comment on column reservation.tried is 'list of {providerId, provider, code, message}: where its preparation failed for a reason of the place; each once';
comment on column reservation.proof is 'it is made to see whether its revision can be lent; null: it is somebody''s';
comment on column reservation.during is 'the time that was asked for';
comment on column reservation.hold is 'from the beginning of the preparation to a little after the end';
comment on column reservation.storage_mib is 'what whole disks of its machine''s own may come to take; 0: it stands on its image''s';
comment on column reservation.disk_mib is 'how large its machine''s first disk is to be at least; null: as its image''s';
comment on column reservation.credential is 'AES-256-GCM under the key of the installation; null until somebody connects (promise 8)';
comment on column reservation.begun_at is 'when its machine was asked for: waiting times are counted from here';
comment on column reservation.connected_at is 'when somebody first connected to its machine, or asked for its screen; null: nobody has';
comment on column reservation.last_seen_at is 'when somebody was last connected through a server, or lengthened it: moved about once a minute while a connection is open; null: nobody yet';
comment on column reservation.idle_told is 'when its people were told that it will be ended for want of use; what is older than last_seen_at counts no longer';
comment on column reservation.end_told is 'the end of which its people were told that it is near; another end is told of again';
comment on column reservation.guest_told is 'the end of which a word was shown in its guest, or tried to be';
comment on column reservation.kept_until is 'until when its machine is kept after the end, switched off, so that the end can be taken back';

-- Each hot query has an index that gives its rows in its order and reads no others, with years of use in the store.
-- Lists, newest first; those that are live by themselves, since most are over.
create index reservation_newest on reservation (created_at desc, id desc);
create index reservation_newest_live on reservation (created_at desc, id desc) where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_account on reservation (account_id, created_at desc, id desc);
create index reservation_account_live on reservation (account_id, kind) where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_series on reservation (series_id) where series_id is not null;
-- What stands on a revision, booked or past.
create index reservation_revision on reservation (revision_id, state);
-- What is held, and what was asked for, of a provider or an image in a span of time: by the two ends.
create index reservation_hold on reservation (provider_id, (coalesce(upper(hold), 'infinity')), (lower(hold)))
  where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_hold_start on reservation (provider_id, (lower(hold))) where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_hold_image on reservation (image_id, (coalesce(upper(hold), 'infinity')), (lower(hold)))
  where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_asked on reservation (provider_id, (coalesce(upper(during), 'infinity')), (lower(during)))
  where state in ('booked', 'preparing', 'ready', 'ending');
-- What the clock asks for: what begins, what is over, what nobody uses, what is kept for a while.
create index reservation_due on reservation (lower(hold)) where state = 'booked';
create index reservation_over on reservation (upper(during)) where state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_unused on reservation (ready_at) where state = 'ready' and connected_at is null;
create index reservation_idle on reservation ((greatest(ready_at, last_seen_at))) where state = 'ready';
create index reservation_kept on reservation (provider_id, kept_until) where kept_until is not null;
-- For the reconciler.
create index reservation_under_way on reservation (id) where state in ('preparing', 'ending');
-- Estimates: the newest waiting times of an image on a provider, by mode.
create index reservation_waits on reservation (image_id, provider_id, mode, ready_at desc) where ready_at is not null;
