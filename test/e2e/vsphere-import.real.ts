/** Machines imported over NFC: our client against our simulator, with disks that qemu-img wrote. */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { type StreamVmdk, streamVmdk } from '../../src/qemu/stream-vmdk.ts';
import { addDevice, type ImportedDisk, importMachine, VSphereClient } from '../../src/vsphere/index.ts';
import type { VirtualMachineConfigSpec } from '../../src/vsphere/types/vim.gen.ts';
import { isLease } from '../../src/vsim/model/lease.ts';
import { GRAIN, openLink, readBlock } from '../../src/vsim/model/vmdk.ts';
import { disksOf } from '../../src/vsim/model/vm-record.ts';
import { startVsim, type Vsim, type VsimOptions } from '../../src/vsim/vsim.ts';

const BYTES = 8 * 2 ** 20;
let dir: string;
let disk: StreamVmdk;
/** As qemu-img writes it, with its tables before the grains: not every host takes that, so the simulator does not. */
let theirs: ImportedDisk;
const ctx = () => makeCtx({ timeoutMs: 600_000 });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'nfc-'));
  const raw = Buffer.alloc(BYTES);
  raw.write('first', 0);
  // Bytes that do not compress: a grain's data takes several sectors.
  for (let i = 5 * GRAIN, seed = 1; i < 6 * GRAIN; i++, seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) raw[i] = seed >> 16;
  raw.write('last', BYTES - 4);
  writeFileSync(join(dir, 'disk.raw'), raw);
  theirs = converted('streamOptimized');
  disk = await streamVmdk(join(dir, 'streamOptimized.vmdk'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function converted(subformat: string): ImportedDisk {
  const path = join(dir, `${subformat}.vmdk`);
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'vmdk', '-o', `subformat=${subformat}`, join(dir, 'disk.raw'), path]);
  return { bytes: statSync(path).size, stream: () => createReadStream(path) };
}

async function* cut(whole: ImportedDisk, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of whole.stream()) {
    yield chunk.subarray(0, left);
    left -= Math.min(left, chunk.length);
    if (left === 0) return;
  }
}

function machine(name: string, capacity = BYTES): VirtualMachineConfigSpec {
  return {
    name,
    guestId: 'otherLinux64Guest',
    numCPUs: 1,
    memoryMB: 128n,
    files: { vmPathName: '[ds0]' },
    deviceChange: [
      addDevice({ _type: 'ParaVirtualSCSIController', key: -1, busNumber: 0, sharedBus: 'noSharing' }),
      {
        ...addDevice({
          _type: 'VirtualDisk',
          key: -2,
          controllerKey: -1,
          unitNumber: 0,
          capacityInKB: BigInt(capacity / 1024),
          backing: { _type: 'VirtualDiskFlatVer2BackingInfo', fileName: '', diskMode: 'persistent', thinProvisioned: true },
        }),
        fileOperation: 'create',
      },
    ],
  };
}

async function onVsim(options: VsimOptions, work: (vsim: Vsim, client: VSphereClient) => Promise<void>): Promise<void> {
  const vsim = await startVsim({ masters: 0, ...options });
  const client = new VSphereClient({
    url: vsim.url,
    credentials: { kind: 'password', username: vsim.username, password: vsim.password },
    trust: { fingerprint256: vsim.fingerprint256 },
  });
  try {
    await work(vsim, client);
    expect(vsim.model.bugs).toEqual([]);
  } finally {
    await client.close();
    await vsim.close();
  }
}

function places(vsim: Vsim) {
  const { pool, datacenter } = vsim.model;
  return { pool: { type: pool.type, value: pool.id }, folder: { type: 'Folder', value: datacenter.vmFolder.id } };
}

const nothingStays = (vsim: Vsim): boolean => vsim.model.vms.size === 0 && vsim.model.storage.file('[ds0] guest/guest.vmdk') === undefined;

