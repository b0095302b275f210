/** What a semester happens in: two simulated places, a store whose clock is simulated, people, images, licences and rules. */
import { randomUUID } from 'node:crypto';
import type { CapacityLimits } from '../../../src/core/capacity.ts';
import type { Driver } from '../../../src/driver/index.ts';
import { FakeDriver } from '../../../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../../../src/drivers/fake/world.ts';
import type { EngineDeps } from '../../../src/engine/deps.ts';
import { prepareImage } from '../../../src/engine/intents/image.ts';
import { saveSiteRules, type Who } from '../../../src/engine/intents/terms.ts';
import { makeCtx } from '../../../src/lib/context.ts';
import * as licences from '../../../src/store/licences.ts';
import * as masters from '../../../src/store/masters.ts';
import * as providers from '../../../src/store/providers.ts';
import { type Bench, drain, makeBench, TAG } from '../engine.ts';
import { fakeBenchWorld, type WhenOver } from '../bench-world.ts';
import { Ledger, type LedgerLimits } from './ledger.ts';
import { SimTime, simulateTime } from './time.ts';
import { WorldCheck } from './world-check.ts';

const MINUTE = 60_000;
/** How long things take, in milliseconds: of the order of a linked clone on vSphere with a guest that boots for a minute. */
const DELAYS = { master: 2 * MINUTE, clone: 6_000, destroy: 4_000, power: 2_000, boot: MINUTE, instantBoot: 5_000 };
/** Starts that one place does at one time. */
const START_SLOTS = 8;

/** Labs that one person may hold at one time. */
export const AT_ONCE = 2;
export const COURSES = ['golden', 'cad', 'stats', 'net'] as const;
/** Seats of one licence are taken by machines of two images. */
const LICENSED = { name: 'solver', images: ['cad', 'stats'] } as const;

export interface SemesterSize {
  people: number;
  /** Machines of each of the two places. */
  machines: number;
  seats: number;
  startMs: number;
}

export interface SemesterWorld {
  bench: Bench;
  deps: EngineDeps;
  time: SimTime;
  worlds: ReadonlyMap<string, FakeWorld>;
  names: ReadonlyMap<string, string>;
  people: readonly Who[];
  author: Who;
  ledger: Ledger;
  check: WorldCheck;
}

/** Everything that a semester needs, on a database of its own; `without`: locks, for a run that must be seen to go wrong. */
export async function makeSemesterWorld(
  whenOver: WhenOver,
  size: SemesterSize,
  change: (deps: EngineDeps) => EngineDeps = (d) => d,
): Promise<SemesterWorld> {
  const time = new SimTime(size.startMs);
  const fake = () => new FakeWorld({ clock: time });
  const here = fake();
  const driver = new FakeDriver({ world: here, tag: TAG, capabilities: { startSlots: START_SLOTS } });
  const capabilities = await driver.open(makeCtx());
  const golden = { kind: 'recipe' as const, recipe: 'tiny' };
  const limits = { machines: size.machines, memoryMiB: size.machines * 2_048, vcpus: size.machines * 2, storageMiB: 1_000_000 };
  const bench = await makeBench(whenOver, {
    ownDatabase: true,
    limits,
    startSlots: START_SLOTS,
    on: async () => ({ driver, capabilities, world: fakeBenchWorld(here, TAG), golden, again: async () => driver }),
  });
  for (const image of COURSES.slice(1))
    await prepareImage(bench.deps, bench.who, { image, publish: true, source: golden, told: { kind: 'recipe' } });
  await drain(bench);
  const there = fake();
  const thereId = await secondPlace(bench, there, limits);
  const { db } = bench.store;
  // Some fewer than there is room for, so that it is met by itself.
  const together = size.machines;
  await saveSiteRules(db, {
    user: { lab: { groupAtOnce: together } },
    '*': {
      lab: {
        atOnce: AT_ONCE,
        longestMs: 4 * 60 * MINUTE,
        totalMs: 6 * 60 * MINUTE,
        connectWithinMs: 30 * MINUTE,
        idleAfterMs: 60 * MINUTE,
      },
    },
  });
  await bench.store.tx(async (tx) => {
    const id = randomUUID();
    await licences.create(tx, { id, name: LICENSED.name, seats: size.seats, now: new Date() });
    const rows = await tx.selectFrom('image').select('id').where('name', 'in', LICENSED.images).execute();
    await licences.setImages(
      tx,
      id,
      rows.map((r) => r.id),
    );
  });
  const people = Array.from({ length: size.people }, (_, i): Who => ({ accountId: randomUUID(), name: `p${i}`, role: 'user' }));
  for (let i = 0; i < people.length; i += 500) {
    const some = people.slice(i, i + 500);
    const rows = some.map((p) => ({ id: p.accountId, name: p.name, role: 'user' as const, createdAt: new Date() }));
    await db.insertInto('account').values(rows).execute();
  }
  for (const world of [here, there]) Object.assign(world.delays, DELAYS);
  await simulateTime(db, size.startMs);
  const store = await bench.db.again();
  const deps = change({ ...bench.deps, store, now: () => new Date(time.now()) });
  const worlds = new Map([
    [bench.providerId, here],
    [thereId, there],
  ]);
  const places: LedgerLimits['places'] = new Map([...worlds.keys()].map((id) => [id, limits]));
  return {
    bench: { ...bench, store, deps },
    deps,
    time,
    worlds,
    names: new Map([
      [bench.providerId, 'here'],
      [thereId, 'there'],
    ]),
    people,
    author: { ...bench.who, role: 'admin' },
    ledger: new Ledger({
      places,
      atOnce: AT_ONCE,
      groups: [{ name: 'user', people: new Set(people.map((p) => p.accountId)), atOnce: together }],
      licences: [{ name: LICENSED.name, seats: size.seats, images: LICENSED.images }],
    }),
    check: new WorldCheck(bench.store.db, worlds, places),
  };
}

/** A second place that has a master of every revision that is published now. */
async function secondPlace(bench: Bench, world: FakeWorld, limits: CapacityLimits): Promise<string> {
  const driver = new FakeDriver({ world, tag: TAG, capabilities: { startSlots: START_SLOTS } });
  const capabilities = await driver.open(makeCtx());
  const { db } = bench.store;
  const now = new Date();
  const id = await providers.put(db, { id: randomUUID(), name: 'there', kind: 'fake', limits, startSlots: START_SLOTS, facts: {}, now });
  (bench.deps.drivers as Map<string, Driver>).set(id, driver);
  (bench.deps.capabilities as Map<string, typeof capabilities>).set(id, capabilities);
  for (const each of [id, bench.providerId]) await providers.setState(db, each, 'up', null, now);
  for (const { id: revisionId } of await db.selectFrom('revision').select('id').where('state', '=', 'published').execute()) {
    const { files, virtualBytes } = await driver.prepareMaster(makeCtx(), { revisionId, source: { kind: 'recipe', recipe: 'tiny' } });
    await masters.put(db, { revisionId, providerId: id, files, virtualBytes, sealedAt: now });
  }
  return id;
}
