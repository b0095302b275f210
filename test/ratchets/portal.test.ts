import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { passwordProblem } from '../../src/core/password.ts';

/** The portal may import none of the server's rules, so a number that it repeats is held to the rule here. */
test("the portal's least for a new password is the server's", () => {
  const text = readFileSync(join(import.meta.dirname, '../../portal/src/parts/password.tsx'), 'utf8');
  const least = Number(/const LEAST = (\d+);/.exec(text)?.[1]);
  const of = (length: number) => passwordProblem('plain words that nobody guesses'.slice(0, length), 'ann');
  expect(of(least)).toBeUndefined();
  expect(of(least - 1)).toBeDefined();
});
