-- Work that only clears away (ends, cancels, undos) is claimed over all lanes, by places of its own.
create index job_clearing on job (priority desc, run_at, id)
  where state = 'ready' and (starts_with(lane, 'end:') or cancel_asked or direction = 'undo');
