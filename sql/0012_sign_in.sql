-- How people sign in. An identity says who somebody is to whoever vouches for them; an account is what they are here.
alter table account add column off_since timestamptz;
comment on column account.off_since is 'null: it may sign in';

create table identity (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  -- `local`, or later the address of a directory or an OpenID provider.
  issuer text not null check (issuer <> ''),
  -- What the issuer calls them; for `local` the name they type.
  subject text not null check (subject <> ''),
  -- argon2id, in the usual text form.
  password_hash text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  unique (issuer, subject),
  constraint identity_password check ((issuer = 'local') = (password_hash is not null))
);
create index identity_account on identity (account_id);

-- Browsers that are signed in. Of the secret in the cookie only the SHA-256 is kept. One that ended stays a while: it tells from where
-- its person is known to come.
create table session (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  hash bytea not null unique,
  by_link boolean not null,
  user_agent text not null,
  address text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  idle_ends_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz
);
create index session_account on session (account_id, created_at);
create index session_ends on session (ends_at);

-- Links that sign in once: the first operator's, invitations, and for a forgotten password.
create table sign_in_link (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  kind text not null check (kind in ('first', 'invitation', 'reset')),
  hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index sign_in_link_account on sign_in_link (account_id);
