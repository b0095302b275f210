-- What is the matter with a machine that is there and does not do its work; null = nothing. The words are those of src/core/condition.ts.
alter table machine
  add column condition text check (condition in ('out-of-space', 'suspended', 'frozen', 'question', 'unreachable', 'crashed')),
  add column condition_since timestamptz,
  add constraint machine_condition_since check ((condition is null) = (condition_since is null));
