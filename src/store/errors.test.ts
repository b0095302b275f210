import { DatabaseError } from 'pg';
import { expect, test } from 'vitest';
import { CarrelError } from '../lib/errors.ts';
import { isBusy, storeError, violates } from './errors.ts';

const pgError = (code: string, more: Partial<DatabaseError> = {}) =>
  Object.assign(new DatabaseError('m', 1, 'error'), { code, detail: 'Failing row contains (secret)', ...more });

test.each([
  ['23505', 'conflict', 'never'],
  ['23P01', 'conflict', 'never'],
  ['23503', 'reference', 'never'],
  ['23514', 'invalid', 'never'],
  ['22P02', 'invalid', 'never'],
  ['53100', 'no-space', 'later'],
  ['53300', 'store-busy', 'later'],
  ['57P01', 'store-unavailable', 'later'],
  ['57P03', 'store-unavailable', 'later'],
  ['08006', 'store-unavailable', 'later'],
  ['40P01', 'store-busy', 'later'],
  ['57014', 'store-busy', 'later'],
  ['55P03', 'store-busy', 'later'],
  ['28P01', 'store-access', 'never'],
  ['3D000', 'store-access', 'never'],
  ['XX001', 'store-corrupt', 'never'],
  ['58P01', 'store-corrupt', 'never'],
])('%s is %s, retry %s', (sqlstate, code, retry) => {
  expect(storeError(pgError(sqlstate))).toMatchObject({ code, retry, details: { sqlstate } });
});

test('a lost connection is worth another try, a fault of the program is not hidden', () => {
  expect(storeError(new Error('Connection terminated unexpectedly'))).toMatchObject({ code: 'store-unavailable', retry: 'later' });
  expect(storeError(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toMatchObject({ code: 'store-unavailable' });
  expect(storeError(Object.assign(new Error('write'), { code: 'ENOSPC' }))).toMatchObject({ code: 'no-space' });
  const fault = new TypeError('x is not a function');
  expect(storeError(fault)).toBe(fault);
  const own = new CarrelError('x', 'x');
  expect(storeError(own)).toBe(own);
  const syntax = pgError('42601');
  expect(storeError(syntax)).toBe(syntax);
});

test('names the constraint, and drops the detail, which quotes the row', () => {
  const error = storeError(pgError('23505', { constraint: 'account_name_key', table: 'account' }));
  expect(violates(error, 'account_name_key')).toBe(true);
  expect(violates(error, 'other')).toBe(false);
  expect(((error as Error).cause as DatabaseError).detail).toBeUndefined();
});

test('only what left nothing behind runs again at once', () => {
  expect(isBusy(storeError(pgError('40P01')))).toBe(true);
  expect(isBusy(storeError(pgError('40001')))).toBe(true);
  expect(isBusy(storeError(pgError('57014')))).toBe(false);
  expect(isBusy(new Error('x'))).toBe(false);
});
