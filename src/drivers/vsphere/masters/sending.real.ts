/** Images that come as files, made masters on vSphere: converted by the real qemu-img, sent over NFC. */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleOf } from '../../../../test/support/rows.ts';
import { codeOf, ctx } from '../../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD, VSphereWorld } from '../../../../test/support/vsphere-harness.ts';
import type { HardwareProfile } from '../../../core/image.ts';
import type { MasterSpec } from '../../../driver/driver.ts';
import { silentLogger } from '../../../lib/log.ts';
import { makeCtx } from '../../../lib/context.ts';
import { StreamConverter } from '../../../qemu/stream-converter.ts';
import type { Device } from '../../../vsim/model/vm-record.ts';
import { GRAIN, openLink, readBlock } from '../../../vsim/model/vmdk.ts';

let dir: string;
let file: string;
const BYTES = 4 * 2 ** 20;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sending-'));
  const raw = Buffer.alloc(BYTES);
  // Boot code and its signature, so that it is a disk that a BIOS starts from.
  raw.fill(0x90, 0, 64);
  raw.writeUInt16LE(0xaa55, 510);
  raw.write('brought', 17 * GRAIN);
  writeFileSync(join(dir, 'disk.raw'), raw);
  file = join(dir, 'disk.qcow2');
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', join(dir, 'disk.raw'), file]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const spec = (revisionId: string, path = file, more: Pick<HardwareProfile, 'diskBus' | 'nic' | 'secureBoot' | 'tpm'> = {}): MasterSpec => ({
  revisionId,
  source: { kind: 'file', path, claimed: undefined, profile: { user: 'debian', access: 'cloud-init', memoryMiB: 512, ...more } },
});

async function inWorld(
  kind: 'vcenter' | 'esxi',
  work: (w: VSphereWorld) => Promise<void>,
  more: { network?: string | undefined } = { network: 'VM Network' },
): Promise<void> {
  const w = await VSphereWorld.make({
    vsim: { ...CLOUD_WORLD.vsim, kind, leaseSeconds: 1 },
    driver: { ...CLOUD_WORLD.driver, ...more, converter: new StreamConverter({ dataDir: dir, log: silentLogger }) },
  });
  try {
    await work(w);
    expect(existsSync(join(dir, 'converting')) ? readdirSync(join(dir, 'converting')) : []).toEqual([]);
  } finally {
    await w.dispose();
  }
}

describe.each(['vcenter', 'esxi'] as const)('on %s', (kind) => {
  test('a disk becomes a master with its bytes, and its machines have access of their own', async () => {
    await inWorld(kind, async (w) => {
      const revisionId = randomUUID();
      const master = await w.driver.prepareMaster(ctx(), spec(revisionId));
      expect(master).toMatchObject({
        virtualBytes: BYTES,
        profile: { hardware: { firmware: 'bios', memoryMiB: 512 }, guest: { user: 'debian', access: 'cloud-init' } },
        facts: { importedFormat: 'qcow2' },
      });
      const link = openLink(w.m.storage, master.files[0]?.path ?? '');
      expect(Buffer.from(readBlock([link], 17)).toString('latin1', 0, 7)).toBe('brought');
      const digest = w.goldenDigest(master.files.map((f) => f.path));

      const machineId = randomUUID();
      await w.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware: { vcpus: 1, memoryMiB: 512 }, hostname: 'h' });
      await w.driver.power(ctx(), machineId, 'on');
      await w.driver.guest.ready(ctx(), machineId);
      await w.driver.destroy(ctx(), machineId);
      expect(w.goldenDigest(master.files.map((f) => f.path))).toBe(digest);
      // Asked for twice it is one, and sent once.
      const sent = w.vsim.stats.byMethod.get('ImportVApp');
      expect((await w.driver.prepareMaster(ctx(), spec(revisionId))).files).toEqual(master.files);
      expect(w.vsim.stats.byMethod.get('ImportVApp')).toBe(sent);
      await w.driver.removeMaster(ctx(), revisionId);
      expect(await w.leaks({ machines: [], masters: [] })).toEqual([]);
    });
  });

  test.each(sampleOf(['ready', 'complete', 'seal'], kind === 'vcenter' ? 2 : 1))(
    'broken off at %s: what is left is a half master at most, and the next try makes a whole one',
    async (at) => {
      await inWorld(kind, async (w) => {
        const revisionId = randomUUID();
        const point = { ready: 'ImportVApp', complete: 'HttpNfcLeaseComplete', seal: 'CreateSnapshot_Task' }[at] ?? '';
        const takeBack = w.vsim.fault({ point: 'reply', method: point, count: 1 });
        const control = new AbortController();
        const work = w.driver.prepareMaster(makeCtx({ signal: control.signal }), spec(revisionId));
        void work.catch(() => {});
        // The disk is converted first, by a program of its own: on a busy machine that takes longer than the second that is usual here.
        await expect.poll(() => w.vsim.stats.byMethod.get(point) ?? 0).toBeGreaterThan(0);
        control.abort();
        await codeOf(work);
        takeBack();
        const master = await w.driver.prepareMaster(ctx(), spec(revisionId));
        expect(w.mastersOf(revisionId)).toHaveLength(1);
        expect(Buffer.from(readBlock([openLink(w.m.storage, master.files[0]?.path ?? '')], 17)).toString('latin1', 0, 7)).toBe('brought');
        await w.driver.removeMaster(ctx(), revisionId);
        expect(await w.leaks({ machines: [], masters: [] })).toEqual([]);
      });
    },
  );
});

