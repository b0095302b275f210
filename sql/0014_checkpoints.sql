-- What people can take their machines back to. The id is the name by which the provider knows it.
create table checkpoint (
  id uuid primary key,
  machine_id uuid not null references machine (id) on delete cascade,
  name text not null check (name <> ''),
  description text not null,
  -- `making`: asked for, and counted already; gone again if it cannot be made.
  state text not null check (state in ('making', 'there')),
  created_by text not null,
  created_at timestamptz not null,
  unique (machine_id, name)
);
