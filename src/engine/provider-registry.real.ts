/** Providers that come and go while the server runs. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { DatastoreRoom } from '../core/capacity.ts';
import { driverError } from '../driver/errors.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { FakeWorld } from '../drivers/fake/world.ts';
import { makeCtx } from '../lib/context.ts';
import { silentLogger } from '../lib/log.ts';
import { waitFor } from '../lib/retry.ts';
import * as datastores from '../store/datastores.ts';
import * as jobs from '../store/jobs.ts';
import * as providers from '../store/providers.ts';
import type { Provider } from '../store/schema.ts';
import { dbNow } from '../store/sql.ts';
import { testDb } from '../store/testing.ts';
import { ProviderRegistry } from './provider-registry.ts';

const CONNECTION = { url: 'https://vc.example', username: 'carrel', trust: { system: true as const } };

/** A registry over a store with providers `good` and `bad`; `bad` fails with what `failure` gives, if anything. */
async function setUp(pauses: { refused?: number } = {}) {
  const t = await testDb(onTestFinished);
  const ids = { good: randomUUID(), bad: randomUUID() };
  for (const [name, id] of Object.entries(ids)) {
    await providers.add(t.db, { id, name, kind: 'vcenter', connection: CONNECTION, secret: Buffer.of(1), now: new Date() });
  }
  const bad: {
    failure: Error | undefined;
    tries: number;
    held?: { heldMemoryMiB: number; heldVcpus: number };
    largest?: number;
    datastores?: DatastoreRoom[];
  } = {
    failure: driverError('unavailable', 'it hides'),
    tries: 0,
  };
  const log: string[] = [];
  const registry = new ProviderRegistry({
    store: t.store,
    log: silentLogger,
    now: () => new Date(),
    pauses: { first: 1, most: 1, look: 1, away: 1, ...pauses },
    make: (row: Provider) => {
      const driver = new FakeDriver({ world: new FakeWorld(), tag: 'test' });
      if (row.name === 'good') return driver;
      const [open, room] = [driver.open.bind(driver), driver.room.bind(driver)];
      const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
        bad.tries += 1;
        if (bad.failure !== undefined) throw bad.failure;
        return work();
      };
      driver.open = (ctx) => guarded(() => open(ctx));
      driver.room = (ctx) =>
        guarded(async () => ({
          ...(await room(ctx)),
          ...bad.held,
          ...(bad.datastores === undefined ? {} : { datastores: bad.datastores }),
          ...(bad.largest === undefined ? {} : { largestStorageMiB: bad.largest }),
        }));
      return driver;
    },
    onOpen: (id) => {
      log.push(`watch ${id}`);
      return () => log.push(`unwatch ${id}`);
    },
  });
  onTestFinished(() => registry.stop());
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const becomes = (name: keyof typeof ids, state: Provider['state']) =>
    waitFor(ctx, 2, async () => {
      const row = await providers.find(t.db, ids[name]);
      return row.state === state ? row : undefined;
    });
  return { t, ids, bad, registry, becomes, log };
}

test('one that does not open stops neither the other nor the server, says why, and comes up by itself when it can', async () => {
  const { ids, bad, registry, becomes } = await setUp();
  await registry.start();
  await registry.firstTry(ids.good);
  await expect(registry.firstTry(ids.bad)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await becomes('good', 'up')).stateReason).toBeNull();
  expect((await becomes('bad', 'down')).stateReason).toContain('it hides');
  expect([...registry.drivers.keys()]).toEqual([ids.good]);
  bad.failure = undefined;
  const up = await becomes('bad', 'up');
  expect(up.stateReason).toBeNull();
  expect(up.maxMachines).toBeGreaterThan(0);
  expect(registry.drivers.has(ids.bad)).toBe(true);
});

