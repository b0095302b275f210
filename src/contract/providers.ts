import { type Static, Type } from 'typebox';
import { Done, NameParam, Time } from './common.ts';
import { Notice } from './notices.ts';
import { described, named, oneOf, route, strict } from './route.ts';

export const Limits = named(
  'Limits',
  Type.Object({
    machines: Type.Integer(),
    memoryMiB: Type.Integer(),
    vcpus: Type.Integer(),
    storageMiB: Type.Integer({
      description: 'Disks of machines: whole ones in full, such as stand on their image’s with the share of `linkedPercent`.',
    }),
    largestStorageMiB: Type.Optional(
      Type.Integer({ description: 'What the largest of several datastores holds: disks of one machine are not counted with more.' }),
    ),
  }),
);
export type Limits = Static<typeof Limits>;

const ProviderName = Type.String({ minLength: 1, maxLength: 63 });
const Path = Type.String({ minLength: 1, maxLength: 400 });
const AtMost = Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 }));

export const Trust = Type.Union([
  strict({ fingerprint256: Type.String({ minLength: 64, maxLength: 95, description: 'SHA-256 of this one certificate, in hex.' }) }),
  strict({
    ca: Type.String({ minLength: 1, maxLength: 200_000, description: 'Authorities, as PEM; the certificate must name the host.' }),
  }),
  strict({ system: Type.Literal(true) }),
]);
export type Trust = Static<typeof Trust>;

/** How an endpoint is reached, and what of it may be used. Names are those that people see in its inventory. */
const connection = {
  url: Type.String({
    minLength: 9,
    maxLength: 500, // No account in it: an address is shown and stands in the audit log.
    pattern: '^https://[^/@?#\\s]+(?:/[^@?#\\s]*)?$',
  }),
  username: Type.String({ minLength: 1, maxLength: 200 }),
  trust: Trust,
  datacenter: Type.Optional(Path),
  compute: Type.Optional(Path),
  pool: Type.Optional(Path),
  folder: Type.Optional(Path),
  datastores: Type.Optional(Type.Array(Path, { minItems: 1, maxItems: 200 })),
  network: Type.Optional(Path),
  strategy: Type.Optional(oneOf(['snapshot-clone', 'child-disk', 'shared-master'], 'How linked clones are made.')),
  limits: Type.Optional(
    strict({
      machines: AtMost,
      memoryMiB: AtMost,
      vcpus: AtMost,
      storageMiB: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 })),
    }),
  ),
  guestUser: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "Account inside the guests for VMware's guest operations." }),
  ),
};
const LinkedPercent = Type.Integer({
  minimum: 0,
  maximum: 100,
  description: 'So much of the size of their disks is counted of machines that stand on their image’s, of promises made from then on.',
});
const passwords = {
  password: Type.String({ minLength: 1, maxLength: 1000 }),
  guestPassword: Type.Optional(Type.String({ minLength: 1, maxLength: 1000 })),
};

export const Connection = named('ProviderConnection', strict(connection));
export type Connection = Static<typeof Connection>;

export const ProviderAdded = strict({
  name: ProviderName,
  kind: oneOf(['vcenter', 'esxi']),
  ...connection,
  linkedPercent: Type.Optional(LinkedPercent),
  ...passwords,
});
export type ProviderAdded = Static<typeof ProviderAdded>;

/** What is left out stays as it is; null takes a choice back. */
export const ProviderChange = strict({
  url: Type.Optional(connection.url),
  username: Type.Optional(connection.username),
  trust: Type.Optional(Trust),
  datacenter: Type.Optional(Type.Union([Path, Type.Null()])),
  compute: Type.Optional(Type.Union([Path, Type.Null()])),
  pool: Type.Optional(Type.Union([Path, Type.Null()])),
  folder: Type.Optional(Type.Union([Path, Type.Null()])),
  datastores: Type.Optional(Type.Union([Type.Array(Path, { minItems: 1, maxItems: 200 }), Type.Null()])),
  network: Type.Optional(Type.Union([Path, Type.Null()])),
  strategy: Type.Optional(Type.Union([connection.strategy, Type.Null()])),
  limits: connection.limits,
  linkedPercent: Type.Optional(described(LinkedPercent, 'The host of a server has this choice too.')),
  password: Type.Optional(passwords.password),
  guestUser: connection.guestUser,
  guestPassword: passwords.guestPassword,
});
export type ProviderChange = Static<typeof ProviderChange>;

