import { type Static, Type } from 'typebox';
import { LabelChange, LabelQuery, Labels } from './labels.ts';
import {
  CloneMode,
  Description,
  Duration,
  Estimate,
  Id,
  IdParams,
  NameParam,
  PageQuery,
  Time,
  Uuid,
  machineSizes,
  When,
  WorkProgress,
  Zone,
} from './common.ts';
import { RevisionStarted, UncleanReason } from './images.ts';
import { GuestAddress, MachineCondition, machinePlace, MachineState } from './machines.ts';
import { Failure } from './problem.ts';
import { Notice } from './notices.ts';
import { described, named, oneOf, route, strict } from './route.ts';
import { REFUSED_INSIDE } from './screen.ts';

export const ReservationState = oneOf(
  ['booked', 'preparing', 'ready', 'ending', 'ended', 'failed'],
  '`booked`: promised for later; its machine is made ahead of the start.',
);
export type ReservationState = Static<typeof ReservationState>;

export const Stage = oneOf(
  ['booked', 'queued', 'placing', 'cloning', 'checking', 'starting', 'booting', 'identity', 'ready', 'ending', 'gone'],
  'What is being done just now.',
);
export type Stage = Static<typeof Stage>;

export const ReservationKind = oneOf(['lab', 'long', 'imaging', 'server']);
export type ReservationKind = Static<typeof ReservationKind>;

export const Reservation = named(
  'Reservation',
  Type.Object({
    id: Uuid,
    owner: Type.String(),
    image: Type.String(),
    revision: Type.Integer(),
    provider: Type.String(),
    placement: Type.Optional(Type.String({ description: 'Why it is on this provider; absent where there was no other.' })),
    placementNotices: Type.Optional(
      Type.Array(Notice, { description: '`placement` as codes and facts, in its order; absent where it has none.' }),
    ),
    kind: ReservationKind,
    mode: CloneMode,
    state: ReservationState,
    stage: Stage,
    stageText: Type.String({ description: 'One sentence about the stage; may be empty.' }),
    notice: Type.Optional(Notice),
    queuePosition: Type.Optional(Type.Integer({ description: '1 = next; only while it is queued.' })),
    hostname: Type.String(),
    startsAt: Time,
    preparesAt: Type.Optional(described(Time, 'When its machine will be begun; only while it is booked.')),
    endsAt: Type.Optional(Time),
    endNearAt: Type.Optional(
      described(
        Time,
        'From then on its end is near: its people are told. Only while it is ready, and where the rules say that they are told.',
      ),
    ),
    createdAt: Time,
    readyAt: Type.Optional(Time),
    endAskedAt: Type.Optional(Time),
    keptUntil: Type.Optional(described(Time, 'Until then its machine is kept, switched off: `undoEnd` brings it back.')),
    endedAt: Type.Optional(Time),
    progress: Type.Optional(WorkProgress),
    // Only while it is preparing and enough were measured.
    estimate: Type.Optional(Estimate),
    labels: Type.Optional(described(Labels, 'As its people put them on it; absent: none.')),
    series: Type.Optional(described(Uuid, 'The series it is an occurrence of.')),
    notes: Type.Array(Type.String(), { description: 'What its owner should know, such as a clone mode that fell back.' }),
    noteNotices: Type.Optional(
      Type.Array(Type.Union([Notice, Type.Null()]), {
        description:
          '`notes` (as `notice` is of `stageText`) as code and facts, one for each; null for one that has no code. Absent where none has.',
      }),
    ),
    failure: Type.Optional(Failure),
    machine: Type.Object({
      id: Uuid,
      mode: Type.Optional(described(CloneMode, 'What it is: not always what was asked for, and `full` once it has disks of its own.')),
      state: MachineState,
      condition: Type.Optional(MachineCondition),
      canUnlink: Type.Optional(
        Type.Boolean({
          description: "It stands on its image's disks, and its provider can give it disks of its own (`unlinkReservation`).",
        }),
      ),
      vcpus: Type.Integer(),
      memoryMiB: Type.Integer(),
      diskMiB: Type.Optional(Type.Integer({ description: "As it was asked for; absent: its first disk is as its image's." })),
      address: Type.Optional(GuestAddress),
      ...machinePlace,
    }),
  }),
);
export type Reservation = Static<typeof Reservation>;

export const ReserveBody = strict({
  id: Type.Optional(
    described(Id, 'A UUID, chosen by the caller: the same request again, after a lost answer, gives the same reservation.'),
  ),
  image: NameParam,
  revision: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The published one if left out.' })),
  mode: Type.Optional(
    described(CloneMode, 'How the machine is made from the golden image; `full` for kind `server`, else `linked` if left out.'),
  ),
  kind: Type.Optional(described(ReservationKind, 'What it is for; by mode and length if left out.')),
  at: Type.Optional(described(When, 'When it is to begin; now if left out.')),
  zone: Type.Optional(Zone),
  for: Type.Optional(Duration),
  until: Type.Optional(described(When, 'When it is to end; in place of `for`.')),
  openEnd: Type.Optional(Type.Boolean({ description: 'Without an end, where the rules allow it (kind `server`); in place of `for`.' })),
  labels: Type.Optional(Labels),
  ...machineSizes,
});
export type ReserveBody = Static<typeof ReserveBody>;

