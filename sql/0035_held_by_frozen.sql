-- expand: what frozen parents hold of a provider; servers of before write none and promise it
alter table provider
  add column held_memory_mib int not null default 0,
  add column held_vcpus int not null default 0;
comment on column provider.held_memory_mib is 'MiB of memory that parts of ours hold which are nobody''s machine, such as frozen parents: nothing new is promised of it';
comment on column provider.held_vcpus is 'virtual CPUs that the same hold';
