import type { SimClock } from './clock.ts';
import type { InventoryFile } from './inventory-file.ts';
import type { Flavour, Storage } from './storage.ts';

/**
 * What destroying a disk that has parents deletes.
 * - `leaf`: the VM's own disks (its leaf, and what its snapshots froze), never a parent of another VM: ESXi 6 and later;
 * - `unreferenced`: upwards every parent that no other VM of this inventory refers to: vCenter;
 * - `chain`: the whole chain whoever uses it: old ESXi, and ghetto clones.
 */
export type DestroySemantics = 'leaf' | 'unreferenced' | 'chain';

export interface ModelOptions {
  kind: 'vcenter' | 'esxi';
  apiVersion: string;
  /** Folder below the root that the data center lies in; the root itself unless given. */
  datacenterFolder: string | undefined;
  /** What is there, instead of what `hosts`, `datastores`, `flavours`, `masters`, `vms` and `datacenterFolder` say; see readInventory. */
  inventory: InventoryFile | undefined;
  hosts: number;
  datastores: number;
  /** Flavour of each datastore in turn. */
  flavours: readonly Flavour[];
  /** Bytes of each datastore; 64 TiB, the most that VMFS has, unless given. */
  datastoreBytes: number;
  /** Golden VMs, each powered off with one snapshot. */
  masters: number;
  masterBytes: number;
  /** Other people's VMs. */
  vms: number;
  destroySemantics: DestroySemantics;
  latency: 'none' | 'real';
  seed: number;
  clock: SimClock | undefined;
  /** Shared with another endpoint that mounts the same datastores. */
  storage: Storage | undefined;
  username: string;
  password: string;
  sessionCap: number;
  sessionIdleMs: number;
  /** Clones survive a restart of vpxd (8.0U3). */
  continuousClone: boolean;
  /** RemoveSnapshot on vCenter keeps a base that other VMs of the inventory stand on. Off by default: assume that it writes. */
  vcRefusesSharedMerge: boolean;
  /** RelocateVM copies each disk of a chain where the move type says all of them. Off by default: one flat disk comes of it. */
  relocateKeepsChains: boolean;
  /**
   * PromoteDisks with `unlink` copies only what other VMs use and puts the leaf onto the copy: the next such call merges them (`once`), or none
   * ever does (`always`). Off by default: one flat disk comes of it.
   */
  promoteKeepsChains: false | 'once' | 'always';
  /** Deleting a folder takes disks with `ddb.deletable = "false"` along. Off by default: vCenter 6.5 and newer refuse such a folder. */
  folderDeleteForces: boolean;
  /** CloneVM keeps the MAC of the source's NICs unless the caller clears it. */
  copyMac: boolean;
  /** So many clones of a freshly snapshotted VM fail with FileLocked (8.0U3). */
  lockedFirstClones: number;
  /** How much later than done it is told, to whoever watches, what became of a VM; in milliseconds. Reads are up to date. Real servers are suspected of it. */
  lateTellMs: number;
  /** How long a lease for sending disks goes on when nobody renews it. */
  leaseSeconds: number;
  /** What people are told (messages of faults, texts of events and questions, labels) is in another language than English, as localised servers do. */
  translated: boolean;
  /** ESXi without a licence that allows the API to write. */
  restricted: boolean;
  /** Time from power-on to running Tools, with real latency, in milliseconds. */
  bootMs: number;
  /** What vSphere takes the guest of every image for; one that begins with `win` is Windows, which Sysprep customizes. */
  guestId: string;
  /** Account of every image, which guest operations accept; no such account if its name is empty. */
  guestUser: string;
  guestPassword: string;
  /**
   * Files of every image that nobody booted yet, by path. With `/etc/cloud/cloud.cfg` an image has cloud-init; host keys and a machine-id in here
   * are those of an image that nobody cleaned.
   */
  guestFiles: Readonly<Record<string, string>>;
  /**
   * Port at which guests answer SSH on this machine's loopback; none if undefined. Their addresses are then loopback ones written as
   * IPv6 (`::ffff:127.…`), so that no client takes them for its own.
   */
  guestSshPort: number | undefined;
}

/** Images as distributions publish them for clouds: cloud-init, no account that has a password, no SSH by password, no identity. */
export const CLOUD_IMAGE: Pick<ModelOptions, 'guestUser' | 'guestFiles'> = {
  guestUser: '',
  guestFiles: { '/etc/cloud/cloud.cfg': '', '/etc/ssh/sshd_config.d/50-cloud-init.conf': 'PasswordAuthentication no\n' },
};

export const DEFAULTS: ModelOptions = {
  kind: 'vcenter',
  apiVersion: '8.0.3.0',
  inventory: undefined,
  hosts: 4,
  datacenterFolder: undefined,
  datastores: 2,
  flavours: ['vmfs6'],
  datastoreBytes: 64 * 2 ** 40,
  masters: 3,
  masterBytes: 40 * 2 ** 30,
  vms: 0,
  destroySemantics: 'unreferenced',
  latency: 'none',
  seed: 1,
  clock: undefined,
  storage: undefined,
  username: 'administrator@vsphere.local',
  password: 'vsim',
  sessionCap: 3000,
  sessionIdleMs: 30 * 60_000,
  continuousClone: true,
  vcRefusesSharedMerge: false,
  relocateKeepsChains: false,
  promoteKeepsChains: false,
  folderDeleteForces: false,
  copyMac: false,
  lockedFirstClones: 0,
  lateTellMs: 0,
  leaseSeconds: 300,
  translated: false,
  restricted: false,
  bootMs: 20_000,
  guestId: 'ubuntu64Guest',
  guestUser: 'root',
  guestPassword: 'vsim',
  guestFiles: {},
  guestSshPort: undefined,
};
