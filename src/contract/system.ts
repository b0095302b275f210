import { type Static, Type } from 'typebox';
import { Done, Id, PageQuery, Time } from './common.ts';
import { Role } from './roles.ts';
import { described, named, oneOf, route, strict } from './route.ts';

export const Health = named('Health', Type.Object({ status: oneOf(['ok']), version: Type.String() }));
export type Health = Static<typeof Health>;

export const Readiness = named(
  'Readiness',
  Type.Object({
    ready: Type.Boolean(),
    checks: Type.Array(Type.Object({ name: Type.String(), ok: Type.Boolean(), detail: Type.Optional(Type.String()) })),
  }),
);
export type Readiness = Static<typeof Readiness>;

export const Me = named('Me', Type.Object({ account: Type.String(), role: Role, version: Type.String() }));
export type Me = Static<typeof Me>;

/** Everything that the reconciler can find. */
export const FINDING_KINDS = [
  'leaked-machine',
  'missing-machine',
  'power-changed',
  'condition',
  'leaked-master',
  'missing-master',
  'open-delete',
  'changed-master',
  'stray',
  'foreign',
  'frozen',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

const FINDING_ACTIONS = ['destroy', 'mark-lost', 'record', 'report', 'remove', 'prove', 'take-out', 'sweep', 'leave'] as const;

export const Finding = named(
  'Finding',
  Type.Object({
    kind: oneOf(FINDING_KINDS, 'What differs.'),
    provider: Type.Optional(Type.String()),
    subject: Type.String({ description: 'Id or reference of the thing.' }),
    detail: Type.String({ description: 'What is, and what should be.' }),
    facts: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'What `detail` says of it, for pages in other languages: `power` it has now, `condition` it is in.',
      }),
    ),
    action: oneOf(FINDING_ACTIONS, 'What is done about it.'),
    outcome: oneOf(['would-mend', 'waiting', 'mended', 'reported', 'failed'], '`waiting`: not yet seen often enough to act on.'),
    problem: Type.Optional(Type.String({ description: 'Why mending failed.' })),
  }),
);
export type Finding = Static<typeof Finding>;

export const ReconcileReport = named(
  'ReconcileReport',
  Type.Object({
    dryRun: Type.Boolean(),
    complete: Type.Boolean({
      description: 'False if a part of a provider could not be read: absence meant nothing then.',
    }),
    unread: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Where others could be read: datastores that could not, as `provider: datastore`. What may stand there was left alone.',
      }),
    ),
    findings: Type.Array(Finding),
  }),
);
export type ReconcileReport = Static<typeof ReconcileReport>;

export const AuditEntry = named(
  'AuditEntry',
  Type.Object({
    id: Type.String(),
    at: Time,
    actor: Type.String(),
    action: Type.String(),
    subjectKind: Type.String(),
    subjectId: Type.String(),
    detail: Type.Record(Type.String(), Type.Unknown()),
  }),
);
export type AuditEntry = Static<typeof AuditEntry>;

export const Server = named(
  'Server',
  Type.Object({
    id: Id,
    name: Type.String({ description: 'Of its host.' }),
    state: oneOf(['up', 'away', 'stopped'], '`away`: not heard of for half a minute; `stopped`: it let go of everything.'),
    version: Type.String(),
    url: Type.Optional(Type.String({ description: 'Where it is reached.' })),
    startedAt: Time,
    heardAt: described(Time, 'Its last sign of life.'),
    hosts: Type.Array(Type.String(), { description: 'Providers that only this server serves: the QEMU of its host.' }),
    holds: Type.Array(Type.String(), { description: 'Providers that it watches and reconciles at this moment.' }),
  }),
);
export type Server = Static<typeof Server>;

/**
 * The `data` of one server-sent event. `hello` is the first of every stream and says where it begins; `gap` says that events were
 * missed (the place to resume from is no longer kept), so whatever is shown must be read anew.
 */
export const EventData = named(
  'Event',
  Type.Object({
    id: Type.String({ description: 'Grows with time; what `Last-Event-ID` takes.' }),
    at: Time,
    kind: oneOf(['hello', 'gap', 'reservation', 'image', 'revision', 'machine', 'job']),
    subject: Type.Optional(Type.String({ description: 'Id of the reservation, image, revision, machine or job.' })),
    body: Type.Record(Type.String(), Type.Unknown()),
  }),
);
export type EventData = Static<typeof EventData>;

