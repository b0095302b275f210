import { isWindows } from '../../model/guest.ts';
import { guestFullName } from '../../model/guest-os.ts';
import { changeVersion } from '../../model/configure.ts';
import { isNet, type Vm } from '../../model/entities.ts';
import { datastoreNames } from '../../model/references.ts';
import { disksOf, type Hardware, nicsOf, type SnapNode, type VmRecord } from '../../model/vm-record.ts';
import { date, type PropTable, type Reader, ref, refs } from './context.ts';
import { deviceList, hardwareInfo } from './devices.ts';
import { layout, layoutEx, storageInfo, storageSummary } from './layout.ts';
import { guestDisks, guestNets, toolsStatus } from './guest.ts';
import { customValueOf, entityProps } from './entity.ts';

type Fields = Record<string, () => unknown>;

/** Whether the configuration can be read: not while the host or the files are out of reach. */
export const readable = (vm: Vm): boolean => vm.connection === 'connected' || vm.connection === 'disconnected';

export function configFields(vm: Vm, record: VmRecord, hardware: Hardware, reader: Reader): Fields {
  return {
    changeVersion: () => changeVersion(record),
    modified: () => date(record.modified),
    name: () => record.name,
    guestFullName: () => guestFullName(record.guestId),
    version: () => record.version,
    uuid: () => record.uuid,
    instanceUuid: () => record.instanceUuid,
    template: () => record.template,
    guestId: () => record.guestId,
    alternateGuestName: () => '',
    annotation: () => record.annotation,
    files: () => fileInfo(record, reader),
    tools: () => ({ toolsVersion: 12352, afterPowerOn: true, afterResume: true, beforeGuestStandby: true, beforeGuestShutdown: true }),
    flags: () => ({ enableLogging: true, diskUuidEnabled: /^true$/i.test(record.extraConfig.get('disk.enableUUID') ?? '') }),
    defaultPowerOps: () => ({ powerOffType: 'soft', suspendType: 'hard', resetType: 'soft', standbyAction: 'checkpoint' }),
    hardware: () => hardwareInfo(vm, hardware, reader),
    cpuAllocation: () => allocation(hardware.numCPUs * 1000),
    memoryAllocation: () => allocation(hardware.memoryMB * 10),
    memoryHotAddEnabled: () => false,
    cpuHotAddEnabled: () => false,
    cpuHotRemoveEnabled: () => false,
    extraConfig: () =>
      [...new Map([...record.extraConfig, ...(record === vm.record ? (vm.guestInfo ?? []) : [])])].map(([key, value]) => ({
        _type: 'OptionValue',
        key,
        value,
      })),
    bootOptions: () => ({ bootDelay: 0n, enterBIOSSetup: false, bootRetryEnabled: false, bootRetryDelay: 10_000n }),
    changeTrackingEnabled: () => false,
    firmware: () => record.firmware,
  };
}

const allocation = (shares: number) => ({ reservation: 0n, expandableReservation: false, limit: -1n, shares: { shares, level: 'normal' } });

function fileInfo(record: VmRecord, reader: Reader) {
  const home = `${reader.sim.model.storage.folderOf(record.vmPath)}/`;
  return { vmPathName: record.vmPath, snapshotDirectory: record.workingDir ?? home, suspendDirectory: home, logDirectory: home };
}

function runtimeFields(vm: Vm, reader: Reader): Fields {
  const fields: Fields = {
    host: () => ref(vm.host),
    connectionState: () => vm.connection,
    powerState: () => vm.power,
    faultToleranceState: () => 'notConfigured',
    toolsInstallerMounted: () => false,
    bootTime: () => (vm.bootTime === undefined ? undefined : date(vm.bootTime)),
    question: () => question(vm),
    numMksConnections: () => 0,
    recordReplayState: () => 'inactive',
    onlineStandby: () => false,
    consolidationNeeded: () => vm.needsConsolidation,
  };
  if (reader.version >= 6.7) fields['instantCloneFrozen'] = () => vm.frozen;
  return fields;
}

