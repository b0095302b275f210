import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startVcsim, vcsimMissing } from '../../../test/support/vcsim.ts';
import { codeOf, ctx } from '../../../test/support/vsphere-cases.ts';
import { VSphereClient } from '../../vsphere/index.ts';
import { type LinkedStrategy, VSphereDriver } from './index.ts';

/**
 * The driver against somebody else's idea of vSphere: govmomi's simulator from Debian. It ignores diskMoveType and drops parents of clones, so
 * a linked clone from a snapshot must be refused there and leave nothing; child disks and full copies work.
 */
async function withVcsim(
  kind: 'vcenter' | 'esxi',
  linkedStrategy: LinkedStrategy,
  work: (driver: VSphereDriver, source: string) => Promise<void>,
) {
  const server = await startVcsim(kind === 'esxi' ? ['-esx'] : []);
  const endpoint = {
    url: server.url,
    credentials: { kind: 'password' as const, username: server.username, password: server.password },
    trust: { fingerprint256: server.fingerprint256 },
  };
  const source = kind === 'esxi' ? '/ha-datacenter/vm/ha-host_VM0' : '/DC0/vm/DC0_C0_RP0_VM0';
  const admin = new VSphereClient(endpoint);
  await admin.run(ctx(), 'PowerOffVM_Task', (await admin.inventory.find(ctx(), source)).ref, {});
  await admin.close();
  const driver = new VSphereDriver({
    kind,
    ...endpoint,
    installationId: 'vcsim-test',
    linkedStrategy,
    retryMs: 2,
  });
  try {
    await driver.open(ctx());
    await work(driver, source);
  } finally {
    await driver.close();
    await server.stop();
  }
}

async function prepared(driver: VSphereDriver, path: string) {
  const spec = { revisionId: randomUUID(), source: { kind: 'vm' as const, path, how: 'copy' as const, profile: {} } };
  return await driver.prepareMaster(ctx(), spec);
}

const cloneSpec = (revisionId: string, mode: 'linked' | 'full') => ({
  machineId: randomUUID(),
  revisionId,
  mode,
  hardware: { vcpus: 1, memoryMiB: 512 },
  hostname: 'h',
});

const missing = vcsimMissing();
describe.skipIf(missing !== undefined)(`the vSphere driver against vcsim${missing === undefined ? '' : ` (not run: ${missing})`}`, () => {
  test.each(['vcenter', 'esxi'] as const)('%s: child disks and full copies are made, started, captured and taken away', async (kind) => {
    await withVcsim(kind, 'child-disk', async (driver, source) => {
      const master = await prepared(driver, source);
      for (const mode of ['linked', 'full'] as const) {
        const clone = await driver.clone(ctx(), cloneSpec(master.revisionId, mode));
        expect(clone.chains.map((chain) => chain.length)).toEqual([mode === 'linked' ? 2 : 1]);
        if (mode === 'linked') expect(clone.chains[0]?.[1]?.path).toBe(master.files[0]?.path);
        expect(await driver.power(ctx(), clone.machineId, 'on')).toBe('on');
        expect(await driver.power(ctx(), clone.machineId, 'off')).toBe('off');
        const captured = await driver.capture(ctx(), { machineId: clone.machineId, revisionId: randomUUID() });
        expect((await driver.verifyMaster(ctx(), captured.revisionId)).ok).toBe(true);
        await driver.destroy(ctx(), clone.machineId);
        await driver.removeMaster(ctx(), captured.revisionId);
      }
      expect((await driver.verifyMaster(ctx(), master.revisionId)).ok).toBe(true);
      const seen = await driver.inventory(ctx());
      expect(seen.machines.filter((m) => m.owned)).toEqual([]);
      expect(seen.strays).toEqual([]);
    });
  });

  test('vcenter: a linked clone that came back without a parent is refused and leaves nothing behind', async () => {
    await withVcsim('vcenter', 'snapshot-clone', async (driver, source) => {
      const master = await prepared(driver, source);
      expect(await codeOf(driver.clone(ctx(), cloneSpec(master.revisionId, 'linked')))).toBe('not-linked');
      const seen = await driver.inventory(ctx());
      expect(seen.machines.filter((m) => m.owned)).toEqual([]);
      expect(seen.strays).toEqual([]);
      expect((await driver.verifyMaster(ctx(), master.revisionId)).ok).toBe(true);
    });
  });
});
