/**
 * One error class for the whole product. Code is matched, text is only read by people.
 * The message never repeats the cause: whoever prints an error walks the chain with {@link describeError}.
 */

/** Who may try again: nobody, the same step a little later, or the same step on another host or datastore. */
export type RetryClass = 'never' | 'later' | 'elsewhere';

export interface ErrorOptions {
  /** What the reader can do about it, as an imperative sentence. */
  hint?: string;
  retry?: RetryClass;
  cause?: unknown;
  /** Facts for programs (ids, sizes in bytes, paths inside the data directory); never a secret. */
  details?: Record<string, unknown>;
}

export class CarrelError extends Error {
  readonly code: string;
  readonly retry: RetryClass;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CarrelError';
    this.code = code;
    this.retry = options.retry ?? 'never';
    this.hint = options.hint;
    this.details = options.details ?? {};
  }
}

/** The code of an error, Node's own included (`ENOSPC`, `ECONNREFUSED`), or `internal`. */
export function errorCode(error: unknown): string {
  if (error instanceof CarrelError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'internal';
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(errorCode(error));
}

/** Message and causes on one line: `clone failed: qemu-img said no: No space left on device`. */
export function describeError(error: unknown): string {
  const parts: string[] = [];
  for (let e: unknown = error, depth = 0; e !== undefined && e !== null && depth < 8; depth++) {
    const text = e instanceof Error ? e.message : String(e);
    if (text && parts.at(-1) !== text) parts.push(text);
    const cause: unknown = e instanceof Error ? e.cause : undefined;
    e = e instanceof CarrelError && isStoreRefusal(cause) ? undefined : cause;
  }
  return parts.join(': ');
}

/** What the store refused by a constraint: whoever caught it has said in its own words what that means. */
function isStoreRefusal(error: unknown): boolean {
  return (
    error instanceof CarrelError && typeof error.details.sqlstate === 'string' && ['conflict', 'invalid', 'reference'].includes(error.code)
  );
}

/** What is stored about a failure and shown to people; survives JSON. */
export interface StoredError {
  code: string;
  message: string;
  hint?: string;
  retry: RetryClass;
  details: Record<string, unknown>;
}

export function toStored(error: unknown): StoredError {
  const known = error instanceof CarrelError ? error : undefined;
  return {
    code: errorCode(error),
    message: describeError(error),
    ...(known?.hint === undefined ? {} : { hint: known.hint }),
    retry: known?.retry ?? 'never',
    details: known?.details ?? {},
  };
}
