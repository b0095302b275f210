import type { CustomizationSpec } from './specs.ts';
import type { Screen } from '../guest/screen.ts';
import type { GuestSystem } from '../guest/system.ts';
import type { Datastore } from './storage.ts';
import type { SnapNode, VmRecord } from './vm-record.ts';
import type { VimFault } from './fault.ts';

/** Anything with a moRef. `type` is the vim25 managed type, `id` the moRef value. */
export interface Entity {
  readonly type: string;
  readonly id: string;
  name: string;
  parent: Entity | undefined;
}

/** A folder, or a datastore cluster: a folder of datastores that Storage DRS chooses from. */
export interface Folder extends Entity {
  readonly type: 'Folder' | 'StoragePod';
  readonly childType: readonly string[];
  readonly children: Map<string, Entity>;
}

export interface Datacenter extends Entity {
  readonly type: 'Datacenter';
  vmFolder: Folder;
  hostFolder: Folder;
  datastoreFolder: Folder;
  networkFolder: Folder;
}

/** A cluster (vCenter) or the compute resource around one host (ESXi, or a host without cluster). */
export interface Compute extends Entity {
  readonly type: 'ClusterComputeResource' | 'ComputeResource';
  readonly hosts: Host[];
  pool: ResourcePool;
  drs: 'fullyAutomated' | 'partiallyAutomated' | 'manual' | 'disabled';
  /** HA admission control: share of memory kept back, 0 to 1. */
  reservedShare: number;
  /** As of that, of processors; that of memory unless given. */
  reservedCpuShare?: number | undefined;
  /** HA admission control: so many of its largest hosts are kept back. */
  failoverLevel: number;
  /** HA admission control: hosts on which nothing is started. */
  failoverHosts: readonly Host[];
}

export interface Host extends Entity {
  readonly type: 'HostSystem';
  readonly uuid: string;
  readonly cores: number;
  readonly mhz: number;
  readonly memoryBytes: number;
  readonly maxVms: number;
  compute: Compute;
  connection: 'connected' | 'disconnected' | 'notResponding';
  maintenance: boolean;
  readonly datastores: Set<DatastoreObject>;
  readonly networks: Set<Net>;
  readonly vms: Set<Vm>;
  /** Kept up to date by the power operations. */
  usedMemoryBytes: number;
  poweredOn: number;
  /** Cost units in use by running tasks. */
  units: number;
  readonly bootTime: number;
}

export interface ResourcePool extends Entity {
  readonly type: 'ResourcePool';
  compute: Compute;
  readonly pools: Map<string, ResourcePool>;
  readonly vms: Set<Vm>;
  /** What UpdateConfig or its making set; unset: no reservation, no limit. */
  shares?: { cpu: Allocation; memory: Allocation };
  /** Counts changes of its configuration. */
  changes?: number;
}

/** What a pool has of its parent: MHz or MiB; a limit of -1 is none. */
export interface Allocation {
  reservation: number;
  limit: number;
  expandable: boolean;
  level: string;
  shares: number;
}

/** A standard network or a distributed port group. */
export interface Net extends Entity {
  readonly type: 'Network' | 'DistributedVirtualPortgroup' | 'OpaqueNetwork';
  /** Its name at the manager of networks that made it (NSX); of an OpaqueNetwork alone. */
  opaque: string | undefined;
  /** Distributed: key equals the moRef value. */
  dvs: Dvs | undefined;
  vlan: number;
  uplink: boolean;
  readonly hosts: Set<Host>;
  readonly vms: Set<Vm>;
  /** First three octets of the DHCP range, such as 10.20.1. */
  subnet: string;
  nextLease: number;
  readonly leases: Map<string, string>;
}

export interface Dvs extends Entity {
  readonly type: 'VmwareDistributedVirtualSwitch';
  readonly uuid: string;
  readonly portgroups: Net[];
  readonly hosts: Set<Host>;
}

export interface DatastoreObject extends Entity {
  readonly type: 'Datastore';
  readonly store: Datastore;
  readonly hosts: Set<Host>;
  readonly vms: Set<Vm>;
  units: number;
  browser: Entity;
}

export interface Snapshot extends Entity {
  readonly type: 'VirtualMachineSnapshot';
  vm: Vm;
  node: SnapNode;
}

