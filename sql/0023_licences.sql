-- Licences: so many machines of these images may be held at one time, over all providers. What is held is read from the reservations
-- themselves, so that a licence that is given to an image counts what is promised of it already.
create table licence (
  id uuid primary key,
  name text not null unique,
  seats int not null check (seats > 0),
  created_at timestamptz not null
);

create table licence_image (
  licence_id uuid not null references licence (id) on delete cascade,
  image_id uuid not null references image (id) on delete cascade,
  primary key (licence_id, image_id)
);
create index licence_image_image on licence_image (image_id);

-- What is held of an image when, as reservation_hold is for a provider.
create index reservation_hold_image on reservation (image_id, (coalesce(upper(hold), 'infinity')), (lower(hold)))
  where state in ('booked', 'preparing', 'ready', 'ending');
