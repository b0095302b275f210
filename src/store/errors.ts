/** PostgreSQL's errors in Carrel's words. Applied to everything that goes through the pool (db.ts). */
import { DatabaseError } from 'pg';
import { CarrelError, type ErrorOptions, isCode } from '../lib/errors.ts';

const BUSY = new Set(['40001', '40P01', '55P03', '57014']);

interface Meaning extends ErrorOptions {
  code: string;
  message: string;
}

/** SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
function meaning(sqlstate: string): Meaning | undefined {
  switch (sqlstate) {
    case '23505':
    case '23P01':
      return { code: 'conflict', message: 'something that is already there stands against it' };
    case '23503':
      return { code: 'reference', message: 'it refers to something that is not there, or something still refers to it' };
    case '23502':
    case '23514':
      return { code: 'invalid', message: 'the store refused a value' };
    case '53100':
      return {
        code: 'no-space',
        message: "the store's disk is full",
        retry: 'later',
        hint: 'Make room on the disk of the data directory.',
      };
    case 'XX001':
    case 'XX002':
    // A file of PostgreSQL's is missing, or the disk gives an I/O error.
    case '58P01':
    case '58030':
      return {
        code: 'store-corrupt',
        message: 'the store is damaged, or its disk fails',
        hint: 'Stop the server, look at the disk, and restore the store from a backup.',
      };
    // It takes no more of anybody, or of this account.
    case '53300':
      return {
        code: 'store-busy',
        message: 'the database takes no more connections',
        retry: 'later',
        hint: 'Try again in a moment; if it stays so, raise max_connections of the PostgreSQL that DATABASE_URL names: 30 for each server.',
      };
    case '3D000':
    case '28000':
    case '28P01':
      return { code: 'store-access', message: 'the database refused the connection', hint: 'Check DATABASE_URL.' };
  }
  if (BUSY.has(sqlstate)) {
    const message = sqlstate === '55P03' ? 'something else is at work on the same thing and takes long' : 'the store was busy';
    return { code: 'store-busy', message, retry: 'later', hint: 'Try again in a moment.' };
  }
  if (/^(08|53|57P|25P0[34])/.test(sqlstate)) {
    return { code: 'store-unavailable', message: 'the store does not answer', retry: 'later' };
  }
  if (sqlstate.startsWith('22')) return { code: 'invalid', message: 'the store refused a value' };
  return undefined;
}

/**
 * Maps an error of pg. Codes: `conflict` (23505, 23P01; `details.constraint`, `details.table`), `reference` (23503), `invalid`,
 * `no-space`, `store-busy` (deadlock, lock or statement timeout, too many connections), `store-unavailable` (connection lost or refused), `store-access`,
 * `store-corrupt`. What is none of these is a fault of ours and stays as it is.
 */
export function storeError(error: unknown): unknown {
  if (error instanceof CarrelError) return error;
  if (error instanceof DatabaseError) {
    const known = meaning(error.code ?? '');
    // The detail of a constraint violation quotes the row, which may hold what must not reach a log (promise 8).
    error.detail = undefined;
    if (known === undefined) return error;
    const { code, message, ...options } = known;
    const details: Record<string, unknown> = { sqlstate: error.code };
    if (error.constraint !== undefined) details.constraint = error.constraint;
    if (error.table !== undefined) details.table = error.table;
    return new CarrelError(code, message, { ...options, details, cause: error });
  }
  // Faults of the program while it builds a query, not of the connection.
  if (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError || error instanceof SyntaxError) {
    return error;
  }
  // Of a file that is written or read beside the query (a backup), not of the connection.
  if (isCode(error, 'ENOSPC', 'EDQUOT'))
    return new CarrelError('no-space', 'there is no room to write it', { retry: 'later', cause: error });
  // pg reports a lost connection as a plain Error, often without a code ("Connection terminated unexpectedly").
  return new CarrelError('store-unavailable', 'the store does not answer', { retry: 'later', cause: error });
}

/** True for an error that leaves nothing behind and is worth the same transaction again at once. */
export function isBusy(error: unknown): boolean {
  return error instanceof CarrelError && error.code === 'store-busy' && ['40001', '40P01'].includes(String(error.details.sqlstate));
}

/** True for a connection that was refused because the server has as many as it takes. */
export function isFull(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '53300';
}

/** True for a violation of the named constraint or unique index. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof CarrelError && error.code === 'conflict' && error.details.constraint === constraint;
}
