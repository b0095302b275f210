-- expand: space is promised of each datastore; servers of before promise of their sum alone
alter table datastore add column machines_mib int check (machines_mib >= 0);
alter table datastore add column room_mib int check (room_mib >= 0);
comment on column datastore.machines_mib is 'what machines of ours take of it now, as the hypervisor says; null: it does not say, or it is away';
comment on column datastore.room_mib is 'what may be promised of it in all: what is free but for the reserve, and what our machines took of what is claimed for them; null while it is away';
alter table reservation add column datastore text;
comment on column reservation.datastore is 'whose space its claim counts on, of its provider; null: no one''s, where the provider is one place or nothing is claimed';
alter table machine add column datastore text;
comment on column machine.datastore is 'whose space its disks are counted on, as of its reservation while it is one''s';
create index reservation_datastore_start on reservation (provider_id, datastore, (lower(hold)))
  where datastore is not null and state in ('booked', 'preparing', 'ready', 'ending');
create index reservation_datastore_end on reservation (provider_id, datastore, (coalesce(upper(hold), 'infinity')))
  where datastore is not null and state in ('booked', 'preparing', 'ready', 'ending');

-- As held_hour and held_touched, of each datastore.
create table datastore_hour (
  provider_id uuid not null,
  datastore text not null,
  hour timestamptz not null,
  storage_mib int not null,
  top_storage_mib int not null,
  primary key (provider_id, datastore, hour)
);
comment on table datastore_hour is 'What is claimed of a datastore, hour by hour: each hour by what it changes and how high it rises, over what was claimed just before it.';
create table datastore_touched (provider_id uuid not null, datastore text not null, hour timestamptz not null);
create index datastore_touched_provider on datastore_touched (provider_id);
comment on table datastore_touched is 'Hours whose row in datastore_hour is older than their reservations.';

create function touch_datastore() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.datastore is not null and old.state in ('booked', 'preparing', 'ready', 'ending') then
    insert into datastore_touched select distinct old.provider_id, old.datastore, date_bin('1 hour', t, 'epoch')
      from unnest(array[lower(old.hold), upper(old.hold)]) as t where t is not null;
  end if;
  if tg_op <> 'DELETE' and new.datastore is not null and new.state in ('booked', 'preparing', 'ready', 'ending') then
    insert into datastore_touched select distinct new.provider_id, new.datastore, date_bin('1 hour', t, 'epoch')
      from unnest(array[lower(new.hold), upper(new.hold)]) as t where t is not null;
  end if;
  return null;
end $$;
create trigger reservation_touches_datastore after insert or delete on reservation for each row execute function touch_datastore();
create trigger reservation_touches_datastore_again after update on reservation for each row
  when ((old.provider_id, old.datastore, old.hold, old.storage_mib, old.state in ('booked', 'preparing', 'ready', 'ending'))
    is distinct from
    (new.provider_id, new.datastore, new.hold, new.storage_mib, new.state in ('booked', 'preparing', 'ready', 'ending')))
  execute function touch_datastore();
