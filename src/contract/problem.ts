import { type Static, Type } from 'typebox';
import { named } from './route.ts';

/**
 * Every code an error of the API may carry. Programs match on it; the text beside it is for people.
 * The HTTP status of each is in src/api/errors.ts.
 */
export const PROBLEM_CODES = [
  'bad-request',
  'unauthorized',
  'not-allowed',
  'not-found',
  'already-exists',
  'conflict',
  'wrong-state',
  'has-children',
  'busy',
  'gate-refused',
  'not-linked',
  'not-owned',
  'master-changed',
  'unclean',
  'bad-image',
  'not-supported',
  'too-large',
  'length-required',
  'unsupported-media-type',
  'rate-limited',
  'limit-reached',
  'no-space',
  'no-capacity',
  'guest-timeout',
  'guest-failed',
  'unavailable',
  'shutdown',
  'missing-tool',
  'no-permission',
  'written-off',
  'crashed',
  'deadline',
  'cancelled',
  'internal',
] as const;

/**
 * Added to the HTTP status it is the code with which a WebSocket is closed that was opened by a ticket and is refused; the problem comes as
 * a text message before. From the range that applications have for themselves (RFC 6455, section 7.4.2).
 */
export const REFUSED = 4000;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Body of every error answer: RFC 9457 (`application/problem+json`) with Carrel's own members. */
export const Problem = named(
  'Problem',
  Type.Object({
    type: Type.String({ description: '`urn:carrel:problem:` and the code.' }),
    title: Type.String({ description: 'What the code means, the same for every occurrence.' }),
    status: Type.Integer({ description: 'The HTTP status, again.' }),
    code: Type.String({ description: 'What programs match on.' }),
    detail: Type.String({ description: 'What went wrong this time.' }),
    hint: Type.Optional(Type.String({ description: 'What can be done about it.' })),
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Facts for programs; never a secret.' })),
    requestId: Type.Optional(Type.String({ description: "The request's id in the server's log." })),
  }),
);
export type Problem = Static<typeof Problem>;

/** Why something that ran in the background failed, as kept with a reservation, revision or job. */
export const Failure = named(
  'Failure',
  Type.Object({
    code: Type.String(),
    message: Type.String(),
    hint: Type.Optional(Type.String()),
    retry: Type.String({ description: '`never`, `later` or `elsewhere`.' }),
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
);
export type Failure = Static<typeof Failure>;
