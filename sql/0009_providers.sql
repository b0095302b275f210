-- Providers that an operator adds, beside the host's own: where each is, how it is reached, and how it is with it.
alter table provider
  add column connection jsonb,
  add column secret bytea,
  add column enabled boolean not null default true,
  add column state text not null default 'down' check (state in ('up', 'down', 'disabled')),
  add column state_reason text,
  add column state_since timestamptz not null default now(),
  add column capabilities jsonb,
  add constraint provider_name check (name <> ''),
  add constraint provider_secret check (secret is null or connection is not null);
comment on column provider.connection is 'null: the QEMU of the host of a server';
comment on column provider.secret is 'sealed under the key of the installation, bound to the id of the provider';
comment on column provider.capabilities is 'what the driver said when it was open last: promises are made by it while it is down';
