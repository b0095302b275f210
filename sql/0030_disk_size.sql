-- A machine may get a larger first disk than its image's.

alter table reservation add column disk_mib int check (disk_mib > 0);
comment on column reservation.disk_mib is 'how large its machine''s first disk is to be at least; null: as its image''s';
