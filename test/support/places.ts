/** Further places beside a bench's own: each a provider with a fake driver over a world of its own, with a master of the bench's revision. */
import { randomUUID } from 'node:crypto';
import type { Capabilities, Driver } from '../../src/driver/index.ts';
import { FakeDriver } from '../../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../../src/drivers/fake/world.ts';
import { makeCtx } from '../../src/lib/context.ts';
import * as masters from '../../src/store/masters.ts';
import * as providers from '../../src/store/providers.ts';
import { type Bench, TAG } from './engine.ts';

export interface OtherPlace {
  id: string;
  world: FakeWorld;
  driver: Driver;
}

/** Named `there` unless told otherwise, with room for 100 machines; up, as the bench's own then is. */
export async function addPlace(
  bench: Bench,
  options: { name?: string; machines?: number; capabilities?: Partial<Capabilities>; master?: boolean } = {},
): Promise<OtherPlace> {
  const world = new FakeWorld();
  const driver = new FakeDriver({ world, tag: TAG, capabilities: options.capabilities });
  const capabilities = await driver.open(makeCtx());
  const now = new Date();
  const { db } = bench.store;
  const limits = { machines: options.machines ?? 100, memoryMiB: 102_400, vcpus: 400, storageMiB: 10_000_000 };
  const name = options.name ?? 'there';
  const id = await providers.put(db, { id: randomUUID(), name, kind: 'fake', limits, startSlots: 4, facts: {}, now });
  (bench.deps.drivers as Map<string, Driver>).set(id, driver);
  (bench.deps.capabilities as Map<string, Capabilities>).set(id, capabilities);
  for (const each of [id, bench.providerId]) await providers.setState(db, each, 'up', null, now);
  if (options.master ?? true) {
    const { files, virtualBytes } = await driver.prepareMaster(makeCtx(), {
      revisionId: bench.revisionId,
      source: { kind: 'recipe', recipe: 'tiny' },
    });
    await masters.put(db, { revisionId: bench.revisionId, providerId: id, files, virtualBytes, sealedAt: now });
  }
  return { id, world, driver };
}
