-- Who people are, and how they sign in. Secrets of cookies, tokens and links are kept as SHA-256 only: whoever reads these tables cannot sign in.

create table account (
  id uuid primary key,
  name text not null unique check (name ~ '^[a-z0-9]([a-z0-9._@-]{0,62}[a-z0-9])?$'),
  role text not null check (role in ('user', 'admin')),
  off_since timestamptz,
  created_at timestamptz not null
);
comment on table account is 'People.';
comment on column account.off_since is 'null: it may sign in';

-- An identity says who somebody is to whoever vouches for them; an account is what they are here.
create table identity (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  issuer text not null check (issuer <> ''),
  subject text not null check (subject <> ''),
  password_hash text,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  unique (issuer, subject),
  constraint identity_password check ((issuer = 'local') = (password_hash is not null))
);
create index identity_account on identity (account_id);
comment on table identity is 'How people sign in: who somebody is to whoever vouches for them.';
comment on column identity.issuer is '`local`, or later the address of a directory or an OpenID provider';
comment on column identity.subject is 'what the issuer calls them; for `local` the name that they type';
comment on column identity.password_hash is 'argon2id, in the usual text form';

-- One that ended stays a while: it tells from where its person is known to come.
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
comment on table session is 'Browsers that are signed in, and for a while those that were.';
comment on column session.by_link is 'it began with a link, not with a password';

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
comment on table sign_in_link is 'Links that sign in once: the first operator''s, invitations, and for a forgotten password.';

create table token (
  id uuid primary key,
  account_id uuid not null references account (id) on delete cascade,
  hash bytea not null unique,
  label text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);
create index token_account on token (account_id);
comment on table token is 'Tokens of the command line and of scripts.';
