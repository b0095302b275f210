/** What the engine's tests drive, and what is really there of it: the fake's world, or vSphere's simulator. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kept } from '../../src/driver/conformance/harness.ts';
import type { Capabilities, Driver, MasterSource } from '../../src/driver/index.ts';
import { leaks, masterDigest } from '../../src/drivers/fake/interference.ts';
import type { FakeWorld } from '../../src/drivers/fake/world.ts';
import type { Names } from '../../src/drivers/vsphere/inventory/tags.ts';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';
import { VSphereWorld, type VSphereWorldOptions } from './vsphere-harness.ts';

export type WhenOver = (undo: () => Promise<void>) => void;

export interface SeenMachine {
  id: string;
  power: 'on' | 'off' | 'half' | 'crashed' | 'suspended';
  sshPort: number | undefined;
}

/** What is there by the word of the world itself, past any driver. */
export interface BenchWorld {
  machines(): SeenMachine[];
  /** Masters that are finished with a digest of their bytes; half ones without. */
  masters(): { revisionId: string; digest: string | undefined }[];
  /** Files that must be the same before something and after it was undone. */
  files(): string[];
  leaks(keep: Kept): Promise<readonly string[]>;
  /** Something to make an image of, and whether what was laid ready for it is still there. */
  source(whenOver: WhenOver): Promise<{ source: MasterSource; staged: () => Promise<boolean> }>;
}

/** A driver that is open, and its world. */
export interface BenchDriver {
  driver: Driver;
  capabilities: Capabilities;
  world: BenchWorld;
  golden: MasterSource;
  /** Another process: what the former one had open is closed. The driver from now on. */
  again: () => Promise<Driver>;
}

export function fakeBenchWorld(fake: FakeWorld, tag: string): BenchWorld {
  return {
    machines: () =>
      Object.values(fake.state.machines).map((m) => ({ id: m.machineId, power: m.half ? 'half' : m.power, sshPort: m.sshPort })),
    masters: () =>
      Object.values(fake.state.masters).map(({ revisionId, half }) => ({
        revisionId,
        digest: half ? undefined : masterDigest(fake, revisionId),
      })),
    // The frozen parent of instant clones is made once and stays with its master.
    files: () => Object.keys(fake.state.disks).filter((path) => !path.startsWith('/fake/frozen/')),
    leaks: async (keep) => leaks(fake, tag, keep),
    source: async (whenOver) => {
      const dir = await mkdtemp(join(tmpdir(), 'carrel-engine-'));
      whenOver(() => rm(dir, { recursive: true, force: true }));
      const path = join(dir, 'upload.raw');
      await writeFile(path, Buffer.alloc(1024, 7));
      const staged = () =>
        stat(path).then(
          () => true,
          () => false,
        );
      return { source: { kind: 'file', path, claimed: 'raw', profile: {} }, staged };
    },
  };
}

/** The vSphere driver on a simulator of its own. */
export async function vsphereBenchDriver(
  whenOver: WhenOver,
  options: VSphereWorldOptions,
): Promise<BenchDriver & { vsphere: VSphereWorld }> {
  const w = await VSphereWorld.make(options);
  whenOver(() => w.dispose());
  const golden: MasterSource = w.prepareSpec('').source;
  return {
    vsphere: w,
    driver: w.driver,
    capabilities: w.capabilities,
    golden,
    world: vsphereBenchWorld(w, w.names, golden),
    again: async () => {
      await w.restart();
      return w.driver;
    },
  };
}

function vsphereBenchWorld(w: VSphereWorld, names: Names, golden: MasterSource): BenchWorld {
  const { m } = w;
  const ours = (kind: 'machine' | 'master') => m.findVms((vm) => names.parse(vm.name)?.kind === kind);
  return {
    machines: () =>
      ours('machine').map((vm) => ({
        id: vm.record.instanceUuid,
        power: vm.power === 'poweredOn' ? 'on' : vm.power === 'poweredOff' ? 'off' : 'suspended',
        sshPort: 22,
      })),
    masters: () =>
      ours('master').map((vm) => {
        const sealed = vm.record.extraConfig.get('carrel.seal');
        return {
          revisionId: vm.record.extraConfig.get('carrel.revision') ?? `${vm.name} without a revision`,
          digest: sealed === undefined || sealed === '' ? undefined : w.goldenDigest(w.goldenPaths(vm)),
        };
      }),
    // Disks with their bytes, and each folder: what else a server keeps beside a machine comes and goes with its power. A frozen parent stays with its master.
    files: () =>
      m.storage.all().flatMap((store) => [
        ...[...store.subfolders('')].flatMap((name) => (names.parse(name)?.kind === 'frozen' ? [] : `[${store.name}] ${name}/`)),
        ...[...store.walk()].flatMap(({ path, file }) => {
          if (file.kind !== 'vmdk' || names.parse(path.split('/')[0] ?? '')?.kind === 'frozen') return [];
          const full = store.full(path);
          return [`${full} ${fileHash(openLink(m.storage, full))}`];
        }),
      ]),
    leaks: (keep) => w.leaks(keep),
    source: async () => ({ source: golden, staged: async () => false }),
  };
}