function question(vm: Vm) {
  const q = vm.question;
  if (q === undefined) return undefined;
  const choiceInfo = q.choices.map((c) => ({ _type: 'ElementDescription', key: c.key, label: c.label, summary: c.label }));
  return { id: q.id, text: q.text, choice: { _type: 'ChoiceOption', choiceInfo, defaultIndex: q.defaultIndex } };
}

export function guestFields(vm: Vm, reader: Reader): Fields {
  const { guest } = vm;
  const fields: Fields = {
    toolsStatus: () => toolsStatus(vm),
    toolsVersionStatus: () => 'guestToolsCurrent',
    toolsVersionStatus2: () => 'guestToolsCurrent',
    toolsRunningStatus: () => (guest?.toolsRunning === true ? 'guestToolsRunning' : 'guestToolsNotRunning'),
    toolsVersion: () => '12352',
    guestId: () => (guest?.toolsRunning === true ? vm.record.guestId : undefined),
    guestFamily: () => (guest?.toolsRunning === true ? (isWindows(vm) ? 'windowsGuest' : 'linuxGuest') : undefined),
    guestFullName: () => (guest?.toolsRunning === true ? guestFullName(vm.record.guestId) : undefined),
    hostName: () => guest?.hostName,
    ipAddress: () => guest?.addresses.values().next().value,
    net: () => guestNets(vm, reader),
    disk: () => guestDisks(vm, reader),
    guestState: () => (guest?.toolsRunning === true ? 'running' : 'notRunning'),
    appHeartbeatStatus: () => 'appStatusGray',
    guestOperationsReady: () => guest?.opsReady ?? false,
    interactiveGuestOperationsReady: () => false,
    guestStateChangeSupported: () => guest?.toolsRunning ?? false,
  };
  const info = guest?.customization;
  // since 7.0.2; before, events alone tell of it
  if (reader.version >= 7 && info !== undefined && !/^7\.0(?:\.[01](?:\.|$)|$)/.test(reader.sim.model.options.apiVersion)) {
    fields['customizationInfo'] = () => ({
      customizationStatus: info.status,
      startTime: info.start === undefined ? undefined : date(info.start),
      endTime: info.end === undefined ? undefined : date(info.end),
      errorMsg: info.error,
    });
  }
  return fields;
}

function summaryFields(vm: Vm, reader: Reader): Fields {
  return {
    vm: () => ref(vm),
    runtime: () => build(runtimeFields(vm, reader)),
    guest: () => guestSummary(vm, reader),
    config: () => configSummary(vm),
    storage: () => storageSummary(vm, reader),
    quickStats: () => quickStats(vm, reader),
    overallStatus: () => 'green',
    customValue: () => customValueOf(vm, reader),
  };
}

function guestSummary(vm: Vm, reader: Reader) {
  const all = guestFields(vm, reader);
  const wanted = [
    'guestId',
    'guestFullName',
    'toolsStatus',
    'toolsVersionStatus',
    'toolsVersionStatus2',
    'toolsRunningStatus',
    'hostName',
    'ipAddress',
  ];
  return build(Object.fromEntries(wanted.map((name) => [name, all[name] as () => unknown])));
}

function configSummary(vm: Vm) {
  const { record } = vm;
  const base = { name: record.name, template: record.template, vmPathName: record.vmPath };
  if (!readable(vm)) return base;
  return {
    ...base,
    memorySizeMB: record.memoryMB,
    cpuReservation: 0,
    memoryReservation: 0,
    numCpu: record.numCPUs,
    numEthernetCards: nicsOf(record).length,
    numVirtualDisks: disksOf(record).length,
    uuid: record.uuid,
    instanceUuid: record.instanceUuid,
    guestId: record.guestId,
    guestFullName: guestFullName(record.guestId),
    annotation: record.annotation,
  };
}

