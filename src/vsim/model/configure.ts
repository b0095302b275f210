import type { Folder, Host, ResourcePool, Task, Vm } from './entities.ts';
import { invalidArgument, invalidPower, VimFault } from './fault.ts';
import { changeDevices } from './devices.ts';
import { isBareDatastore, makeExplicitHome, makeHome, writeVmFiles } from './home.ts';
import { isGuestId } from './guest-os.ts';
import { checkHardware, defaultHardware } from './hardware-versions.ts';
import type { Model } from './model.ts';
import { assertFree, checkName, unescapeName } from './naming.ts';
import { assertOneDatacenter, datastoreOf, networksOf, pickHost } from './place.ts';
import { renewReferences } from './references.ts';
import { assertConnected, assertNotTemplate, enroll } from './register.ts';
import type { ConfigSpec } from './specs.ts';
import type { Op } from './tasks.ts';
import { FIXED_DEVICES, type VmRecord } from './vm-record.ts';

/** Value of `config.changeVersion`. */
export const changeVersion = (record: VmRecord): string => `${new Date(record.modified).toISOString()}#${record.changeNumber}`;

export function newRecord(m: Model, name: string, vmPath: string): VmRecord {
  return {
    name,
    uuid: m.random.uuid(),
    instanceUuid: m.random.uuid(),
    guestId: 'otherGuest64',
    version: defaultHardware(m.options.apiVersion),
    annotation: '',
    template: false,
    extraConfig: new Map(),
    vmPath,
    workingDir: undefined,
    firmware: 'bios',
    changeNumber: 0,
    modified: m.now(),
    snapshots: [],
    current: undefined,
    nextSnapshot: 1,
    redundant: [],
    numCPUs: 1,
    coresPerSocket: 1,
    memoryMB: 128,
    devices: [...FIXED_DEVICES],
  };
}

/** Everything of a ConfigSpec but its devices and its name. */
export function applyScalars(m: Model, record: VmRecord, spec: ConfigSpec): void {
  const [cpus, cores] = [spec.numCPUs ?? record.numCPUs, spec.coresPerSocket ?? record.coresPerSocket];
  if (cpus < 1 || cpus > 768) throw invalidArgument('configSpec.numCPUs');
  if (cores < 1 || cpus % cores !== 0)
    throw invalidArgument(spec.coresPerSocket === undefined ? 'configSpec.numCPUs' : 'configSpec.numCoresPerSocket');
  record.numCPUs = cpus;
  record.coresPerSocket = cores;
  if (spec.memoryMB !== undefined) {
    if (spec.memoryMB < 4 || spec.memoryMB % 4 !== 0) throw invalidArgument('configSpec.memoryMB');
    record.memoryMB = spec.memoryMB;
  }
  record.uuid = spec.uuid ?? record.uuid;
  record.instanceUuid = spec.instanceUuid ?? record.instanceUuid;
  if (spec.guestId !== undefined && spec.guestId !== record.guestId && !isGuestId(spec.guestId))
    throw invalidArgument('configSpec.guestId');
  record.guestId = spec.guestId ?? record.guestId;
  if (spec.version !== undefined && spec.version !== '') record.version = checkHardware(m.options.apiVersion, spec.version);
  record.firmware = spec.firmware ?? record.firmware;
  record.annotation = spec.annotation ?? record.annotation;
  if (spec.snapshotDirectory !== undefined) record.workingDir = spec.snapshotDirectory;
  for (const { key, value } of spec.extraConfig ?? []) {
    if (value === '') record.extraConfig.delete(key);
    else record.extraConfig.set(key, value);
    if (key === 'workingDir') record.workingDir = value;
  }
}

export function bump(m: Model, record: VmRecord): void {
  record.changeNumber++;
  record.modified = m.now();
}

/** CreateVM_Task. */
export function createVm(m: Model, folder: Folder, spec: ConfigSpec, pool: ResourcePool, wanted: Host | undefined): Task {
  return m.tasks.start({
    method: 'CreateVM_Task',
    entity: folder,
    cost: () => ({ host: wanted ?? pool.compute.hosts[0], hostUnits: 1 }),
    work: () => createVmSteps(m, folder, spec, pool, wanted),
  });
}

