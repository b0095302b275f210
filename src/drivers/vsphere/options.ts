import type { CapacityLimits } from '../../core/capacity.ts';
import type { Ctx } from '../../lib/context.ts';
import type { Logger } from '../../lib/log.ts';
import type { Pace, Trust, VSphereCredentials } from '../../vsphere/index.ts';

/**
 * How linked clones are made; chosen by the kind of provider, never by trial (vsphere.md §1.2 to 1.4).
 * - `snapshot-clone`: CloneVM_Task from the master's one snapshot. vCenter only, and its default.
 * - `child-disk`: CreateVM_Task with a new disk on top of the master's. The default on ESXi, allowed on vCenter.
 * - `shared-master`: VCL's way: the master's disk attached as it is, and a snapshot before anything may power it on. For hosts that come from VCL.
 */
export type LinkedStrategy = 'snapshot-clone' | 'child-disk' | 'shared-master';

/** Unless given: half of the units of work that vSphere has on a host are for linked clones, half for power operations. */
export const CLONES_PER_HOST = 8;
export const POWER_PER_HOST = 8;

/** How many operations may run at the same time; what comes beyond waits in order (vsphere.md §3.7). */
export interface VSphereLimits {
  /** Linked clones per host; 8 unless given. vSphere takes 16. */
  clonesPerHost?: number | undefined;
  /** Full copies per datastore; 4 unless given. */
  copiesPerDatastore?: number | undefined;
  /** Power operations per host; 8 unless given. */
  powerPerHost?: number | undefined;
  /** Tasks at the endpoint in all; 256 unless given. vCenter takes about 640. */
  tasks?: number | undefined;
}

/** A disk that can be sent to a host: a stream-optimized VMDK, as often as it is asked for. Sizes in bytes. */
export interface DiskToSend {
  /** Of the stream. */
  bytes: number;
  /** Of the guest's disk; whole KiB. */
  virtualBytes: number;
  stream(): AsyncIterable<Uint8Array>;
}

/** What makes such disks of files that people bring; it needs programs that not every server has. */
export interface DiskConverter {
  /** Formats that it takes; none where a program is missing. */
  formats(): Promise<readonly string[]>;
  /** The disk can be read until `discard` with the same id. Errors: `bad-image`, `no-space`, `tool-failed`. */
  make(
    ctx: Ctx,
    id: string,
    source: { path: string; claimed: string | undefined },
  ): Promise<DiskToSend & { format: string; firmware: 'bios' | 'efi' | undefined; boot: string; notes: readonly string[] }>;
  discard(id: string): Promise<void>;
}

/** Where a provider is and what of it Carrel may use. */
export interface VSphereProviderOptions {
  kind: 'vcenter' | 'esxi';
  url: string;
  credentials: VSphereCredentials;
  trust: Trust;
  installationId: string;
  log?: Logger | undefined;
  /** Inventory path of the data center; the only one unless given. */
  datacenter?: string | undefined;
  /** Name of the cluster, or of the compute resource of one host; the first unless given. */
  compute?: string | undefined;
  /** Resource pool of the cluster that machines go to; its root pool unless given. */
  pool?: string | undefined;
  /** Name of the machine folder below the data center's own; made if it is missing. `carrel` unless given. ESXi has none. */
  folder?: string | undefined;
  /** Names of the datastores that may be used; all unless given. */
  datastores?: readonly string[] | undefined;
  /** Network or port group of the first card of each machine; the master's own unless given. */
  network?: string | undefined;
  linkedStrategy?: LinkedStrategy | undefined;
  limits?: VSphereLimits | undefined;
  /** What the operator allows in all. The rest is the cluster's, less what others run there and HA keeps back. */
  capacity?: Partial<CapacityLimits> | undefined;
  /** Account inside the guests of all images for VMware's guest operations, for images that say so or have no cloud-init. */
  guest?: { user: string; password: string } | undefined;
  /** What the passwords of the machines' own accounts are made from, 32 bytes; without it no machine has one. */
  machineSecret?: Buffer | undefined;
  /** For images that come as files; none can be imported without it. */
  converter?: DiskConverter | undefined;
  /** Reads the SSH host keys that a guest shows; a real SSH handshake unless given. */
  hostKeys?: ((ctx: Ctx, host: string, port: number) => Promise<readonly string[]>) | undefined;
  /** Waits until a port of a guest takes connections; a real one unless given. */
  portAnswers?: ((ctx: Ctx, host: string, port: number) => Promise<void>) | undefined;
  /** How long the server may take to tell what is new before it counts as away, in milliseconds; 30,000 unless given. */
  answerMs?: number | undefined;
  /** How often each kind of question that many share is put to the server at most; {@link PACE} unless given, without bound if false. */
  pace?: Pace | false | undefined;
  /** First pause before something is tried again, in milliseconds; doubles up to 20 times itself. 1,000 unless given. */
  retryMs?: number | undefined;
  /** How long a guest may take to shut down by itself before it is switched off, in milliseconds; 120,000 unless given. */
  shutdownMs?: number | undefined;
  /** Free bytes of a datastore below which nothing new is placed on it; 1 GiB unless given. */
  reserveBytes?: number | undefined;
  /** Extents of masters of at most so many bytes are read whole when they are sealed, larger ones by samples; 1 GiB unless given. */
  sealWholeBytes?: number | undefined;
  /** How long a master's samples are not read again by the watch of the inventory, in milliseconds; 6 h unless given. */
  contentWatchMs?: number | undefined;
  /** How old an unfinished copy of a master has to be before it is taken for a rest, in milliseconds; a day unless given. */
  halfReplicaMs?: number | undefined;
  /** How long a guest's heartbeat has to be red before its machine is said to hang, in milliseconds; two minutes unless given. */
  hungMs?: number | undefined;
}

/**
 * One machine's life asks about as often as that, so whoever works alone waits for nothing. Where hundreds are made something ends at every
 * moment; every 400 ms is soon enough for steps of seconds, and what ended meanwhile is told at one go.
 */
export const PACE: Pace = { everyMs: 400, burst: 10 };

/**
 * How much slower than reads other shared questions are put: what changed, which a power-on waits for too; and what folders hold, which no slot waits
 * for. `lazy`: how much longer a queue waits in which nobody is in a hurry, as where guests boot and where machines are taken away.
 */
export const SLOWER = { updates: 1.5, lazy: 3, folders: 5 } as const;

/** So many questions of one kind about folders are put at once after a rest: who ends one machine asks two or three times. */
const FOLDERS_BURST = 5;

/** The pace that the options set, so many times slower. */
export function paceOf({ pace }: Pick<VSphereProviderOptions, 'pace'>, slower = 1): Pace | undefined {
  if (pace === false) return undefined;
  const { everyMs, burst } = pace ?? PACE;
  return { everyMs: everyMs * slower, burst };
}

/** As of {@link paceOf}, for one kind of question about folders. */
export function folderPace(options: Pick<VSphereProviderOptions, 'pace'>): Pace | undefined {
  const pace = paceOf(options, SLOWER.folders);
  return pace && { ...pace, burst: Math.min(pace.burst, FOLDERS_BURST) };
}

/** The strategy for linked clones. */
export function linkedStrategy(options: Pick<VSphereProviderOptions, 'kind' | 'linkedStrategy'>): LinkedStrategy {
  return options.linkedStrategy ?? (options.kind === 'vcenter' ? 'snapshot-clone' : 'child-disk');
}

/** Bytes of a datastore that stay free. */
export function reserveOf(options: Pick<VSphereProviderOptions, 'reserveBytes'>): number {
  return options.reserveBytes ?? 2 ** 30;
}
