import ssh2 from 'ssh2';
import { afterEach, describe, expect, test } from 'vitest';
import { closeSshGuests, hostKey, sshGuest } from '../../../test/support/ssh-guest.ts';
import { makeCtx } from '../../lib/context.ts';
import { makeSshKey } from '../../lib/ssh-key.ts';
import { operationsKey, runAsRoot } from './operations.ts';
import { mustBeOwn, readLook, settleCloudGuest } from './settle.ts';

const secret = Buffer.alloc(32, 7);
const machineId = '5f0f7d5e-0000-4000-8000-000000000001';
const key = operationsKey(secret, machineId);
const ctx = () => makeCtx({ timeoutMs: 600_000 });

test("a machine's key is always the same, and no other machine's or installation's", () => {
  expect(operationsKey(secret, machineId.toUpperCase())).toMatchObject({ publicKey: key.publicKey });
  expect(operationsKey(secret, '5f0f7d5e-0000-4000-8000-000000000002').publicKey).not.toBe(key.publicKey);
  expect(operationsKey(Buffer.alloc(32, 8), machineId).publicKey).not.toBe(key.publicKey);
  const [kind, blob] = key.publicKey.split(' ');
  expect(kind).toBe('ssh-ed25519');
  const parsed = ssh2.utils.parseKey(key.privateKey);
  expect(parsed instanceof Error ? parsed : parsed.getPublicSSH().toString('base64')).toBe(blob);
});

test('what the guest says of its keys is read, whatever else it says', () => {
  const said = 'sudo: unable to resolve host\ninstance m-1\norigin ssh-rsa AAAA root@old\nown ssh-ed25519 BBBB\nown nothing\n';
  expect(readLook(said)).toEqual({ instance: 'm-1', origin: ['ssh-rsa AAAA'], own: ['ssh-ed25519 BBBB'] });
});

test.each([
  ['another instance', { instance: 'm-2', origin: [], own: ['k A'] }, 'k A', 'works for instance m-2'],
  ['no cloud-init state', { instance: undefined, origin: [], own: ['k A'] }, 'k A', 'of no name'],
  ["the origin's key shown", { instance: 'm-1', origin: ['k O'], own: ['k O'] }, 'k O', 'no SSH host keys of its own'],
  ["one of the origin's keys left", { instance: 'm-1', origin: ['k O'], own: ['k A', 'k O'] }, 'k A', 'no SSH host keys of its own'],
  ['a key that is not among its own', { instance: 'm-1', origin: [], own: ['k A'] }, 'k X', 'no SSH host keys of its own'],
])('not ready: %s', (_, look, hostKey, message) => {
  expect(() => mustBeOwn('m-1', look, { hostKey })).toThrow(message);
});

afterEach(closeSshGuests);

describe('by SSH', () => {
  test('a script goes in by standard input, and how it ends is told', async () => {
    const host = hostKey();
    const heard: string[] = [];
    const address = await sshGuest(
      host,
      () => key.publicKey,
      (script) => {
        heard.push(script);
        return heard.length === 1 ? [0, 'done'] : [3, 'usermod: no'];
      },
    );
    expect(await runAsRoot(ctx(), address, key, 'secret words')).toEqual({ output: 'done', hostKey: host.line });
    expect(heard[0]).toBe('sudo -n /bin/sh -s\n{\nsecret words\n} </dev/null\n');
    await expect(runAsRoot(ctx(), address, key, 'x')).rejects.toMatchObject({
      code: 'guest-failed',
      message: expect.stringContaining('ended with 3: usermod: no'),
    });
  });

  test('an account that is not let in is said, with what to do', async () => {
    const address = await sshGuest(
      hostKey(),
      () => makeSshKey('other').publicKey,
      () => [0, ''],
    );
    await expect(runAsRoot(ctx(), address, key, 'x')).rejects.toMatchObject({
      code: 'guest-failed',
      message: expect.stringContaining('does not let'),
      hint: expect.stringContaining('end the machine'),
    });
  });

  test("ready waits for the account, and has a server that still shows the origin's key started again", async () => {
    const old = hostKey();
    const own = hostKey();
    let refused = 0;
    let asked = 0;
    // The keys are new on the disk and the server has not read them: the second look would find them.
    const address = await sshGuest(
      old,
      () => (refused > 0 ? key.publicKey : makeSshKey('other').publicKey),
      (script) => {
        asked += script.includes('try-restart') ? 100 : 1;
        return [0, `instance ${machineId}\norigin ${old.line}\nown ${own.line} root@m\n`];
      },
    );
    const settling = settleCloudGuest(ctx(), { machineId, address, key, onRefused: () => (refused += 1) });
    await expect(settling).rejects.toMatchObject({ code: 'guest-failed', message: expect.stringContaining('no SSH host keys of its own') });
    expect(refused).toBeGreaterThan(0);
    expect(asked).toBe(102);
  });

  test('a guest with keys of its own is ready, and they are told without comments', async () => {
    const own = hostKey();
    const address = await sshGuest(
      own,
      () => key.publicKey,
      () => [0, `instance ${machineId}\norigin k O\nown ${own.line} root@m\nown ssh-rsa RRRR root@m\n`],
    );
    expect(await settleCloudGuest(ctx(), { machineId, address, key, onRefused: () => {} })).toEqual([own.line, 'ssh-rsa RRRR']);
  });
});
