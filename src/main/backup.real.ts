/** A backup of a server that is at work, and what comes of it in an empty folder. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeClient } from '../client/client.ts';
import type { EventData } from '../contract/system.ts';
import { makeCtx } from '../lib/context.ts';
import { connect } from '../store/conn.ts';
import { testDb } from '../store/testing.ts';
import { makeBackup } from './backup.ts';
import { restoreBackup } from './restore.ts';
import { kill } from '../../test/support/kill.ts';
import { LAUNCHER, TestServer, until } from '../../test/support/server.ts';

function carrel(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(LAUNCHER, args, { encoding: 'utf8', timeout: 1_200_000 });
  return { status, stdout, stderr };
}

/** In this process. */
const restored = (dataDir: string, file: string) =>
  restoreBackup(makeCtx({ timeoutMs: 600_000 }), { dataDir, databaseUrl: undefined, file });

/** What a follower is told first who comes with that id: `hello` without one, else what comes after that. */
async function firstEvent(server: TestServer, lastEventId: string | undefined): Promise<EventData> {
  const over = new AbortController();
  try {
    for await (const event of server.client.events({ signal: over.signal, ...(lastEventId === undefined ? {} : { lastEventId }) }))
      if (lastEventId === undefined || event.kind !== 'hello') return event;
  } finally {
    over.abort();
  }
  throw new Error('the stream ended');
}

test('everything is there again: accounts, tokens, images that machines start from; a backup that was touched is refused', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'backup-'));
  // PostgreSQL's account must be able to pass through.
  chmodSync(scratch, 0o711);
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const server = new TestServer();
  onTestFinished(() => server.dispose());
  await server.start();
  await server.buildStarter();
  await server.client.createAccount({ body: { name: 'ann', role: 'user' } });
  const { token } = await server.client.createToken({ params: { account: 'ann' }, body: { label: 'test' } });
  const [lent] = await server.reserveMany(1, 'linked');
  const audit = (await server.client.listAudit({ query: { limit: 1000 } })).items.length;

  const file = join(scratch, 'a.carrel');
  const made = carrel('--data', server.dataDir, '--json', 'backup', file, '--with-images');
  expect(made.stderr).toBe('');
  expect(JSON.parse(made.stdout)).toMatchObject({ file, images: 1 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(scratch)).toEqual(['a.carrel']);
  const backup = (to: string) =>
    makeBackup(makeCtx({ timeoutMs: 600_000 }), { dataDir: server.dataDir, databaseUrl: undefined, file: to, images: false });
  await expect(backup(file)).rejects.toMatchObject({ code: 'already-exists', message: expect.stringContaining('is there already') });
  await expect(backup(join(scratch, 'no/such.carrel'))).rejects.toThrow('there is no folder');
  const bare = join(scratch, 'bare.carrel');
  await backup(bare);
  // The server noticed nothing.
  expect((await server.client.showReservation({ params: { id: lent?.id ?? '' } })).state).toBe('ready');
  const seen = await firstEvent(server, undefined);
  await server.end();
  for (const pid of server.processes()) kill(pid);

  const touched = join(scratch, 'touched.carrel');
  const bytes = readFileSync(file);
  const at = bytes.indexOf('store/account.ndjson.gz') + 512 + 40;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(touched, bytes);
  const elsewhere = join(scratch, 'data');
  for (const [bad, said] of [
    [touched, 'was changed'],
    [LAUNCHER, 'cannot be used'],
    [join(scratch, 'nowhere'), 'there is no file'],
  ] as const) {
    await expect(restored(elsewhere, bad)).rejects.toThrow(said);
    expect(existsSync(elsewhere) ? readdirSync(elsewhere) : []).toEqual([]);
  }
  await expect(restored(server.dataDir, file)).rejects.toThrow('is not empty');

  const { conn, url: databaseUrl } = await testDb(onTestFinished);
  const empty = await connect(conn, 'carrel test');
  await empty.query('drop schema public cascade; create schema public');
  await empty.end();
  const partly = spawnSync(LAUNCHER, ['--data', join(scratch, 'bare-data'), 'restore', bare], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: databaseUrl },
  });
  expect(partly).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/MISSING {2}starter@1 \(.*\): its golden disk is not in the backup/),
  });

  const again = new TestServer(mkdtempSync(join(tmpdir(), 'carrel-e2e-')));
  onTestFinished(() => again.dispose());
  expect(carrel('--data', again.dataDir, 'restore', file).stdout).toContain('1 golden disks verified');
  await again.start();
  expect((await again.client.listAudit({ query: { limit: 1000 } })).items.length).toBeGreaterThanOrEqual(audit);
  // Who followed the server of before comes back: other things happened to it than they were told.
  expect(await firstEvent(again, seen.id)).toMatchObject({ kind: 'gap', body: { reason: expect.stringContaining('restored') } });
  const url = JSON.parse(readFileSync(join(again.dataDir, 'client.json'), 'utf8')) as { url: string };
  expect(await makeClient({ baseUrl: url.url, token }).me()).toMatchObject({ account: 'ann' });
  // The machine that was lent is not here: its reservation ends by itself, and says so.
  await until(
    'the lost machine to be noticed',
    async () => {
      await again.client.reconcile({ body: { dryRun: false } });
      const { state } = await again.client.showReservation({ params: { id: lent?.id ?? '' } });
      return state === 'ended' || state === 'failed' ? true : undefined;
    },
    undefined,
    500,
  );
  const [fresh] = await again.reserveMany(1, 'linked');
  expect(fresh).toMatchObject({ state: 'ready' });
  expect(await again.client.verifyImage({ params: { name: 'starter' }, body: {} })).toMatchObject({ ok: true });
});
