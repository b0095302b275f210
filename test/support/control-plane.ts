/** A server's inside with everything real but what a test puts in its place. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FakeDriver } from '../../src/drivers/fake/fake-driver.ts';
import { FakeWorld } from '../../src/drivers/fake/world.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../src/main/control-plane.ts';
import { type Installation, openInstallation } from '../../src/main/installation.ts';
import type { Caller } from '../../src/services/interface.ts';
import * as accounts from '../../src/store/accounts.ts';
import type { Db } from '../../src/store/schema.ts';

/** A data directory of its own until the test is over. */
export function newInstallation(): Installation {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return openInstallation(dir);
}

/** The control plane on this database, with a fake driver as the host's unless told otherwise. */
export async function startPlane(
  databaseUrl: string,
  installation: Installation,
  more: Partial<ControlPlaneOptions> = {},
): Promise<ControlPlane> {
  const plane = await startControlPlane(makeCtx({ timeoutMs: 1_200_000 }), {
    installation,
    databaseUrl,
    log: silentLogger,
    version: 'test',
    limits: {},
    concurrency: 4,
    ...(more.qemu === false ? {} : { driver: new FakeDriver({ world: new FakeWorld(), tag: installation.id }) }),
    ...more,
  });
  onTestFinished(() => plane.stop());
  return plane;
}

export async function newCaller(db: Db, name: string, role: 'user' | 'admin'): Promise<Caller> {
  const account = await accounts.create(db, { id: randomUUID(), name, role, now: new Date() });
  return { accountId: account.id, name, role };
}
