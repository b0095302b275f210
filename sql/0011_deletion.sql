-- Deletes of what has no machine row, begun and not yet recorded: what was read before them, so that a crash in between leaves a proof
-- that can be made whole. A row goes in the transaction that records the proof.
create table deletion (
  provider_id uuid not null references provider on delete cascade,
  subject_id text not null,
  kind text not null check (kind in ('machine', 'master')),
  before jsonb not null,
  primary key (provider_id, subject_id)
);
