/** Event streams: how late events are with many who follow, and what that does to the heartbeats of leases. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildApi } from '../src/api/server.ts';
import { FakeDriver } from '../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../src/drivers/fake/world.ts';
import { makeCtx } from '../src/lib/context.ts';
import { makeLogger } from '../src/lib/log.ts';
import { startControlPlane } from '../src/main/control-plane.ts';
import { openInstallation } from '../src/main/installation.ts';
import * as accounts from '../src/store/accounts.ts';
import type { Store } from '../src/store/db.ts';
import * as events from '../src/store/events.ts';
import { heartbeat } from '../src/store/queue.ts';
import type { BenchArgs, Benchmark, Outcome } from './lib/benchmark.ts';
import { ms, quantile } from './lib/stats.ts';

const FOLLOWERS = 500;
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

async function run({ quick, scene, say }: BenchArgs): Promise<Outcome> {
  const seconds = quick ? 3 : 20;
  const installation = openInstallation(scene.folder('events'));
  const log = makeLogger({ level: 'warn' });
  const driver = new FakeDriver({ world: new FakeWorld(), tag: installation.id });
  const options = { installation, databaseUrl: undefined, log, version: 'bench', limits: {}, concurrency: 1, driver };
  const plane = await startControlPlane(makeCtx({ log }), options);
  scene.defer(() => plane.stop());
  const { store } = plane;
  const account = await accounts.create(store.db, { id: randomUUID(), name: 'bench', role: 'admin', now: new Date() });
  const token = accounts.makeToken();
  await accounts.addToken(store.db, { id: randomUUID(), accountId: account.id, token, label: 'bench', now: new Date() });
  const staging = { dir: scene.folder('staging'), maxBytes: 1, maxUnpackedBytes: 1, keepFreeBytes: 0 };
  const streams = { perPerson: FOLLOWERS, inAll: FOLLOWERS };
  const app = await buildApi({ services: plane.services, version: 'bench', log, staging, streams });
  scene.defer(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });

  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'lib', 'event-followers.ts'), url, token, String(FOLLOWERS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  scene.defer(() => child.kill());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  if ((await lines.next()).value !== 'open') throw new Error('not all followers came in');
  say(`${FOLLOWERS} follow; ${PER_SECOND} events in a second for ${seconds} s`);

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
    written.push(events.append(store.db, { at: new Date(), accountId: account.id, kind: 'reservation', subjectId: job.id, body }));
  }
  await Promise.all(written);
  const took = (performance.now() - begun) / 1000;
  const seen = JSON.parse((await lines.next()).value as string) as Seen;
  over = true;
  await beating;
  if (child.exitCode === null) await once(child, 'exit');
  const beat = quantile(beats, 0.99);
  return {
    tables: [
      {
        title: `${FOLLOWERS} followers, ${(total / took).toFixed(0)} events in a second: milliseconds from its transaction's begin to the follower`,
        head: ['median', '99 %', 'longest', 'events of the least and the most served', 'out of order'],
        rows: [[ms(seen.p50), ms(seen.p99), ms(seen.longest), `${seen.least}-${seen.most} of ${total}`, seen.disorder]],
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
    notes: ['Server with HTTP, store and all in one process, the fake driver; the followers in another on the same machine.'],
    raw: { seen, beats, perSecond: total / took },
  };
}

export const benchmark: Benchmark = {
  name: 'events',
  what: `${FOLLOWERS} event streams at ${PER_SECOND} events in a second, and heartbeats meanwhile`,
  run,
};
