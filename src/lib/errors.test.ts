import { expect, it } from 'vitest';
import { CarrelError, describeError } from './errors.ts';

it('what the store refused is told in the words of whoever caught it, other causes in full', () => {
  const refused = new CarrelError('conflict', 'something stands against it', {
    details: { sqlstate: '23505' },
    cause: new Error('duplicate key value violates unique constraint "account_name_key"'),
  });
  expect(describeError(new CarrelError('already-exists', 'there is an account ann already', { cause: refused }))).toBe(
    'there is an account ann already',
  );
  expect(describeError(refused)).toContain('account_name_key');
  expect(describeError(new CarrelError('io', 'no copy', { cause: new Error('disk full') }))).toBe('no copy: disk full');
});
