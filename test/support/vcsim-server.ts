/** `carrel serve --no-qemu` with govmomi's simulator from Debian as a provider, each a process of its own. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { VSphereClient } from '../../src/vsphere/index.ts';
import type { LinkedStrategy } from '../../src/drivers/vsphere/index.ts';
import { TestServer, until } from './server.ts';
import { startVcsim, vcsimMissing } from './vcsim.ts';
import { ctx } from './vsphere-cases.ts';

const SOURCE = { vcenter: '/DC0/vm/DC0_C0_RP0_VM0', esxi: '/ha-datacenter/vm/ha-host_VM0' };

export const server = new TestServer();

/** A vcsim as a provider of the server's, with an image that was copied from a machine there; both have that name. */
export async function lab(name: string, kind: 'vcenter' | 'esxi', strategy: LinkedStrategy) {
  const files = mkdtempSync(join(tmpdir(), 'vcsim-'));
  const vcsim = await startVcsim(kind === 'esxi' ? ['-esx'] : [], files);
  /** Somebody else, signed in for one question: this simulator closes updates on a client that holds them while machines go. */
  const asOther = async <T>(ask: (other: VSphereClient) => Promise<T>): Promise<T> => {
    const other = new VSphereClient({
      url: vcsim.url,
      credentials: { kind: 'password', username: vcsim.username, password: vcsim.password },
      trust: { fingerprint256: vcsim.fingerprint256 },
    });
    try {
      return await ask(other);
    } finally {
      await other.close();
    }
  };
  const { client } = server;
  onTestFinished(async () => {
    await vcsim.stop();
    rmSync(files, { recursive: true, force: true });
  });
  await asOther(async (other) => await other.run(ctx(), 'PowerOffVM_Task', (await other.inventory.find(ctx(), SOURCE[kind])).ref, {}));
  const { url, username, password, fingerprint256 } = vcsim;
  const body = { name, kind, url, username, password, trust: { fingerprint256 }, strategy };
  expect(await client.addProvider({ body })).toMatchObject({ state: 'up' });
  await client.importVm({
    params: { name },
    body: { provider: name, vm: SOURCE[kind], how: 'copy', user: 'student', publish: true },
  });
  const golden = await until('the image', async () => {
    const now = await client.showRevision({ params: { name, number: 1 } });
    return now.state === 'preparing' ? undefined : now;
  });
  expect(golden, golden.failure?.message).toMatchObject({ state: 'published', masters: [{ provider: name }] });
  const witness = async () => {
    const machines = await asOther(async ({ inventory }) => {
      await inventory.ready(ctx());
      return inventory.all('VirtualMachine').flatMap((vm) => inventory.pathOf(vm.ref) ?? []);
    });
    return { machines: machines.toSorted(), files: readdirSync(files, { recursive: true, encoding: 'utf8' }).toSorted() };
  };
  const master = golden.masters[0]?.files[0]?.path;
  return { client, witness, master };
}

/** A machine as far as it comes there: what was made by then, and that nothing of it stays. */
export async function lifeOnVcsim(kind: 'vcenter' | 'esxi', mode: 'linked' | 'full'): Promise<void> {
  const { client, witness, master } = await lab(kind, kind, 'child-disk');
  const before = await witness();
  const { id } = await client.reserve({ body: { image: kind, mode, for: '1h' } });
  const booting = await until('the machine to be on', async () => {
    const now = await client.showReservation({ params: { id } });
    return now.state !== 'preparing' || now.stage === 'booting' ? now : undefined;
  });
  expect(booting, `${booting.failure?.message}\n${server.stderr.slice(-6000)}`).toMatchObject({ state: 'preparing', stage: 'booting' });
  const { chains } = await client.showMachine({ params: { id: booting.machine.id } });
  expect(chains.map(({ disks }) => disks.map(({ path }) => path === master))).toEqual([mode === 'linked' ? [false, true] : [false]]);
  expect((await witness()).machines).toHaveLength(before.machines.length + 1);

  await client.endReservation({ params: { id } });
  expect(await server.settled(id)).toMatchObject({ state: 'ended' });
  expect(await witness()).toEqual(before);
}

/** Tests with such a server. */
export function onVcsim(tests: () => void): void {
  const missing = vcsimMissing();
  describe.skipIf(missing !== undefined)(`the server on vcsim${missing === undefined ? '' : ` (not run: ${missing})`}`, () => {
    beforeAll(() => server.start({}, undefined, ['--no-qemu']));
    afterAll(() => server.dispose());
    tests();
  });
}