export const systemRoutes = {
  health: route('health', { summary: 'Whether the process is alive', tag: 'system', scope: 'public', response: Health }),
  ready: route('ready', {
    summary: 'Whether store and providers are there; 503 if not',
    tag: 'system',
    scope: 'public',
    response: Readiness,
    errors: ['unavailable'],
  }),
  metrics: route('metrics', {
    summary: 'Metrics in the text format of Prometheus',
    tag: 'system',
    scope: 'admin',
    kind: 'text',
    response: Type.String(),
  }),
  openapi: route('openapi', {
    summary: 'This document',
    tag: 'system',
    scope: 'public',
    response: Type.Record(Type.String(), Type.Unknown()),
  }),
  me: route('me', { summary: 'Whose token this is', tag: 'system', scope: 'user', response: Me }),
  events: route('events', {
    summary: 'What happens, as it happens (server-sent events)',
    description:
      'Resume with `Last-Event-ID` or `lastEventId`. A reader that is too slow is dropped and resumes in the same way; a comment line is sent every 15 s while nothing happens.',
    tag: 'system',
    scope: 'user',
    kind: 'sse',
    query: strict({
      all: Type.Optional(Type.Boolean({ description: "Everybody's; operators only." })),
      lastEventId: Type.Optional(Type.String({ pattern: '^\\d{1,19}$' })),
    }),
    response: EventData,
    errors: ['not-allowed'],
  }),
  reconcile: route('reconcile', {
    summary: 'Compare what is with what should be, and mend what is ours unless it is a dry run',
    tag: 'system',
    scope: 'admin',
    body: strict({ dryRun: Type.Boolean() }),
    response: ReconcileReport,
    errors: ['unavailable', 'busy'],
  }),
  listServers: route('listServers', {
    summary: 'The servers of this installation, those that live first',
    tag: 'system',
    scope: 'admin',
    response: named('ServerList', Type.Object({ items: Type.Array(Server) })),
  }),
  forgetServer: route('forgetServer', {
    summary: 'Forget a server that is gone for good. Should it start again after all, it is known again',
    tag: 'system',
    scope: 'admin',
    params: strict({ server: Id }),
    response: Done,
    errors: ['not-found', 'wrong-state', 'has-children'],
  }),
  listAudit: route('listAudit', {
    summary: 'Who changed what, newest first',
    tag: 'system',
    scope: 'admin',
    query: strict({
      ...PageQuery,
      subject: Type.Optional(Type.String({ maxLength: 200, description: 'Only what happened to the thing with this id.' })),
    }),
    response: named('AuditPage', Type.Object({ items: Type.Array(AuditEntry), next: Type.Optional(Type.String()) })),
  }),
};

export const Account = named(
  'Account',
  Type.Object({
    name: Type.String(),
    role: Role,
    createdAt: Time,
    offSince: Type.Optional(described(Time, 'Since when it is switched off; it may sign in if this is not there.')),
  }),
);
export type Account = Static<typeof Account>;

export const TokenInfo = named(
  'TokenInfo',
  Type.Object({
    id: Type.String(),
    label: Type.String(),
    createdAt: Time,
    expiresAt: Type.Optional(Time),
    lastUsedAt: Type.Optional(Time),
  }),
);
export type TokenInfo = Static<typeof TokenInfo>;

export const NewToken = named(
  'NewToken',
  Type.Object({ ...TokenInfo.properties, token: Type.String({ description: 'Shown once; only its hash is kept.' }) }),
);
export type NewToken = Static<typeof NewToken>;

export const Link = named(
  'Link',
  Type.Object({
    account: Type.String(),
    kind: oneOf(['invitation', 'reset']),
    code: Type.String({ description: 'Shown once; only its hash is kept. The address is `/sign-in#code=` and this.' }),
    expiresAt: Time,
  }),
);
export type Link = Static<typeof Link>;

const AccountParams = strict({ account: Type.String({ minLength: 1, maxLength: 200 }) });

export const accountRoutes = {
  listAccounts: route('listAccounts', {
    summary: 'Accounts by name',
    tag: 'accounts',
    scope: 'admin',
    query: strict(PageQuery),
    response: named('AccountPage', Type.Object({ items: Type.Array(Account), next: Type.Optional(Type.String()) })),
  }),
  createAccount: route('createAccount', {
    summary: 'Make an account',
    tag: 'accounts',
    scope: 'admin',
    body: strict({ name: Type.String({ minLength: 1, maxLength: 64 }), role: Role }),
    response: Account,
    status: 201,
    errors: ['already-exists'],
  }),
  changeAccount: route('changeAccount', {
    summary: 'Switch an account off or on, or change its role',
    description:
      'Off: its sessions and tokens are refused at once, and what is open by them is closed within 5 s; what it has reserved stays. Nobody changes the account they are signed in to.',
    tag: 'accounts',
    scope: 'admin',
    params: AccountParams,
    body: strict({ off: Type.Optional(Type.Boolean()), role: Type.Optional(Role) }),
    response: Account,
    errors: ['not-found', 'wrong-state'],
  }),
  makeLink: route('makeLink', {
    summary: 'A link that signs somebody in once: to invite them, or for a forgotten password',
    description: 'An invitation is good for 7 days, a reset for 24 hours. A newer link of the account makes an older one worthless.',
    tag: 'accounts',
    scope: 'admin',
    params: AccountParams,
    body: strict({ kind: oneOf(['invitation', 'reset']) }),
    response: Link,
    status: 201,
    errors: ['not-found', 'wrong-state'],
  }),
  listTokens: route('listTokens', {
    summary: "An account's tokens, without the tokens themselves",
    tag: 'accounts',
    scope: 'user',
    params: AccountParams,
    response: named('TokenList', Type.Object({ items: Type.Array(TokenInfo) })),
    errors: ['not-found'],
  }),
  createToken: route('createToken', {
    summary: 'Make a token: for oneself, or as an operator for anybody',
    tag: 'accounts',
    scope: 'user',
    params: AccountParams,
    body: strict({
      label: Type.String({ minLength: 1, maxLength: 100 }),
      for: Type.Optional(Type.String({ maxLength: 40, description: 'How long it is good for (`30d`); without end if left out.' })),
    }),
    response: NewToken,
    status: 201,
    errors: ['not-found'],
  }),
  deleteToken: route('deleteToken', {
    summary: 'Make a token worthless',
    tag: 'accounts',
    scope: 'user',
    params: strict({ account: AccountParams.properties.account, token: Id }),
    response: Done,
    errors: ['not-found'],
  }),
};
