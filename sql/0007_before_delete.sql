-- What a machine stood on, read before its delete: after a crash between the delete and its record, the proof is made whole with it.
alter table machine add column before_delete jsonb;
