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

async function bring(name: string, file: string): Promise<void> {
  const content = await openAsBlob(file);
  const query = { format: 'qcow2', access: 'cloud-init', user: 'debian', memoryMiB: 512 } as const;
  const { revision } = await server.client.uploadImage({ params: { name }, query, content, bytes: content.size });
  const made = await until(`image ${name}`, async () => {
    const now = await server.client.showRevision({ params: { name, number: revision.number } });
    return now.state === 'preparing' ? undefined : now;
  });
  expect(made).toMatchObject({ state: 'published' });
}

const KINDS: [string, StockOptions][] = [
  ['netplan', { network: 'netplan', bootedBefore: true }],
  ['ifupdown', { network: 'ifupdown', bootedBefore: false }],
];

describe.each(KINDS)('a stock image with %s', (name, options) => {
  test('is brought, lent with a key to its default user, and each machine is one of its own', async () => {
    const file = join(folder, `${name}.qcow2`);
    const { originKey, originId } = await buildStockImage(file, options);
    await bring(name, file);
    rmSync(file);
    const lent = await Promise.all([server.reserve('linked', name), server.reserve('linked', name)]);
    expect(lent.map((r) => r.failure)).toEqual([undefined, undefined]);
    const seen = [];
    for (const r of lent) {
      const to = await connect(r);
      expect(to.user).toBe('debian');
      expect(to.hostKeys.length).toBeGreaterThan(0);
      const ask = async (command: string) => (await sshRun(to, command)).trim();
      expect(await ask('id -un; sudo -n id -un')).toBe('debian\nroot');
      // The key alone; the password too, which the image's own sshd setting forbids.
      const { privateKey: _, ...byPassword } = to;
      expect(await sshRun(byPassword, 'id -un')).toBe('debian\n');
      const [hostname, instance, machineId, hostKey, rootKiB] = (
        await ask(
          'hostname; sudo cat /var/lib/cloud/data/instance-id /etc/machine-id; cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub; df --output=size / | tail -1',
        )
      ).split('\n');
      expect(Number(rootKiB)).toBeGreaterThan(STOCK_ROOT_MIB * 1024 * 1.2);
      expect(to.hostKeys).toContain(hostKey);
      expect(instance).toMatch(/^[0-9a-f-]{36}$/);
      expect(originKey).not.toContain(hostKey);
      expect(machineId).not.toBe(originId);
      expect(hostname).toBe(r.hostname);
      seen.push([hostname, instance, machineId, hostKey]);
    }
    for (const at of [0, 1, 2, 3]) expect(seen[0]?.[at]).not.toBe(seen[1]?.[at]);
    await server.endAll();
    expect(server.traces()).toEqual([]);
  });
});
