import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkWalls, formatCrossing } from '../../scripts/check-walls.ts';
import { importsOf, tokensOf } from '../../scripts/source-scan.ts';
import { ALLOWED, ROOMS } from '../../scripts/walls.ts';

const ROOT = join(import.meta.dirname, '../..');
const trees: string[] = [];
afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true, force: true });
});

/** A tree of its own with these files under src/. */
function tree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'walls-'));
  trees.push(root);
  for (const [path, text] of Object.entries({ 'lib/empty.ts': '', ...files })) {
    const file = path.startsWith('portal/') ? join(root, path) : join(root, 'src', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

const crossings = (files: Readonly<Record<string, string>>): string[] => checkWalls(tree(files)).map(formatCrossing);
const imports = (text: string): (string | undefined)[] => importsOf(tokensOf(text)).map((i) => i.from);

test('the real tree crosses no wall', () => {
  expect(checkWalls(ROOT).map(formatCrossing)).toEqual([]);
});

/** One crossing of each kind: the file, its text, and what must be said of it. */
const KINDS: readonly [name: string, path: string, text: string, said: RegExp][] = [
  [
    'a folder above',
    'lib/a.ts',
    "import { x } from '../core/image.ts';",
    /^src\/lib\/a\.ts:1: src\/lib\/a\.ts may not import src\/core\/image\.ts \(/,
  ],
  ['a type only', 'store/a.ts', "import type { X } from '../engine/saga.ts';", /may not import src\/engine\/saga\.ts/],
  ['export from', 'client/a.ts', "export * from '../api/auth.ts';", /may not import src\/api\/auth\.ts/],
  ['a named export from', 'client/a.ts', "export { a as b } from '../lib/log.ts';", /may not import src\/lib\/log\.ts/],
  ['a dynamic import', 'contract/a.ts', "const m = await import('../lib/log.ts');", /may not import src\/lib\/log\.ts/],
  ['an import for its effect', 'qemu/a.ts', "import '../store/db.ts';", /may not import src\/store\/db\.ts/],
  ['a type in place', 'vsphere/a.ts', "let x: typeof import('../core/image.ts');", /may not import src\/core\/image\.ts/],
  ['a computed module', 'engine/a.ts', 'const m = await import(name);', /a module whose name is computed/],
  [
    'an import over several lines',
    'cli/a.ts',
    "import {\n  a,\n  b,\n} from '../store/db.ts';",
    /^src\/cli\/a\.ts:1: .*src\/store\/db\.ts/,
  ],
  [
    'the portal: the server',
    'portal/src/a.ts',
    "import { buildApi } from '../../src/api/server.ts';",
    /portal\/src\/a\.ts may not import src\/api\/server\.ts/,
  ],
  [
    'the portal: values of the contract',
    'portal/src/a.ts',
    "import { api } from '../../src/contract/api.ts';",
    /may not import src\/contract\/api\.ts/,
  ],
  ['the portal: Node', 'portal/src/a.ts', "import { readFileSync } from 'node:fs';", /may not import node:fs/],
  ['values of lib in core', 'core/a.ts', "import { CarrelError } from '../lib/errors.ts';", /values of src\/lib\/errors\.ts/],
  [
    'a service beyond its interface',
    'api/a.ts',
    "import { makeServices } from '../services/index.ts';",
    /what services offer, not how; only src\/services\/interface\.ts/,
  ],
  ['the engine from the API', 'api/a.ts', "import { enqueue } from '../engine/enqueue.ts';", /by their types, never a driver or SQL/],
  ['a driver in a service', 'services/a.ts', "import { Driver } from '../driver/driver.ts';", /values of src\/driver\/driver\.ts/],
  ['a driver from the API', 'api/a.ts', "import type { Driver } from '../driver/driver.ts';", /may not import src\/driver\/driver\.ts/],
  ["the client's code in the simulator", 'vsim/a.ts', "import { Session } from '../vsphere/session.ts';", /wire types/],
  ['Carrel in the vSphere client', 'vsphere/a.ts', "import { gate } from '../core/lineage.ts';", /package of its own/],
  ['a driver in the engine', 'engine/a.ts', "import { FakeDriver } from '../drivers/fake/fake-driver.ts';", /through the port only/],
  [
    'a concrete driver beside the registry',
    'drivers/a.ts',
    "import { FakeDriver } from './fake/fake-driver.ts';",
    /concrete drivers are imported by/,
  ],
  ['one driver in another', 'drivers/qemu/a.ts', "import { FakeDriver } from '../fake/fake-driver.ts';", /concrete drivers/],
  [
    'a room above',
    'drivers/vsphere/storage/a.ts',
    "import type { Masters } from '../masters/masters.ts';",
    /storage\/a\.ts may not import src\/drivers\/vsphere\/masters\/masters\.ts \(of the other rooms, storage may import endpoint, inventory\)/,
  ],
  [
    'the top from a room',
    'drivers/vsphere/guests/a.ts',
    "import type { Parts } from '../parts.ts';",
    /of the other rooms, guests may import/,
  ],
  [
    'a room from what is for every room',
    'drivers/vsphere/options.ts',
    "import { Names } from './inventory/tags.ts';",
    /options\.ts is for every room/,
  ],
  [
    'a room from outside',
    'main/a.ts',
    "import { Names } from '../drivers/vsphere/inventory/tags.ts';",
    /from outside src\/drivers\/vsphere\/ only its index\.ts/,
  ],
  ['a file beside the rooms', 'drivers/vsphere/a.ts', '', /^src\/drivers\/vsphere\/a\.ts:1: .* lies in no room of src\/drivers\/vsphere\//],
  ['a room that nobody knows', 'drivers/vsphere/helpers/a.test.ts', '', /helpers\/a\.test\.ts lies in no room/],
  [
    'the suite in the product',
    'drivers/qemu/a.ts',
    "import { runConformance } from '../../driver/conformance/index.ts';",
    /it is for tests/,
  ],
  ['a PostgreSQL client', 'engine/a.ts', "import { Pool } from 'pg';", /may not import pg \(SQL is written in src\/store only\)/],
  ['a query builder', 'api/a.ts', "import { sql } from 'kysely/helpers/postgres';", /may not import kysely/],
  ['SQL as text', 'engine/a.ts', 'const q = `\n  SELECT id\n  FROM jobs WHERE id = ${id}`;', /^src\/engine\/a\.ts:1: .*may not hold SQL/],
  ['vitest in the product', 'engine/a.ts', "import { expect } from 'vitest';", /may not import vitest/],
  ['a module of Node in a browser', 'client/a.ts', "import { readFile } from 'node:fs/promises';", /runs in a browser too/],
  ['a module of Node in core', 'core/a.ts', "import { createHash } from 'crypto';", /may not import crypto \(src\/core is pure\)/],
  ['the time in core', 'core/a.ts', 'export const now = () => Date.now();', /may not use Date\.now /],
  ['the time in core, as a date', 'core/a.ts', '/* */ export const now = () => new Date();', /may not use new Date\(\)/],
  ['chance in core', 'core/a.ts', 'export const dice = () => Math.random();', /may not use Math\.random/],
  ['ids in core', 'core/a.ts', 'export const id = () => crypto.subtle && randomUUID();', /may not use randomUUID/],
  ['the product in a test folder', 'engine/a.ts', "import { x } from '../../test/support/x.ts';", /may not import test\/support\/x\.ts/],
  ['a file that is too long', 'engine/a.ts', '// line\n'.repeat(401), /^src\/engine\/a\.ts:401: src\/engine\/a\.ts has 401 lines/],
  ['a folder that nobody knows', 'helpers/a.ts', '', /lies in no folder of the architecture/],
  ['a wall crossed in a test', 'core/a.test.ts', "import { db } from '../store/db.ts';", /may not import src\/store\/db\.ts/],
];

describe('each kind of crossing is caught', () => {
  for (const [name, path, text, said] of KINDS) {
    test(name, () => {
      const found = crossings({ [path]: text });
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(said);
    });
  }

  test('every folder is kept from every folder that it is not allowed', () => {
    const folders = Object.keys(ALLOWED);
    for (const from of folders) {
      const forbidden = folders.filter((to) => to !== from && !ALLOWED[from]?.includes(to));
      const text = forbidden.map((to) => `import '../${to}/x.ts';`).join('\n');
      expect(crossings({ [`${from}/a.ts`]: text }), from).toHaveLength(forbidden.length);
    }
  });
});

describe.each(Object.entries(ROOMS))('the rooms of src/%s', (folder, { rooms, shared, top }) => {
  const names = Object.keys(rooms);

  test('stand on each other in one direction: each may import earlier ones only', () => {
    for (const [i, name] of names.entries()) expect(names.slice(0, i), name).toEqual(expect.arrayContaining([...(rooms[name] ?? [])]));
  });

  test('are kept from every room that they are not allowed, and not from the others', () => {
    for (const from of names) {
      const forbidden = names.filter((to) => to !== from && !rooms[from]?.includes(to));
      const text = [...names, ...shared.map((file) => file.replace('.ts', ''))].map((to) =>
        names.includes(to) ? `import '../${to}/x.ts';` : `import '../${to}.ts';`,
      );
      const found = crossings({ [`${folder}${from}/a.ts`]: text.join('\n') });
      // Crossings come by line, so in the order of the table.
      expect(
        found.map((line) => /\/(\w+)\/x\.ts \(/.exec(line)?.[1]),
        from,
      ).toEqual(forbidden);
    }
  });

  test('are told in its README as the walls have them', () => {
    const readme = readFileSync(join(ROOT, 'src', folder, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `(\w+)\/` \| ([^|]*) \|/gm)].map(([, room, imports]) => [
      room,
      [...(imports ?? '').matchAll(/`(\w+)`/g)].map((m) => m[1]),
    ]);
    expect(Object.fromEntries(rows)).toEqual(rooms);
    for (const file of [...top, ...shared]) expect(readme).toContain(`\`${file}\``);
  });
});

describe('what is allowed is not called a crossing', () => {
  test('imports along the walls', () => {
    expect(
      crossings({
        'core/a.ts':
          "import type { Ctx } from '../lib/context.ts';\nconst at = new Date(0); const t = clock.now(); const s = 'Date.now()';",
        'api/a.ts': "import type { Services } from '../services/interface.ts';\nimport { Type } from 'typebox';",
        'engine/a.ts': "import { claim } from '../store/jobs.ts';\n// import { Pool } from 'pg'\n/* import '../drivers/qemu/index.ts' */",
        'vsim/a.ts': "import type { VimObject } from '../vsphere/types/vim.gen.ts';",
        'drivers/registry.ts': "import { FakeDriver } from './fake/fake-driver.ts';\nconst qemu = await import('./qemu/index.ts');",
        'drivers/vsphere/parts.ts': "import { Endpoint } from './endpoint/endpoint.ts';\nimport './options.ts';",
        'drivers/vsphere/masters/a.ts':
          "import { b } from './b.ts';\nimport { Files } from '../storage/files.ts';\nimport '../options.ts';",
        'drivers/vsphere/guests/a.test.ts': "import { VSphereDriver } from '../index.ts';",
        'drivers/vsphere/any.test.ts': "import { Names } from './inventory/tags.ts';",
        'drivers/fake/harness.ts': "import type { Harness } from '../../driver/conformance/harness.ts';",
        'main/a.ts': "import { QemuDriver } from '../drivers/qemu/index.ts';\nimport pkg from '../../package.json';",
        'cli/a.ts': "const text = 'Select an image from the list';\nconst other = `import { x } from '../store/db.ts'`;",
        'engine/a.test.ts': "import { expect } from 'vitest';\nimport { FakeDriver } from '../drivers/fake/fake-driver.ts';",
        'vsphere/types/vim.gen.ts': '// generated\n'.repeat(900),
        'engine/long.test.ts': '// case\n'.repeat(900),
      }),
    ).toEqual([]);
  });
});

describe('the reader of source', () => {
  test('finds imports of every form, and nothing in comments, strings, templates and regular expressions', () => {
    const text = [
      "import a, { type B } from 'one';",
      "import type { C } from 'two'; import type from 'three';",
      "export type { D } from 'four'; export type E = { from: 'no' };",
      "export const from = 'no'; export { a }; export * as f from 'five';",
      "const s = \"import x from 'no'\"; const t = `${`import('no')`} ${await import('six')} import 'no'`;",
      "const r = /import 'no'; [/'\"]/.test(x) ? 1 / 2 / 3 : import('seven');",
      "// import 'no'",
      "/* import 'no' */ import('eight', { with: { type: 'json' } });",
      'class G { import(input: string) { return this.import(input); } static require(p: string) {} }',
      'import.meta.url; const h = require(\'nine\'); import * as i from "ten";',
    ].join('\n');
    expect(imports(text)).toEqual(['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']);
  });

  test('counts lines over comments, templates and continued strings', () => {
    const text = "/*\n*/ const a = `\n\n`; const b = 'x\\\ny';\n\nimport 'here';";
    expect(importsOf(tokensOf(text))[0]?.line).toBe(7);
  });
});

test('the program prints each crossing and ends with 1', () => {
  const root = tree({ 'lib/a.ts': "\nimport '../core/image.ts';" });
  const run = spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/check-walls.ts'), root], { encoding: 'utf8', cwd: ROOT });
  expect(run.stdout).toMatch(/^src\/lib\/a\.ts:2: src\/lib\/a\.ts may not import src\/core\/image\.ts \(.*\)\n$/);
  expect(run.status).toBe(1);
});