export interface GuestProcess {
  pid: number;
  name: string;
  cmdLine: string;
  owner: string;
  startTime: number;
  endTime: number | undefined;
  exitCode: number | undefined;
  /** What it has still to do, in the guest that it goes on in; answers its exit code. */
  rest?: ((system: GuestSystem) => number) | undefined;
}

export interface Guest {
  toolsRunning: boolean;
  hostName: string | undefined;
  /** IPv4 by MAC address, as Tools report it. */
  addresses: Map<string, string>;
  heartbeat: 'gray' | 'green' | 'yellow' | 'red';
  opsReady: boolean;
  customization: { status: string; start: number | undefined; end: number | undefined; error: string | undefined } | undefined;
  processes: GuestProcess[];
  /** Files and accounts; they lie on its first disk. */
  system: GuestSystem;
  screen: Screen;
  nextPid: number;
}

export interface Question {
  id: string;
  text: string;
  choices: readonly { key: string; label: string }[];
  defaultIndex: number;
  answer: ((choice: string) => void) | undefined;
}

export type Power = 'poweredOn' | 'poweredOff' | 'suspended';
export type Connection = 'connected' | 'disconnected' | 'orphaned' | 'inaccessible' | 'invalid';

export interface Vm extends Entity {
  readonly type: 'VirtualMachine';
  record: VmRecord;
  parent: Folder;
  pool: ResourcePool | undefined;
  host: Host;
  power: Power;
  connection: Connection;
  bootTime: number | undefined;
  guest: Guest | undefined;
  /** guestinfo that the guest set itself since it was switched on. */
  guestInfo?: Map<string, string> | undefined;
  /** Customization to run at the next boot. */
  pendingCustomization: CustomizationSpec | undefined;
  question: Question | undefined;
  frozen: boolean;
  exclusive: Task | undefined;
  shared: Set<Task>;
  /** Disk files this VM holds open. */
  open: string[];
  /** Redo files of nonpersistent disks, dropped at power-off: device key -> the path it stands for. */
  nonpersistent: Map<number, string> | undefined;
  /** Counts power cycles, so that planned guest work of an earlier boot does nothing. */
  bootNumber: number;
  readonly created: number;
  needsConsolidation: boolean;
}

export type TaskState = 'queued' | 'running' | 'success' | 'error';

export interface Task extends Entity {
  readonly type: 'Task';
  readonly method: string;
  readonly entity: Entity | undefined;
  readonly entityName: string;
  readonly user: string;
  state: TaskState;
  progress: number | undefined;
  result: TaskResult;
  error: VimFault | undefined;
  readonly queueTime: number;
  startTime: number | undefined;
  completeTime: number | undefined;
  cancelled: boolean;
  readonly cancelable: boolean;
  readonly chainId: number;
}

export type TaskResult = Entity | string | undefined | { kind: string; [field: string]: unknown };

/** A managed object that only carries methods (SearchIndex, FileManager …) or a view. */
export interface Plain extends Entity {
  readonly parent: undefined;
}

export const isVm = (entity: Entity | undefined): entity is Vm => entity?.type === 'VirtualMachine';
export const isHost = (entity: Entity | undefined): entity is Host => entity?.type === 'HostSystem';
export const isFolder = (entity: Entity | undefined): entity is Folder => entity?.type === 'Folder';
/** A datastore cluster. */
export const isPod = (entity: Entity | undefined): entity is Folder => entity?.type === 'StoragePod';
export const isDatastore = (entity: Entity | undefined): entity is DatastoreObject => entity?.type === 'Datastore';
export const isPool = (entity: Entity | undefined): entity is ResourcePool => entity?.type === 'ResourcePool';
export const isDatacenter = (entity: Entity | undefined): entity is Datacenter => entity?.type === 'Datacenter';
export const isSnapshot = (entity: Entity | undefined): entity is Snapshot => entity?.type === 'VirtualMachineSnapshot';
export const isTask = (entity: Entity | undefined): entity is Task => entity?.type === 'Task';
export const isNet = (entity: Entity | undefined): entity is Net =>
  entity?.type === 'Network' || entity?.type === 'DistributedVirtualPortgroup' || entity?.type === 'OpaqueNetwork';
export const isCompute = (entity: Entity | undefined): entity is Compute =>
  entity?.type === 'ClusterComputeResource' || entity?.type === 'ComputeResource';
