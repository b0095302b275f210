-- Repeating reservations: a series is a rule (RFC 5545) that was expanded into reservations of its own, all promised at once.

create table series (
  id uuid primary key,
  account_id uuid not null references account (id),
  image_id uuid not null references image (id),
  rule text not null,
  zone text not null,
  -- DTSTART; the first occurrence may be later.
  starts_at timestamptz not null,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index series_account on series (account_id, created_at desc);
alter table reservation add column series_id uuid references series (id);
create index reservation_series on reservation (series_id) where series_id is not null;
