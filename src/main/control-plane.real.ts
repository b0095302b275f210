/** The control plane as it is wired, over a store of its own and the fake driver. */
import { mkdtempSync, rmSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toProblem } from '../api/errors.ts';
import { FakeDriver } from '../drivers/fake/fake-driver.ts';
import { FakeWorld } from '../drivers/fake/world.ts';
import { makeCtx } from '../lib/context.ts';
import { silentLogger } from '../lib/log.ts';
import * as accounts from '../store/accounts.ts';
import { testDb } from '../store/testing.ts';
import { startControlPlane } from './control-plane.ts';
import { openInstallation } from './installation.ts';

test('a request that waits for a row somebody holds is answered with 503 and a sentence, by connections that only requests use', async () => {
  const t = await testDb(onTestFinished);
  const dir = mkdtempSync(join(tmpdir(), 'carrel-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const installation = openInstallation(dir);
  const plane = await startControlPlane(makeCtx({ timeoutMs: 60_000 }), {
    installation,
    databaseUrl: t.url,
    log: silentLogger,
    version: 'test',
    limits: {},
    concurrency: 1,
    driver: new FakeDriver({ world: new FakeWorld(), tag: installation.id }),
    apiPool: { poolSize: 2, limits: { connectionMs: 10_000, lockMs: 50, statementMs: 10_000 } },
  });
  onTestFinished(() => plane.stop());
  const ada = await accounts.create(t.db, { id: randomUUID(), name: 'ada', role: 'admin', now: new Date() });
  const caller = { accountId: ada.id, name: ada.name, role: ada.role };
  const ask = () => plane.services.createToken(caller, { account: 'ada', label: 'x' });
  await t.store.tx(async (tx) => {
    await tx.selectFrom('account').select('id').where('id', '=', ada.id).forUpdate().execute();
    const error = await ask().catch((e: unknown) => e);
    expect(toProblem(error, 'r')).toMatchObject({
      status: 503,
      detail: expect.stringContaining('something else is at work on the same thing'),
      hint: 'Try again in a moment.',
    });
  });
  expect(await ask()).toMatchObject({ label: 'x' });
  expect(plane.parts.deps.store).not.toBe(plane.store);
});
