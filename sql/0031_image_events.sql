-- Events of images are for everybody: what an image is called is on everybody's pages.

comment on column event.account_id is 'null: for operators only; for everybody where the kind is image';

-- Few events are of images: with this, one account's events and these are found without reading those of others.
create index event_of_all on event (id) where kind = 'image';
