import { expect, test } from 'vitest';
import { CarrelError } from '../../lib/errors.ts';
import { toDriverError } from './faults.ts';

test.each([
  ['EACCES', 'no-permission'],
  ['EROFS', 'no-permission'],
  ['ENOSPC', 'no-space'],
  ['EMFILE', 'busy'],
  ['protocol', 'internal'],
  ['tool-failed', 'internal'],
  ['recipe-failed', 'internal'],
  ['something-new', 'internal'],
])('%s is %s: nothing that a person must mend, and nothing unknown, is waited for without an end', (code, as) => {
  expect(toDriverError(new CarrelError(code, 'x')).code).toBe(as);
});

test('what took too long stays `deadline`, which counts as a try', () => {
  expect(toDriverError(new CarrelError('deadline', 'x'))).toMatchObject({ code: 'deadline', retry: 'later' });
});
