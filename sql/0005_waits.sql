-- How often in a row a run has paused for a reason that passes (its provider or the store does not answer). Such pauses use up no tries.
alter table job add column waits int not null default 0;
