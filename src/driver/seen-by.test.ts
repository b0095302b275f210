import { expect, test } from 'vitest';
import { driverError } from './errors.ts';
import { seenBy } from './seen-by.ts';

test('an exit code that is an answer is one; any other is the error that it was', async () => {
  const ended = (exitCode: number) => Promise.reject(driverError('guest-failed', 'it ended', { details: { exitCode } }));
  expect(await seenBy(ended(66))).toEqual(['shell']);
  await expect(seenBy(ended(2))).rejects.toMatchObject({ code: 'guest-failed' });
  expect(await seenBy(Promise.resolve())).toEqual([]);
});
