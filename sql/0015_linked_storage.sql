-- expand: machines that stand on their image's disks are counted with a share of them; servers of before count none
alter table provider add column linked_storage_percent int not null default 5 check (linked_storage_percent between 0 and 100);
comment on column provider.linked_storage_percent is 'so much of the size of their disks is counted of machines that stand on their image''s, of promises made from then on';
comment on column provider.max_storage_mib is 'what disks of machines may come to take, in MiB; its masters and what else lies there are not counted';
comment on column reservation.storage_mib is 'what the disks of its machine are counted with: as a whole where they are its own, else the share of its provider';
