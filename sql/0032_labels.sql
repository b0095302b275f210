-- Labels of reservations. No index: whoever looks for one looks among the reservations of an account, or among those that are live.

alter table reservation add column labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object');
comment on column reservation.labels is 'words that people put on it, key to value; at most 16';
