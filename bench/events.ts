/** Event streams: how late events are with many browsers that follow, what memory they take, and what that does to the heartbeats of leases. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { buildApi } from '../src/api/server.ts';
import { FakeDriver } from '../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../src/drivers/fake/world.ts';
import { makeCtx } from '../src/lib/context.ts';
import { makeLogger } from '../src/lib/log.ts';
import { startControlPlane } from '../src/main/control-plane.ts';
import { openInstallation } from '../src/main/installation.ts';
import { selfSigned } from '../src/lib/self-signed.ts';
import * as accounts from '../src/store/accounts.ts';
import type { Store } from '../src/store/db.ts';
import * as events from '../src/store/events.ts';
import { heartbeat } from '../src/store/queue.ts';
import * as sessions from '../src/store/sessions.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { mib, ms, quantile } from './lib/stats.ts';
import { pssBytes } from './lib/usage.ts';

const FOLLOWERS = 500;
/** With `--quick`. */
const FEW = 20;
const PER_SECOND = 40;
const BEAT_EVERY_MS = 50;

interface Seen {
  least: number;
  most: number;
  disorder: number;
  p50: number;
  p99: number;
  longest: number;
}

const epochMs = () => performance.timeOrigin + performance.now();
const pause = (forMs: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, forMs)));

/** A run with a lease, which only this benchmark renews. */
async function runningJob(store: Store): Promise<{ id: string; fence: number }> {
  const id = randomUUID();
  const now = new Date();
  const row = { id, saga: 'bench', input: '{}', key: id, lane: 'bench', priority: 0, state: 'running', direction: 'do', fence: 1 } as const;
  await store.db
    .insertInto('job')
    .values({ ...row, runAt: now, queuedAt: now, createdAt: now, worker: 'bench/x', leaseMs: 60_000, leaseUntil: now } as never)
    .execute();
  return { id, fence: 1 };
}

/** People who are signed in, each at one browser: what their browsers send as `Cookie` over TLS. */
async function signedIn(store: Store, count: number): Promise<string[]> {
  const cookies: string[] = [];
  for (let n = 0; n < count; n++) {
    const now = new Date();
    const { id: accountId } = await accounts.create(store.db, { id: randomUUID(), name: `bench-${n}`, role: 'user', now });
    const secret = sessions.makeSecret();
    const until = new Date(now.getTime() + 12 * 3_600_000);
    const from = { byLink: false, userAgent: 'bench', address: '127.0.0.1', now, idleEndsAt: until, endsAt: until };
    await sessions.addSession(store.db, { id: randomUUID(), accountId, secret, ...from });
    cookies.push(`__Host-carrel=${secret}`);
  }
  return cookies;
}

interface Memory {
  rss: number;
  pss: number;
}

/** Of this process, which is the server, in bytes, without what nobody needs any more. */
async function memory(): Promise<Memory> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let n = 0; n < 3; n++) {
    await pause(300);
    collect();
  }
  return { rss: process.memoryUsage().rss, pss: pssBytes(process.pid) };
}

async function run({ quick, scene, say }: BenchArgs): Promise<Outcome> {
  const seconds = quick ? 3 : 20;
  const followers = quick ? FEW : FOLLOWERS;
  const installation = openInstallation(scene.folder('events'));
  const log = makeLogger({ level: 'warn' });
  const driver = new FakeDriver({ world: new FakeWorld(), tag: installation.id });
  const options = { installation, databaseUrl: undefined, log, version: 'bench', limits: {}, concurrency: 1, driver };
  const plane = await startControlPlane(makeCtx({ log }), options);
  scene.defer(() => plane.stop());
  const { store } = plane;
  const cookies = await signedIn(store, followers);
  const tls = selfSigned();
  const staging = { dir: scene.folder('staging'), maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 };
  const app = await buildApi({ services: plane.services, version: 'bench', log, staging, tls });
  scene.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const before = await memory();
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'lib', 'event-followers.ts'), url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  scene.defer(() => child.kill());
  child.stdin.end(`${JSON.stringify({ ca: tls.cert, cookies })}\n`);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'open') throw new Error('not all followers came in');
  const open = await memory();
  say(`${followers} follow; ${PER_SECOND} events in a second for ${seconds} s`);

  const job = await runningJob(store);
  const vital = store.apart({ poolSize: 2, purpose: 'bench' });
  const beats: number[] = [];
  let over = false;
  const beating = (async () => {
    while (!over) {
      const from = performance.now();
      await heartbeat(vital, [job], 60_000);
      beats.push(performance.now() - from);
      await pause(BEAT_EVERY_MS);
    }
  })();
  const total = seconds * PER_SECOND;
  const begun = performance.now();
  const written: Promise<void>[] = [];
  for (let n = 0; n < total; n++) {
    await pause(begun + (n * 1000) / PER_SECOND - performance.now());
    const body = {
      sent: epochMs(),
      stage: 'cloning',
      stageText: 'as long as such an event is',
      ...(n === total - 1 ? { last: true } : {}),
    };
    if (n === total - 1) await Promise.all(written);
    // What everybody may know, so that each of them is told.
    written.push(events.append(store.db, { at: new Date(), accountId: null, kind: 'image', subjectId: job.id, body }));
  }
  await Promise.all(written);
  const took = (performance.now() - begun) / 1000;
  const seen = JSON.parse((await lines.next()).value as string) as Seen;
  over = true;
  await beating;
  const after = await memory();
  if (child.exitCode === null) await once(child, 'exit');
  const beat = quantile(beats, 0.99);
  return {
    tables: [
      {
        title: `${followers} browsers, ${(total / took).toFixed(0)} events in a second: milliseconds from its transaction's begin to the follower`,
        head: ['median', '99 %', 'longest', 'events of the least and the most served', 'out of order'],
        rows: [[ms(seen.p50), ms(seen.p99), ms(seen.longest), `${seen.least}-${seen.most} of ${total}`, seen.disorder]],
      },
      {
        title: "MiB of the server's memory",
        head: ['', 'nobody follows', `${followers} follow`, 'after the events', 'KiB for each stream'],
        rows: (['rss', 'pss'] as const).map((of) => [
          of.toUpperCase(),
          mib(before[of]),
          mib(open[of]),
          mib(after[of]),
          ((open[of] - before[of]) / followers / 1024).toFixed(0),
        ]),
      },
      { title: 'Milliseconds of a heartbeat meanwhile', head: ['median', '99 %'], rows: [[ms(quantile(beats, 0.5)), ms(beat)]] },
    ],
    targets: [
      { what: 'events, 99 %', wanted: 'under 500 ms', measured: `${ms(seen.p99)} ms`, met: seen.p99 < 500 },
      { what: 'heartbeats, 99 %', wanted: 'under 50 ms', measured: `${ms(beat)} ms`, met: beat < 50 },
      {
        what: 'each sees every event once and in order',
        wanted: `${total}`,
        measured: `${seen.least}-${seen.most}`,
        met: seen.least === total && seen.most === total && seen.disorder === 0,
      },
    ],
    notes: [
      'As browsers do it: over TLS, each by a connection and a session cookie of its own, every follower another person.',
      'Server with HTTP, store and all in one process, the fake driver; the followers in another on the same machine.',
      'Memory after what is not needed any more was collected; that of the benchmark itself, which runs from its sources, is in it.',
    ],
    raw: { seen, beats, perSecond: total / took, memory: { before, open, after } },
  };
}

export const benchmark: Benchmark = {
  name: 'events',
  what: `${FOLLOWERS} browsers' event streams at ${PER_SECOND} events in a second, their memory, and heartbeats meanwhile`,
  run,
};
