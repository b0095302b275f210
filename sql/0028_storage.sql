-- Storage is promised as memory and processors are: what a machine's own whole disks may come to take. A machine that stands on its image's
-- disks holds none: what it will write is not known, and its provider's datastores are looked at when it is made.

alter table provider add column max_storage_mib int not null default 0 check (max_storage_mib >= 0);
alter table reservation add column storage_mib int not null default 0 check (storage_mib >= 0);
alter table machine add column storage_mib int not null default 0 check (storage_mib >= 0);
alter table held_hour
  add column storage_mib int not null default 0,
  add column top_storage_mib int not null default 0;

-- Of a provider that has not been opened since: all that there can be, so that nothing promised is refused meanwhile.
update provider set max_storage_mib = 2147483647 where max_machines > 0;
update reservation r set storage_mib = m.mib
  from (select revision_id, least(ceil(max(virtual_bytes) / 1048576.0), 2147483647)::int as mib from master group by revision_id) m
  where m.revision_id = r.revision_id and r.state in ('booked', 'preparing', 'ready', 'ending')
    and (r.mode = 'full' or exists (select from machine x where x.id = r.machine_id and x.unlinked_at is not null));
update machine x set storage_mib = r.storage_mib from reservation r where r.machine_id = x.id and x.state <> 'gone';

drop trigger reservation_touches_again on reservation;
create trigger reservation_touches_again after update on reservation for each row
  when ((old.provider_id, old.hold, old.vcpus, old.memory_mib, old.storage_mib, old.state in ('booked', 'preparing', 'ready', 'ending'))
    is distinct from
    (new.provider_id, new.hold, new.vcpus, new.memory_mib, new.storage_mib, new.state in ('booked', 'preparing', 'ready', 'ending')))
  execute function touch_held();

insert into held_touched
  select distinct provider_id, date_bin('1 hour', t, 'epoch')
  from reservation cross join lateral unnest(array[lower(hold), upper(hold)]) as t
  where state in ('booked', 'preparing', 'ready', 'ending') and storage_mib > 0 and t is not null;

comment on column provider.max_storage_mib is 'whole disks of machines in MiB; its masters and what else lies there are not counted';
comment on column reservation.storage_mib is 'what whole disks of its machine''s own may come to take; 0: it stands on its image''s';
comment on column machine.storage_mib is 'as of its reservation when it was planned or un-linked';
