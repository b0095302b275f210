/** What the .vmx and .vmsd of a VM say: everything that survives UnregisterVM. */

export interface DiskDevice {
  kind: 'disk';
  key: number;
  controllerKey: number;
  unitNumber: number;
  label: string;
  /** Datastore path of the leaf descriptor. */
  path: string;
  mode: string;
  /** Name of the LUN that the descriptor is a mapping of (RDM); a virtual disk without. */
  rdm?: string;
  enableUuid?: boolean;
}

export interface NicDevice {
  kind: 'nic';
  /** vim25 type, such as VirtualVmxnet3. */
  model: string;
  key: number;
  controllerKey: number;
  unitNumber: number;
  label: string;
  /** moRef value of the Network or DistributedVirtualPortgroup; undefined = not connected to any. */
  network: string | undefined;
  mac: string;
  addressType: 'generated' | 'assigned' | 'manual';
  startConnected: boolean;
  connected: boolean;
  wakeOnLan: boolean;
}

export interface OtherDevice {
  kind: 'other';
  /** vim25 type, such as ParaVirtualSCSIController. */
  model: string;
  key: number;
  label: string;
  controllerKey?: number;
  unitNumber?: number;
  busNumber?: number;
  /** CD-ROM: datastore path of the ISO. */
  iso?: string;
  /** Stands for the keys of a TPM. */
  secret?: string;
}

export type Device = DiskDevice | NicDevice | OtherDevice;

export interface Hardware {
  numCPUs: number;
  coresPerSocket: number;
  memoryMB: number;
  devices: Device[];
}

export interface SnapNode {
  /** moRef value. */
  ref: string;
  /** Number shown in the tree (`id`). */
  number: number;
  name: string;
  description: string;
  createTime: number;
  quiesced: boolean;
  memory: boolean;
  state: 'poweredOn' | 'poweredOff' | 'suspended';
  /** Hardware at that moment; a disk's `path` is the file that the snapshot froze. */
  hardware: Hardware;
  children: SnapNode[];
  parent: SnapNode | undefined;
}

export interface VmRecord extends Hardware {
  name: string;
  uuid: string;
  instanceUuid: string;
  guestId: string;
  version: string;
  annotation: string;
  template: boolean;
  extraConfig: Map<string, string>;
  vmPath: string;
  /** files.snapshotDirectory / vmx workingDir. */
  workingDir: string | undefined;
  firmware: string;
  changeNumber: number;
  modified: number;
  snapshots: SnapNode[];
  current: SnapNode | undefined;
  nextSnapshot: number;
  /** Disk files that no snapshot needs any more but that could not be merged (runtime.consolidationNeeded). */
  redundant: string[];
}

export function copyDevices(devices: readonly Device[]): Device[] {
  // The fixed controllers are shared by all VMs; what can change is copied.
  return devices.map((device) => (device.kind === 'other' && device.iso === undefined ? device : { ...device }));
}

export function disksOf(hardware: Hardware): DiskDevice[] {
  return hardware.devices.filter((d): d is DiskDevice => d.kind === 'disk');
}

export function nicsOf(hardware: Hardware): NicDevice[] {
  return hardware.devices.filter((d): d is NicDevice => d.kind === 'nic');
}

/** All snapshots of a VM, parents before children. */
export function* snapshotsOf(record: Pick<VmRecord, 'snapshots'>): Generator<SnapNode> {
  const stack = [...record.snapshots].reverse();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    stack.push(...[...node.children].reverse());
  }
}

export function depthOf(node: SnapNode | undefined): number {
  let depth = 0;
  for (let at = node; at !== undefined; at = at.parent) depth++;
  return depth;
}

/** Every disk file that a VM's configuration names: leaves first, then what its snapshots froze. */
export function namedDisks(record: VmRecord): Set<string> {
  const paths = new Set(disksOf(record).map((d) => d.path));
  for (const node of snapshotsOf(record)) for (const disk of disksOf(node.hardware)) paths.add(disk.path);
  return paths;
}

const fixed = (model: string, key: number, label: string, controllerKey?: number, busNumber?: number): OtherDevice =>
  Object.freeze({
    kind: 'other',
    model,
    key,
    label,
    ...(controllerKey === undefined ? {} : { controllerKey }),
    ...(busNumber === undefined ? {} : { busNumber }),
  });

/** Devices that every VM has. */
export const FIXED_DEVICES: readonly OtherDevice[] = [
  fixed('VirtualIDEController', 200, 'IDE 0', undefined, 0),
  fixed('VirtualIDEController', 201, 'IDE 1', undefined, 1),
  fixed('VirtualPS2Controller', 300, 'PS2 controller 0', undefined, 0),
  fixed('VirtualPCIController', 100, 'PCI controller 0', undefined, 0),
  fixed('VirtualSIOController', 400, 'SIO controller 0', undefined, 0),
  fixed('VirtualKeyboard', 600, 'Keyboard ', 300),
  fixed('VirtualPointingDevice', 700, 'Pointing device', 300),
  fixed('VirtualMachineVideoCard', 500, 'Video card ', 100),
  fixed('VirtualMachineVMCIDevice', 12000, 'VMCI device', 100),
];
export const SCSI_CONTROLLER: OtherDevice = fixed('ParaVirtualSCSIController', 1000, 'SCSI controller 0', 100, 0);