describe.each(['vcenter', 'esxi'] as const)('an import to a simulated %s', (kind) => {
  test('gives a machine with every byte of the disk', async () => {
    await onVsim({ kind }, async (vsim, client) => {
      const seen: number[] = [];
      const request = { ...places(vsim), config: machine('guest'), disks: [disk], onProgress: (f: number) => seen.push(f) };
      const made = await importMachine(ctx(), client, request);
      const vm = vsim.model.vms.get(made.value);
      const link = openLink(vsim.model.storage, disksOf(vm?.record as never)[0]?.path ?? '');
      expect([...(link.extent.data?.blocks?.keys() ?? [])].toSorted((a, b) => a - b)).toEqual([0, 5, BYTES / GRAIN - 1]);
      expect(Buffer.from(readBlock([link], 0)).toString('latin1', 0, 5)).toBe('first');
      expect(
        Buffer.from(readBlock([link], BYTES / GRAIN - 1))
          .toString('latin1')
          .trimEnd()
          .endsWith('last'),
      ).toBe(true);
      expect(seen.at(-1)).toBe(1);
      await client.run(ctx(), 'PowerOnVM_Task', made, {});
      expect(vm?.power).toBe('poweredOn');
    });
  });
});

test('what a host would not take leaves nothing: another form of VMDK, one cut off, another size', async () => {
  await onVsim({}, async (vsim, client) => {
    const bad = [
      { disks: [converted('monolithicSparse')], config: machine('guest') },
      { disks: [theirs], config: machine('guest') },
      { disks: [{ bytes: disk.bytes - 1024, stream: () => cut(disk, disk.bytes - 1024) }], config: machine('guest') },
      { disks: [disk], config: machine('guest', 2 * BYTES) },
    ];
    for (const each of bad) {
      await expect(importMachine(ctx(), client, { ...places(vsim), ...each })).rejects.toMatchObject({ code: 'vsphere-http' });
      await expect.poll(() => nothingStays(vsim)).toBe(true);
    }
  });
});

test('the caller goes away in the middle: nothing stays', async () => {
  await onVsim({}, async (vsim, client) => {
    const control = new AbortController();
    const work = importMachine(makeCtx({ signal: control.signal }), client, {
      ...places(vsim),
      config: machine('guest'),
      disks: [disk],
      onProgress: () => control.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => nothingStays(vsim)).toBe(true);
  });
});

test('nothing else is done with a machine whose disks are on their way, and a lease without its disks is not complete', async () => {
  await onVsim({}, async (vsim, client) => {
    const spec = { _type: 'VirtualMachineImportSpec' as const, configSpec: machine('guest') };
    const { pool, folder } = places(vsim);
    const lease = await client.call(ctx(), 'ImportVApp', pool, { spec, folder });
    await expect.poll(() => [...vsim.model.objects.values()].find(isLease)?.state).toBe('ready');
    const [vm] = vsim.model.vms.values();
    const ref = { type: 'VirtualMachine', value: vm?.id ?? '' };
    await expect(client.run(ctx(), 'PowerOnVM_Task', ref, {})).rejects.toMatchObject({ faultType: 'TaskInProgress' });
    await expect(client.call(ctx(), 'HttpNfcLeaseComplete', lease, {})).rejects.toMatchObject({ faultType: 'InvalidState' });
    await client.call(ctx(), 'HttpNfcLeaseAbort', lease, {});
    await expect.poll(() => nothingStays(vsim)).toBe(true);
  });
});

test('a name that is taken is told by the lease', async () => {
  await onVsim({}, async (vsim, client) => {
    await importMachine(ctx(), client, { ...places(vsim), config: machine('guest'), disks: [disk] });
    const again = importMachine(ctx(), client, { ...places(vsim), config: machine('guest'), disks: [disk] });
    await expect(again).rejects.toMatchObject({ faultType: 'DuplicateName' });
  });
});
