/** A cloud image as it is shipped: brought as a file, lent with a key, and nothing done to it before. Minutes under emulation. */
import { openAsBlob, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reservation } from '../../src/contract/reservations.ts';
import { makeSshKey } from '../../src/lib/ssh-key.ts';
import { sshRun } from '../../src/main/ssh-login.ts';
import { TestServer, until } from '../support/server.ts';
import { buildStockImage, STOCK_ROOT_MIB, type StockOptions } from '../support/stock-image.ts';

const server = new TestServer();
const folder = mkdtempSync(join(tmpdir(), 'carrel-stock-'));
beforeAll(() => server.start());
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.dispose();
});

async function connect(r: Reservation) {
  const key = makeSshKey('carrel test');
  return { ...(await server.client.connectReservation({ params: { id: r.id }, body: { publicKey: key.publicKey } })), ...key };
}

type Login = Awaited<ReturnType<typeof connect>>;

const settled = (name: string, number: number) =>
  until(`image ${name}`, async () => {
    const now = await server.client.showRevision({ params: { name, number } });
    return now.state === 'preparing' ? undefined : now;
  });

async function bring(name: string, file: string): Promise<void> {
  const content = await openAsBlob(file);
  const query = { format: 'qcow2', access: 'cloud-init', user: 'debian', memoryMiB: 512, publish: true } as const;
  const { revision } = await server.client.uploadImage({ params: { name }, query, content, bytes: content.size });
  expect(await settled(name, revision.number)).toMatchObject({ state: 'published' });
}

/** Shuts the machine down by its own guest, then makes an image of it. */
async function capture(r: Reservation, image: string): Promise<void> {
  const { job } = await server.client.powerReservation({ params: { id: r.id }, body: { op: 'shutdown' } });
  const off = await until('the shutdown', async () => {
    const now = await server.client.showJob({ params: { id: job } });
    return now.state === 'ready' || now.state === 'running' ? undefined : now;
  });
  expect(off).toMatchObject({ state: 'done' });
  const { revision } = await server.client.captureReservation({ params: { id: r.id }, body: { image, publish: true } });
  const made = await settled(image, revision.number);
  expect(made).toMatchObject({ state: 'published' });
  expect(made.facts).toMatchObject({ captured: 'stopped', scrubbed: 'yes' });
}

interface Identity {
  hostname: string;
  instance: string;
  machineId: string;
  hostKey: string;
  rootKiB: number;
}

const LOOK =
  'hostname; sudo cat /var/lib/cloud/data/instance-id /etc/machine-id; cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub; df --output=size / | tail -1';

/** Both ways in, and that root is there without a word of warning; then what the machine is. */
async function identity(to: Login, r: Reservation): Promise<Identity> {
  expect(to.user).toBe('debian');
  // Standard error is in what is compared: a host name that does not resolve shows here.
  expect((await sshRun(to, 'id -un; sudo -n id -un')).trim()).toBe('debian\nroot');
  // The key alone; the password too, which the image's own sshd setting forbids.
  const { privateKey: _, ...byPassword } = to;
  expect(await sshRun(byPassword, 'id -un')).toBe('debian\n');
  const [hostname = '', instance = '', machineId = '', hostKey = '', rootKiB] = (await sshRun(to, LOOK)).trim().split('\n');
  expect(hostname).toBe(r.hostname);
  expect(instance).toMatch(/^[0-9a-f-]{36}$/);
  expect(to.hostKeys).toContain(hostKey);
  return { hostname, instance, machineId, hostKey, rootKiB: Number(rootKiB) };
}

const KINDS: [string, StockOptions][] = [
  ['netplan', { network: 'netplan', bootedBefore: true }],
  ['ifupdown', { network: 'ifupdown', bootedBefore: false }],
];

describe.each(KINDS)('a stock image with %s', (name, options) => {
  test('is brought, lent with a key to its default user, captured and lent again, and each machine is one of its own', async () => {
    const file = join(folder, `${name}.qcow2`);
    const { originKey, originId } = await buildStockImage(file, options);
    await bring(name, file);
    rmSync(file);
    const lent = await Promise.all([server.reserve('linked', name), server.reserve('linked', name)]);
    expect(lent.map((r) => r.failure)).toEqual([undefined, undefined]);
    const [first, second] = lent as [Reservation, Reservation];
    const author = await connect(first);
    const seen = [await identity(author, first), await identity(await connect(second), second)];
    await server.client.endReservation({ params: { id: second.id } });

    await sshRun(author, 'sudo sh -c "echo mine > /opt/mark; sync"');
    await capture(first, `${name}-mine`);
    await server.endAll();
    const again = await server.reserve('linked', `${name}-mine`);
    expect(again.failure).toBeUndefined();
    const next = await connect(again);
    seen.push(await identity(next, again));
    expect(await sshRun(next, 'cat /opt/mark')).toBe('mine\n');
    // Who had the machine that was captured does not get into what was made of it.
    const { privateKey: _, ...noKey } = next;
    for (const old of [
      { ...noKey, privateKey: author.privateKey },
      { ...noKey, password: author.password },
    ])
      await expect(sshRun(old, 'id')).rejects.toMatchObject({ code: 'guest-failed', message: 'the login did not succeed' });
    // Of Carrel's account there is this machine's key alone.
    expect(await sshRun(next, 'sudo grep -c . /home/carrel-ops/.ssh/authorized_keys')).toBe('1\n');

    for (const each of seen) {
      expect(each.rootKiB).toBeGreaterThan(STOCK_ROOT_MIB * 1024 * 1.2);
      expect(originKey).not.toContain(each.hostKey);
      expect(each.machineId).not.toBe(originId);
    }
    for (const key of ['hostname', 'instance', 'machineId', 'hostKey'] as const)
      expect(new Set(seen.map((each) => each[key])).size).toBe(3);
    await server.endAll();
    expect(server.traces()).toEqual([]);
  });
});
