-- What is lent: images, their revisions, and the golden disks of these.

create table image (
  id uuid primary key,
  name text not null unique,
  description text not null default '',
  owner_id uuid not null references account (id),
  created_at timestamptz not null
);
comment on table image is 'What people reserve, by name.';

-- An old name is not kept from others; the image that has it now is found first.
create table image_former_name (
  name text primary key,
  image_id uuid not null references image (id) on delete cascade,
  until timestamptz not null
);
create index image_former_name_image on image_former_name (image_id);
comment on table image_former_name is 'What images were called before, for whoever still asks by that name.';
comment on column image_former_name.image_id is 'the one that gave this name up last';

create table revision (
  id uuid primary key,
  image_id uuid not null references image (id) on delete cascade,
  number int not null check (number > 0),
  state text not null check (state in ('preparing', 'draft', 'published', 'retired', 'failed')),
  source jsonb not null,
  parent_id uuid references revision (id) on delete set null,
  profile jsonb,
  facts jsonb not null default '{}',
  failure jsonb,
  created_by uuid not null references account (id),
  created_at timestamptz not null,
  published_at timestamptz,
  unique (image_id, number)
);
-- At most one revision of an image is handed out.
create unique index revision_published on revision (image_id) where state = 'published';
comment on table revision is 'Immutable states of an image, of which one at most is published.';
comment on column revision.parent_id is 'the revision that a capture started from';

create table master (
  revision_id uuid not null references revision (id) on delete cascade,
  provider_id uuid not null references provider (id),
  files jsonb not null,
  virtual_bytes bigint not null,
  sealed_at timestamptz not null,
  primary key (revision_id, provider_id)
);
comment on table master is 'A revision''s golden disks on one provider, with what they are compared against.';
comment on column master.files is 'with the hash of each, which `image verify` holds them against (promise 1)';

-- What is held is read from the reservations themselves, so that a licence that is given to an image counts what is promised of it already.
create table licence (
  id uuid primary key,
  name text not null unique,
  seats int not null check (seats > 0),
  created_at timestamptz not null
);
comment on table licence is 'How many machines of some images may be held at one time, over all providers.';

create table licence_image (
  licence_id uuid not null references licence (id) on delete cascade,
  image_id uuid not null references image (id) on delete cascade,
  primary key (licence_id, image_id)
);
create index licence_image_image on licence_image (image_id);
comment on table licence_image is 'Which images need which licence.';
