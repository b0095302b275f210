import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { de } from '../../portal/src/i18n/de.ts';
import { en } from '../../portal/src/i18n/en.ts';
import { makeFormat } from '../../portal/src/i18n/format.ts';
import { LABEL_KEY, LABEL_VALUE, MOST_LABELS } from '../../portal/src/rules/labels.ts';
import { actionText, whyNotText } from '../../portal/src/rules/reasons.ts';
import { NOTICE_CODES } from '../../src/contract/notices.ts';
import { PROBLEM_CODES } from '../../src/contract/problem.ts';
import { FINDING_KINDS } from '../../src/contract/system.ts';
import { SAGAS } from '../../src/engine/sagas/index.ts';
import { RESOURCES } from '../../src/core/capacity.ts';
import { NOTICES, type NoticeCode, say } from '../../src/core/notices.ts';
import type { RuleBreach } from '../../src/core/rules.ts';
import { passwordProblem } from '../../src/core/password.ts';
import * as labels from '../../src/contract/labels.ts';

/** The portal may import none of the server's rules, so a number that it repeats is held to the rule here. */
test('labels are held to what the server takes', () => {
  expect({ MOST_LABELS, LABEL_KEY, LABEL_VALUE }).toEqual({
    MOST_LABELS: labels.MOST_LABELS,
    LABEL_KEY: labels.LABEL_KEY,
    LABEL_VALUE: labels.LABEL_VALUE,
  });
});

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

/** A sentence that is written down in place would have no code, and so no translation. */
test('what is said of a reservation, of what is done for it and of where it is, and of a provider, is said by a code', () => {
  const source = join(import.meta.dirname, '../../src');
  const files = ['engine', 'store', 'main'].flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.ts') && !/(?:\.(?:test|real|long)|-testing)\./.test(f))
      .map((f) => join(folder, f)),
  );
  const SAYS = /\b(?:(?:note|setStage|show|placeAgain|setState)\(|placement[:,=] ?)([^;]*);|\bstateReason: (.*)/g;
  const told = files.flatMap((file) =>
    [...readFileSync(join(source, file), 'utf8').matchAll(SAYS)].map(([, args, reason]) => ({ file, args: args ?? (reason as string) })),
  );
  expect(told.length).toBeGreaterThan(25);
  // A sentence has a blank in it: names of stages, states and columns have none.
  const plain = told.flatMap(({ file, args }) =>
    [...args.matchAll(/(say\()?(['`])((?:(?!\2).)*)\2/g)]
      .filter(([, said, , text]) => said === undefined && text?.includes(' '))
      .map(([, , , text]) => `${file}: ${text}`),
  );
  expect(plain).toEqual([]);
});

test('every code of an error, and all that the reconciler finds, has its German sentence', () => {
  expect(Object.keys(de.problems).toSorted()).toEqual([...PROBLEM_CODES].toSorted());
  for (const [code, said] of Object.entries(de.problems))
    expect(
      [said?.what, said?.todo].every((text) => (text ?? '').length > 5),
      code,
    ).toBe(true);
  expect(Object.keys(de.findings.kinds).toSorted()).toEqual([...FINDING_KINDS].toSorted());
  for (const kind of FINDING_KINDS) {
    const [english, german] = [en.findings.kinds[kind], de.findings.kinds[kind]];
    expect(german.name, kind).not.toBe(english.name);
    // What one of them leaves to the words of the server, the other does too.
    expect(german.text === undefined, kind).toBe(english.text === undefined);
  }
});

/** Why a time cannot be had is said by what `details` names: what the core can name, the portal has words for. */
test('every resource that can be short and every rule that can be broken has its words', () => {
  const rules: Record<RuleBreach['rule'], RuleBreach> = {
    kind: { rule: 'kind', kind: 'lab' },
    longest: { rule: 'longest', limitMs: 1, wantedMs: 2 },
    total: { rule: 'total', limitMs: 1, wantedMs: 2 },
    ahead: { rule: 'ahead', limitMs: 1, wantedMs: 2 },
    'at-once': { rule: 'at-once', limit: 1, wanted: 2 },
    'group-at-once': {
      rule: 'group-at-once',
      group: 'user',
      limit: 1,
      wanted: 2,
      at: '2026-11-30T13:00:00.000Z',
      until: '2026-11-30T14:00:00.000Z',
      reservations: [],
    },
  };
  const short = RESOURCES.map((resource) => ({ resource, at: '2026-11-30T13:00:00.000Z', free: 0, wanted: 1, part: 'span' }));
  const all: Record<string, unknown>[] = [...Object.values(rules).map((broken) => ({ ...broken })), ...short];
  const said = all.map((details) => [en, de].map((words) => whyNotText(details, words, makeFormat('en'))));
  expect(said.flat()).not.toContain(undefined);
  for (const [english, german] of said) expect(german).not.toBe(english);
});

test('every job and every step of one has its German name', () => {
  const steps = new Set(Object.values(SAGAS).flatMap((saga) => saga.steps.map((step) => step.name)));
  expect(Object.keys(de.jobWords.sagas).toSorted()).toEqual(Object.keys(SAGAS).toSorted());
  expect(Object.keys(de.jobWords.steps).toSorted()).toEqual([...steps].toSorted());
});

test('what is written into the audit log by name has its German words', () => {
  const folders = ['src/engine', 'src/services', 'src/store'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const files = folders.filter((name) => name.endsWith('.ts') && !/(testing|\.(test|real|long))\.ts$/.test(name));
  const found = files.flatMap((name) =>
    [...readFileSync(name, 'utf8').matchAll(/action: '([a-z]+\.[a-z.-]+)'/g)].map((m) => m[1] as string),
  );
  expect(found.length).toBeGreaterThan(30);
  expect(found.filter((action) => actionText(action, de) === action)).toEqual([]);
});
