-- What images were called before: whoever asks by an old name is told the new one. An old name is not kept from others; the image that
-- has it now is found first.
create table image_former_name (
  name text primary key,
  image_id uuid not null references image (id) on delete cascade,
  until timestamptz not null
);
create index image_former_name_image on image_former_name (image_id);

comment on table image_former_name is 'What images were called before, for whoever still asks by that name.';
comment on column image_former_name.image_id is 'the one that gave this name up last';
