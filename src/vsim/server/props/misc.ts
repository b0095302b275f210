import type { Entity, Snapshot, Task, TaskResult } from '../../model/entities.ts';
import type { SpaceNeeded } from '../../model/consolidate.ts';
import type { FaultBody } from '../../model/fault.ts';
import type { DiskInfo, FoundFolder } from '../../model/files.ts';
import type { PoweredOnMany } from '../../model/power.ts';
import { date, long, type PropTable, type Reader, ref, refs } from './context.ts';
import { build, configFields } from './vm.ts';
import { localized } from './faults.ts';
import { PRIVILEGE_NAMES } from '../../model/privilege-names.ts';
import { typed } from '../../../vsphere/types/value.ts';
import { fieldDef } from './entity.ts';
import { customFields } from '../../model/custom-fields.ts';
import { serviceContent } from './content.ts';

const TASK_LABELS: Record<string, string> = {
  CloneVM_Task: 'VirtualMachine.clone',
  PowerOnVM_Task: 'VirtualMachine.powerOn',
  PowerOffVM_Task: 'VirtualMachine.powerOff',
  ReconfigVM_Task: 'VirtualMachine.reconfigure',
  CreateSnapshot_Task: 'VirtualMachine.createSnapshot',
  RemoveSnapshot_Task: 'vm.Snapshot.remove',
  Destroy_Task: 'VirtualMachine.destroy',
  CreateVM_Task: 'Folder.createVm',
  RegisterVM_Task: 'Folder.registerVm',
};

export function taskInfo(task: Task): Record<string, unknown> {
  const { entity } = task;
  const named = entity !== undefined && entity.type !== 'HostDatastoreBrowser' ? { entity: ref(entity), entityName: task.entityName } : {};
  return {
    key: task.id,
    task: ref(task),
    name: task.method,
    descriptionId: TASK_LABELS[task.method] ?? `VirtualMachine.${task.method.replace(/_Task$/, '')}`,
    ...named,
    state: task.state,
    cancelled: task.cancelled,
    cancelable: task.cancelable && (task.state === 'queued' || task.state === 'running'),
    ...(task.error === undefined ? {} : { error: localized(task.error) }),
    ...(task.result === undefined ? {} : { result: resultValue(task.result) }),
    ...(task.progress === undefined || task.state !== 'running' ? {} : { progress: Math.floor(task.progress) }),
    reason: { _type: 'TaskReasonUser', userName: task.user },
    queueTime: date(task.queueTime),
    ...(task.startTime === undefined ? {} : { startTime: date(task.startTime) }),
    ...(task.completeTime === undefined ? {} : { completeTime: date(task.completeTime) }),
    eventChainId: task.chainId,
  };
}

function resultValue(result: Exclude<TaskResult, undefined>): unknown {
  if (typeof result === 'string') return result;
  if ('id' in result && 'type' in result) return ref(result as Entity);
  if (result.kind === 'spaceNeeded') {
    const needed = (result as unknown as { needed: SpaceNeeded[] }).needed.map(({ datastore, bytes }) => ({
      _type: 'StorageRequirement',
      datastore: ref(datastore),
      freeSpaceRequiredInKb: long(Math.ceil(bytes / 1024)),
    }));
    return typed('ArrayOfStorageRequirement', needed);
  }
  if (result.kind === 'diskInfo') {
    const disks = (result as unknown as { disks: DiskInfo[] }).disks;
    return typed(
      'ArrayOfVirtualDiskInfo',
      disks.map(({ name, type, parent }) => ({
        _type: 'VirtualDiskInfo',
        unit: { name },
        diskType: type,
        ...(parent === undefined ? {} : { parent }),
      })),
    );
  }
  if (result.kind === 'poweredOnMany') {
    const { attempted, notAttempted, recommended } = result as unknown as PoweredOnMany;
    return {
      _type: 'ClusterPowerOnVmResult',
      attempted: attempted.map(({ vm, task }) => ({ _type: 'ClusterAttemptedVmInfo', vm: ref(vm), task: ref(task) })),
      notAttempted: notAttempted.map(({ vm, fault }) => ({ _type: 'ClusterNotAttemptedVmInfo', vm: ref(vm), fault: localized(fault) })),
      recommendations: recommended.map(({ vm, host }, i) => ({
        _type: 'ClusterRecommendation',
        key: String(i + 1),
        type: 'V1',
        time: date(vm.created),
        rating: 1,
        reason: 'powerOnVm',
        reasonText: `Power on ${vm.name} on ${host.name}`,
        target: ref(vm),
      })),
    };
  }
  const { kind, found } = result as unknown as { kind: string; found: FoundFolder[] };
  const folders = found.map(searchResult);
  return kind === 'searchSubFolders' ? typed('ArrayOfHostDatastoreBrowserSearchResults', folders) : folders[0];
}

