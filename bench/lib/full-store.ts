/** A whole control plane over an own store and machines that cost nothing, for benchmarks of what is promised: with an operator and an image. */
import { randomUUID } from 'node:crypto';
import { FakeDriver } from '../../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../../src/drivers/fake/world.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { makeLogger } from '../../src/lib/log.ts';
import { startControlPlane } from '../../src/main/control-plane.ts';
import { openInstallation } from '../../src/main/installation.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as images from '../../src/store/images.ts';
import * as providers from '../../src/store/providers.ts';
import type { Scene } from './scene.ts';

/** Waits for something that takes milliseconds as a rule; fails after half a minute. */
export async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await look()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come`);
}

/** `of`: what rows that are filled in belong to. `patient`: the same store, for statements that take as long as they take. */
export async function startFullStore(scene: Scene, name: string) {
  const installation = openInstallation(scene.folder(name));
  const log = makeLogger({ level: 'error' });
  const driver = new FakeDriver({ world: new FakeWorld(), tag: installation.id });
  const options = { installation, databaseUrl: undefined, log, version: 'bench', limits: {}, concurrency: 2, driver };
  const plane = await startControlPlane(makeCtx({ log }), options);
  scene.defer(() => plane.stop());
  const { store, services } = plane;
  const account = await accounts.create(store.db, { id: randomUUID(), name: 'bench', role: 'admin', now: new Date() });
  const who = { accountId: account.id, name: account.name, role: 'admin' as const };
  const { revision } = await services.buildImage(who, { image: 'golden', recipe: 'tiny', publish: true });
  await until('the image', async () => (await images.revision(store.db, revision.id))?.state === 'published');
  const providerId = (await providers.list(store.db))[0]?.id as string;
  const imageId = (await images.findByName(store.db, 'golden'))?.id as string;
  const of = { providerId, imageId, revisionId: revision.id, accountId: who.accountId };
  const patient = store.apart({ poolSize: 1, limits: { connectionMs: 10_000, lockMs: 60_000, statementMs: 3_600_000 }, purpose: 'bench' });
  return { plane, store, services, deps: plane.parts.deps, log, who, of, patient };
}
