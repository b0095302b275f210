alter table reservation add column last_seen_at timestamptz, add column idle_told timestamptz;
comment on column reservation.last_seen_at is 'when somebody was last connected through a server, or lengthened it: moved about once a minute while a connection is open; null: nobody yet';
comment on column reservation.idle_told is 'when its people were told that it will be ended for want of use; what is older than last_seen_at counts no longer';
create index reservation_idle on reservation ((greatest(ready_at, last_seen_at))) where state = 'ready';
-- Whoever is there already has not been looked for.
update reservation set last_seen_at = now() where state = 'ready';