const CARRIERS = [
  [undefined, undefined, 'ParaVirtualSCSIController', 'VirtualVmxnet3'],
  ['sata', 'e1000', 'VirtualAHCIController', 'VirtualE1000'],
  ['lsilogicsas', 'e1000e', 'VirtualLsiLogicSASController', 'VirtualE1000e'],
] as const;
test.each(sampleOf(CARRIERS, 1))(
  'a disk for %s and a card %s are sent to a machine that has them, and so have its clones',
  async (diskBus, nic, ...types) => {
    await inWorld('vcenter', async (w) => {
      const revisionId = randomUUID();
      const hardware = { ...(diskBus && { diskBus }), ...(nic && { nic }) };
      const { profile } = await w.driver.prepareMaster(ctx(), spec(revisionId, file, hardware));
      expect(profile.hardware).toMatchObject(hardware);
      const machineId = randomUUID();
      await w.driver.clone(ctx(), { machineId, revisionId, mode: 'linked', hardware: { vcpus: 1, memoryMiB: 512 }, hostname: 'h' });
      for (const vm of [...w.mastersOf(revisionId), w.vm(machineId)]) {
        const { devices } = vm.record;
        const models = (of: Device[]) => of.map((device) => (device.kind === 'disk' ? 'disk' : device.model));
        expect(models(devices)).toEqual(expect.arrayContaining([...types]));
        const disk = devices.find(({ kind }) => kind === 'disk');
        expect(models(devices.filter(({ key }) => key === disk?.controllerKey))).toEqual([types[0]]);
      }
    });
  },
);

test.each([
  ['secure boot', { secureBoot: true }],
  ['a TPM', { tpm: true }],
])('%s is refused, before anything is converted', async (what, more) => {
  await inWorld('vcenter', async (w) => {
    await expect(w.driver.prepareMaster(ctx(), spec(randomUUID(), '/nowhere', more))).rejects.toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining(what),
      hint: expect.stringContaining('--vm'),
    });
  });
});

test('where there are several networks the provider has to say which, before anything is converted', async () => {
  await inWorld(
    'vcenter',
    async (w) => {
      await expect(w.driver.prepareMaster(ctx(), spec(randomUUID()))).rejects.toMatchObject({
        code: 'not-supported',
        hint: expect.stringContaining('VM Network'),
      });
      expect(w.vsim.stats.byMethod.get('ImportVApp')).toBeUndefined();
    },
    { network: undefined },
  );
});

test('a file that stands on another is refused, and nothing is sent', async () => {
  await inWorld('vcenter', async (w) => {
    const overlay = join(dir, 'overlay.qcow2');
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', file, overlay]);
    expect(await codeOf(w.driver.prepareMaster(ctx(), spec(randomUUID(), overlay)))).toBe('bad-image');
    expect(w.vsim.stats.byMethod.get('ImportVApp')).toBeUndefined();
  });
});

test('the formats are those that can be converted here', async () => {
  await inWorld('vcenter', async (w) => expect(w.capabilities.importFormats).toContain('qcow2'));
  const path = process.env['PATH'];
  process.env['PATH'] = dir;
  try {
    expect(await new StreamConverter({ dataDir: dir, log: silentLogger }).formats()).toEqual([]);
  } finally {
    process.env['PATH'] = path;
  }
});
