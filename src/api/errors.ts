import type { Problem, ProblemCode } from '../contract/problem.ts';
import { CarrelError, describeError, errorCode } from '../lib/errors.ts';

interface Meaning {
  status: number;
  title: string;
}

/** HTTP status and title of every code that an answer may carry. The one table of its kind. */
export const PROBLEMS: Record<ProblemCode, Meaning> = {
  'bad-request': { status: 400, title: 'The request is not one that can be understood' },
  unauthorized: { status: 401, title: 'Whoever asks is not signed in' },
  'not-allowed': { status: 403, title: 'This account may not do that' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'already-exists': { status: 409, title: 'It is there already' },
  conflict: { status: 409, title: 'Something else stands against it' },
  'wrong-state': { status: 409, title: 'Not possible in the state it is in' },
  'has-children': { status: 409, title: 'Other disks stand on it' },
  busy: { status: 409, title: 'Something else holds it just now' },
  'gate-refused': { status: 409, title: 'Its writes could reach a master, so it is not powered on' },
  'not-linked': { status: 409, title: 'A linked clone came back without a parent' },
  'not-owned': { status: 409, title: 'It does not carry our ownership tag, so it is not touched' },
  unclean: { status: 409, title: 'It may hold what belongs to a person' },
  'master-changed': { status: 409, title: "The master's bytes are not what was published" },
  'limit-reached': { status: 409, title: "The account's limit is reached" },
  'no-capacity': { status: 409, title: 'The provider has no room for it' },
  cancelled: { status: 409, title: 'It was cancelled' },
  'length-required': { status: 411, title: 'The length must be said before the content' },
  'too-large': { status: 413, title: 'It is larger than allowed' },
  'unsupported-media-type': { status: 415, title: 'This kind of content is not taken here' },
  'bad-image': { status: 422, title: 'The file is not an image that can be used' },
  'not-supported': { status: 422, title: 'This provider cannot do that' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'A fault in Carrel' },
  'written-off': { status: 409, title: 'The provider was written off' },
  crashed: { status: 502, title: 'The hypervisor process ended by itself' },
  'guest-failed': { status: 502, title: 'The guest refused what was asked of it' },
  'no-permission': { status: 502, title: "Carrel's account at the provider may not do that" },
  unavailable: { status: 503, title: 'Something that is needed does not answer' },
  shutdown: { status: 503, title: 'The server is stopping' },
  'missing-tool': { status: 503, title: 'A program that is needed is not installed' },
  'guest-timeout': { status: 504, title: 'The guest did not answer in time' },
  deadline: { status: 504, title: 'It took longer than it may' },
  'no-space': { status: 507, title: 'The storage is full' },
};

/** Codes from below the API that say the same as one of the contract's. */
const ALIASES: Record<string, ProblemCode> = {
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  'store-busy': 'unavailable',
  'store-unavailable': 'unavailable',
  'store-access': 'unavailable',
  reference: 'conflict',
  invalid: 'bad-request',
  // Somebody else answers where the guest should.
  'host-key': 'guest-failed',
};

/** What Fastify itself refuses with. https://fastify.dev/docs/latest/Reference/Errors/ */
const FASTIFY: Record<string, { code: ProblemCode; detail: string }> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'unsupported-media-type', detail: 'send application/json' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too-large', detail: 'the body is too large' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'bad-request', detail: 'the body is empty although it is said to be JSON' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'bad-request', detail: 'the body is not JSON' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: 'bad-request', detail: 'the body is not as long as Content-Length says' },
};

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** The contract's code for any error; what nobody foresaw is `internal`. */
export function problemCode(error: unknown): ProblemCode {
  const code = errorCode(error);
  if (isProblemCode(code)) return code;
  const alias = ALIASES[code] ?? FASTIFY[code]?.code;
  if (alias !== undefined) return alias;
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return status === 429 ? 'rate-limited' : typeof status === 'number' && status >= 400 && status < 500 ? 'bad-request' : 'internal';
}

export function problem(
  code: ProblemCode,
  detail: string,
  options: { hint?: string | undefined; details?: Record<string, unknown> } = {},
): Problem {
  const { status, title } = PROBLEMS[code];
  return {
    type: `urn:carrel:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    ...(options.details === undefined || Object.keys(options.details).length === 0 ? {} : { details: options.details }),
  };
}

/** Nothing came of what the store was too busy for, and it can be sent again after so many seconds. */
const AGAIN_S = 2;

/** What a caller is told about an error. An unforeseen one is not described: its text may hold what is not theirs to see. */
export function toProblem(error: unknown, requestId: string): Problem {
  const code = problemCode(error);
  const fastify = FASTIFY[errorCode(error)];
  if (error instanceof CarrelError && code !== 'internal') {
    const details = error.code === 'store-busy' ? { retryAfterS: AGAIN_S, ...error.details } : error.details;
    return { ...problem(code, describeError(error), { hint: error.hint, details }), requestId };
  }
  if (fastify !== undefined) return { ...problem(code, fastify.detail), requestId };
  if (code !== 'internal' && error instanceof Error && code !== 'no-space') return { ...problem(code, error.message), requestId };
  if (code === 'no-space')
    return { ...problem(code, 'the disk of the server is full', { hint: 'Ask an operator to make room.' }), requestId };
  return {
    ...problem('internal', 'something went wrong that should not have', { hint: `Look for ${requestId} in the log of the server.` }),
    requestId,
  };
}
