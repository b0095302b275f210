import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, lstat, stat } from 'node:fs/promises';
import type { Ctx } from '../../lib/context.ts';
import type { Logger } from '../../lib/log.ts';
import type { Accel, SectorBytes } from '../../qemu/argv.ts';
import type { Cgroups } from '../../qemu/cgroup.ts';
import type { QemuImg } from '../../qemu/qemu-img.ts';
import { grantFile as grant } from '../../qemu/grant-file.ts';
import type { Account } from '../../qemu/run-tool.ts';
import type { KeyedLock } from './keyed-lock.ts';
import type { Layout } from './layout.ts';

/** What an image recipe leaves behind; the shape of src/qemu/recipes. */
export interface BuiltImage {
  disk: string;
  kernel?: string;
  initrd?: string;
  cmdline?: string;
  profile: import('../../core/image.ts').RevisionProfile;
  facts: Record<string, string>;
}

interface HelperOptions {
  kernel: string;
  initrd: string;
  disk: string;
  /** Of the disk, in bytes: 512 if left out. */
  sectorBytes?: SectorBytes | undefined;
  accelArgs: string[];
}

/** The image builders and the helper guest, given from outside so that tests can do without downloads. */
export interface ImageTools {
  recipes: Readonly<Record<string, { build(ctx: Ctx, outDir: string): Promise<BuiltImage> }>>;
  ensureAppliance(ctx: Ctx, dir: string): Promise<{ kernel: string; initrd: string }>;
  runInspect(ctx: Ctx, options: HelperOptions): Promise<{ systems: readonly Readonly<Record<string, string>>[]; report: string[] }>;
  runScrub(ctx: Ctx, options: HelperOptions): Promise<{ scrubbed: boolean; left: string[]; report: string[] }>;
}

/** What the driver's parts share: this host, as it was found at `open`. */
export interface Host {
  readonly installationId: string;
  readonly layout: Layout;
  readonly log: Logger;
  readonly qemuBinary: string;
  readonly qemuVersion: string;
  /** The newest of that QEMU, pinned: `pc-q35-7.2`. */
  readonly machineType: string;
  /** See `hasVdagent`. */
  readonly vdagent: boolean;
  /** Account of QEMU and qemu-img; undefined = our own. */
  readonly account: Account | undefined;
  readonly img: QemuImg;
  readonly cgroups: Cgroups;
  readonly locks: KeyedLock;
  readonly tools: ImageTools;
  readonly restrictNetwork: boolean;
  readonly maxImageBytes: number;
  /** What the keys of Carrel's accounts in guests are made from; undefined = there are no such accounts. */
  readonly machineSecret: Buffer | undefined;
  /** Chosen acceleration; decided by a probe that may come later than `open`. */
  accel(): Accel;
  /** Account of a QEMU that is about to be started: `account`, with KVM in the group of the device. */
  launchAccount(): Account | undefined;
}

/** Prefix of the name that our QEMUs carry in the process list. */
export function tagPrefix(installationId: string): string {
  return `carrel:${installationId}:`;
}

/** `pc-q35-7.2` for QEMU 7.2.22: the newest machine type of that version, pinned. */
export function machineTypeOf(qemuVersion: string): string {
  const [major, minor] = qemuVersion.split('.');
  return `pc-q35-${major}.${minor}`;
}

/** A MAC of QEMU's own range (52:54:00) from a machine's id. */
export function macFor(machineId: string): string {
  const hash = createHash('sha256').update(machineId).digest();
  return ['52', '54', '00', ...[...hash.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** 32 hex digits for /etc/machine-id; a UUID's own digits where the id is one. */
export function machineIdHex(machineId: string): string {
  const digits = machineId.replaceAll('-', '').toLowerCase();
  return /^[0-9a-f]{32}$/.test(digits) ? digits : createHash('sha256').update(machineId).digest('hex').slice(0, 32);
}

export function uuidFor(machineId: string): string {
  const h = machineIdHex(machineId);
  return [h.slice(0, 8), h.slice(8, 12), h.slice(12, 16), h.slice(16, 20), h.slice(20)].join('-');
}

export function seedHex(): string {
  return randomBytes(32).toString('hex');
}

/** Makes an empty file that QEMU's account may write; the folder stays ours. */
export async function grantFile(host: Pick<Host, 'account'>, path: string, mode?: number): Promise<void> {
  await grant(host.account, path, mode);
}

/** Takes a file back from QEMU's account and closes it to everybody's writing. */
export async function sealFile(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, 0, 0);
  await chmod(path, 0o444);
}

/** What shows that a file was not changed: inode, modification time in ns, size. */
export async function fileIdentity(path: string): Promise<{ exists: boolean; bytes: number; identity: string }> {
  try {
    const s = await stat(path, { bigint: true });
    return { exists: true, bytes: Number(s.size), identity: `${s.ino}:${s.mtimeNs}:${s.size}` };
  } catch {
    return { exists: false, bytes: 0, identity: '' };
  }
}

export async function pathExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
