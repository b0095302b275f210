-- expand: what the largest of a provider's datastores holds, which bounds the disks of one machine; servers of before look at the sum alone
alter table provider add column largest_storage_mib int check (largest_storage_mib >= 0);
comment on column provider.largest_storage_mib is 'what the largest of its datastores that may be used holds, in MiB: nothing new is promised whose disks are counted with more; null: it is one place, or nobody told';
