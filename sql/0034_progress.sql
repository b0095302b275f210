-- expand: how far a run is; servers of before write none
alter table job add column progress jsonb;
comment on column job.progress is 'what the step that is at work says of itself, `{text, fraction}`; null: nothing yet';
