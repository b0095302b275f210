import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CloneMode, RevisionProfile } from '../../core/image.ts';
import type { Checkpoint } from '../../driver/driver.ts';
import type { Accel } from '../../qemu/argv.ts';
import type { ProcessId } from '../../qemu/process.ts';

/** What is written beside the disks. These files are the truth about a machine on this host; the database holds what is wanted. */

export interface MachineRecord {
  format: 1;
  installationId: string;
  machineId: string;
  revisionId: string;
  mode: CloneMode;
  createdAt: string;
  hardware: { vcpus: number; memoryMiB: number };
  hostname: string;
  mac: string;
  /** `making` until the disk is there: a rest of a clone that was cut off. */
  phase: 'making' | 'made';
  /** File name of the disk that the machine writes to. */
  leaf: string;
  /** A leaf that a checkpoint or revert is about to make current; see `settleLeaf`. */
  pendingLeaf?: string | undefined;
  checkpoints: (Checkpoint & { file: string })[];
  /** Frozen parent of an instant machine. */
  frozenKey?: string | undefined;
  /** An instant machine that was never started: its memory may come from the frozen parent. Once started, never again. */
  restorable: boolean;
  /** An instant machine whose guest still has the frozen parent's identity. */
  needsIdentity: boolean;
  /**
   * Carrel's account let us into the guest, and its host keys are its own: seen once, not asked again. Left out in machines of earlier
   * versions, which have no such account.
   */
  settled?: boolean | undefined;
  notes: string[];
}

export interface SealedFile {
  name: string;
  bytes: number;
  sha256: string;
  mtimeMs: number;
}

export interface MasterRecord {
  format: 1;
  installationId: string;
  revisionId: string;
  sealedAt: string;
  profile: RevisionProfile;
  /** The first is the system disk. */
  files: SealedFile[];
  cmdline?: string | undefined;
  virtualBytes: number;
  facts: Record<string, string>;
  /** Never written down: where its files lie when that is a machine's folder, see `Masters.of`. */
  folder?: string | undefined;
}

export interface FrozenRecord {
  format: 1;
  installationId: string;
  revisionId: string;
  key: string;
  qemuVersion: string;
  accel: Accel;
  createdAt: string;
  files: SealedFile[];
}

/** Which process runs a machine. */
export interface PidRecord extends ProcessId {
  startedAt: string;
  /** Restored from a frozen parent: it has no kernel to start anew with, so QEMU ends when the guest restarts. */
  restored: boolean;
  /** Its TPM; absent where it has none, or was started by a Carrel that did not write it down. */
  tpm?: ProcessId | undefined;
}

/** Writes a JSON file so that a reader sees the old or the new one, after a power failure too. */
export async function writeJson(path: string, value: unknown, mode = 0o600): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w', mode);
    try {
      await file.writeFile(`${JSON.stringify(value, undefined, 1)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a JSON file; undefined when it is not there or not ours to understand. Throws when it is there and cannot be read. */
export async function readJson<T extends { format: 1 }>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const value = JSON.parse(text) as T;
    return value?.format === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

export function machineFile(folder: string): string {
  return join(folder, 'machine.json');
}

export function leafPath(folder: string, record: Pick<MachineRecord, 'leaf'>): string {
  return join(folder, record.leaf);
}

/** Makes sure that a folder's entries are on storage. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
