/** Several real servers on one store, one simulated vCenter for all and QEMU on the first, while some of them die: everybody gets what was promised, once. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished } from 'vitest';
import type { Reservation } from '../../src/contract/reservations.ts';
import { errorCode } from '../../src/lib/errors.ts';
import { joinInstallation } from '../../src/main/join.ts';
import { type TestDb, testDb } from '../../src/store/testing.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { startVsim, type Vsim } from '../../src/vsim/vsim.ts';
import { TestServer, until } from './server.ts';
import { StoreProxy } from './store-proxy.ts';

export interface Storm {
  servers: number;
  reservations: number;
  /** So many more on the QEMU of the first server's host, which no other can make. */
  onQemu: number;
  /** Servers that are killed while the machines are made, one after the other, and started again. */
  kills: number;
  /** Servers that are stopped (SIGSTOP) until others have taken their runs, and go on then. */
  freezes: number;
  /** Servers between which and the store the network falls silent until others have taken their runs, and comes back. */
  silences: number;
  /** Times at which every connection to the store is cut. */
  cuts: number;
  /** Boot of a simulated guest, in milliseconds. */
  bootMs: number;
  /** An address alone does not tell one simulated guest from another; a port that nobody else here takes does. */
  guestSshPort: number;
}

interface Cluster {
  t: TestDb;
  vsim: Vsim;
  all: TestServer[];
  /** The way of each to the store. */
  ways: StoreProxy[];
}

/** The first server alone has QEMU. */
const argsOf = (i: number, { onQemu }: Storm): string[] => (i === 0 && onQemu > 0 ? [] : ['--no-qemu']);
/** What a server that dies under a request answers, or one that is just starting. */
const AGAIN = new Set(['unreachable', 'unavailable', 'store-unavailable', 'store-busy', 'rate-limited']);

async function bringUp(storm: Storm): Promise<Cluster> {
  const { servers, bootMs, guestSshPort } = storm;
  const t = await testDb(onTestFinished);
  const vsim = await startVsim({ ...CLOUD_IMAGE, kind: 'vcenter', masters: 1, bootMs, guestSshPort });
  onTestFinished(() => vsim.close());
  const ways: StoreProxy[] = [];
  const way = async () => {
    const proxy = await StoreProxy.start(t.conn);
    onTestFinished(() => proxy.close());
    ways.push(proxy);
    return { DATABASE_URL: proxy.url };
  };
  const first = new TestServer();
  onTestFinished(() => first.dispose());
  await first.start(await way(), undefined, argsOf(0, storm));
  const all = [first];
  while (all.length < servers) {
    const dataDir = mkdtempSync(join(tmpdir(), 'carrel-joined-'));
    await joinInstallation({ dataDir, databaseUrl: t.url, keyFile: join(first.dataDir, 'secrets.key') });
    const next = new TestServer(dataDir);
    onTestFinished(() => next.dispose());
    await next.start(await way(), undefined, argsOf(all.length, storm));
    all.push(next);
  }
  if (storm.onQemu > 0) await first.buildStarter();
  await first.client.addProvider({
    body: {
      ...{ name: 'lab', kind: 'vcenter', url: vsim.url, username: vsim.username, password: vsim.password },
      trust: { fingerprint256: vsim.fingerprint256 },
    },
  });
  const { revision } = await first.client.importVm({
    params: { name: 'golden' },
    body: { provider: 'lab', vm: vsim.sim.master().path, how: 'copy', publish: true, sshPort: guestSshPort },
  });
  await until('the image', async () => {
    const now = await first.client.showRevision({ params: { name: 'golden', number: revision.number } });
    if (now.state !== 'preparing' && now.state !== 'published') throw new Error(JSON.stringify(now.failure));
    return now.state === 'published' ? true : undefined;
  });
  return { t, vsim, all, ways };
}

/** Asks one server after the other until one answers; what is asked may be asked twice. */
async function ask<T>(all: readonly TestServer[], from: number, what: (server: TestServer) => Promise<T>): Promise<T> {
  let turn = from;
  return until('a server that answers', async () => {
    const server = all[turn++ % all.length] as TestServer;
    if (server.pid === undefined) return undefined;
    return what(server).catch((error: unknown) => {
      // A connection that breaks in the middle of an answer is a TypeError of fetch.
      if (AGAIN.has(String(errorCode(error))) || error instanceof TypeError) return undefined;
      throw error;
    });
  });
}

const listed = async (all: readonly TestServer[]): Promise<Reservation[]> =>
  ask(all, 0, async (server) => (await server.client.listReservations({ query: { limit: 1000, past: true } })).items);

/** Waits until so many more machines are ready than were. */
async function progress({ t }: Cluster, ids: readonly string[], more: number): Promise<void> {
  const count = async () =>
    (await t.db.selectFrom('reservation').select('id').where('id', 'in', ids).where('state', '<>', 'preparing').execute()).length;
  const before = await count();
  const wanted = Math.min(ids.length, before + more);
  await until('some progress', async () => ((await count()) >= wanted ? true : undefined), undefined, 50);
}

async function reserve(all: readonly TestServer[], from: number, id: string, image: string): Promise<void> {
  await ask(all, from, (server) => server.client.reserve({ body: { id, image, mode: 'linked', for: '4h' } }));
}

