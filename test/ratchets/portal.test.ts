import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { de } from '../../portal/src/i18n/de.ts';
import { en } from '../../portal/src/i18n/en.ts';
import { NOTICE_CODES } from '../../src/contract/notices.ts';
import { NOTICES, type NoticeCode, say } from '../../src/core/notices.ts';
import { passwordProblem } from '../../src/core/password.ts';

/** The portal may import none of the server's rules, so a number that it repeats is held to the rule here. */
test("the portal's least for a new password is the server's", () => {
  const text = readFileSync(join(import.meta.dirname, '../../portal/src/parts/password.tsx'), 'utf8');
  const least = Number(/const LEAST = (\d+);/.exec(text)?.[1]);
  const of = (length: number) => passwordProblem('plain words that nobody guesses'.slice(0, length), 'ann');
  expect(of(least)).toBeUndefined();
  expect(of(least - 1)).toBeDefined();
});

/** What of it is missing is shown to people in English, in the middle of a page in their own language. */
test('whatever the server says of a reservation by a code, each language of the portal says, with all that differs', () => {
  expect([...NOTICE_CODES].toSorted()).toEqual(Object.keys(NOTICES).toSorted());
  for (const code of Object.keys(NOTICES) as NoticeCode[]) {
    const facts = Object.fromEntries([...NOTICES[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => [name as string, `«${name}»`]));
    const [english, german] = [en, de].map(({ notices }) => notices[code]?.(facts as never, (at) => at) ?? `nothing of ${code}`);
    for (const text of [english, german] as string[]) {
      for (const fact of Object.values(facts)) expect(text, code).toContain(fact);
      expect(text, code).not.toContain('nothing of');
      // A page has buttons where a terminal has commands.
      expect(text, code).not.toContain('`');
    }
    expect(german, code).not.toBe(english);
    expect(german, code).not.toBe(say(code, facts as never));
  }
});

/** A sentence that is written down in place would have no code, and so no translation. Those that are only how far a preparation is have a stage. */
test('what the engine notes of a reservation is said by a code', () => {
  const engine = join(import.meta.dirname, '../../src/engine');
  const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter(
    (f) => f.endsWith('.ts') && !/\.(?:test|real|long)\./.test(f),
  );
  const plain = files.flatMap((file) =>
    [...readFileSync(join(engine, file), 'utf8').matchAll(/reservations\.note\(([^;]*);/g)]
      .flatMap(([, args]) => [...(args as string).matchAll(/(?<!say\()(['`])((?:(?!\1).)+)\1/g)].map(([, , text]) => text as string))
      .filter((text) => text !== 'ready')
      .map((text) => `${file}: ${text}`),
  );
  expect(plain).toEqual([]);
});
