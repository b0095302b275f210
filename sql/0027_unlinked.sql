alter table machine add column unlinked_at timestamptz;
comment on column machine.unlinked_at is 'when it was given disks of its own, which stand on no master: it needs its revision no more, and its mode is full; null: it has those that it was made with';
