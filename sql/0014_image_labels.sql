-- expand: images have labels as reservations have; servers of before leave them as they are
alter table image
  add column labels jsonb not null default '{}' check (jsonb_typeof(labels) = 'object');
comment on column image.labels is 'words that its owner and operators put on it, key to value; at most 16';
