-- What happened, for people who follow it, and who changed what, for people who ask later.

create table event (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  account_id uuid,
  kind text not null,
  subject_id uuid not null,
  body jsonb not null
);
create index event_at on event (at);
create index event_account on event (account_id, id);
-- Few are of images: with this, one account's events and these are found without reading those of others.
create index event_of_all on event (id) where kind = 'image';
comment on table event is 'What happened, for those who follow it.';
comment on column event.account_id is 'null: for operators only; for everybody where the kind is image';

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject_kind text not null,
  subject_id text not null,
  detail jsonb not null
);
create index audit_subject on audit (subject_id, id);
comment on table audit is 'Who changed what.';
