/** The calendar: what is free when, moves within it, maintenance windows, and the rules of the site. */
import { type Static, Type } from 'typebox';
import { CloneMode, Done, Duration, Estimate, Id, IdParams, NameParam, Time, Uuid, machineSizes, When, Zone } from './common.ts';
import { Reservation, ReservationKind } from './reservations.ts';
import { described, named, oneOf, route, strict } from './route.ts';

export const Availability = named(
  'Availability',
  Type.Object({
    image: Type.String(),
    revision: Type.Integer(),
    provider: Type.String(),
    kind: ReservationKind,
    startsAt: described(Time, 'The start that was asked about.'),
    endsAt: Type.Optional(Time),
    possible: Type.Boolean({ description: 'True if it could have been promised at the moment of the answer. Nothing is held by asking.' }),
    reason: Type.Optional(
      named(
        'WhyNot',
        Type.Object({
          code: oneOf(['no-capacity', 'maintenance', 'limit-reached', 'not-allowed', 'not-supported', 'bad-request']),
          message: Type.String(),
          details: Type.Record(Type.String(), Type.Unknown()),
        }),
      ),
    ),
    next: Type.Optional(described(Time, 'The earliest start from then on at which it can be had; none up to the horizon if left out.')),
    free: Type.Array(Type.Object({ from: Time, until: Type.Optional(Time) }), {
      description:
        'Spans in which it can be had; the first hundred. Every part of one that is as long as was asked for was free at the moment of the answer; preparation and turn-round lie outside.',
    }),
    times: Type.Optional(
      Type.Array(Type.Object({ at: Time, free: Type.Boolean() }), {
        description:
          'The occurrences of the series that was asked about, in order, each with whether one machine could be had for it at the moment of the answer, whatever the others take.',
      }),
    ),
    horizon: described(Time, 'How far was looked.'),
    prepareMs: Type.Integer({ description: 'How long ahead of its start a machine of this image is begun.' }),
    estimate: Type.Optional(Estimate),
    disk: named(
      'DiskSize',
      Type.Object({
        leastMiB: Type.Integer({ description: "MiB that its image's disk has: a machine's is never smaller." }),
        grows: Type.Boolean({
          description: 'It may be larger (`diskMiB`), by the clone mode that was asked about, wherever it has a master.',
        }),
      }),
    ),
  }),
);
export type Availability = Static<typeof Availability>;

export const Maintenance = named(
  'Maintenance',
  Type.Object({
    id: Uuid,
    provider: Type.String(),
    startsAt: Time,
    endsAt: Type.Optional(Time),
    reason: Type.String(),
    createdBy: Type.String(),
    reservations: Type.Array(Uuid, {
      description:
        'Live reservations that it touches, the first thousand by their ends. They stay as they are; nothing new is promised over it.',
    }),
  }),
);
export type Maintenance = Static<typeof Maintenance>;

const Limit = Type.Union([Type.Integer(), Type.Null()]);

export const Rule = named(
  'Rule',
  Type.Object({
    kind: ReservationKind,
    allowed: Type.Boolean(),
    longestMs: described(Limit, 'Longest span; null = any, also without an end.'),
    totalMs: described(Limit, 'Longest span with all extensions; null = any.'),
    aheadMs: Type.Integer({ description: 'How far ahead of its start it may be reserved.' }),
    atOnce: described(Limit, 'How many of this kind one person may hold at one time; null = any number.'),
    together: Type.Array(Type.Object({ group: Type.String(), atOnce: Type.Integer() }), {
      description:
        'How many of this kind the people of a group of the caller’s may hold at one time together: `*` is everybody. Each counts.',
    }),
    checkpoints: Type.Integer({ description: 'How many checkpoints one machine may have.' }),
    connectWithinMs: described(Limit, 'A machine to which nobody connects for so long after it was ready is ended; null = never.'),
    idleAfterMs: described(
      Limit,
      'A machine at which nobody is, as far as servers see and its guest tells, for so long is ended; null = never.',
    ),
    tellEndMs: Type.Integer({
      description: 'So long before its end its people are told, in its guest too where that can be; 0 = not at all.',
    }),
  }),
);
export type Rule = Static<typeof Rule>;

