import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identityFileContent, type QemuMachine, qemuArgs } from '../../qemu/argv.ts';
import { firmwareOf, isEfi } from './efi.ts';
import { type Host, machineIdHex, seedHex, tagPrefix, uuidFor } from './host.ts';
import { runPathsIn } from './layout.ts';
import type { Masters } from './masters.ts';
import { operationsKey } from './operations.ts';
import type { MasterRecord } from './records.ts';
import { type SeededMachine, seedImage } from './seed.ts';
import { hasTpm } from './tpm.ts';

/**
 * Translation cache in MiB: 32 is enough for a small guest and halves its memory (with 16 it boots at half the speed); a full system
 * re-translates too much with that. A restored guest has no boot code to translate. It fills its cache within a second, so that this is
 * memory that every clone takes.
 */
export function tbSizeFor(memoryMiB: number, restored: boolean): number {
  if (memoryMiB > 256) return 64;
  return restored ? 28 : 32;
}

export interface LaunchSpec {
  /** Machine id, or the name of a frozen parent in the making. */
  id: string;
  folder: string;
  disk: string;
  hardware: { vcpus: number; memoryMiB: number };
  hostname: string;
  mac: string;
  memoryFile?: { path: string; share: boolean } | undefined;
  incoming?: boolean;
}

/** The first that is given: a machine with a TPM is none that is restored, so that it has no sealed memory there. */
const TPM_FD = 3;

/** The arguments for a machine of a master, after writing the files with its boot identity. */
export async function launchArgs(host: Host, masters: Masters, master: MasterRecord, spec: LaunchSpec): Promise<string[]> {
  const content = identityFileContent({ machineId: machineIdHex(spec.id), hostname: spec.hostname, seedHex: seedHex() });
  const identityFile = await writeFor(host, join(spec.folder, 'identity'), content);
  const seed =
    master.profile.guest.access === 'cloud-init'
      ? await writeFor(host, join(spec.folder, 'seed'), seedImage(seeded(host, spec)))
      : undefined;
  return qemuArgs(await describeMachine(host, masters, master, spec, { identityFile, seed }));
}

function seeded({ machineSecret }: Host, { id, hostname }: LaunchSpec): SeededMachine {
  return { machineId: id, hostname, operationsKey: machineSecret === undefined ? undefined : operationsKey(machineSecret, id).publicKey };
}

async function writeFor(host: Host, path: string, content: string | Buffer): Promise<string> {
  await writeFile(path, content, { mode: 0o600 });
  if (host.account !== undefined) await chown(path, host.account.uid, host.account.gid);
  return path;
}

async function describeMachine(
  host: Host,
  masters: Masters,
  master: MasterRecord,
  spec: LaunchSpec,
  files: { identityFile: string; seed: string | undefined },
): Promise<QemuMachine> {
  const { hardware, guest } = master.profile;
  // QEMU keeps what it starts for the next boot, a compressed kernel as a copy of its own (14 MiB). A restored machine goes without: when its
  // guest restarts, QEMU ends and the machine is booted again with everything (see Fleet.onGuestReset).
  const kernel = spec.incoming ? undefined : masters.optional(master, 'kernel');
  return {
    machineType: host.machineType,
    accel: host.accel(),
    cpu: hardware.cpu ?? 'x86-64-v2',
    diskBus: hardware.diskBus ?? 'virtio',
    sectorBytes: hardware.sectorBytes ?? 512,
    nic: hardware.nic ?? 'virtio',
    tbSizeMiB: tbSizeFor(spec.hardware.memoryMiB, spec.incoming ?? false),
    vcpus: spec.hardware.vcpus,
    memoryMiB: spec.hardware.memoryMiB,
    memoryFile: spec.memoryFile,
    name: `${tagPrefix(host.installationId)}${spec.id}`,
    uuid: uuidFor(spec.id),
    mac: spec.mac,
    disk: spec.disk,
    kernel: kernel === undefined ? undefined : { path: kernel, initrd: masters.optional(master, 'initrd'), cmdline: master.cmdline ?? '' },
    firmware: isEfi(master) ? await firmwareOf(host, masters, master, spec.folder) : undefined,
    tpmFd: hasTpm(master) ? TPM_FD : undefined,
    sshGuestPort: guest.sshPort,
    restrictNetwork: host.restrictNetwork,
    display: hardware.display,
    clipboard: host.vdagent,
    ...files,
    paths: runPathsIn(join(spec.folder, 'run')),
    incoming: spec.incoming ?? false,
  };
}
