-- expand: a machine has a life of its own and is assigned to a reservation for a span; servers of before go on writing machine.reservation_id,
-- and of what they write the triggers below make assignments

-- The strongest lock first: asked for later, it would wait for who waits for this file.
alter table machine alter column reservation_id drop not null;
comment on column machine.reservation_id is 'for servers of before: whose it was made for, or was assigned to last; `assignment` says whose it is';

create table assignment (
  id bigint generated always as identity primary key,
  machine_id uuid not null references machine (id),
  reservation_id uuid not null references reservation (id),
  since timestamptz not null,
  until timestamptz,
  constraint assignment_order check (until >= since)
);
create unique index assignment_machine_now on assignment (machine_id) where until is null;
create unique index assignment_reservation_now on assignment (reservation_id) where until is null;
create index assignment_machine on assignment (machine_id, id desc);
create index assignment_reservation on assignment (reservation_id);
comment on table assignment is 'Which machine is whose, and was: a machine that has none is nobody''s, and holds room of its own.';
comment on column assignment.id is 'of two of one machine the later one has the higher';
comment on column assignment.since is 'from when it was planned for the reservation, or given to it';
comment on column assignment.until is 'when the machine was gone, or the reservation got another; null while it lasts, also while the machine is kept after an end';

-- A machine that is planned for a reservation is its own from then on; the one that it had before is not any more.
create function assign_planned() returns trigger language plpgsql as $$
begin
  update assignment a set until = greatest(a.since, m.created_at) from made m
    where a.reservation_id = m.reservation_id and a.until is null and m.state <> 'gone';
  insert into assignment (machine_id, reservation_id, since, until)
    select m.id, m.reservation_id, m.created_at, case when m.state = 'gone' then greatest(m.created_at, m.gone_at) end
    from made m where m.reservation_id is not null;
  return null;
end $$;
create trigger machine_assigned after insert on machine referencing new table as made for each statement execute function assign_planned();

-- One that is gone is nobody's.
create function unassign_gone() returns trigger language plpgsql as $$
begin
  update assignment a set until = greatest(a.since, coalesce(new.gone_at, now())) where a.machine_id = new.id and a.until is null;
  return null;
end $$;
create trigger machine_unassigned after update of state on machine for each row
  when (new.state = 'gone' and old.state <> 'gone') execute function unassign_gone();

-- Whose those are that were there before. One that was left behind where a preparation was taken elsewhere is nobody's.
insert into assignment (machine_id, reservation_id, since, until)
  select m.id, m.reservation_id, m.created_at,
    case when m.state = 'gone' or r.machine_id <> m.id or r.state not in ('booked', 'preparing', 'ready', 'ending')
      then greatest(m.created_at, coalesce(m.gone_at, r.ended_at, now())) end
  from machine m join reservation r on r.id = m.reservation_id order by m.created_at, m.id;