const Span = Type.Union([Duration, Type.Null()]);
export const RuleChange = strict({
  group: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: '`*` (the default) is everybody; `user` and `admin` are the roles.' }),
  ),
  kind: ReservationKind,
  allowed: Type.Optional(Type.Boolean()),
  longest: Type.Optional(described(Span, 'null = any.')),
  total: Type.Optional(described(Span, 'null = any.')),
  ahead: Type.Optional(Duration),
  atOnce: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()])),
  groupAtOnce: Type.Optional(
    described(
      Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()]),
      'How many of this kind the people of the group may hold at one time together; null = any number. What they hold already stays.',
    ),
  ),
  checkpoints: Type.Optional(Type.Integer({ minimum: 0, maximum: 7 })),
  connectWithin: Type.Optional(
    described(Span, 'A machine to which nobody connects for so long after it was ready is ended; null = never.'),
  ),
  idleAfter: Type.Optional(
    described(Span, 'A machine at which nobody is, as far as the server sees, for so long is ended; at least 5m; null = never.'),
  ),
  tellEnd: Type.Optional(described(Span, 'So long before its end its people are told; null = not at all.')),
  reset: Type.Optional(Type.Boolean({ description: 'What the site says of this kind and group is taken away, before the other changes.' })),
});
export type RuleChange = Static<typeof RuleChange>;

export const Rules = named(
  'Rules',
  Type.Object({
    mine: Type.Array(Rule, { description: 'What holds for the caller.' }),
    site: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
      description: "The site's own changes to the defaults, by group and kind.",
    }),
  }),
);
export type Rules = Static<typeof Rules>;

export const calendarRoutes = {
  availability: route('availability', {
    summary: 'What is free when, the next time it can be had, and why not sooner',
    tag: 'calendar',
    scope: 'user',
    query: strict({
      image: NameParam,
      revision: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647 })),
      mode: Type.Optional(CloneMode),
      kind: Type.Optional(ReservationKind),
      at: Type.Optional(When),
      zone: Type.Optional(Zone),
      for: Type.Optional(Duration),
      until: Type.Optional(described(When, 'In place of `for`.')),
      openEnd: Type.Optional(Type.Boolean()),
      look: Type.Optional(
        described(
          Duration,
          'How far from the start on `free` reaches at the least; further if it cannot be had before. A day if left out.',
        ),
      ),
      rule: Type.Optional(
        described(
          Type.String({ minLength: 1, maxLength: 500 }),
          'The value of an RRULE, as a series has it; `at` is its DTSTART and `zone` the clocks that it keeps to. The answer has its `times`.',
        ),
      ),
      ...machineSizes,
    }),
    response: Availability,
    errors: ['not-found', 'wrong-state'],
  }),
  moveReservation: route('moveReservation', {
    summary: 'Give a reservation that has not begun another time',
    description: 'If the new time cannot be had it keeps the old one.',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({ at: When, zone: Type.Optional(Zone), for: Type.Optional(described(Duration, 'As long as before if left out.')) }),
    response: Reservation,
    errors: ['not-found', 'wrong-state', 'limit-reached', 'not-allowed', 'no-capacity', 'conflict'],
  }),
  shortenReservation: route('shortenReservation', {
    summary: 'Let it end sooner',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    body: strict({ for: described(Duration, 'How much sooner than now planned it is to end.') }),
    response: Reservation,
    errors: ['not-found', 'wrong-state', 'conflict'],
  }),
  listMaintenance: route('listMaintenance', {
    summary: 'Maintenance windows that are not over',
    tag: 'calendar',
    scope: 'user',
    response: named('MaintenanceList', Type.Object({ items: Type.Array(Maintenance) })),
  }),
  addMaintenance: route('addMaintenance', {
    summary: 'Promise nothing new on a provider in a span of time',
    description: 'Reservations that are there already stay; the answer names them.',
    tag: 'calendar',
    scope: 'admin',
    body: strict({
      provider: NameParam,
      at: Type.Optional(When),
      zone: Type.Optional(Zone),
      for: Type.Optional(described(Duration, 'Until further notice if left out.')),
      reason: Type.String({ minLength: 1, maxLength: 500 }),
    }),
    response: Maintenance,
    status: 201,
    errors: ['not-found'],
  }),
  removeMaintenance: route('removeMaintenance', {
    summary: 'Take a maintenance window away',
    tag: 'calendar',
    scope: 'admin',
    params: strict({ id: Id }),
    response: Done,
    errors: ['not-found'],
  }),
  showRules: route('showRules', {
    summary: 'How long, how far ahead, and how many at one time',
    tag: 'calendar',
    scope: 'user',
    response: Rules,
  }),
  setRule: route('setRule', {
    summary: 'Change the rule of a kind for everybody or a group',
    description: 'What is left out stays as it is. Reservations that are there stay.',
    tag: 'calendar',
    scope: 'admin',
    body: RuleChange,
    response: Rules,
  }),
};
