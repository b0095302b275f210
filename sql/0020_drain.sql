-- Since when nothing new goes there, while what is there stays; null: it is not being emptied.
alter table provider add column draining_since timestamptz;