function quickStats(vm: Vm, reader: Reader) {
  const up = vm.bootTime === undefined ? 0 : Math.floor((reader.sim.model.now() - vm.bootTime) / 1000);
  return {
    overallCpuUsage: vm.power === 'poweredOn' ? 50 : 0,
    guestMemoryUsage: vm.power === 'poweredOn' ? Math.floor(vm.record.memoryMB / 4) : 0,
    hostMemoryUsage: vm.power === 'poweredOn' ? vm.record.memoryMB : 0,
    guestHeartbeatStatus: vm.guest?.heartbeat ?? 'gray',
    uptimeSeconds: up,
  };
}

function snapshotInfo(vm: Vm) {
  const { record } = vm;
  if (record.snapshots.length === 0) return undefined;
  return {
    currentSnapshot: record.current === undefined ? undefined : snapRef(record.current),
    rootSnapshotList: record.snapshots.map((n) => tree(vm, n)),
  };
}

const snapRef = (node: SnapNode) => ({ type: 'VirtualMachineSnapshot', value: node.ref });

function tree(vm: Vm, node: SnapNode): Record<string, unknown> {
  return {
    snapshot: snapRef(node),
    vm: ref(vm),
    name: node.name,
    description: node.description,
    id: node.number,
    createTime: date(node.createTime),
    state: node.state,
    quiesced: node.quiesced,
    childSnapshotList: node.children.map((child) => tree(vm, child)),
    replaySupported: false,
  };
}

export function build(fields: Fields): Record<string, unknown> {
  const built: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const got = value();
    if (got !== undefined) built[name] = got;
  }
  return built;
}

const config = (vm: Vm, reader: Reader) => (readable(vm) ? configFields(vm, vm.record, vm.record, reader) : undefined);

export const CAPABILITY = {
  snapshotOperationsSupported: true,
  multipleSnapshotsSupported: true,
  snapshotConfigSupported: true,
  poweredOffSnapshotsSupported: true,
  memorySnapshotsSupported: true,
  revertToSnapshotSupported: true,
  quiescedSnapshotsSupported: true,
  disableSnapshotsSupported: false,
  lockSnapshotsSupported: false,
  consolePreferencesSupported: true,
  cpuFeatureMaskSupported: true,
  s1AcpiManagementSupported: true,
  settingScreenResolutionSupported: false,
  toolsAutoUpdateSupported: false,
};

export const vmProps: PropTable<Vm> = {
  top: {
    ...entityProps,
    capability: () => CAPABILITY,
    config: (vm, reader) => {
      const fields = config(vm, reader);
      return fields && build(fields);
    },
    layout: (vm, reader) => (readable(vm) ? layout(vm, reader) : undefined),
    layoutEx: (vm, reader) => (readable(vm) ? layoutEx(vm, reader) : undefined),
    storage: (vm, reader) => (readable(vm) ? storageInfo(vm, reader) : undefined),
    environmentBrowser: (vm) => ({ type: 'EnvironmentBrowser', value: `envbrowser-${vm.host.compute.id}` }),
    resourcePool: (vm) => (vm.pool === undefined ? undefined : ref(vm.pool)),
    resourceConfig: (vm) => ({ entity: ref(vm), cpuAllocation: allocation(1000), memoryAllocation: allocation(1000) }),
    runtime: (vm, reader) => build(runtimeFields(vm, reader)),
    guest: (vm, reader) => build(guestFields(vm, reader)),
    summary: (vm, reader) => build(summaryFields(vm, reader)),
    datastore: (vm, reader) => {
      const names = datastoreNames(vm);
      return refs(reader.sim.model.datastores.filter((ds) => names.has(ds.name)));
    },
    network: (vm, reader) => {
      const nets = nicsOf(vm.record).map((nic) => reader.sim.model.objects.get(nic.network ?? ''));
      return refs(new Set(nets.filter(isNet)));
    },
    snapshot: (vm) => snapshotInfo(vm),
    rootSnapshot: (vm) => vm.record.snapshots.map(snapRef),
    guestHeartbeatStatus: (vm) => vm.guest?.heartbeat ?? 'gray',
  },
  nested: { config, runtime: runtimeFields, guest: guestFields, summary: summaryFields },
};

export { deviceList };