export const Connection = named(
  'Connection',
  Type.Object({
    protocol: oneOf(['ssh', 'rdp'], 'What answers at the port: SSH, or Remote Desktop and no SSH.'),
    host: Type.String(),
    port: Type.Integer(),
    user: Type.String(),
    password: Type.String({ description: 'Of this reservation alone; ask again to see it again.' }),
    hostKeys: Type.Array(Type.String(), { description: "The guest's SSH host keys, as in known_hosts: `ssh-ed25519 AAAA…`." }),
    sshCommand: Type.Optional(Type.String({ description: 'Absent where there is no SSH.' })),
    endsAt: Type.Optional(Time),
    notes: Type.Optional(
      Type.Array(
        strict({
          code: oneOf(
            ['refused', 'expired', 'shell', 'password', 'keys', 'barred'],
            '`refused`: its agent would not do something. Else what keeps the account out: it has expired, has no shell, the SSH server takes no password of it, no keys, or lets it in by nothing.',
          ),
          message: Type.String(),
        }),
        { description: 'What the guest refused or what in it stands in the way, so that not all of this works.' },
      ),
    ),
  }),
);
export type Connection = Static<typeof Connection>;

export const PowerOp = oneOf(['on', 'off', 'reset', 'shutdown'], '`off` and `reset` are hard; `shutdown` asks the guest.');
export type PowerOp = Static<typeof PowerOp>;

export const ReservationJob = named('ReservationJob', Type.Object({ reservation: Reservation, job: Uuid }));
export type ReservationJob = Static<typeof ReservationJob>;

export const ConsoleTicket = named(
  'ConsoleTicket',
  Type.Object({
    ticket: Type.String({ description: 'Good once.' }),
    expiresAt: Time,
    path: Type.String({ description: 'Path and query of the WebSocket of the screen.' }),
    terminalPath: Type.String({ description: 'The same of the terminal; the ticket is good for one of the three.' }),
    serialPath: Type.String({ description: 'The same of the serial console.' }),
  }),
);
export type ConsoleTicket = Static<typeof ConsoleTicket>;

export const SerialLog = named(
  'SerialLog',
  Type.Object({
    text: Type.String({ description: 'Lines of plain text: nothing in it steers a terminal. A guest may write anything.' }),
    from: Type.Integer({
      description:
        'Position of the first byte, counted from the first that the machine ever wrote: later than asked for where the older is no longer kept.',
    }),
    next: Type.Integer({ description: 'Where to go on: `after` of the next question.' }),
    over: Type.Boolean({
      description: 'Nothing more will come: the reservation failed, and these are the last lines, which were kept with its failure.',
    }),
  }),
);
export type SerialLog = Static<typeof SerialLog>;