async function reserveOne({ all }: Cluster, from: number, ids: string[]): Promise<void> {
  const id = randomUUID();
  await reserve(all, from, id, 'golden');
  ids.push(id);
}

/** How long it took until others had the runs of a server that fell silent, in milliseconds, each time. */
async function trouble(cluster: Cluster, storm: Storm, ids: string[]): Promise<number[]> {
  const { t, all, ways } = cluster;
  const victim = (i: number) => all[i % all.length] as TestServer;
  const step = Math.max(1, Math.floor(ids.length / (storm.kills + storm.freezes + storm.silences + storm.cuts + 1)));
  for (let i = 0; i < storm.kills; i++) {
    await progress(cluster, ids, step);
    await victim(i).end('SIGKILL');
    await victim(i).start({ DATABASE_URL: (ways[i % all.length] as StoreProxy).url }, undefined, argsOf(i % all.length, storm));
  }
  const takenOverMs: number[] = [];
  const away = async (i: number, go: () => void, comeBack: () => void) => {
    const { pid } = victim(i);
    // What only its own host can do waits for it.
    const runs = async () =>
      (await sql`select 1 from job where state = 'running' and server_id is null and worker like ${`%/${pid}-%`} limit 1`.execute(t.db))
        .rows.length;
    const left = async () => (await t.db.selectFrom('reservation').select('id').where('state', '=', 'preparing').limit(1).execute()).length;
    const hasRuns = async () => {
      if ((await runs()) > 0) return true;
      // All were quicker than this trouble: some more, until the victim has one of them at work.
      if ((await left()) === 0) await Promise.all([1, 2].map(() => reserveOne(cluster, i, ids)));
      return undefined;
    };
    await until('runs of its own', hasRuns, undefined, 50);
    go();
    const since = performance.now();
    await until('its runs to be taken over', async () => ((await runs()) === 0 ? true : undefined));
    takenOverMs.push(performance.now() - since);
    comeBack();
    await progress(cluster, ids, step);
  };
  for (let i = 0; i < storm.freezes; i++) {
    const pid = victim(i).pid as number;
    await away(
      i,
      () => process.kill(pid, 'SIGSTOP'),
      () => process.kill(pid, 'SIGCONT'),
    );
  }
  for (let i = 0; i < storm.silences; i++) {
    const way = ways[i % all.length] as StoreProxy;
    await away(
      i,
      () => way.silence(),
      () => way.speak(),
    );
  }
  for (let i = 0; i < storm.cuts; i++) {
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and application_name like 'carrel%'`
      .execute(t.db)
      .catch(() => {});
    await progress(cluster, ids, 1);
  }
  return takenOverMs;
}

/**
 * The whole: reserve, trouble, all ready and each once, end, nothing left. Returns how long it took until others had the runs of a server that
 * fell silent, in milliseconds, each time.
 */
export async function weather(storm: Storm): Promise<number[]> {
  const cluster = await bringUp(storm);
  const { t, vsim, all } = cluster;
  const first = all[0] as TestServer;
  const standing = vsim.model.vms.size;
  const here: string[] = Array.from({ length: storm.onQemu }, () => randomUUID());
  const ids: string[] = Array.from({ length: storm.reservations }, () => randomUUID());
  const asked = Promise.all([...here.map((id, i) => reserve(all, i, id, 'starter')), ...ids.map((id, i) => reserve(all, i, id, 'golden'))]);
  asked.catch(() => {});
  const [, takenOverMs] = await Promise.all([asked, trouble(cluster, storm, ids)]);
  // Told apart from here on by where their machines are alone.
  const simulated = [...ids];
  ids.push(...here);
  const made = await until('all machines', async () => {
    const mine = (await listed(all)).filter((r) => ids.includes(r.id));
    return mine.length === ids.length && mine.every((r) => r.state !== 'preparing') ? mine : undefined;
  });
  expect(made.filter((r) => r.state !== 'ready').map((r) => r.failure)).toEqual([]);
  expect(new Set(made.map((r) => r.machine.id)).size).toBe(ids.length);
  // Nothing twice: one machine for each, and no other.
  for (const { id, machine } of made)
    expect(vsim.model.findVms((vm) => vm.record.instanceUuid === machine.id)).toHaveLength(here.includes(id) ? 0 : 1);
  expect(vsim.model.vms.size - standing).toBe(simulated.length);
  expect(first.processes()).toHaveLength(here.length);
  for (const [i, id] of ids.entries()) await ask(all, i, (server) => server.client.endReservation({ params: { id } }));
  await until('all ends', async () => ((await listed(all)).every((r) => !ids.includes(r.id) || r.state === 'ended') ? true : undefined));
  expect(vsim.model.vms.size).toBe(standing);
  expect(first.traces()).toEqual([]);
  if (storm.onQemu > 0) expect(await first.client.verifyImage({ params: { name: 'starter' }, body: {} })).toMatchObject({ ok: true });
  const open = await t.db
    .selectFrom('job')
    .select(['saga', 'state', 'error'])
    .where('state', 'in', ['ready', 'running', 'stuck'])
    .execute();
  expect(open).toEqual([]);
  return takenOverMs;
}