export const Datastore = named(
  'Datastore',
  Type.Object({
    name: Type.String(),
    awaySince: Type.Optional(described(Time, 'It cannot be used since then, and how much room it has is not known.')),
    capacityMiB: Type.Optional(Type.Integer()),
    freeMiB: Type.Optional(Type.Integer({ description: 'As the hypervisor says, whoever wrote the rest.' })),
    roomMiB: Type.Optional(
      Type.Integer({
        description: 'What may be promised of it to disks of machines in all: what is free, and what they took of their claims.',
      }),
    ),
    promisedMiB: Type.Integer({ description: 'What is promised of it now; more than its room where others filled it since.' }),
  }),
);
export type Datastore = Static<typeof Datastore>;

export const Provider = named(
  'Provider',
  Type.Object({
    name: Type.String(),
    kind: Type.String(),
    state: oneOf(['up', 'down', 'disabled']),
    problem: Type.Optional(Type.String({ description: 'Why it is not up.' })),
    problemNotice: Type.Optional(Notice), // Of `problem`.
    problemCode: Type.Optional(Type.String({ description: 'Code of the error whose words `problem` has.' })),
    since: Time,
    writtenOffSince: Type.Optional(described(Time, 'An operator said that it is gone for good; `problem` says why.')),
    drainingSince: Type.Optional(described(Time, 'It is being emptied since: nothing new goes there, what is there stays.')),
    connection: Type.Optional(Connection),
    cloneModes: Type.Array(Type.String()),
    console: Type.String(),
    liveCapture: Type.Boolean(),
    replicas: Type.Boolean({ description: 'A revision can have golden disks on several datastores of it (`replicateImage`).' }),
    relocates: Type.Boolean({ description: 'Machines of it can be moved to another datastore (`relocateReservation`).' }),
    reseals: Type.Boolean({ description: 'Golden disks of it can be sealed anew where they lie (`resealRevision`).' }),
    recipes: Type.Array(Type.String()),
    importFormats: Type.Array(Type.String()),
    startSlots: Type.Integer({ description: 'Machines that may be started at one time.' }),
    copySlots: Type.Integer({ description: 'Disks that may be copied as a whole at one time: full copies, captures, masters.' }),
    limits: Limits,
    used: Limits,
    held: Type.Optional(
      Type.Object(
        { memoryMiB: Type.Integer(), vcpus: Type.Integer() },
        {
          description:
            'What no machine of ours has and is promised to none: others’ machines, what HA keeps back, frozen parents. The limits are without it.',
        },
      ),
    ),
    linkedPercent: LinkedPercent,
    storageBytes: Type.Optional(Type.Integer()),
    storageFreeBytes: Type.Optional(Type.Integer()),
    datastores: Type.Optional(
      Type.Array(Datastore, { description: 'Those that it may use, by name, as of the last look; absent where it is one place.' }),
    ),
    facts: Type.Record(Type.String(), Type.String()),
  }),
);
export type Provider = Static<typeof Provider>;

export const Certificate = named(
  'Certificate',
  Type.Object({
    fingerprint256: Type.String(),
    subject: Type.String(),
    issuer: Type.String(),
    validTo: Type.String(),
  }),
);
export type Certificate = Static<typeof Certificate>;

const Bytes = Type.Integer({ minimum: 0 });
const Privilege = Type.Object({ where: Type.String(), privilege: Type.String() });

/** What is to be said of an endpoint: everything, not the first fault. */
export const ProviderCheck = named(
  'ProviderCheck',
  Type.Object({
    ok: Type.Boolean({ description: 'No problem is blocking.' }),
    server: Type.Object({ name: Type.String(), version: Type.String(), apiVersion: Type.String(), kind: oneOf(['vcenter', 'esxi']) }),
    datacenter: Type.Optional(Type.String()),
    cluster: Type.Optional(
      Type.Object({
        name: Type.String(),
        hosts: Type.Integer(),
        drs: Type.Optional(Type.String({ description: 'Its level, or `off`; absent on a lone host.' })),
      }),
    ),
    datastores: Type.Array(
      Type.Object({
        name: Type.String(),
        type: Type.String(),
        used: Type.Boolean({ description: 'Whether the provider may use it.' }),
        supported: Type.Boolean(),
        why: Type.Optional(Type.String({ description: 'Why it is not supported.' })),
        accessible: Type.Boolean(),
        capacityBytes: Bytes,
        freeBytes: Bytes,
        unreadable: Type.Array(Type.String(), { description: 'Machines on it whose disks the account cannot read.' }),
      }),
    ),
    networks: Type.Array(Type.String()),
    strategies: Type.Array(Type.String(), { description: 'Ways to linked clones that this server has.' }),
    missing: Type.Array(Privilege),
    unwanted: Type.Array(Privilege, { description: 'What the account can do and should not be able to.' }),
    clockSkewS: Type.Number({ description: "The server's clock less ours, in seconds." }),
    trial: Type.Optional(
      Type.Object(
        {
          revision: Type.String({ description: 'What was cloned, such as `debian@3`.' }),
          cloneMs: Type.Integer({ description: 'From the request to a machine that passed the gate, in milliseconds.' }),
          removeMs: Type.Integer({ description: 'Until nothing of it was left, in milliseconds.' }),
          disks: Type.Array(Type.String(), { description: 'The chain of its first disk, its own first.' }),
          notes: Type.Array(Type.String()),
        },
        { description: 'Of the machine that was made and taken away again; absent where none was asked for, or it failed.' },
      ),
    ),
    problems: Type.Array(Type.Object({ blocking: Type.Boolean(), message: Type.String(), hint: Type.String() })),
  }),
);
export type ProviderCheck = Static<typeof ProviderCheck>;