test('what frozen parents hold there is written down as it comes and goes', async () => {
  const { t, ids, bad, registry, becomes } = await setUp();
  bad.failure = undefined;
  bad.held = { heldMemoryMiB: 2048, heldVcpus: 2 };
  await registry.start();
  await becomes('bad', 'up');
  const holds = (memoryMiB: number, vcpus: number) =>
    waitFor(makeCtx({ timeoutMs: 600_000 }), 2, async () => {
      const { heldMemoryMib, heldVcpus } = await providers.find(t.db, ids.bad);
      return heldMemoryMib === memoryMiB && heldVcpus === vcpus ? true : undefined;
    });
  await holds(2048, 2);
  bad.held = { heldMemoryMiB: 4096, heldVcpus: 4 };
  await holds(4096, 4);
  bad.held = { heldMemoryMiB: 0, heldVcpus: 0 };
  await holds(0, 0);
});

test('what its largest datastore holds is written down when it is opened, and as that changes', async () => {
  const { t, ids, bad, registry, becomes } = await setUp();
  bad.failure = undefined;
  bad.largest = 100;
  await registry.start();
  expect((await becomes('bad', 'up')).largestStorageMib).toBe(100);
  for (const largest of [200, undefined]) {
    if (largest === undefined) delete bad.largest;
    else bad.largest = largest;
    await waitFor(makeCtx({ timeoutMs: 600_000 }), 2, async () =>
      (await providers.find(t.db, ids.bad)).largestStorageMib === (largest ?? null) ? true : undefined,
    );
  }
});

test('its datastores are kept as each look finds them: of one that is away nothing is known but since when, and the others stay', async () => {
  const { t, ids, bad, registry, becomes } = await setUp();
  bad.failure = undefined;
  const [one, two] = [
    { name: 'one', capacityMiB: 100, freeMiB: 60 },
    { name: 'two', capacityMiB: 200, freeMiB: 70 },
  ];
  bad.datastores = [two, one];
  await registry.start();
  await becomes('bad', 'up');
  const kept = async () =>
    (await datastores.of(t.db, ids.bad)).map((d) => [d.name, d.capacityMib, d.freeMib, d.awaySince === null ? 'there' : 'away']);
  const holds = (wanted: unknown[]) =>
    waitFor(makeCtx({ timeoutMs: 600_000 }), 2, async () => (JSON.stringify(await kept()) === JSON.stringify(wanted) ? true : undefined));
  expect(await kept()).toEqual([
    ['one', 100, 60, 'there'],
    ['two', 200, 70, 'there'],
  ]);
  bad.datastores = [{ ...one, freeMiB: 10 }, { name: 'two' }];
  await holds([
    ['one', 100, 10, 'there'],
    ['two', null, null, 'away'],
  ]);
  const [, away] = await datastores.of(t.db, ids.bad);
  await datastores.put(t.db, ids.bad, bad.datastores);
  expect((await datastores.of(t.db, ids.bad))[1]).toEqual(away);
  // Nothing was found: a look that fails says nothing of them.
  bad.failure = driverError('unavailable', 'it hides');
  await becomes('bad', 'down');
  expect((await kept()).map(([name]) => name)).toEqual(['one', 'two']);
  bad.failure = undefined;
  bad.datastores = [two];
  await holds([['two', 200, 70, 'there']]);
  bad.datastores = [];
  await holds([]);
  expect(await datastores.of(t.db, ids.good)).toEqual([]);
});

test('one that stops answering is down with its reason, stays open for the work that waits, and is up again when it answers', async () => {
  const { ids, bad, registry, becomes } = await setUp();
  bad.failure = undefined;
  await registry.start();
  const first = await becomes('bad', 'up');
  bad.failure = driverError('unavailable', 'the cable is out', { hint: 'Plug it in.' });
  const down = await becomes('bad', 'down');
  expect(down).toMatchObject({ stateReason: 'the cable is out. Plug it in.', stateCode: 'unavailable' });
  expect(down.stateSince.getTime()).toBeGreaterThanOrEqual(first.stateSince.getTime());
  expect(registry.drivers.has(ids.bad)).toBe(true);
  bad.failure = driverError('deadline', 'the operation took longer than it may');
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 2, async () =>
    (await becomes('bad', 'down')).stateReason?.startsWith('it does not answer') ? true : undefined,
  );
  // Nobody's words: a page has its own.
  expect((await becomes('bad', 'down')).stateCode).toBeNull();
  bad.failure = undefined;
  await becomes('bad', 'up');
});

