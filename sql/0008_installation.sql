-- Whose store this is: one installation, and the fingerprint of the key under which its credentials are sealed. A process that
-- brings another is refused, since it would take what it does not know for lost.
create table installation (
  one boolean primary key default true check (one),
  id uuid not null,
  key_fingerprint text not null,
  created_at timestamptz not null
);
