/** Privileges that depend on what is asked for: the API's text of each operation, and of each part of a specification. */
import type { DataObject } from '../../vsphere/types/value.ts';
import type { VirtualDeviceConfigSpec, VirtualMachineConfigSpec } from '../../vsphere/types/vim.gen.ts';
import { type Entity, isNet, type Vm } from '../model/entities.ts';
import { datastoreOf } from '../model/place.ts';
import type { CloneSpec, DeviceChange } from '../model/specs.ts';
import { openLink } from '../model/vmdk.ts';
import { type Hardware, nicsOf, type VmRecord } from '../model/vm-record.ts';
import type { Call } from './calls.ts';

const CONFIG = 'VirtualMachine.Config.';
type Loose = DataObject & Record<string, unknown>;
/** Parts of a specification by the privilege that a change of them needs; what is not named here needs Settings. */
const PARTS: Readonly<Record<string, string>> = {
  name: 'Rename',
  numCPUs: 'CPUCount',
  numCoresPerSocket: 'CPUCount',
  memoryMB: 'Memory',
  annotation: 'Annotation',
  extraConfig: 'AdvancedConfig',
  version: 'UpgradeVirtualHardware',
};
/** Parts that need none by themselves. */
const FREE = new Set(['_type', 'changeVersion', 'deviceChange', 'files']);

/** For a change of a machine, on it; for a clone with changes, on the folder that it comes into. */
export function needsOfConfig(c: Call, on: Entity, spec: VirtualMachineConfigSpec, record: VmRecord): void {
  const parts = Object.entries(spec).filter(([key, value]) => value !== undefined && !FREE.has(key));
  for (const privilege of new Set(parts.map(([key]) => PARTS[key] ?? 'Settings'))) c.m.require(CONFIG + privilege, on);
  for (const change of spec.deviceChange ?? []) needsOfDevice(c, on, change, record);
}

/** For a new machine: its size and settings are part of making it, its devices and free settings are not. */
export function needsOfNew(c: Call, on: Entity, spec: VirtualMachineConfigSpec): void {
  if ((spec.extraConfig ?? []).length > 0) c.m.require(`${CONFIG}AdvancedConfig`, on);
  allocates(c, spec.files?.vmPathName);
  for (const change of spec.deviceChange ?? []) needsOfDevice(c, on, change, undefined);
}

function needsOfDevice(
  c: Call,
  on: Entity,
  { operation, fileOperation, device }: VirtualDeviceConfigSpec,
  record: VmRecord | undefined,
): void {
  const wire = device as unknown as Loose;
  const known = record?.devices.find(({ key }) => key === device.key);
  if (wire._type === 'VirtualDisk' || known?.kind === 'disk') {
    const { fileName } = (wire['backing'] ?? {}) as { fileName?: string };
    if (operation === 'remove') return c.m.require(`${CONFIG}RemoveDisk`, on);
    if (operation === 'edit') return c.m.require(CONFIG + (grows(c, wire, known) ? 'DiskExtend' : 'EditDevice'), on);
    if (fileOperation !== undefined) allocates(c, fileName);
    return c.m.require(CONFIG + (fileOperation === undefined ? 'AddExistingDisk' : 'AddNewDisk'), on);
  }
  if (operation !== 'edit') {
    c.m.require(`${CONFIG}AddRemoveDevice`, on);
    // a virtual TPM encrypts the configuration of its machine
    if (wire._type === 'VirtualTPM' && operation === 'add') c.m.require('Cryptographer.EncryptNew', on);
    return;
  }
  const { connected } = (wire['connectable'] ?? {}) as { connected?: boolean };
  const plugs = known?.kind === 'nic' && connected !== undefined && connected !== known.connected;
  c.m.require(plugs ? 'VirtualMachine.Interact.DeviceConnection' : `${CONFIG}EditDevice`, on);
}

function grows(c: Call, wire: Loose, known: VmRecord['devices'][number] | undefined): boolean {
  if (known?.kind !== 'disk') return false;
  const bytes = Number(wire['capacityInBytes'] ?? BigInt((wire['capacityInKB'] as bigint | undefined) ?? 0n) * 1024n);
  return bytes > openLink(c.m.storage, known.path).disk.capacity;
}

/** Space on the datastore of a path; one that is wrong is refused by the operation itself. */
function allocates(c: Call, path: string | undefined): void {
  const name = /^\[([^\]]+)\]/.exec(path ?? '')?.[1];
  if (c.m.datastores.some((ds) => ds.name === name)) c.m.require('Datastore.AllocateSpace', datastoreOf(c.m, path ?? ''));
}

const adds = (changes: readonly DeviceChange[] | undefined): string[] =>
  (changes ?? []).flatMap(({ operation, device }) =>
    operation === 'remove' || device.nic?.network === undefined ? [] : [device.nic.network],
  );

/** The networks that a machine is to be on. */
export function needsOfNetworks(c: Call, changes: readonly DeviceChange[] | undefined): void {
  for (const id of new Set(adds(changes))) assigns(c, id);
}

function assigns(c: Call, id: string): void {
  const net = c.m.objects.get(id);
  if (isNet(net)) c.m.require('Network.Assign', net);
}

/** Of a clone: by what its source and itself are, and the networks that its cards come to be on, its source's too. */
export function needsOfClone(
  c: Call,
  source: Vm,
  { location, template, snapshot, config }: Pick<CloneSpec, 'location' | 'template' | 'snapshot' | 'config'>,
): void {
  const kind = source.record.template ? (template ? 'CloneTemplate' : 'DeployTemplate') : template ? 'CreateTemplateFromVM' : 'Clone';
  c.m.require(`VirtualMachine.Provisioning.${kind}`, source);
  const hardware: Hardware = snapshot?.node.hardware ?? source.record;
  const elsewhere = new Set((location.deviceChange ?? []).map(({ device }) => device.key));
  for (const nic of nicsOf(hardware)) if (!elsewhere.has(nic.key) && nic.network !== undefined) assigns(c, nic.network);
  needsOfNetworks(c, [...(location.deviceChange ?? []), ...(config?.deviceChange ?? [])]);
}

/** Whether a machine's configuration is encrypted, which each who works with it has to be allowed. */
export function isEncrypted({ record }: Vm): boolean {
  return record.devices.some((device) => device.kind === 'other' && device.model === 'VirtualTPM');
}

/** Privileges on keys, of machines that are encrypted alone. */
export function needsKeys(c: Call, vm: Vm, on: Entity, ...what: string[]): void {
  if (isEncrypted(vm)) for (const each of what) c.m.require(`Cryptographer.${each}`, on);
}
