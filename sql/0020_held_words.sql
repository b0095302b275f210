-- expand: words alone
comment on column provider.held_memory_mib is 'MiB of memory that is no machine''s of ours: frozen parents, and on vSphere what others run there and HA keeps back; nothing new is promised of it';
