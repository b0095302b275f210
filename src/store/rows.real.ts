/** Rows that are given a column at a time come back as they were, in their order. */
import { type RawBuilder, sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { columnsOf, rowsOf } from './rows.ts';
import { testDb } from './testing.ts';

const TYPES = { id: 'uuid', word: 'text', n: 'int', yes: 'boolean', at: 'timestamptz', span: 'tstzrange', body: 'jsonb' } as const;

const WORDS = ['plain', '', 'NULL', null, '{a,b}', '"quoted"', 'back\\slash', "it's", ' $1 ', 'line\nline', 'ü\u{1f600}'];
const BODIES = [[], [1, '2'], { a: ['"', '\\', "'"] }, 'text', null, true];

const day = (n: number) => new Date(Date.UTC(2026, 2, 28, 23, 0, 0, n) + n * 3_600_000);

/** Which of the values it has. */
type Kind = 'each its own' | 'all the same' | 'the last another' | 'twenty and twenty the same';
function kindOf(i: number, count: number, kind: Kind): number {
  if (kind === 'each its own') return i;
  if (kind === 'twenty and twenty the same') return Math.floor(i / 20);
  return kind === 'all the same' || i < count - 1 ? 3 : 4;
}

function row(i: number, k: number) {
  return {
    id: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    word: WORDS[k % WORDS.length] as string | null,
    n: k % 4 === 0 ? null : k - 5,
    yes: k % 2 === 0,
    at: day(k),
    span: { start: day(k), end: k % 5 === 3 ? null : day(k + 1) },
    body: BODIES[k % BODIES.length],
  };
}

test.each([
  [1, 'all the same'],
  [60, 'each its own'],
  [60, 'all the same'],
  [60, 'the last another'],
  [500, 'twenty and twenty the same'],
  [9_000, 'each its own'],
] as const)('%i rows, %s', async (count, kind) => {
  const t = await testDb(onTestFinished);
  const rows = Array.from({ length: count }, (_, i) => row(i, kindOf(i, count, kind)));
  await t.db.connection().execute(async (db) => {
    await sql`create temp table given (seq int generated always as identity, id uuid, word text, n int, yes boolean, at timestamptz,
      span tstzrange, body jsonb)`.execute(db);
    await db
      .insertInto('given' as never)
      .columns(columnsOf(TYPES) as never)
      .expression(rowsOf(TYPES, rows) as RawBuilder<never>)
      .execute();
    const back = await sql<Record<string, unknown>>`
      select id, word, n, yes, at, body::text as body, lower(span) as since, upper(span) as until, lower_inc(span) and not upper_inc(span) as half
      from given order by seq`.execute(db);
    const want = rows.map((r, i) => {
      const k = kindOf(i, count, kind);
      const { span: _, ...rest } = r;
      return {
        ...rest,
        body: rest.body === null ? null : JSON.stringify(rest.body),
        since: day(k),
        until: k % 5 === 3 ? null : day(k + 1),
        half: true,
      };
    });
    const got = back.rows.map((r) => ({ ...r, body: r['body'] === null ? null : JSON.stringify(JSON.parse(r['body'] as string)) }));
    expect(got).toEqual(want);
    await sql`drop table given`.execute(db);
  });
});

test('the statement has no more parameters with more rows', async () => {
  const t = await testDb(onTestFinished);
  const parameters = (count: number) =>
    rowsOf(
      TYPES,
      Array.from({ length: count }, (_, i) => row(i, i)),
    ).compile(t.db).parameters.length;
  expect(parameters(1_000)).toBe(parameters(50));
});
