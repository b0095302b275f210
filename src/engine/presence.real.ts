/** Of several servers on one store, who watches what. */
import { randomUUID } from 'node:crypto';
import { type KyselyPlugin, type QueryId, SelectQueryNode, sql } from 'kysely';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { silentLogger } from '../lib/log.ts';
import { waitFor } from '../lib/retry.ts';
import * as providers from '../store/providers.ts';
import * as servers from '../store/servers.ts';
import { type TestDb, testDb } from '../store/testing.ts';
import { Presence, type PresenceOptions } from './presence.ts';

const CONNECTION = { url: 'https://vc.example', username: 'carrel', trust: { system: true as const } };

async function vcenter(t: TestDb, name = 'vc'): Promise<string> {
  const id = randomUUID();
  await providers.add(t.db, { id, name, kind: 'vcenter', connection: CONNECTION, secret: Buffer.of(1), now: new Date() });
  return id;
}

function make(t: TestDb, more: Partial<PresenceOptions> = {}): Presence {
  return new Presence({ store: t.store, id: randomUUID(), version: 'test', log: silentLogger, ownHost: true, ...more });
}

async function started(t: TestDb, more: Partial<PresenceOptions> = {}): Promise<Presence> {
  const presence = make(t, more);
  await presence.start();
  onTestFinished(() => presence.stop());
  return presence;
}

const until = (look: () => boolean) => waitFor(makeCtx({ timeoutMs: 600_000 }), 5, () => (look() ? true : undefined));
const stateOf = async (t: TestDb, { id }: Presence) => (await servers.list(t.db)).find((s) => s.id === id)?.state;

test('of many servers at one moment one holds a provider, and each holds its own host', async () => {
  const t = await testDb(onTestFinished);
  const vc = await vcenter(t);
  const all = Array.from({ length: 8 }, () => make(t));
  const hosts = await Promise.all(
    all.map(({ id }) => providers.ensureHost(t.db, { id: randomUUID(), name: 'h', kind: 'fake', now: new Date(), serverId: id })),
  );
  onTestFinished(() => Promise.all(all.map((p) => p.stop())).then(() => {}));
  await Promise.all(all.map((p) => p.start()));
  expect(all.filter((p) => p.holds(vc))).toHaveLength(1);
  all.forEach((p, i) => expect(hosts.filter((id) => p.holds(id))).toEqual([hosts[i]]));
  expect(new Set(hosts).size).toBe(8);
});

test('one that stops lets go at once; one that falls silent is followed when its hold is over, and knows by itself', async () => {
  const t = await testDb(onTestFinished);
  const vc = await vcenter(t);
  // It never says again that it is there. The hold is longer than a slow machine takes to start the next.
  const silent = await started(t, { beatMs: 3_600_000, holdMs: 5_000 });
  expect(silent.holds(vc)).toBe(true);
  const next = await started(t, { beatMs: 20, holdMs: 600 });
  expect(next.holds(vc)).toBe(false);
  await until(() => next.holds(vc));
  expect(silent.holds(vc)).toBe(false);
  const third = await started(t, { beatMs: 20 });
  expect(third.holds(vc)).toBe(false);
  await next.stop();
  await until(() => third.holds(vc));
  expect(await stateOf(t, next)).toBe('stopped');
  expect(await stateOf(t, third)).toBe('up');
});

test('a server on whose host there is no QEMU holds no host', async () => {
  const t = await testDb(onTestFinished);
  const id = randomUUID();
  const host = await providers.ensureHost(t.db, { id: randomUUID(), name: 'h', kind: 'fake', now: new Date(), serverId: id });
  expect((await started(t, { id, ownHost: false })).holds(host)).toBe(false);
  expect((await started(t, { id })).holds(host)).toBe(true);
});

test('time is the database’s: a host whose clock is an hour ahead says the same as the others', async () => {
  const t = await testDb(onTestFinished);
  const there = async () => (await sql<{ now: Date }>`select clock_timestamp() as now`.execute(t.db)).rows[0]?.now.getTime() as number;
  const real = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() + 3_600_000);
  onTestFinished(() => clock.mockRestore());
  const presence = await started(t);
  const before = await there();
  const now = presence.now().getTime();
  // As near as the clocks are compared.
  expect(now).toBeGreaterThan(before - 60_000);
  expect(now).toBeLessThan((await there()) + 60_000);
});

test('a server that is not heard of for half a minute is away', async () => {
  const t = await testDb(onTestFinished);
  const presence = await started(t, { beatMs: 3_600_000 });
  expect(await stateOf(t, presence)).toBe('up');
  await sql`update server set beat_at = beat_at - interval '31 seconds'`.execute(t.db);
  expect(await stateOf(t, presence)).toBe('away');
});

test('what is taken while a beat is on its way stays taken', async () => {
  const t = await testDb(onTestFinished);
  const lists = new WeakSet<QueryId>();
  let held = false;
  let open = (): void => {};
  let gate = Promise.resolve();
  const slow: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      if (SelectQueryNode.is(node)) lists.add(queryId);
      return node;
    },
    transformResult: async ({ queryId, result }) => {
      if (lists.has(queryId)) {
        held = true;
        await gate;
      }
      return result;
    },
  };
  const presence = await started(t, { store: { ...t.store, db: t.db.withPlugin(slow) }, beatMs: 3_600_000 });
  const early = await vcenter(t, 'early');
  held = false;
  gate = new Promise((resolve) => (open = resolve));
  presence.reachedAt('https://here.example');
  await until(() => held);
  const late = await vcenter(t, 'late');
  await presence.take(late);
  open();
  await until(() => presence.holds(early));
  expect(presence.holds(late)).toBe(true);
});
