/** Many people who press Reserve in the same moment: how long each waits for an answer, with one server and with three on one store. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { buildApi } from '../src/api/server.ts';
import { FakeDriver } from '../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../src/drivers/fake/world.ts';
import { makeCtx } from '../src/lib/context.ts';
import { makeLogger } from '../src/lib/log.ts';
import { API_POOL, startControlPlane } from '../src/main/control-plane.ts';
import { openInstallation } from '../src/main/installation.ts';
import { makeServices } from '../src/services/index.ts';
import * as accounts from '../src/store/accounts.ts';
import { ensureCluster } from '../src/store/cluster.ts';
import type { Store } from '../src/store/db.ts';
import { urlOf } from '../src/store/testing.ts';
import * as images from '../src/store/images.ts';
import type { BenchArgs, Benchmark, Outcome, Target } from './lib/benchmark.ts';
import { quantile } from './lib/stats.ts';

const PEOPLE = 300;
const SERVERS = [1, 3];
/** Of those who ask there is room for so many. */
const SHARES = [1, 2 / 3];
const URL = '/api/v1/reservations';

type App = Awaited<ReturnType<typeof buildApi>>;

interface Answer {
  status: number;
  ms: number;
  code: string | undefined;
}

interface Round {
  servers: number;
  room: number;
  answers: Answer[];
  /** Machines that were asked for before, ended in the midst of it. */
  ends: Answer[];
  /** Answers to people who only look. */
  looks: Answer[];
  /** Processor time of Node until all were answered, the work on machines included. */
  cpuMs: number;
}

async function run({ quick, runs, scene, say }: BenchArgs): Promise<Outcome> {
  const people = quick ? 60 : PEOPLE;
  const installation = openInstallation(scene.folder('rush'));
  const log = makeLogger({ level: 'error' });
  // As a PostgreSQL that several servers share comes: a server's own is made for one.
  const cluster = await ensureCluster(makeCtx({ log }), { dir: scene.folder('pg'), log, settings: { max_connections: '100' } });
  scene.defer(() => cluster.stop());
  const driver = new FakeDriver({ world: new FakeWorld(), tag: installation.id });
  const options = { installation, databaseUrl: urlOf(cluster.conn), log, version: 'bench', limits: {}, concurrency: 64, driver };
  const plane = await startControlPlane(makeCtx({ log }), options);
  scene.defer(() => plane.stop());
  const { store, parts } = plane;
  const staging = { dir: scene.folder('staging'), maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 };
  // Each with connections of its own, as a process of its own has; the engine behind them is the first one's.
  const apps: App[] = [];
  for (let i = 0; i < Math.max(...SERVERS); i++) {
    const services = makeServices({ ...parts, deps: { ...parts.deps, store: store.apart(API_POOL) } });
    const app = await buildApi({ services, version: 'bench', log, staging, requestsPerMinute: 1_000_000 });
    scene.defer(() => app.close());
    apps.push(app);
  }
  const admin = await accounts.create(store.db, { id: randomUUID(), name: 'bench', role: 'admin', now: new Date() });
  const who = { accountId: admin.id, name: admin.name, role: 'admin' as const };
  const { revision } = await plane.services.buildImage(who, { image: 'golden', recipe: 'tiny', publish: true });
  while ((await images.revision(store.db, revision.id))?.state !== 'published') await new Promise((resolve) => setTimeout(resolve, 50));
  const tokens: string[] = [];
  for (let i = 0; i < people; i++) {
    const { id } = await accounts.create(store.db, { id: randomUUID(), name: `person-${i}`, role: 'user', now: new Date() });
    const token = accounts.makeToken();
    await accounts.addToken(store.db, { id: randomUUID(), accountId: id, token, label: 'bench', now: new Date() });
    tokens.push(token);
  }
  const rounds: Round[] = [];
  // The first is not counted: Node compiles, PostgreSQL plans.
  await rush(store, apps.slice(0, 1), tokens, people);
  for (let i = 0; i < (runs ?? (quick ? 1 : 3)); i++) {
    for (const share of SHARES) {
      for (const servers of SERVERS) {
        const round = await rush(store, apps.slice(0, servers), tokens, Math.floor(people * share));
        rounds.push(round);
        const { answers, room } = round;
        say(
          `${people} on ${servers}, room for ${room}: the last after ${Math.round(Math.max(...answers.map((a) => a.ms)))} ms, ${Math.round(round.cpuMs)} ms of Node; ${counts(answers)}`,
        );
      }
    }
  }
  return outcome(people, rounds);
}

