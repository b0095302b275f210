import type { DatastoreObject, Folder, Host, ResourcePool, Snapshot } from './entities.ts';

/** What callers ask for, in the model's terms; the server translates from vim25. Sizes in bytes unless said otherwise. */
export interface DiskSpec {
  /** `[ds] dir/file.vmdk`, or `[ds]`, or empty: then it is placed in the VM's folder. */
  path: string;
  mode?: string | undefined;
  thin?: boolean | undefined;
  eager?: boolean | undefined;
  /** Only looked at for add with create. */
  parent?: string | undefined;
  /** Backed by a raw device or another form that the simulator does not have. */
  unsupported?: string | undefined;
}

export interface NicSpec {
  network?: string | undefined;
  mac?: string | undefined;
  addressType?: string | undefined;
  startConnected?: boolean | undefined;
  connected?: boolean | undefined;
}

export interface DeviceSpec {
  model: string;
  key: number;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  busNumber?: number | undefined;
  capacity?: number | undefined;
  disk?: DiskSpec | undefined;
  nic?: NicSpec | undefined;
  iso?: string | undefined;
}

export interface DeviceChange {
  operation: 'add' | 'remove' | 'edit' | undefined;
  fileOperation: 'create' | 'destroy' | 'replace' | undefined;
  device: DeviceSpec;
}

export interface ConfigSpec {
  changeVersion?: string | undefined;
  name?: string | undefined;
  uuid?: string | undefined;
  instanceUuid?: string | undefined;
  guestId?: string | undefined;
  version?: string | undefined;
  numCPUs?: number | undefined;
  coresPerSocket?: number | undefined;
  memoryMB?: number | undefined;
  annotation?: string | undefined;
  firmware?: string | undefined;
  vmPathName?: string | undefined;
  snapshotDirectory?: string | undefined;
  extraConfig?: readonly { key: string; value: string }[] | undefined;
  deviceChange?: readonly DeviceChange[] | undefined;
}

export type DiskMoveType =
  | 'createNewChildDiskBacking'
  | 'moveChildMostDiskBacking'
  | 'moveAllDiskBackingsAndAllowSharing'
  | 'moveAllDiskBackingsAndDisallowSharing'
  | 'moveAllDiskBackingsAndConsolidate';

export const DISK_MOVE_TYPES: readonly DiskMoveType[] = [
  'createNewChildDiskBacking',
  'moveChildMostDiskBacking',
  'moveAllDiskBackingsAndAllowSharing',
  'moveAllDiskBackingsAndDisallowSharing',
  'moveAllDiskBackingsAndConsolidate',
];

export interface DiskLocator {
  diskId: number;
  datastore: DatastoreObject | undefined;
  diskMoveType: string | undefined;
  thin: boolean | undefined;
  eager: boolean | undefined;
}

export interface RelocateSpec {
  datastore?: DatastoreObject | undefined;
  host?: Host | undefined;
  pool?: ResourcePool | undefined;
  folder?: Folder | undefined;
  diskMoveType?: string | undefined;
  transform?: string | undefined;
  disks?: readonly DiskLocator[] | undefined;
  deviceChange?: readonly DeviceChange[] | undefined;
}

export interface CustomizationSpec {
  hostName: string | undefined;
  /** Sysprep, for Windows alone; its password is the Administrator's. */
  sysprep?: { password: string | undefined } | undefined;
  /** How many cards it says something of; undefined where it says nothing of any. */
  cards?: number | undefined;
}

export interface CloneSpec {
  location: RelocateSpec;
  template: boolean;
  powerOn: boolean;
  /** What becomes of a TPM: the clone has its source's secrets unless told otherwise. */
  tpm?: 'copy' | 'replace' | undefined;
  snapshot?: Snapshot | undefined;
  config?: ConfigSpec | undefined;
  customization?: CustomizationSpec | undefined;
}
