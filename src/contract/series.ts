/** Reservations that repeat by a rule of RFC 5545. */
import { type Static, Type } from 'typebox';
import { IdParams, PageQuery, Time, Uuid, When, Zone } from './common.ts';
import { Reservation, ReserveBody } from './reservations.ts';
import { described, named, route, strict } from './route.ts';

export const Series = named(
  'Series',
  Type.Object({
    id: Uuid,
    owner: Type.String(),
    image: Type.String(),
    rule: Type.String(),
    zone: Type.String(),
    startsAt: Time,
    createdAt: Time,
    endedAt: Type.Optional(Time),
  }),
);
export type Series = Static<typeof Series>;

export const SeriesDetail = named(
  'SeriesDetail',
  Type.Object({
    ...Series.properties,
    reservations: Type.Array(Reservation, { description: 'Its occurrences, by their starts.' }),
    refused: Type.Array(
      named(
        'RefusedOccurrence',
        Type.Object({
          at: Time,
          seats: Type.Integer({ description: 'How many machines of it.' }),
          code: Type.String(),
          message: Type.String(),
        }),
      ),
      {
        description: 'Those that could not be had; only in the answer to the request that made the series.',
      },
    ),
  }),
);
export type SeriesDetail = Static<typeof SeriesDetail>;

const { id, image, revision, mode, kind, for: span, memoryMiB, vcpus, diskMiB, labels } = ReserveBody.properties;

const SeriesBody = strict({
  id,
  image,
  revision,
  mode,
  kind,
  at: described(When, 'DTSTART: the day and the time by the clocks of `zone`. The first occurrence only if the rule says so.'),
  zone: described(Zone, 'The time zone whose clocks it keeps to, whatever the season.'),
  for: span,
  rule: Type.String({
    minLength: 1,
    maxLength: 500,
    description:
      'The value of an RRULE (RFC 5545) with FREQ DAILY, WEEKLY, MONTHLY or YEARLY and an end, COUNT or UNTIL; at most 366 times.',
    examples: ['FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20'],
  }),
  seats: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000,
      description:
        'How many machines each time, all of them reservations of the caller; one if left out, and 10 000 reservations in all at most.',
    }),
  ),
  partial: Type.Optional(Type.Boolean({ description: 'Take the occurrences that can be had; otherwise it is all or none.' })),
  memoryMiB,
  vcpus,
  diskMiB,
  labels,
});

export const seriesRoutes = {
  reserveSeries: route('reserveSeries', {
    summary: 'Reserve again and again by a rule: all occurrences at once',
    tag: 'reservations',
    scope: 'user',
    body: SeriesBody,
    response: SeriesDetail,
    status: 202,
    errors: ['not-found', 'no-capacity', 'not-supported', 'wrong-state', 'limit-reached', 'not-allowed', 'conflict', 'unavailable'],
  }),
  listSeries: route('listSeries', {
    summary: 'Series, newest first: mine, or all of them for operators',
    tag: 'reservations',
    scope: 'user',
    query: strict({ ...PageQuery, all: Type.Optional(Type.Boolean({ description: "Everybody's; operators only." })) }),
    response: named('SeriesPage', Type.Object({ items: Type.Array(Series), next: Type.Optional(Type.String()) })),
    errors: ['not-allowed'],
  }),
  showSeries: route('showSeries', {
    summary: 'One series with its occurrences',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: SeriesDetail,
    errors: ['not-found'],
  }),
  endSeries: route('endSeries', {
    summary: 'Give back the occurrences that have not begun. One that runs goes on. Asking again does no harm',
    tag: 'reservations',
    scope: 'user',
    params: IdParams,
    response: SeriesDetail,
    errors: ['not-found'],
  }),
};
