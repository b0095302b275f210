/** What a schema file says of itself is so: one that begins with `-- expand` takes nothing away that programs of before need. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const SQL = fileURLToPath(new URL('../../sql/', import.meta.url));

/**
 * What may stand in a file that only adds. A column that must be given would refuse the rows of a program that does not know it; a constraint or
 * a change of what is there, what that program writes.
 */
const ADDS = [
  /^create (table|index|function|sequence|view)\b/,
  /^comment on\b/,
  /^alter table \S+ add column (?!.*\bnot null\b(?!.*\bdefault\b))[^;]*$/,
];

/** The statements that do not only add. */
function takesAway(text: string): string[] {
  const plain = text
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$.*?\$\1\$/gs, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''");
  const statements = plain.split(';').map((s) => s.trim().replaceAll(/\s+/g, ' ').toLowerCase());
  return statements.filter((s) => s !== '' && !ADDS.some((add) => add.test(s)));
}

test('schema files that say that they only add do', () => {
  const files = readdirSync(SQL).filter((name) => name.endsWith('.sql'));
  expect(files.length).toBeGreaterThan(30);
  for (const name of files) {
    const text = readFileSync(`${SQL}${name}`, 'utf8');
    if (/^-- expand\b/.test(text)) expect({ name, takes: takesAway(text) }).toEqual({ name, takes: [] });
  }
});

test.each([
  ['alter table a add column b text;', true],
  ['alter table a add column b int not null default 0;', true],
  ["create function f() returns int language sql as $x$ select 1; drop table a $x$; comment on column a.b is 'it''s; drop';", true],
  ['alter table a add column b text not null;', false],
  ['alter table a drop column b;', false],
  ['alter table a alter column b set not null;', false],
  ['alter table a add constraint c check (b > 0);', false],
  ['create unique index i on a (b);', false],
  ['create trigger t after insert on a execute function f();', false],
  ['update a set b = 1;', false],
  ['create table a (b int); drop table c;', false],
])('%s only adds: %s', (text, only) => {
  expect(takesAway(text).length === 0).toBe(only);
});
