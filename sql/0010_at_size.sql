-- With years of use in the store: each hot query has an index that gives its rows in its order, and reads no others.

-- Lists, newest first, of everybody and of one person; live ones by themselves, since most are over.
create index reservation_newest on reservation (created_at desc, id desc);
create index reservation_newest_live on reservation (created_at desc, id desc) where state in ('booked', 'preparing', 'ready', 'ending');
drop index reservation_account;
create index reservation_account on reservation (account_id, created_at desc, id desc);
create index machine_newest on machine (created_at desc, id desc);
create index machine_newest_there on machine (created_at desc, id desc) where state <> 'gone';
create index machine_reservation on machine (reservation_id);
create index series_newest on series (created_at desc, id desc);
create index job_state on job (state, created_at desc, id);
drop index audit_subject;
create index audit_subject on audit (subject_id, id);
create index token_account on token (account_id);

-- What is over: booked ones that never began are among them, which the index before left out.
drop index reservation_live;
create index reservation_over on reservation (upper(during)) where state in ('booked', 'preparing', 'ready', 'ending');
-- What was asked for when, as reservation_hold is for what is held.
create index reservation_asked on reservation (provider_id, (coalesce(upper(during), 'infinity')), (lower(during)))
  where state in ('booked', 'preparing', 'ready', 'ending');
-- What stands on a revision, booked or past.
create index reservation_revision on reservation (revision_id, state);
-- Waits are told apart by mode too.
drop index reservation_waits;
create index reservation_waits on reservation (image_id, provider_id, mode, ready_at desc) where ready_at is not null;

-- For the reconciler: what is under way, and what went a moment ago.
create index reservation_under_way on reservation (id) where state in ('preparing', 'ending');
create index machine_gone on machine (provider_id, gone_at) where state = 'gone';

-- What may be forgotten.
create index job_over on job (finished_at) where state in ('done', 'undone');