test('one that is back: what paused for it is due at once, what pauses for another or waits for its time is not', async () => {
  const { t, ids, bad, registry, becomes } = await setUp();
  await registry.start();
  await becomes('bad', 'down');
  // Its own return, which would wake what pauses for it, is over.
  await becomes('good', 'up');
  const paused = async (key: string, providerId: string, waits: number) => {
    const { id } = await jobs.enqueue(t.db, { saga: 's', input: {}, key, lane: 'l', providerId, delayMs: 3_600_000 });
    await t.db.updateTable('job').set({ waits }).where('id', '=', id).execute();
  };
  await paused('here', ids.bad, 7);
  await paused('elsewhere', ids.good, 7);
  await paused('later', ids.bad, 0);
  let woken = 0;
  onTestFinished(await t.store.listen([jobs.JOB_CHANNEL], () => void woken++));
  bad.failure = undefined;
  await becomes('bad', 'up');
  const due = await waitFor(makeCtx({ timeoutMs: 600_000 }), 2, async () => {
    const rows = await t.db.selectFrom('job').select('key').where('runAt', '<=', dbNow).execute();
    return rows.length > 0 && woken > 0 ? rows.map((row) => row.key) : undefined;
  });
  expect(due).toEqual(['here']);
});

test('a refused account is not tried again by itself, so that no directory locks it; an operator who changed it is answered at once', async () => {
  const { ids, bad, registry, becomes } = await setUp({ refused: 3_600_000 });
  bad.failure = driverError('no-permission', 'the server refused the login');
  await registry.start();
  await becomes('bad', 'down');
  await registry.refresh(ids.good);
  await registry.firstTry(ids.good);
  expect(bad.tries).toBe(1);
  bad.failure = undefined;
  await registry.refresh(ids.bad);
  await registry.firstTry(ids.bad);
  await becomes('bad', 'up');
});

test('disabled: let go of, and promises cannot be made there; enabled: taken up again; what was known is known while it is down', async () => {
  const { t, ids, bad, registry, becomes, log } = await setUp();
  bad.failure = undefined;
  await registry.start();
  await becomes('bad', 'up');
  await providers.enable(t.db, ids.bad, false);
  await registry.refresh(ids.bad);
  await becomes('bad', 'disabled');
  expect(registry.drivers.has(ids.bad)).toBe(false);
  expect(registry.capabilities.has(ids.bad)).toBe(false);
  expect(log.filter((line) => line.endsWith(ids.bad))).toEqual([`watch ${ids.bad}`, `unwatch ${ids.bad}`]);
  bad.failure = driverError('unavailable', 'it hides');
  await providers.enable(t.db, ids.bad, true);
  await registry.refresh(ids.bad);
  await becomes('bad', 'down');
  expect(registry.capabilities.get(ids.bad)?.cloneModes).toContain('linked');
});

test('however many take up a change at one moment, one driver is open of it, and it is closed at the end', async () => {
  const { t, ids, registry, becomes, log } = await setUp();
  await registry.start();
  await becomes('good', 'up');
  for (let i = 2; i < 6; i++) {
    await providers.change(t.db, ids.good, { connection: CONNECTION, secret: Buffer.of(i) });
    await Promise.all([registry.follow(), registry.refresh(ids.good), registry.follow(), registry.refresh(ids.good)]);
    await registry.firstTry(ids.good);
  }
  await registry.stop();
  const count = (what: string) => log.filter((line) => line === `${what} ${ids.good}`).length;
  expect(count('watch')).toBeGreaterThan(4);
  expect(count('unwatch')).toBe(count('watch'));
  expect(registry.drivers.size).toBe(0);
});