export const reservationRoutes = {
  reserve: route('reserve', {
    summary: 'Reserve a machine of an image, from now or from a later time on',
    description:
      '`for` is 2h if left out. One for later is `booked`; its machine is made ahead of its start. The answer comes before the machine is there: follow `GET /events`.',
    tag: 'reservations',
    scope: 'user',
    body: ReserveBody,
    response: Reservation,
    status: 202,
    errors: ['not-found', 'no-capacity', 'not-supported', 'wrong-state', 'limit-reached', 'not-allowed', 'conflict', 'unavailable'],
  }),
  listReservations: route('listReservations', {
    summary: 'Reservations, newest first: mine, or all of them for operators',
    tag: 'reservations',
    scope: 'user',
    query: strict({
      ...PageQuery,
      all: Type.Optional(Type.Boolean({ description: "Everybody's; operators only." })),
      past: Type.Optional(Type.Boolean({ description: 'Those that ended or failed too.' })),
      label: Type.Optional(LabelQuery),
    }),
    response: named('ReservationPage', Type.Object({ items: Type.Array(Reservation), next: Type.Optional(Type.String()) })),
    errors: ['not-allowed'],
  }),
  showReservation: route('showReservation', {
    summary: 'One reservation',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: Reservation,
    errors: ['not-found'],
  }),
  labelReservation: route('labelReservation', {
    summary: 'Put labels on it, change them, or take them away; those that are not named stay',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({
      labels: LabelChange,
    }),
    response: Reservation,
    errors: ['not-found'],
  }),
  extendReservation: route('extendReservation', {
    summary: 'Put the end off',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({ for: described(Duration, 'How much later than now planned it is to end.') }),
    response: Reservation,
    errors: ['not-found', 'wrong-state', 'limit-reached', 'no-capacity', 'conflict'],
  }),
  endReservation: route('endReservation', {
    summary: 'End it now: the machine is taken away. Asking again does no harm',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    query: strict({
      keep: Type.Optional(
        described(
          Duration,
          'So long a machine that is ready is kept, switched off, so that `undoEnd` brings it back; 30m at most. Not at all if left out.',
        ),
      ),
    }),
    response: Reservation,
    status: 202,
    errors: ['not-found'],
  }),
  undoEnd: route('undoEnd', {
    summary: 'Take its end back, while its machine is kept: it is switched on again',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: Reservation,
    errors: ['not-found', 'wrong-state', 'limit-reached'],
  }),
  connectReservation: route('connectReservation', {
    summary: 'Credentials and address of the machine, set in the guest now',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({
      publicKey: Type.Optional(
        Type.String({
          maxLength: 8192,
          description: 'An SSH public key to let in as well, on one line, as OpenSSH writes it. What it is instead is said.',
        }),
      ),
    }),
    response: Connection,
    errors: ['not-found', 'wrong-state', 'guest-timeout', 'guest-failed', 'not-supported', 'unavailable'],
  }),
  captureReservation: route('captureReservation', {
    summary: "Make a revision of the machine's disks",
    description: "The next one of the machine's image (its owner and operators), or the first of a new image, which then is the caller's.",
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({
      image: Type.Optional(NameParam),
      description: Type.Optional(Description),
      labels: Type.Optional(described(Labels, 'For the image, beside those that it has.')),
      publish: Type.Optional(Type.Boolean({ description: 'Hand it out as soon as it is ready, if it is clean; false if left out.' })),
      publishUnclean: Type.Optional(UncleanReason),
    }),
    response: RevisionStarted,
    status: 202,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'master-changed', 'not-supported', 'no-space', 'busy', 'unavailable'],
  }),
  reimageReservation: route('reimageReservation', {
    summary: 'Give it another machine in place of its own: its disks and checkpoints are gone then',
    description: 'The old machine is taken away first, then another is made in its room; the reservation keeps its id, span and host name.',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({
      revision: Type.Optional(
        Type.Union([Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), Type.Literal('published')], {
          description: 'Of its image: a number, or `published` for the one that is handed out now; the one it has if left out.',
        }),
      ),
    }),
    response: Reservation,
    status: 202,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'busy', 'not-supported', 'unavailable'],
  }),
  consoleTicket: route('consoleTicket', {
    summary: 'A ticket that opens the console once, for a browser',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: ConsoleTicket,
    status: 201,
    errors: ['not-found', 'wrong-state'],
  }),
  console: route('console', {
    summary: "The machine's screen: a WebSocket that carries RFB (VNC) in binary messages",
    description: REFUSED_INSIDE,
    tag: 'reservations',
    scope: 'ticket',
    kind: 'websocket',
    params: IdParams,
    query: strict({ ticket: Type.Optional(Type.String({ maxLength: 200 })) }),
    response: Type.Unknown(),
    status: 101,
    errors: ['not-found', 'wrong-state', 'not-supported', 'unavailable'],
  }),
  terminal: route('terminal', {
    summary: 'A shell in the guest: a WebSocket whose binary messages are what is typed and shown',
    description: `A text message \`{"cols":80,"rows":24}\` says that the window has another size. The guest's host key is checked. ${REFUSED_INSIDE}`,
    tag: 'reservations',
    scope: 'ticket',
    kind: 'websocket',
    params: IdParams,
    query: strict({
      ticket: Type.Optional(Type.String({ maxLength: 200 })),
      cols: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '80 if left out.' })),
      rows: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '24 if left out.' })),
    }),
    response: Type.Unknown(),
    status: 101,
    errors: ['not-found', 'wrong-state', 'guest-timeout', 'guest-failed', 'not-supported', 'unavailable'],
  }),
  serialLog: route('serialLog', {
    summary: 'What the machine wrote on its serial console: the newest 256 KiB are kept while it is there',
    description: 'For its owner and operators. It holds whatever the guest prints. Of a failed reservation: the last lines.',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    query: strict({
      after: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'Only what comes after that position; all that is kept if left out.',
        }),
      ),
      waitS: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 20, description: 'Seconds to wait for more where there is nothing yet; 0 if left out.' }),
      ),
    }),
    response: SerialLog,
    errors: ['not-found', 'wrong-state', 'not-supported', 'unavailable'],
  }),
  tunnel: route('tunnel', {
    summary: "A way to the machine's SSH server: a WebSocket whose binary messages are the bytes of that connection",
    description:
      'For `ssh` on a computer that cannot reach the machine itself (`carrel proxy`). It leads to the SSH port of this one machine and nowhere else; ports behind it are forwarded by SSH. The server checks who answers there, and so must the client, by the `hostKeys` of `connectReservation`.',
    tag: 'reservations',
    scope: 'user',
    kind: 'websocket',
    params: IdParams,
    response: Type.Unknown(),
    status: 101,
    errors: ['not-found', 'not-allowed', 'wrong-state', 'guest-timeout', 'guest-failed', 'unavailable'],
  }),
};
