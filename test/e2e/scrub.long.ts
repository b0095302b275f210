/**
 * Promise 8 on a captured disk. It fails today: a secret survives in blocks that were freed. It stands here, and not in `make test`,
 * until the helper guest's scrub is mended; the closing note says so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKeyPair, sshRun } from '../../src/main/ssh-login.ts';
import { TestServer } from '../support/server.ts';

const server = new TestServer();
beforeAll(async () => {
  await server.start();
  await server.buildStarter();
});
afterAll(() => server.dispose());

test('promise 8: a captured image holds nothing of the person: no password, no key, no host key', async () => {
  const r = await server.reserve('linked');
  const key = await makeKeyPair();
  const connection = await server.client.connectReservation({ params: { id: r.id }, body: { publicKey: key.publicKey } });
  const shadow = await sshRun({ ...connection, privateKey: key.privateKey }, `grep '^${connection.user}:' /etc/shadow; sync`);
  const hash = shadow.split(':')[1] as string;
  expect(hash).toMatch(/^\$6\$/);
  const { revision } = await server.client.captureReservation({ params: { id: r.id }, body: { image: 'mine', publish: true } });
  const done = await (async () => {
    for (;;) {
      const now = await server.client.showRevision({ params: { name: 'mine', number: revision.number } });
      if (now.state !== 'preparing') return now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  expect(done.failure).toBeUndefined();
  expect(done.state).toBe('published');
  const disk = done.masters[0]?.files[0]?.path as string;
  const raw = `${server.dataDir}/raw.img`;
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', disk, raw]);
  // Looked for by grep, since the file is larger than what Node reads at once: status 1 = not in it.
  for (const secret of [connection.password, hash, key.publicKey.split(' ')[1] as string]) {
    expect(spawnSync('grep', ['-aqF', '-e', secret, raw]).status).toBe(1);
  }
  // And the next person's machine is its own.
  const second = await server.reserve('linked', 'mine');
  expect(second.failure).toBeUndefined();
  const other = await server.client.connectReservation({ params: { id: second.id }, body: {} });
  expect(other.hostKeys).not.toEqual(connection.hostKeys);
  expect(other.password).not.toBe(connection.password);
  expect(server.stderr).not.toContain(connection.password);
  await server.endAll();
});
