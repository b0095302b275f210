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

/**
 * What else only adds: indexes and rows of a table that the same file makes, a column that may be left out from now on, and a trigger that keeps
 * such a table in step with what programs of before write. It comes after their statement, and refuses and changes nothing of theirs. `made` has
 * the tables which triggers of before keep in step, too, where the file makes such a trigger anew.
 */
function addsHere(statement: string, bodies: ReadonlyMap<string, string>, made: ReadonlySet<string>): boolean {
  const [, index] = /^create unique index \S+ on (\S+)/.exec(statement) ?? [];
  const [, filled] = /^insert into (\S+)/.exec(statement) ?? [];
  if (made.has(index ?? filled ?? '')) return true;
  if (/^alter table \S+ alter column \S+ drop not null$/.test(statement)) return true;
  const [, called] = /^create (?:or replace )?trigger \S+ after .* execute function (\w+)\(\)$/.exec(statement) ?? [];
  const body = bodies.get(called ?? '');
  if (body === undefined || /\braise\b/.test(body)) return false;
  const written = writtenBy(body);
  return written.length > 0 && written.every((table) => made.has(table));
}

const writtenBy = (body: string): string[] =>
  [...body.matchAll(/\b(?:insert into|update|delete from|alter table|drop table) (\S+)/g)].map(([, table]) => table as string);

const STATES = /\bstate in \(([^)]*)\)/;

/**
 * Names of constraints that the file makes anew over fewer of the states, and otherwise as `before` has them: what programs of before write and were
 * allowed to, they still are.
 */
function narrowed(text: string, before: string): Set<string> {
  const again = /^alter table (\w+) drop constraint (\w+),\s+add constraint \2 (exclude using [^;]*);/gm;
  const found = [...text.matchAll(again)].filter(([, , name, now]) => {
    const [, was] = new RegExp(`^\\s+constraint ${name} (exclude using [^;]*?)\\n\\)?;`, 'm').exec(before) ?? [];
    const [old, next] = [was, now].map((rule) => rule?.replaceAll(/\s+/g, ' '));
    const states = (rule: string | undefined) => STATES.exec(rule ?? '')?.[1]?.split(/, */) ?? [];
    const rest = (rule: string | undefined) => rule?.replace(STATES, '');
    return states(next).length > 0 && rest(old) === rest(next) && states(next).every((state) => states(old).includes(state));
  });
  return new Set(found.map(([, , name]) => name as string));
}

/** The statements that do not only add; `before`: the files that come before it. */
function takesAway(text: string, before = ''): string[] {
  const bodies = new Map(
    [...`${before}\n${text}`.matchAll(/create function (\w+)\(\)[^$]*\$\$(.*?)\$\$/gs)].map(([, f, body]) => [f as string, body as string]),
  );
  const made = new Set([...text.matchAll(/^create table (\w+)/gm)].map(([, table]) => table as string));
  const calls = new Map([...before.matchAll(/^create trigger (\w+) after [^;]* execute function (\w+)\(\)/gm)].map(([, t, f]) => [t, f]));
  for (const [, again] of text.matchAll(/^create or replace trigger (\w+)/gm))
    for (const table of writtenBy(bodies.get(calls.get(again) ?? '') ?? '')) made.add(table);
  const plain = text
    .replaceAll(/--[^\n]*/g, '')
    .replaceAll(/\$(\w*)\$.*?\$\1\$/gs, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''");
  const statements = plain.split(';').map((s) => s.trim().replaceAll(/\s+/g, ' ').toLowerCase());
  const fewer = narrowed(text.replaceAll(/--[^\n]*/g, ''), before);
  const again = (s: string) => fewer.has(/^alter table \S+ drop constraint (\w+), add constraint \1 exclude\b/.exec(s)?.[1] ?? '');
  return statements.filter((s) => s !== '' && !ADDS.some((add) => add.test(s)) && !addsHere(s, bodies, made) && !again(s));
}

test('schema files that say that they only add do', () => {
  const files = readdirSync(SQL).filter((name) => name.endsWith('.sql'));
  expect(files.length).toBeGreaterThanOrEqual(9);
  let before = '';
  for (const name of files.sort()) {
    const text = readFileSync(`${SQL}${name}`, 'utf8');
    if (/^-- expand\b/.test(text)) expect({ name, takes: takesAway(text, before) }).toEqual({ name, takes: [] });
    before += `${text}\n`;
  }
});

const trigger = (when: string, body: string) => `create table a (b int);
create function f() returns trigger language plpgsql as $$ begin ${body} end $$; create trigger t ${when} insert on c execute function f();`;

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
  ['create table a (b int); create unique index i on a (b); insert into a select b from c;', true],
  ['create table a (b int); create unique index i on c (b);', false],
  ['create table a (b int); insert into c select b from a;', false],
  ['alter table a alter column b drop not null;', true],
  [trigger('after', 'update a set b = 1; return null;'), true],
  [trigger('before', 'update a set b = 1; return null;'), false],
  [trigger('after', 'update c set b = 1; return null;'), false],
  [trigger('after', "update a set b = 1; raise exception 'no';"), false],
])('%s only adds: %s', (text, only) => {
  expect(takesAway(text).length === 0).toBe(only);
});

test.each([
  ['writes what it wrote', 'create or replace trigger t after delete on c execute function f();', true],
  ['and another writes that too', 'create or replace trigger t after delete on c execute function f(); {also a}', true],
  ['another does, and nothing is made anew', '{also a}', false],
  ['another writes more', 'create or replace trigger t after delete on c execute function f(); {also c}', false],
  ['it comes before the statement', 'create or replace trigger t before delete on c execute function f();', false],
  ['it is not known', 'create or replace trigger u after delete on c execute function f();', false],
])('a trigger of before is made anew, %s', (_, text, only) => {
  const also = (table: string) => `create function g() returns trigger language plpgsql as $$ begin insert into ${table} select 1; end $$;
create trigger v after insert on c execute function g();`;
  const lines = text.replace(/\{also (\w)\}/, (__, table: string) => also(table)).replaceAll('; ', ';\n');
  expect(
    takesAway(lines, trigger('after', 'insert into a select 1; return null;').replace('; create trigger', ';\ncreate trigger')).length ===
      0,
  ).toBe(only);
});

const wall = (rule: string) => `constraint w exclude using gist (b with =, d with &&) where (${rule})`;

test.each([
  ["state in ('x')", true],
  ["state in ('x', 'y')", true],
  ["state in ('x', 'z')", false],
  ["state in ('x') or b > 0", false],
  ['b > 0', false],
])('a wall of before is made anew where %s: it refuses no more than it did: %s', (rule, only) => {
  const text = `alter table a drop constraint w,\n  add ${wall(rule)};`;
  expect(takesAway(text, `create table a (\n  b int,\n  ${wall("state in ('x', 'y')")}\n);`).length === 0).toBe(only);
  expect(takesAway(text)).toHaveLength(1);
});

test('a wall that is only taken down takes something away', () => {
  expect(takesAway('alter table a drop constraint w;', `create table a (\n  b int,\n  ${wall("state in ('x')")}\n);`)).toHaveLength(1);
});
