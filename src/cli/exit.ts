/** Exit codes, and how an error is shown. The table is printed by `carrel help exit-codes` and in docs/guide/cli.md. */
import { ApiError, UnreachableError } from '../client/errors.ts';
import { CarrelError, describeError, errorCode } from '../lib/errors.ts';

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  noCapacity: 5,
  unreachable: 6,
  notAllowed: 7,
  interrupted: 130,
} as const;

export const EXIT_TEXT: readonly [number, string][] = [
  [EXIT.ok, 'done'],
  [EXIT.failed, 'it failed'],
  [EXIT.usage, 'the command line is wrong, or what was asked for cannot be asked'],
  [EXIT.notFound, 'there is no such thing'],
  [EXIT.refused, 'refused: it is in the wrong state, taken, busy, or something stands on it'],
  [EXIT.noCapacity, 'no room: capacity or storage'],
  [EXIT.unreachable, 'no server answers'],
  [EXIT.notAllowed, 'not signed in, or not allowed'],
  [EXIT.interrupted, 'interrupted by Ctrl-C; what was begun goes on'],
];

const BY_CODE: Record<string, number> = {
  'bad-request': EXIT.usage,
  'not-supported': EXIT.usage,
  'bad-image': EXIT.usage,
  'too-large': EXIT.usage,
  'not-found': EXIT.notFound,
  conflict: EXIT.refused,
  'already-exists': EXIT.refused,
  'already-running': EXIT.refused,
  'wrong-state': EXIT.refused,
  'has-children': EXIT.refused,
  'limit-reached': EXIT.refused,
  busy: EXIT.refused,
  'no-capacity': EXIT.noCapacity,
  'no-space': EXIT.noCapacity,
  unreachable: EXIT.unreachable,
  unauthorized: EXIT.notAllowed,
  'not-allowed': EXIT.notAllowed,
  'no-permission': EXIT.notAllowed,
};

export function exitCodeOf(error: unknown): number {
  return BY_CODE[errorCode(error)] ?? EXIT.failed;
}

/** What is said about an error on standard error: one line and a hint, or one JSON object. */
export function showError(error: unknown, json: boolean): string {
  const hint =
    error instanceof UnreachableError ? 'is the server running? start it with `carrel serve`' : (error as { hint?: string }).hint;
  const details = error instanceof ApiError || error instanceof CarrelError ? error.details : {};
  if (json)
    return `${JSON.stringify({ error: { code: errorCode(error), message: describeError(error), ...(hint === undefined ? {} : { hint }), details } })}\n`;
  const children = Array.isArray(details.children)
    ? details.children.map((child) => `  - ${typeof child === 'string' ? child : JSON.stringify(child)}\n`).join('')
    : '';
  return `carrel: ${describeError(error)}\n${children}${hint === undefined ? '' : `  ${hint}\n`}`;
}
