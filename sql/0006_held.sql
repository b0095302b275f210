-- What is held of a provider, hour by hour: a question about years reads a row an hour instead of every reservation. An hour counts by the
-- changes in it alone, so that one reservation touches two of them however long it is (src/store/held.ts).

create table held_hour (
  provider_id uuid not null,
  hour timestamptz not null,
  -- What the hour adds, all in all, to what was held just before it.
  machines int not null,
  vcpus int not null,
  memory_mib int not null,
  storage_mib int not null default 0,
  -- The most that is held at a moment of the hour, over what was held just before it; below zero where the hour begins with ends.
  top_machines int not null,
  top_vcpus int not null,
  top_memory_mib int not null,
  top_storage_mib int not null default 0,
  primary key (provider_id, hour)
);
comment on table held_hour is 'What is held of a provider, hour by hour: kept so that a question about years reads a row an hour.';

-- Written by whoever changes a reservation, without a lock; taken away by whoever counts such an hour anew, under the provider's row lock.
-- No foreign key: that would wait for this lock.
create table held_touched (provider_id uuid not null, hour timestamptz not null);
create index held_touched_provider on held_touched (provider_id);
comment on table held_touched is 'Hours whose row in held_hour is older than their reservations.';

create function touch_held() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' and old.state in ('booked', 'preparing', 'ready', 'ending') then
    insert into held_touched select distinct old.provider_id, date_bin('1 hour', t, 'epoch')
      from unnest(array[lower(old.hold), upper(old.hold)]) as t where t is not null;
  end if;
  if tg_op <> 'DELETE' and new.state in ('booked', 'preparing', 'ready', 'ending') then
    insert into held_touched select distinct new.provider_id, date_bin('1 hour', t, 'epoch')
      from unnest(array[lower(new.hold), upper(new.hold)]) as t where t is not null;
  end if;
  return null;
end $$;

create trigger reservation_touches after insert or delete on reservation for each row execute function touch_held();
create trigger reservation_touches_again after update on reservation for each row
  when ((old.provider_id, old.hold, old.vcpus, old.memory_mib, old.storage_mib, old.state in ('booked', 'preparing', 'ready', 'ending'))
    is distinct from
    (new.provider_id, new.hold, new.vcpus, new.memory_mib, new.storage_mib, new.state in ('booked', 'preparing', 'ready', 'ending')))
  execute function touch_held();
