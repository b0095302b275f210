-- expand: what kind of fault keeps a provider from working; servers of before write none
alter table provider add column state_code text;
comment on column provider.state_code is 'code of the error whose words `state_reason` has; null: it is of no error';
