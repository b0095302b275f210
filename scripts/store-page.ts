/** docs/spec/store.md from the schema itself: its tables with their words, and a picture of how they hang together. */
import { sql } from 'kysely';
import type { Db } from '../src/store/schema.ts';

/** Every table is in one of these; one that is in none, or is not there, is an error. */
const THEMES: readonly (readonly [title: string, tables: readonly string[]])[] = [
  ['The installation', ['installation', 'server', 'setting']],
  ['People', ['account', 'identity', 'session', 'sign_in_link', 'token']],
  ['Where machines run', ['provider', 'datastore', 'closure']],
  ['Images', ['image', 'image_former_name', 'revision', 'master']],
  [
    'What is promised',
    ['reservation', 'series', 'licence', 'licence_image', 'held_hour', 'held_touched', 'datastore_hour', 'datastore_touched'],
  ],
  ['Machines', ['machine', 'assignment', 'checkpoint', 'deletion']],
  ['Work, and what happened', ['job', 'job_step', 'event', 'audit']],
];
/** The migrations' own. */
const OWN = 'schema_version';

interface Column {
  table: string;
  name: string;
  type: string;
  required: boolean;
  words: string | null;
}

interface Constraint {
  table: string;
  /** `p` primary key, `u` unique, `f` foreign key, `c` check, `x` exclusion. */
  kind: 'p' | 'u' | 'f' | 'c' | 'x';
  text: string;
  target: string | null;
  columns: string[] | null;
}

async function rows<T>(db: Db, query: ReturnType<typeof sql<T>>): Promise<T[]> {
  return (await query.execute(db)).rows;
}

/** The whole page. */
export async function storePage(db: Db): Promise<string> {
  const tables = await rows(
    db,
    sql<{ name: string; words: string | null }>`
      select relname as name, obj_description(oid, 'pg_class') as words from pg_class
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> ${OWN} order by relname`,
  );
  const columns = await rows(
    db,
    sql<Column>`
      select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
        col_description(c.oid, a.attnum) as words
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
      order by c.relname, a.attnum`,
  );
  const constraints = await rows(
    db,
    sql<Constraint>`
      select c.relname as "table", k.contype as kind, pg_get_constraintdef(k.oid) as text, t.relname as target,
        array(select attname::text from unnest(k.conkey) with ordinality as key (n, place)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.n order by place) as columns
      from pg_constraint k join pg_class c on c.oid = k.conrelid left join pg_class t on t.oid = k.confrelid
      where c.relnamespace = 'public'::regnamespace and k.contype in ('p', 'u', 'f', 'c', 'x')
      order by c.relname, k.contype, text`,
  );
  const placed = THEMES.flatMap(([, names]) => names);
  const lost = tables.filter((t) => !placed.includes(t.name)).map((t) => t.name);
  const missing = placed.filter((name) => !tables.some((t) => t.name === name));
  if (lost.length > 0 || missing.length > 0)
    throw new Error(`scripts/store-page.ts: give ${lost.join(', ') || 'nothing'} a theme, and take ${missing.join(', ') || 'nothing'} out`);
  const mute = tables.filter((t) => t.words === null).map((t) => t.name);
  if (mute.length > 0) throw new Error(`a migration has to say what ${mute.join(', ')} is: \`comment on table …\``);
  const words = new Map(tables.map((t) => [t.name, t.words as string]));
  return [
    '# The store\n',
    'Made from the schema (`sql/`) by `node_modules/.bin/tsx scripts/gen-store.ts`; a test holds it to that. What may be in which state is said in',
    '[reservation.md](reservation.md), [machine.md](machine.md) and [revision.md](revision.md).\n',
    ...picture(constraints),
    ...THEMES.flatMap(([title, names]) => [
      `## ${title}\n`,
      ...names.flatMap((name) => table(name, words.get(name) as string, columns, constraints)),
    ]),
  ].join('\n');
}

function picture(constraints: readonly Constraint[]): string[] {
  const links = constraints.filter((k) => k.kind === 'f').map((k) => `  ${k.target} ||--o{ ${k.table} : ${(k.columns ?? []).join('-')}`);
  return ['```mermaid', 'erDiagram', ...links, '```', ''];
}

function table(name: string, words: string, columns: readonly Column[], constraints: readonly Constraint[]): string[] {
  const own = constraints.filter((k) => k.table === name);
  const key = own.find((k) => k.kind === 'p')?.columns ?? [];
  const to = new Map(own.filter((k) => k.kind === 'f').flatMap((k) => (k.columns ?? []).map((c) => [c, k.target as string])));
  const cells = columns
    .filter((c) => c.table === name)
    .map((c) => {
      const link = to.get(c.name);
      const notes = [
        ...(key.includes(c.name) ? ['key'] : []),
        ...(link === undefined ? [] : [`of \`${link}\``]),
        ...(c.words ? [c.words] : []),
      ];
      return `| \`${c.name}\` | ${c.type}${c.required ? '' : ', may be null'} | ${notes.join('; ')} |`;
    });
  const rules = own
    .filter((k) => k.kind === 'u' || k.kind === 'x' || k.kind === 'c')
    .map((k) => `- \`${k.text.replaceAll('::text', '')}\``);
  return [
    `### ${name}\n`,
    `${words}\n`,
    '| column | type | |',
    '|---|---|---|',
    ...cells,
    '',
    ...(rules.length === 0 ? [] : [...rules, '']),
  ];
}