/** Makes and registers a machine. What is wrong with the specification is thrown at once, the rest by the steps. */
export function createVmSteps(m: Model, folder: Folder, spec: ConfigSpec, pool: ResourcePool, wanted: Host | undefined): Op<Vm> {
  const name = unescapeName(spec.name ?? '');
  checkName(name);
  if (spec.vmPathName === undefined || spec.vmPathName === '') throw invalidArgument('config.files.vmPathName');
  const wantedPath = spec.vmPathName;
  const home = datastoreOf(m, wantedPath);
  function* work(): Op<Vm> {
    assertFree(folder, name);
    const nets = networksOf(
      m,
      (spec.deviceChange ?? []).map(({ device }) => device.nic ?? {}),
    );
    const host = pickHost(m, pool, wanted, [home], nets);
    assertOneDatacenter(folder, host);
    if (host.vms.size >= host.maxVms)
      throw new VimFault('OutOfBounds', 'The host has as many virtual machines as it can hold.', { argumentName: 'vm' });
    let vmPath = wantedPath;
    if (isBareDatastore(wantedPath) || !wantedPath.endsWith('.vmx')) {
      const dir = makeHome(m, home.store, name);
      vmPath = home.store.full(`${dir}/${name.replaceAll(/[/\\%]/g, '-')}.vmx`);
    } else {
      makeExplicitHome(m, wantedPath);
      vmPath = m.storage.canonical(wantedPath);
    }
    yield `mkdir ${m.storage.folderOf(vmPath)}`;
    const record = newRecord(m, name, vmPath);
    applyScalars(m, record, spec);
    yield* changeDevices(m, record, undefined, spec.deviceChange ?? []);
    yield* writeVmFiles(m, record);
    yield m.latency.about(800);
    assertFree(folder, name);
    const vm = enroll(m, record, folder, pool, host);
    yield `register ${vm.id}`;
    m.event('VmCreatedEvent', `Created virtual machine ${name}`, vm);
    return vm;
  }
  return work();
}

/** ReconfigVM_Task; ConcurrentAccess if the caller's changeVersion is old. A template takes none, not even a note in its settings. */
export function reconfigureVm(m: Model, vm: Vm, spec: ConfigSpec): Task {
  assertNotTemplate(vm);
  function* work(): Op {
    assertConnected(vm);
    const { record } = vm;
    if (spec.changeVersion !== undefined && spec.changeVersion !== '' && spec.changeVersion !== changeVersion(record)) {
      throw new VimFault('ConcurrentAccess', 'The virtual machine was changed since its configuration was read.');
    }
    if (vm.power !== 'poweredOff') {
      const cold = (['numCPUs', 'memoryMB', 'uuid', 'version', 'guestId'] as const).find(
        (k) => spec[k] !== undefined && spec[k] !== record[k],
      );
      if (cold !== undefined) throw invalidPower('poweredOff', vm.power);
    }
    if (spec.name !== undefined) rename(m, vm, unescapeName(spec.name));
    yield m.latency.about(300);
    applyScalars(m, record, spec);
    for (const { key } of spec.extraConfig ?? []) vm.guestInfo?.delete(key);
    // told of at once: what a task that fails later has done stays, and is seen
    m.changed(vm, 'config', 'summary.config');
    yield `vmx ${record.vmPath}`;
    yield* changeDevices(m, record, vm, spec.deviceChange ?? []);
    bump(m, record);
    renewReferences(m, vm);
    m.changed(vm, 'config', 'summary.config', 'datastore', 'network');
    m.event('VmReconfiguredEvent', `Reconfigured ${vm.name}`, vm);
    return undefined;
  }
  return m.tasks.start({ method: 'ReconfigVM_Task', entity: vm, exclusive: [vm], work });
}

export function rename(m: Model, vm: Vm, name: string): void {
  if (name === vm.name) return;
  checkName(name);
  assertFree(vm.parent, name);
  vm.parent.children.delete(vm.name);
  vm.name = name;
  vm.parent.children.set(name, vm);
  m.changed(vm, 'name', 'config.name', 'summary.config.name');
}

/** RegisterVM_Task: the .vmx must be there and not belong to a registered VM. */
export function registerVm(
  m: Model,
  folder: Folder,
  path: string,
  name: string | undefined,
  asTemplate: boolean,
  pool: ResourcePool | undefined,
  wanted: Host | undefined,
): Task {
  function* work(): Op {
    const full = m.storage.canonical(path);
    const file = m.storage.mustFile(full);
    if (file.vmx === undefined) throw new VimFault('VmConfigFault', `The file ${path} is not a virtual machine configuration.`);
    const known = m.findVms((vm) => vm.record.vmPath === full)[0];
    if (known !== undefined)
      throw new VimFault('AlreadyExists', `The virtual machine ${full} is already registered.`, { name: known.name });
    const record = file.vmx;
    if (!asTemplate && pool === undefined) throw invalidArgument('pool');
    const called = unescapeName(name ?? record.name);
    assertFree(folder, called);
    const host = pickHost(m, pool ?? m.pool, wanted, [datastoreOf(m, full)]);
    assertOneDatacenter(folder, host);
    yield m.latency.about(500);
    record.name = called;
    record.vmPath = full;
    record.template = asTemplate;
    const vm = enroll(m, record, folder, asTemplate ? undefined : pool, host);
    yield `register ${vm.id}`;
    m.event('VmRegisteredEvent', `Registered ${called}`, vm);
    return vm;
  }
  return m.tasks.start({ method: 'RegisterVM_Task', entity: folder, work });
}
