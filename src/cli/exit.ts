/** Exit codes, and how an error is shown. The table is printed by `carrel help exit-codes` and in docs/guide/cli.md. */
import { ApiError, UnreachableError } from '../client/errors.ts';
import { CarrelError, describeError, errorCode } from '../lib/errors.ts';
import { localTimes, plain } from './text.ts';

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

/** What is not listed is 1. */
const BY_CODE: Record<string, number> = {
  usage: EXIT.usage,
  'bad-request': EXIT.usage,
  'not-supported': EXIT.usage,
  'bad-image': EXIT.usage,
  'too-large': EXIT.usage,
  'not-found': EXIT.notFound,
  conflict: EXIT.refused,
  'already-exists': EXIT.refused,
  'already-running': EXIT.refused,
  'port-taken': EXIT.refused,
  'wrong-state': EXIT.refused,
  'has-children': EXIT.refused,
  unclean: EXIT.refused,
  'limit-reached': EXIT.refused,
  'rate-limited': EXIT.refused,
  'gate-refused': EXIT.refused,
  'not-owned': EXIT.refused,
  busy: EXIT.refused,
  'no-capacity': EXIT.noCapacity,
  'no-space': EXIT.noCapacity,
  unreachable: EXIT.unreachable,
  unauthorized: EXIT.notAllowed,
  'not-allowed': EXIT.notAllowed,
  'no-permission': EXIT.notAllowed,
  interrupted: EXIT.interrupted,
};

export function exitCodeOf(error: unknown): number {
  return BY_CODE[errorCode(error)] ?? EXIT.failed;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof UnreachableError) return 'is the server running? start it with `carrel serve`';
  if (error instanceof ApiError || error instanceof CarrelError) return error.hint;
  return undefined;
}

/** One of the things that stand on what was to be removed. */
function childText(child: unknown): string {
  if (child === null || typeof child !== 'object') return String(child);
  return Object.entries(child)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
}

/** What is said about an error on standard error: a line and a hint, or one JSON object. */
export function showError(error: unknown, json: boolean): string {
  const hint = hintOf(error);
  const details = error instanceof ApiError || error instanceof CarrelError ? error.details : {};
  if (json) {
    const shown = { code: errorCode(error), message: describeError(error), ...(hint === undefined ? {} : { hint }), details };
    return `${JSON.stringify({ error: shown })}\n`;
  }
  const children = Array.isArray(details.children) ? details.children : [];
  const lines = [
    `carrel: ${plain(localTimes(describeError(error)))}`,
    ...children.map((child) => `  - ${plain(childText(child))}`),
    ...(hint === undefined ? [] : [`  ${plain(localTimes(hint))}`]),
  ];
  return `${lines.join('\n')}\n`;
}
