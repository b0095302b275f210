-- Why a reservation is where it is, and the places that were tried for it before: each once, so that trying comes to an end.
alter table reservation
  add column placement text,
  add column tried jsonb not null default '[]';
comment on column reservation.placement is 'null: there was one place only';
comment on column reservation.tried is 'list of {providerId, provider, code, message}: where its preparation failed for a reason of the place';
