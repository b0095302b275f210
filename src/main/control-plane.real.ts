/** The control plane as it is wired, over a store of its own and the fake driver. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { newInstallation, startPlane } from '../../test/support/control-plane.ts';
import { toProblem } from '../api/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as providers from '../store/providers.ts';
import type { Provider } from '../store/schema.ts';
import { testDb } from '../store/testing.ts';

/** Without who watches it just now. */
const unwatched = (row: Provider) => ({ ...row, holderId: null, holderUntil: null });

test('a server with another data directory is refused before it touches anything, also while nobody serves', async () => {
  const t = await testDb(onTestFinished);
  const mine = newInstallation();
  const plane = await startPlane(t.url, mine);
  const everything = async () => ({
    providers: (await providers.list(t.db)).map(unwatched),
    audit: (await t.db.selectFrom('audit').selectAll().execute()).length,
  });
  const before = await everything();
  await expect(startPlane(t.url, newInstallation())).rejects.toMatchObject({ code: 'store-foreign' });
  await expect(startPlane(t.url, mine)).rejects.toMatchObject({ code: 'already-running' });
  await plane.stop();
  const stranger = newInstallation();
  await expect(startPlane(t.url, stranger)).rejects.toMatchObject({
    code: 'store-foreign',
    message: expect.stringContaining(mine.id),
    hint: expect.stringContaining('DATABASE_URL'),
    details: { store: mine.id, dataDirectory: stranger.id },
  });
  // The right directory with a key that opens nothing is no better.
  await expect(startPlane(t.url, { ...mine, key: Buffer.alloc(32) })).rejects.toMatchObject({
    code: 'store-foreign',
    hint: expect.stringContaining('secrets.key'),
  });
  expect(await everything()).toEqual(before);
  await startPlane(t.url, mine);
});

test('the provider of this host is named after it, and a host that was renamed keeps it', async () => {
  const t = await testDb(onTestFinished);
  const mine = newInstallation();
  const plane = await startPlane(t.url, mine);
  const first = (await providers.list(t.db)).map(unwatched);
  expect(first[0]?.name).toBe(hostname());
  await plane.stop();
  await t.db.updateTable('provider').set({ name: 'here' }).execute();
  await startPlane(t.url, mine);
  expect((await providers.list(t.db)).map(unwatched)).toEqual(first);
});

test('a request that waits for a row somebody holds is answered with 503 and a sentence, by connections that only requests use', async () => {
  const t = await testDb(onTestFinished);
  const plane = await startPlane(t.url, newInstallation(), {
    apiPool: { poolSize: 2, limits: { connectionMs: 10_000, lockMs: 50, statementMs: 10_000 } },
  });
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
