alter table reservation add column connected_at timestamptz, add column end_told timestamptz;
comment on column reservation.connected_at is 'when somebody first connected to its machine, or asked for its screen; null: nobody has';
comment on column reservation.end_told is 'the end of which its people were told that it is near; another end is told of again';
create index reservation_unused on reservation (ready_at) where state = 'ready' and connected_at is null;
-- Whoever is there already is not asked to show it.
update reservation set connected_at = ready_at where state = 'ready';
