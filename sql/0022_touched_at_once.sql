-- expand: the notes for held_hour and datastore_hour are taken once for all reservations that a statement makes; a class makes thousands at the same hours

create function touch_made() returns trigger language plpgsql as $$
begin
  insert into held_touched
    select distinct m.provider_id, date_bin('1 hour', t, 'epoch')
    from made m, unnest(array[lower(m.hold), upper(m.hold)]) as t
    where t is not null and m.state in ('booked', 'preparing', 'ready', 'ending');
  insert into datastore_touched
    select distinct m.provider_id, m.datastore, date_bin('1 hour', t, 'epoch')
    from made m, unnest(array[lower(m.hold), upper(m.hold)]) as t
    where t is not null and m.datastore is not null and m.state in ('booked', 'preparing', 'ready', 'ending');
  return null;
end $$;

-- Those of before stay for what is deleted, and for updates: these are of one row, and most of them change nothing that is held.
create or replace trigger reservation_touches after delete on reservation for each row execute function touch_held();
create or replace trigger reservation_touches_datastore after delete on reservation for each row execute function touch_datastore();
create trigger reservation_touches_made after insert on reservation referencing new table as made for each statement execute function touch_made();