const FILE_INFO: Record<string, string> = {
  folder: 'FolderFileInfo',
  vmx: 'VmConfigFileInfo',
  vmdk: 'VmDiskFileInfo',
  vmsn: 'VmSnapshotFileInfo',
  nvram: 'VmNvramFileInfo',
  log: 'VmLogFileInfo',
};

function searchResult(folder: FoundFolder) {
  return {
    _type: 'HostDatastoreBrowserSearchResults',
    folderPath: folder.folder,
    file: folder.files.map((f) => ({
      _type: FILE_INFO[f.kind] ?? 'FileInfo',
      path: f.path,
      fileSize: long(f.size),
      modification: date(f.mtime),
    })),
  };
}

export const taskProps: PropTable<Task> = {
  top: { info: (t) => taskInfo(t), value: () => [], availableField: () => [] },
  nested: { info: (t) => lazy(taskInfo(t)) },
};

const lazy = (built: Record<string, unknown>) => Object.fromEntries(Object.entries(built).map(([k, v]) => [k, () => v]));

export const snapshotProps: PropTable<Snapshot> = {
  top: {
    config: (s, r) => build(configFields(s.vm, s.vm.record, s.node.hardware, r)),
    childSnapshot: (s) => s.node.children.map((c) => ({ type: 'VirtualMachineSnapshot', value: c.ref })),
    vm: (s) => ref(s.vm),
    value: () => [],
    availableField: () => [],
  },
  nested: { config: (s, r) => configFields(s.vm, s.vm.record, s.node.hardware, r) },
};

export function sessionInfo(session: NonNullable<Reader['session']>): Record<string, unknown> {
  return {
    key: session.key,
    userName: session.user,
    fullName: session.user,
    loginTime: date(session.loginTime),
    lastActiveTime: date(session.lastActive),
    locale: 'en',
    messageLocale: 'en',
    extensionSession: false,
    ipAddress: session.address,
    userAgent: session.userAgent,
    callCount: 0n,
  };
}

type AnyTable = PropTable<Entity>;

/** Managed objects that carry methods and few properties, by type. */
export const plainProps: Record<string, AnyTable> = {
  ServiceInstance: {
    top: {
      serverClock: (_, r) => date(r.sim.model.now()),
      capability: () => ({ provisioningSupported: true, multiHostSupported: true, userShellAccessSupported: true }),
      content: (_, r) => serviceContent(r),
    },
    nested: { content: (_, r) => lazy(serviceContent(r)) },
  },
  SessionManager: {
    top: {
      sessionList: (_, r) => r.sim.sessions.all().map(sessionInfo),
      currentSession: (_, r) => (r.session === undefined ? undefined : sessionInfo(r.session)),
      message: () => '',
      messageLocaleList: () => ['en'],
      supportedLocaleList: () => ['en'],
      defaultLocale: () => 'en',
    },
  },
  TaskManager: { top: { recentTask: (_, r) => refs(r.sim.model.recentTasks()), maxCollector: () => 32 } },
  EventManager: { top: { maxCollector: () => 32 } },
  ViewManager: { top: { viewList: () => [] } },
  AuthorizationManager: {
    top: {
      roleList: (_, r) =>
        r.sim.model.roles.all().map(({ id, name, label = name, privileges }) => ({
          roleId: id,
          system: id < 0,
          name,
          info: { label, summary: label },
          privilege: [...privileges],
        })),
      privilegeList: () =>
        [...PRIVILEGE_NAMES].map((privId) => ({
          _type: 'AuthorizationPrivilege',
          privId,
          onParent: false,
          name: privId.slice(privId.lastIndexOf('.') + 1),
          privGroupName: privId.slice(0, privId.lastIndexOf('.')),
        })),
    },
  },
  GuestOperationsManager: {
    top: {
      authManager: () => ({ type: 'GuestAuthManager', value: 'guestOperationsAuthManager' }),
      fileManager: () => ({ type: 'GuestFileManager', value: 'guestOperationsFileManager' }),
      processManager: () => ({ type: 'GuestProcessManager', value: 'guestOperationsProcessManager' }),
    },
  },
  HostDatastoreBrowser: {
    top: {
      datastore: (e, r) => refs(r.sim.model.datastores.filter((ds) => ds.browser === e || e.id.includes('host'))),
      supportedType: () => [],
    },
  },
  CustomizationSpecManager: { top: { info: () => [], encryptionKey: () => [] } },
  CustomFieldsManager: { top: { field: (_, r) => customFields(r.sim.model).map(fieldDef) } },
  OptionManager: { top: { setting: () => [], supportedOption: () => [] } },
  EnvironmentBrowser: { top: {} },
};

export type { FaultBody };
