-- expand: a provider that is gone for good is written off; servers of before take it for disabled
alter table provider
  add column written_off_at timestamptz,
  add column written_off_reason text;
comment on column provider.written_off_at is 'since when it is gone for good by an operator''s word: what was there is held no more, and nothing of it is proved';
comment on column provider.written_off_reason is 'in the operator''s words';