export const EndpointVm = named(
  'EndpointVm',
  Type.Object({
    path: Type.String({ description: 'What an import takes.' }),
    template: Type.Boolean(),
    power: oneOf(['on', 'off', 'suspended']),
    ours: Type.Boolean({ description: 'It carries the tag of a Carrel.' }),
    unreadable: Type.Boolean({ description: 'The account cannot read it, so it cannot be imported.' }),
  }),
);
export type EndpointVm = Static<typeof EndpointVm>;

const Name = strict({ provider: ProviderName });
const OPENING = ['no-permission', 'not-found', 'unavailable', 'not-supported'] as const;

export const providerRoutes = {
  listProviders: route('listProviders', {
    summary: 'Where machines run, and what room is left',
    description: 'How a provider is reached is shown to operators only.',
    tag: 'providers',
    scope: 'user',
    response: named('ProviderList', Type.Object({ items: Type.Array(Provider) })),
  }),
  addProvider: route('addProvider', {
    summary: 'Add a vCenter or an ESXi host. It is opened once first, and not added if that fails',
    tag: 'providers',
    scope: 'admin',
    body: ProviderAdded,
    response: Provider,
    status: 201,
    errors: ['already-exists', ...OPENING],
  }),
  showCertificate: route('showCertificate', {
    summary: 'The certificate that a server shows, before anything is said to it: to be compared with the server itself',
    tag: 'providers',
    scope: 'admin',
    body: strict({ url: connection.url }),
    response: Certificate,
    errors: ['unavailable'],
  }),
  changeProvider: route('changeProvider', {
    summary: 'Reach a provider in another way. It is opened so once first, and stays as it was if that fails',
    description: 'For `linkedPercent` alone it is not opened.',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    body: ProviderChange,
    response: Provider,
    errors: [...OPENING, 'wrong-state'],
  }),
  checkProvider: route('checkProvider', {
    summary: 'Look at an endpoint without changing anything, and say all that is wrong',
    description: 'With `clone` a linked clone of that image is made there too, never switched on, and taken away at once.',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    body: strict({
      clone: Type.Optional(NameParam),
      revision: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The published one if left out.' })),
    }),
    response: ProviderCheck,
    errors: ['no-permission', 'not-found', 'unavailable', 'not-supported', 'wrong-state'],
  }),
  listProviderVms: route('listProviderVms', {
    summary: 'Machines and templates at an endpoint, to import one',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    response: named('EndpointVmList', Type.Object({ items: Type.Array(EndpointVm) })),
    errors: ['no-permission', 'not-found', 'unavailable', 'wrong-state'],
  }),
  enableProvider: route('enableProvider', {
    summary: 'Take a provider up again; also tries at once one that is down',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    response: Provider,
    errors: ['not-found'],
  }),
  disableProvider: route('disableProvider', {
    summary: 'Nothing new goes there, and what is to be done there waits. Its machines go on running',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    response: Provider,
    errors: ['not-found'],
  }),
  drainProvider: route('drainProvider', {
    summary: 'Nothing new goes there; what is there stays until its end, and goes on working. `enable` takes it up again',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    response: Provider,
    errors: ['not-found', 'wrong-state'],
  }),
  writeOffProvider: route('writeOffProvider', {
    summary: 'It is gone for good: its reservations end and its machines count no longer, without a proof that they are gone',
    description:
      'Only for one that has been down for ten minutes. What it has of images stays on record. Should it come back, `enable` takes it up again, ' +
      'and the machines of ours that are found there are taken away.',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    body: strict({
      reason: Type.String({ minLength: 1, maxLength: 500, description: 'For the people whose machines were there, and the audit log.' }),
    }),
    response: Provider,
    errors: ['not-found', 'wrong-state'],
  }),
  deleteProvider: route('deleteProvider', {
    summary: 'Take out a provider that has no images and never had a reservation',
    tag: 'providers',
    scope: 'admin',
    params: Name,
    response: Done,
    errors: ['not-found', 'has-children'],
  }),
};
