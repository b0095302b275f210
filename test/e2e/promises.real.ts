/** The promises that concern disks, over real QEMU and the whole server. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeSshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import { clonesThatWrite } from '../support/golden.ts';
import { haveAppliance } from '../support/qemu-harness.ts';
import { runCli } from '../support/run-cli.ts';
import { LAUNCHER, TestServer, until } from '../support/server.ts';

const run = promisify(execFile);
const CHUNK = 1 << 24;
/** No text that is looked for is longer, in bytes. */
const LONGEST = 4096;
const server = new TestServer();
beforeAll(async () => {
  await haveAppliance(server.dataDir);
  await server.start();
  await server.buildStarter();
});
afterAll(() => server.dispose());

test('promise 1: clones that write leave the golden files as they were', async () => {
  // One of each mode here; the hundred are in clones.long.ts.
  await clonesThatWrite(server, [
    { mode: 'linked', count: 1 },
    { mode: 'instant', count: 1 },
  ]);
});

/** Names of the texts that stand in a raw disk. Its holes are not read: they are most of it. */
async function foundIn(raw: string, texts: Record<string, string>): Promise<string[]> {
  const { stdout } = await run('qemu-img', ['map', '--output=json', '-f', 'raw', raw], { maxBuffer: 1 << 26 });
  const extents = JSON.parse(stdout) as { start: number; length: number; data: boolean }[];
  const found = new Set<string>();
  const file = await open(raw);
  try {
    let tail = Buffer.alloc(0);
    for (const { start, length, data } of extents) {
      // Two that follow each other are told apart by other things than data.
      if (!data) tail = Buffer.alloc(0);
      for (let at = start; data && at < start + length; at += CHUNK) {
        const part = Buffer.alloc(Math.min(CHUNK, start + length - at));
        await file.read(part, 0, part.length, at);
        const seen = Buffer.concat([tail, part]);
        for (const [name, text] of Object.entries(texts)) if (seen.includes(text)) found.add(name);
        tail = seen.subarray(-LONGEST);
      }
    }
  } finally {
    await file.close();
  }
  return [...found];
}

test('promise 8: a captured image holds nothing of the person: no password, no key, no host key', async () => {
  const r = await server.reserve('instant');
  const key = makeSshKey('carrel test');
  const connection = await server.client.connectReservation({ params: { id: r.id }, body: { publicKey: key.publicKey } });
  const shadow = await sshRun(
    { ...connection, privateKey: key.privateKey },
    `echo kept-by-the-image >/etc/mark; grep '^${connection.user}:' /etc/shadow; cat /etc/dropbear/*.pub; sync`,
  );
  const hash = shadow.split(':')[1] as string;
  expect(hash).toMatch(/^\$6\$/);
  const hostKey = connection.hostKeys[0]?.split(' ')[1] as string;
  expect(shadow).toContain(hostKey);
  const { revision } = await server.client.captureReservation({ params: { id: r.id }, body: { image: 'mine', publish: true } });
  const done = await until('the capture', async () => {
    const now = await server.client.showRevision({ params: { name: 'mine', number: revision.number } });
    return now.state === 'preparing' ? undefined : now;
  });
  expect(done.failure).toBeUndefined();
  expect(done.state).toBe('published');
  const disk = done.masters[0]?.files[0]?.path as string;
  const raw = `${server.dataDir}/raw.img`;
  // Not the synchronous ones: while this process stands still the server ends connections that it would use again.
  await run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', disk, raw]);
  const secrets = { password: connection.password, hash, key: key.publicKey.split(' ')[1] as string, hostKey };
  // What is the image's own is found in the same way, so that nothing found means nothing there.
  expect(await foundIn(raw, { ...secrets, mark: 'kept-by-the-image' })).toEqual(['mark']);
  // That a machine of such an image has keys of its own: capture-clean, of the driver's conformance.
  expect(server.stderr).not.toContain(connection.password);
  await server.endAll();
});

test('promise 2: what a machine stands on cannot be deleted by any command, and the delete of the machine carries its proof', async () => {
  const r = await server.reserve('instant');
  const number = r.revision;
  await server.client.retireRevision({ params: { name: 'starter', number } });
  await expect(server.client.deleteRevision({ params: { name: 'starter', number } })).rejects.toMatchObject({ code: 'has-children' });
  const cli = { env: { CARREL_DATA: server.dataDir } };
  const { code, err } = await runCli(undefined, undefined, ['--json', 'image', 'rm', `starter@${number}`], cli);
  expect(code).not.toBe(0);
  expect(err).toContain('has-children');
  expect((await server.client.verifyImage({ params: { name: 'starter' }, body: {} })).ok).toBe(true);
  await server.client.endReservation({ params: { id: r.id } });
  await server.settled(r.id);
  const machine = await server.client.showMachine({ params: { id: r.machine.id } });
  expect(machine.state).toBe('gone');
  expect(machine.proof?.parents.length).toBeGreaterThan(0);
  for (const parent of machine.proof?.parents ?? []) {
    expect(parent).toMatchObject({
      existsBefore: true,
      existsAfter: true,
      identityAfter: parent.identityBefore,
      bytesAfter: parent.bytesBefore,
    });
    expect(existsSync(parent.path)).toBe(true);
  }
  const { items } = await server.client.listAudit({ query: { subject: r.machine.id } });
  expect(items.map((a) => a.action)).toContain('machine.destroyed');
});

test('promise 6 and 7: two servers on one data directory are refused', () => {
  let message = '';
  try {
    execFileSync(LAUNCHER, ['serve', '--data', server.dataDir, '--listen', '127.0.0.1:0'], { stdio: 'pipe', timeout: 1_200_000 });
  } catch (error) {
    message = String((error as { stderr?: Buffer }).stderr);
  }
  expect(message).toContain(`process ${server.pid}`);
});
