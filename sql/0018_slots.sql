-- What a run takes of its provider's slots while its step is at work, `start:PROVIDER` or `copy:PROVIDER`; null for what needs none.
alter table job add column slot text;
-- It only waits for something: it takes no place of a worker, and is taken up again at once by another.
alter table job add column waiting boolean not null default false;
-- Whose it is: people take turns at slots. Null for what nobody waits for.
alter table job add column owner text;
-- Where it works; null for what any server can do.
alter table job add column provider_id uuid;
update job set provider_id = substring(lane from '[0-9a-f-]{36}$')::uuid
  where state in ('ready', 'running', 'stuck') and lane ~ '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
update job set slot = case when starts_with(lane, 'image:') then 'copy:' else 'start:' end || provider_id
  where provider_id is not null and (starts_with(lane, 'image:') and saga <> 'remove-revision' or lane = provider_id::text);
alter table provider add column copy_slots int not null default 2 check (copy_slots > 0);
drop index job_claim;
drop index job_running;
create index job_in_line on job (slot, priority desc, run_at, id) where state = 'ready' and slot is not null;
create index job_free on job (priority desc, run_at, id) where state = 'ready' and slot is null;
create index job_slot_taken on job (slot) where state = 'running' and slot is not null;
