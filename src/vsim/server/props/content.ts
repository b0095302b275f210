import { type Reader, ref } from './context.ts';

/** Singletons by their field in ServiceContent; the second list is of vCenter alone. */
const BOTH: Record<string, [type: string, vc: string, esx: string]> = {
  propertyCollector: ['PropertyCollector', 'propertyCollector', 'ha-property-collector'],
  viewManager: ['ViewManager', 'ViewManager', 'ViewManager'],
  setting: ['OptionManager', 'VpxSettings', 'HostAgentSettings'],
  sessionManager: ['SessionManager', 'SessionManager', 'ha-sessionmgr'],
  authorizationManager: ['AuthorizationManager', 'AuthorizationManager', 'ha-authmgr'],
  eventManager: ['EventManager', 'EventManager', 'ha-eventmgr'],
  taskManager: ['TaskManager', 'TaskManager', 'ha-taskmgr'],
  searchIndex: ['SearchIndex', 'SearchIndex', 'ha-searchindex'],
  fileManager: ['FileManager', 'FileManager', 'ha-nfc-file-manager'],
  datastoreNamespaceManager: ['DatastoreNamespaceManager', 'DatastoreNamespaceManager', 'ha-datastore-namespace-manager'],
  virtualDiskManager: ['VirtualDiskManager', 'virtualDiskManager', 'ha-vdiskmanager'],
  licenseManager: ['LicenseManager', 'LicenseManager', 'ha-license-manager'],
  perfManager: ['PerformanceManager', 'PerfMgr', 'ha-perfmgr'],
  // Clients take these for granted. What they are for is not simulated: their methods answer NotSupported.
  userDirectory: ['UserDirectory', 'UserDirectory', 'ha-user-directory'],
  diagnosticManager: ['DiagnosticManager', 'DiagMgr', 'ha-diagnosticmgr'],
  ovfManager: ['OvfManager', 'OvfManager', 'ha-ovf-manager'],
  storageResourceManager: ['StorageResourceManager', 'StorageResourceManager', 'ha-storage-resource-manager'],
  guestOperationsManager: ['GuestOperationsManager', 'guestOperationsManager', 'ha-guest-operations-manager'],
};

const VC_ONLY: Record<string, [type: string, vc: string]> = {
  customizationSpecManager: ['CustomizationSpecManager', 'CustomizationSpecManager'],
  scheduledTaskManager: ['ScheduledTaskManager', 'ScheduledTaskManager'],
  alarmManager: ['AlarmManager', 'AlarmManager'],
  extensionManager: ['ExtensionManager', 'ExtensionManager'],
  ipPoolManager: ['IpPoolManager', 'IpPoolManager'],
  dvSwitchManager: ['DistributedVirtualSwitchManager', 'DVSManager'],
  vmProvisioningChecker: ['VirtualMachineProvisioningChecker', 'ProvChecker'],
  vmCompatibilityChecker: ['VirtualMachineCompatibilityChecker', 'CompatChecker'],
  customFieldsManager: ['CustomFieldsManager', 'CustomFieldsManager'],
};

/** Every singleton of an endpoint as type and moRef value, the ones that ServiceContent does not name included. */
export function singletons(isVc: boolean): { type: string; id: string; field: string | undefined }[] {
  const all: { type: string; id: string; field: string | undefined }[] = [
    { type: 'ServiceInstance', id: 'ServiceInstance', field: undefined },
    { type: 'GuestAuthManager', id: 'guestOperationsAuthManager', field: undefined },
    { type: 'GuestFileManager', id: 'guestOperationsFileManager', field: undefined },
    { type: 'GuestProcessManager', id: 'guestOperationsProcessManager', field: undefined },
  ];
  for (const [field, [type, vc, esx]] of Object.entries(BOTH)) all.push({ type, id: isVc ? vc : esx, field });
  if (isVc) all.push({ type: 'LicenseAssignmentManager', id: 'LicenseAssignmentManager', field: undefined });
  if (isVc) for (const [field, [type, vc]] of Object.entries(VC_ONLY)) all.push({ type, id: vc, field });
  return all;
}

export function serviceContent(reader: Reader): Record<string, unknown> {
  const m = reader.sim.model;
  const content: Record<string, unknown> = { rootFolder: ref(m.root), about: { ...reader.about, _type: 'AboutInfo' } };
  for (const { type, id, field } of singletons(m.isVc)) if (field !== undefined) content[field] = ref({ type, id });
  return content;
}

/** What `about` says: the switch between vCenter and host is `apiType`. */
export function aboutInfo(isVc: boolean, apiVersion: string, instanceUuid: string): Record<string, string> {
  const version = apiVersion.split('.').slice(0, 3).join('.');
  return {
    name: isVc ? 'VMware vCenter Server' : 'VMware ESXi',
    fullName: `${isVc ? 'VMware vCenter Server' : 'VMware ESXi'} ${version} build-1 (simulated)`,
    vendor: 'VMware, Inc.',
    version,
    build: '1',
    localeVersion: 'INTL',
    localeBuild: '000',
    osType: isVc ? 'linux-x64' : 'vmnix-x86',
    productLineId: isVc ? 'vpx' : 'embeddedEsx',
    apiType: isVc ? 'VirtualCenter' : 'HostAgent',
    apiVersion,
    ...(isVc ? { instanceUuid } : {}),
    licenseProductName: isVc ? 'VMware VirtualCenter Server' : 'VMware ESX Server',
    licenseProductVersion: version.split('.')[0] ?? '8',
  };
}
