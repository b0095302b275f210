-- expand: the datastores of each provider as its looks find them; servers of before know their sum alone
create table datastore (
  provider_id uuid not null references provider (id) on delete cascade,
  name text not null check (name <> ''),
  capacity_mib int check (capacity_mib >= 0),
  free_mib int check (free_mib >= 0),
  away_since timestamptz,
  primary key (provider_id, name),
  constraint datastore_known check ((capacity_mib is null) = (free_mib is null) and (capacity_mib is null) = (away_since is not null))
);
comment on table datastore is 'Datastores that a provider may use, as its last look found them: none where it is one place.';
comment on column datastore.name is 'by which its driver names it too';
comment on column datastore.capacity_mib is 'null while it is away: then nobody knows';
comment on column datastore.free_mib is 'what the hypervisor says is free on it, whoever wrote the rest; null while it is away';
comment on column datastore.away_since is 'since when no look found it usable, by the database''s clock; null: it can be used';