/** All of them at one moment. */
async function rush(store: Store, apps: readonly App[], tokens: readonly string[], room: number): Promise<Round> {
  const before = Math.ceil(tokens.length / 10);
  // What is there of the rounds before is left to its end: it holds its room.
  const there = sql`(select count(*)::int from reservation where state not in ('ended', 'failed'))`;
  const makeRoom = (n: number) =>
    sql`update provider set max_machines = ${there} + ${n}::int, max_memory_mib = 2000000000, max_vcpus = 4000000`.execute(store.db);
  await makeRoom(before);
  const app = (i: number) => apps[i % apps.length] as App;
  const call = async (i: number, method: 'GET' | 'POST', url: string, payload?: object): Promise<Answer & { id?: string }> => {
    const begun = performance.now();
    const headers = { authorization: `Bearer ${tokens[i]}` };
    const answer = await app(i).inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });
    const took = performance.now() - begun;
    const body = answer.json<{ id?: string; code?: string; detail?: string }>();
    return { status: answer.statusCode, ms: took, code: body.code, ...(body.id === undefined ? {} : { id: body.id }) };
  };
  const reserve = (i: number) => call(i, 'POST', URL, { image: 'golden', for: '2h', mode: 'linked' });
  const early: string[] = [];
  for (let i = 0; i < before; i++) early.push((await reserve(i)).id as string);
  await makeRoom(room);
  const used = process.cpuUsage();
  const [answers, ends, looks] = await Promise.all([
    Promise.all(tokens.map((_, i) => reserve(i))),
    Promise.all(early.map((id, i) => call(i, 'POST', `${URL}/${id}/end`))),
    Promise.all(early.map((_, i) => call(i, 'GET', URL))),
  ]);
  const cpu = process.cpuUsage(used);
  return { servers: apps.length, room, answers, ends, looks, cpuMs: (cpu.user + cpu.system) / 1000 };
}

function counts(answers: readonly Answer[]): string {
  const by = new Map<string, number>();
  for (const { status, code } of answers) {
    const key = code === undefined ? String(status) : `${status} ${code}`;
    by.set(key, (by.get(key) ?? 0) + 1);
  }
  return [...by].map(([key, n]) => `${n} x ${key}`).join(', ');
}

function outcome(people: number, rounds: readonly Round[]): Outcome {
  const kinds = [...new Set(rounds.map((r) => `${r.servers}/${r.room}`))];
  const of = (kind: string) => rounds.filter((r) => `${r.servers}/${r.room}` === kind);
  const q = (answers: readonly Answer[], at: number) =>
    Math.round(
      quantile(
        answers.map((a) => a.ms),
        at,
      ),
    );
  const all = rounds.flatMap((r) => r.answers);
  const right = rounds.every((r) => {
    const made = r.answers.filter((a) => a.status === 202).length;
    // What ends meanwhile may make room for more.
    return made >= r.room && r.answers.every((a) => a.status === 202 || a.code === 'no-capacity');
  });
  const targets: Target[] = [
    {
      what: `each of ${people} who ask at once gets a machine or is told that there is no room`,
      wanted: 'all',
      measured: counts(all),
      met: right,
    },
    { what: 'the same, 99 %', wanted: 'within 5 s', measured: `${q(all, 0.99)} ms`, met: q(all, 0.99) <= 5_000 },
  ];
  return {
    tables: [
      {
        title: `${people} who reserve at one moment, a tenth as many who end one and who look at theirs; milliseconds, median / 99 %`,
        head: ['servers', 'room for', 'reserve', 'last', 'end', 'look', 'answers'],
        rows: kinds.map((kind) => {
          const these = of(kind);
          const each = (what: 'answers' | 'ends' | 'looks') => {
            const answers = these.flatMap((r) => r[what]);
            return `${q(answers, 0.5)} / ${q(answers, 0.99)}`;
          };
          const answers = these.flatMap((r) => r.answers);
          return [...kind.split('/'), each('answers'), q(answers, 1), each('ends'), each('looks'), counts(answers)];
        }),
      },
    ],
    targets,
    notes: [
      'Servers, store and fake driver share one machine, and the machines that are promised are made meanwhile. HTTP without a socket.',
    ],
    raw: { rounds },
  };
}

export const benchmark: Benchmark = { name: 'rush', what: 'many who reserve at one moment, on one server and on three', run };
