-- Until when the machine of one that was ended is kept, switched off, so that the end can be taken back. Null: it is not kept.
alter table reservation add column kept_until timestamptz;
create index reservation_kept on reservation (provider_id, kept_until) where kept_until is not null;
