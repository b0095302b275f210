// Written by scripts/gen-vsphere-types.ts from the tables in ./tables. Do not edit.
// biome-ignore-all format: generated
/* oxlint-disable max-lines */
import type { AnyValue, DataObject, Ref } from './value.ts';

/** A method without parameters. */
export type NoArgs = Record<never, never>;

// A server newer than the tables may send other values: the `string & {}` keeps them representable.
export type ArrayUpdateOperation = 'add' | 'remove' | 'edit' | (string & {});
export type CustomizationLicenseDataMode = 'perServer' | 'perSeat' | (string & {});
export type CustomizationNetBIOSMode = 'enableNetBIOSViaDhcp' | 'enableNetBIOS' | 'disableNetBIOS' | (string & {});
export type CustomizationSysprepRebootOption = 'reboot' | 'noreboot' | 'shutdown' | (string & {});
export type DrsBehavior = 'manual' | 'partiallyAutomated' | 'fullyAutomated' | (string & {});
export type EventFilterSpecRecursionOption = 'self' | 'children' | 'all' | (string & {});
export type HostLockdownMode = 'lockdownDisabled' | 'lockdownNormal' | 'lockdownStrict' | (string & {});
export type HostSystemConnectionState = 'connected' | 'notResponding' | 'disconnected' | (string & {});
export type HostSystemPowerState = 'poweredOn' | 'poweredOff' | 'standBy' | 'unknown' | (string & {});
export type HttpNfcLeaseState = 'initializing' | 'ready' | 'done' | 'error' | (string & {});
export type ManagedEntityStatus = 'gray' | 'green' | 'yellow' | 'red' | (string & {});
export type ObjectUpdateKind = 'modify' | 'enter' | 'leave' | (string & {});
export type PropertyChangeOp = 'add' | 'remove' | 'assign' | 'indirectRemove' | (string & {});
export type SharesLevel = 'low' | 'normal' | 'high' | 'custom' | (string & {});
export type TaskFilterSpecRecursionOption = 'self' | 'children' | 'all' | (string & {});
export type TaskFilterSpecTimeOption = 'queuedTime' | 'startedTime' | 'completedTime' | (string & {});
export type TaskInfoState = 'queued' | 'running' | 'success' | 'error' | (string & {});
export type VirtualAppVAppState = 'started' | 'stopped' | 'starting' | 'stopping' | (string & {});
export type VirtualDeviceConfigSpecFileOperation = 'create' | 'destroy' | 'replace' | (string & {});
export type VirtualDeviceConfigSpecOperation = 'add' | 'remove' | 'edit' | (string & {});
export type VirtualMachineConnectionState = 'connected' | 'disconnected' | 'orphaned' | 'inaccessible' | 'invalid' | (string & {});
export type VirtualMachineFaultToleranceState = 'notConfigured' | 'disabled' | 'enabled' | 'needSecondary' | 'starting' | 'running' | (string & {});
export type VirtualMachineMovePriority = 'lowPriority' | 'highPriority' | 'defaultPriority' | (string & {});
export type VirtualMachinePowerState = 'poweredOff' | 'poweredOn' | 'suspended' | (string & {});
export type VirtualMachineRecordReplayState = 'recording' | 'replaying' | 'inactive' | (string & {});
export type VirtualMachineRelocateTransformation = 'flat' | 'sparse' | (string & {});
export type VirtualMachineToolsStatus = 'toolsNotInstalled' | 'toolsNotRunning' | 'toolsOld' | 'toolsOk' | (string & {});
export type VirtualSCSISharing = 'noSharing' | 'virtualSharing' | 'physicalSharing' | (string & {});
export type PerfStatsType = 'absolute' | 'delta' | 'rate' | (string & {});
export type PerfSummaryType = 'average' | 'maximum' | 'minimum' | 'latest' | 'summation' | 'none' | (string & {});

export interface AboutInfo extends DataObject {
  _type?: 'AboutInfo' | undefined;
  name: string;
  fullName: string;
  vendor: string;
  version: string;
  patchLevel?: string | undefined;
  build: string;
  localeVersion?: string | undefined;
  localeBuild?: string | undefined;
  osType: string;
  productLineId: string;
  apiType: string;
  apiVersion: string;
  instanceUuid?: string | undefined;
  licenseProductName?: string | undefined;
  licenseProductVersion?: string | undefined;
}
export interface ArrayUpdateSpec extends DataObject {
  _type: 'ArrayUpdateSpec';
  operation: ArrayUpdateOperation;
  removeKey?: AnyValue | undefined;
}
export interface AuthorizationRole extends DataObject {
  _type?: 'AuthorizationRole' | undefined;
  roleId: number;
  system: boolean;
  name: string;
  info: AnyDescription;
  privilege?: string[] | undefined;
}
export interface BoolPolicy extends DataObject {
  _type: 'BoolPolicy';
  inherited: boolean;
  value?: boolean | undefined;
}
export interface Capability extends DataObject {
  _type?: 'Capability' | undefined;
  provisioningSupported: boolean;
  multiHostSupported: boolean;
  userShellAccessSupported: boolean;
  supportedEVCMode?: DataObject[] | undefined;
  supportedEVCGraphicsMode?: DataObject[] | undefined;
  networkBackupAndRestoreSupported?: boolean | undefined;
  ftDrsWithoutEvcSupported?: boolean | undefined;
  hciWorkflowSupported?: boolean | undefined;
  computePolicyVersion?: number | undefined;
  clusterPlacementSupported?: boolean | undefined;
  lifecycleManagementSupported?: boolean | undefined;
  hostSeedingSupported?: boolean | undefined;
  scalableSharesSupported?: boolean | undefined;
  hadcsSupported?: boolean | undefined;
  configMgmtSupported?: boolean | undefined;
}
export interface ChoiceOption extends DataObject {
  _type: 'ChoiceOption';
  valueIsReadonly?: boolean | undefined;
  choiceInfo: AnyElementDescription[];
  defaultIndex?: number | undefined;
}
export interface CustomFieldDef extends DataObject {
  _type?: 'CustomFieldDef' | undefined;
  key: number;
  name: string;
  type: string;
  managedObjectType?: string | undefined;
  fieldDefPrivileges?: PrivilegePolicyDef | undefined;
  fieldInstancePrivileges?: PrivilegePolicyDef | undefined;
}
export interface CustomFieldStringValue extends DataObject {
  _type: 'CustomFieldStringValue';
  key: number;
  value: string;
}
export interface CustomFieldValue extends DataObject {
  _type: 'CustomFieldValue';
  key: number;
}
export interface Description extends DataObject {
  _type: 'Description';
  label: string;
  summary: string;
}
export interface DynamicProperty extends DataObject {
  _type?: 'DynamicProperty' | undefined;
  name: string;
  val: AnyValue;
}
export interface ElementDescription extends DataObject {
  _type: 'ElementDescription';
  label: string;
  summary: string;
  key: string;
}
export interface EntityPrivilege extends DataObject {
  _type?: 'EntityPrivilege' | undefined;
  entity: Ref;
  privAvailability: PrivilegeAvailability[];
}
export interface EventManagerEventViewSpec extends DataObject {
  _type?: 'EventManagerEventViewSpec' | undefined;
}
export interface ExtendedDescription extends DataObject {
  _type: 'ExtendedDescription';
  label: string;
  summary: string;
  messageCatalogKeyPrefix: string;
  messageArg?: KeyAnyValue[] | undefined;
}
export interface ExtendedElementDescription extends DataObject {
  _type: 'ExtendedElementDescription';
  label: string;
  summary: string;
  key: string;
  messageCatalogKeyPrefix: string;
  messageArg?: KeyAnyValue[] | undefined;
}
export interface ID extends DataObject {
  _type?: 'ID' | undefined;
  id: string;
}
export interface ImportSpec extends DataObject {
  _type: 'ImportSpec';
  entityConfig?: DataObject | undefined;
  instantiationOst?: DataObject | undefined;
}
export interface InheritablePolicy extends DataObject {
  _type: 'InheritablePolicy';
  inherited: boolean;
}
export interface IntPolicy extends DataObject {
  _type: 'IntPolicy';
  inherited: boolean;
  value?: number | undefined;
}
export interface KeyAnyValue extends DataObject {
  _type?: 'KeyAnyValue' | undefined;
  key: string;
  value: AnyValue;
}
export interface KeyValue extends DataObject {
  _type?: 'KeyValue' | undefined;
  key: string;
  value: string;
}
export interface LocalizableMessage extends DataObject {
  _type?: 'LocalizableMessage' | undefined;
  key: string;
  arg?: KeyAnyValue[] | undefined;
  message?: string | undefined;
}
export interface LocalizedMethodFault extends DataObject {
  _type?: 'LocalizedMethodFault' | undefined;
  fault: AnyMethodFault;
  localizedMessage?: string | undefined;
}
export interface MethodDescription extends DataObject {
  _type: 'MethodDescription';
  label: string;
  summary: string;
  key: string;
}
export interface MissingObject extends DataObject {
  _type?: 'MissingObject' | undefined;
  obj: Ref;
  fault: LocalizedMethodFault;
}
export interface MissingProperty extends DataObject {
  _type?: 'MissingProperty' | undefined;
  path: string;
  fault: LocalizedMethodFault;
}
export interface NoPermissionEntityPrivileges extends DataObject {
  _type?: 'NoPermissionEntityPrivileges' | undefined;
  entity: Ref;
  privilegeIds?: string[] | undefined;
}
export interface NumericRange extends DataObject {
  _type?: 'NumericRange' | undefined;
  start: number;
  end: number;
}
export interface ObjectContent extends DataObject {
  _type?: 'ObjectContent' | undefined;
  obj: Ref;
  propSet?: DynamicProperty[] | undefined;
  missingSet?: MissingProperty[] | undefined;
}
export interface ObjectSpec extends DataObject {
  _type?: 'ObjectSpec' | undefined;
  obj: Ref;
  skip?: boolean | undefined;
  selectSet?: AnySelectionSpec[] | undefined;
}
export interface ObjectUpdate extends DataObject {
  _type?: 'ObjectUpdate' | undefined;
  kind: ObjectUpdateKind;
  obj: Ref;
  changeSet?: PropertyChange[] | undefined;
  missingSet?: MissingProperty[] | undefined;
}
export interface OptionType extends DataObject {
  _type: 'OptionType';
  valueIsReadonly?: boolean | undefined;
}
export interface OptionValue extends DataObject {
  _type: 'OptionValue';
  key: string;
  value: AnyValue;
}
export interface Permission extends DataObject {
  _type?: 'Permission' | undefined;
  entity?: Ref | undefined;
  principal: string;
  group: boolean;
  roleId: number;
  propagate: boolean;
}
export interface PrivilegeAvailability extends DataObject {
  _type?: 'PrivilegeAvailability' | undefined;
  privId: string;
  isGranted: boolean;
}
export interface PrivilegePolicyDef extends DataObject {
  _type?: 'PrivilegePolicyDef' | undefined;
  createPrivilege: string;
  readPrivilege: string;
  updatePrivilege: string;
  deletePrivilege: string;
}
export interface PropertyChange extends DataObject {
  _type?: 'PropertyChange' | undefined;
  name: string;
  op: PropertyChangeOp;
  val: AnyValue;
}
export interface PropertyFilterSpec extends DataObject {
  _type?: 'PropertyFilterSpec' | undefined;
  propSet: PropertySpec[];
  objectSet: ObjectSpec[];
  reportMissingObjectsInResults?: boolean | undefined;
}
export interface PropertyFilterUpdate extends DataObject {
  _type?: 'PropertyFilterUpdate' | undefined;
  filter: Ref;
  objectSet?: ObjectUpdate[] | undefined;
  missingSet?: MissingObject[] | undefined;
}
export interface PropertySpec extends DataObject {
  _type?: 'PropertySpec' | undefined;
  type: string;
  all?: boolean | undefined;
  pathSet?: string[] | undefined;
}
export interface RetrieveOptions extends DataObject {
  _type?: 'RetrieveOptions' | undefined;
  maxObjects?: number | undefined;
}
export interface RetrieveResult extends DataObject {
  _type?: 'RetrieveResult' | undefined;
  token?: string | undefined;
  objects: ObjectContent[];
}
export interface ScheduledTaskDetail extends DataObject {
  _type: 'ScheduledTaskDetail';
  label: string;
  summary: string;
  key: string;
  frequency: string;
}
export interface SelectionSpec extends DataObject {
  _type: 'SelectionSpec';
  name?: string | undefined;
}
export interface ServiceContent extends DataObject {
  _type?: 'ServiceContent' | undefined;
  rootFolder: Ref;
  propertyCollector: Ref;
  viewManager?: Ref | undefined;
  about: AboutInfo;
  setting?: Ref | undefined;
  userDirectory?: Ref | undefined;
  sessionManager?: Ref | undefined;
  authorizationManager?: Ref | undefined;
  serviceManager?: Ref | undefined;
  perfManager?: Ref | undefined;
  scheduledTaskManager?: Ref | undefined;
  alarmManager?: Ref | undefined;
  eventManager?: Ref | undefined;
  taskManager?: Ref | undefined;
  extensionManager?: Ref | undefined;
  customizationSpecManager?: Ref | undefined;
  guestCustomizationManager?: Ref | undefined;
  customFieldsManager?: Ref | undefined;
  accountManager?: Ref | undefined;
  diagnosticManager?: Ref | undefined;
  licenseManager?: Ref | undefined;
  searchIndex?: Ref | undefined;
  fileManager?: Ref | undefined;
  datastoreNamespaceManager?: Ref | undefined;
  virtualDiskManager?: Ref | undefined;
  virtualizationManager?: Ref | undefined;
  snmpSystem?: Ref | undefined;
  vmProvisioningChecker?: Ref | undefined;
  vmCompatibilityChecker?: Ref | undefined;
  ovfManager?: Ref | undefined;
  ipPoolManager?: Ref | undefined;
  dvSwitchManager?: Ref | undefined;
  hostProfileManager?: Ref | undefined;
  clusterProfileManager?: Ref | undefined;
  complianceManager?: Ref | undefined;
  localizationManager?: Ref | undefined;
  storageResourceManager?: Ref | undefined;
  guestOperationsManager?: Ref | undefined;
  overheadMemoryManager?: Ref | undefined;
  certificateManager?: Ref | undefined;
  ioFilterManager?: Ref | undefined;
  vStorageObjectManager?: Ref | undefined;
  hostSpecManager?: Ref | undefined;
  cryptoManager?: Ref | undefined;
  healthUpdateManager?: Ref | undefined;
  failoverClusterConfigurator?: Ref | undefined;
  failoverClusterManager?: Ref | undefined;
  tenantManager?: Ref | undefined;
  siteInfoManager?: Ref | undefined;
  storageQueryManager?: Ref | undefined;
  directPathProfileManager?: Ref | undefined;
}
export interface SessionManagerGenericServiceTicket extends DataObject {
  _type?: 'SessionManagerGenericServiceTicket' | undefined;
  id: string;
  hostName?: string | undefined;
  sslThumbprint?: string | undefined;
  certThumbprintList?: VirtualMachineCertThumbprint[] | undefined;
  sslCertificate?: string | undefined;
  ticketType?: string | undefined;
}
export interface SessionManagerHttpServiceRequestSpec extends DataObject {
  _type: 'SessionManagerHttpServiceRequestSpec';
  method?: string | undefined;
  url: string;
}
export interface SessionManagerServiceRequestSpec extends DataObject {
  _type: 'SessionManagerServiceRequestSpec';
}
export interface SessionManagerVmomiServiceRequestSpec extends DataObject {
  _type: 'SessionManagerVmomiServiceRequestSpec';
  method: string;
}
export interface StringPolicy extends DataObject {
  _type: 'StringPolicy';
  inherited: boolean;
  value?: string | undefined;
}
export interface TagId extends DataObject {
  _type?: 'TagId' | undefined;
  nameId?: TagIdNameId | undefined;
  uuid?: string | undefined;
}
export interface TagIdNameId extends DataObject {
  _type?: 'TagIdNameId' | undefined;
  tag: string;
  category: string;
}
export interface TagSpec extends DataObject {
  _type: 'TagSpec';
  operation: ArrayUpdateOperation;
  removeKey?: AnyValue | undefined;
  id: TagId;
}
export interface TaskFilterSpec extends DataObject {
  _type?: 'TaskFilterSpec' | undefined;
  entity?: TaskFilterSpecByEntity | undefined;
  time?: TaskFilterSpecByTime | undefined;
  userName?: TaskFilterSpecByUsername | undefined;
  activationId?: string[] | undefined;
  state?: TaskInfoState[] | undefined;
  alarm?: Ref | undefined;
  scheduledTask?: Ref | undefined;
  eventChainId?: number[] | undefined;
  tag?: string[] | undefined;
  parentTaskKey?: string[] | undefined;
  rootTaskKey?: string[] | undefined;
}
export interface TaskFilterSpecByEntity extends DataObject {
  _type?: 'TaskFilterSpecByEntity' | undefined;
  entity: Ref;
  recursion: TaskFilterSpecRecursionOption;
}
export interface TaskFilterSpecByTime extends DataObject {
  _type?: 'TaskFilterSpecByTime' | undefined;
  timeType: TaskFilterSpecTimeOption;
  beginTime?: Date | undefined;
  endTime?: Date | undefined;
}
export interface TaskFilterSpecByUsername extends DataObject {
  _type?: 'TaskFilterSpecByUsername' | undefined;
  systemUser: boolean;
  userList?: string[] | undefined;
}
export interface TaskInfo extends DataObject {
  _type?: 'TaskInfo' | undefined;
  key: string;
  task: Ref;
  description?: LocalizableMessage | undefined;
  name?: string | undefined;
  descriptionId: string;
  entity?: Ref | undefined;
  entityName?: string | undefined;
  locked?: Ref[] | undefined;
  state: TaskInfoState;
  cancelled: boolean;
  cancelable: boolean;
  error?: LocalizedMethodFault | undefined;
  result?: AnyValue | undefined;
  progress?: number | undefined;
  progressDetails?: KeyAnyValue[] | undefined;
  reason: AnyTaskReason;
  queueTime: Date;
  startTime?: Date | undefined;
  completeTime?: Date | undefined;
  eventChainId: number;
  changeTag?: string | undefined;
  parentTaskKey?: string | undefined;
  rootTaskKey?: string | undefined;
  activationId?: string | undefined;
}
export interface TaskReason extends DataObject {
  _type: 'TaskReason';
}
export interface TaskReasonAlarm extends DataObject {
  _type: 'TaskReasonAlarm';
  alarmName: string;
  alarm: Ref;
  entityName: string;
  entity: Ref;
}
export interface TaskReasonSchedule extends DataObject {
  _type: 'TaskReasonSchedule';
  name: string;
  scheduledTask: Ref;
}
export interface TaskReasonSystem extends DataObject {
  _type: 'TaskReasonSystem';
}
export interface TaskReasonUser extends DataObject {
  _type: 'TaskReasonUser';
  userName: string;
}
export interface TraversalSpec extends DataObject {
  _type: 'TraversalSpec';
  name?: string | undefined;
  type: string;
  path: string;
  skip?: boolean | undefined;
  selectSet?: AnySelectionSpec[] | undefined;
}
export interface TypeDescription extends DataObject {
  _type: 'TypeDescription';
  label: string;
  summary: string;
  key: string;
}
export interface UpdateSet extends DataObject {
  _type?: 'UpdateSet' | undefined;
  version: string;
  filterSet?: PropertyFilterUpdate[] | undefined;
  truncated?: boolean | undefined;
}
export interface UserPrivilegeResult extends DataObject {
  _type?: 'UserPrivilegeResult' | undefined;
  entity: Ref;
  privileges?: string[] | undefined;
}
export interface UserSession extends DataObject {
  _type?: 'UserSession' | undefined;
  key: string;
  userName: string;
  fullName: string;
  loginTime: Date;
  lastActiveTime: Date;
  locale: string;
  messageLocale: string;
  extensionSession: boolean;
  ipAddress: string;
  userAgent: string;
  callCount: bigint;
}
export interface WaitOptions extends DataObject {
  _type?: 'WaitOptions' | undefined;
  maxWaitSeconds?: number | undefined;
  maxObjectUpdates?: number | undefined;
}
export interface ClusterAction extends DataObject {
  _type: 'ClusterAction';
  type: string;
  target?: Ref | undefined;
}
export interface ClusterAttemptedVmInfo extends DataObject {
  _type?: 'ClusterAttemptedVmInfo' | undefined;
  vm: Ref;
  task?: Ref | undefined;
}
export interface ClusterComputeResourceSummary extends DataObject {
  _type: 'ClusterComputeResourceSummary';
  totalCpu: number;
  totalMemory: bigint;
  numCpuCores: number;
  numCpuThreads: number;
  effectiveCpu: number;
  effectiveMemory: bigint;
  numHosts: number;
  numEffectiveHosts: number;
  overallStatus: ManagedEntityStatus;
  currentFailoverLevel: number;
  admissionControlInfo?: DataObject | undefined;
  numVmotions: number;
  targetBalance?: number | undefined;
  currentBalance?: number | undefined;
  drsScore?: number | undefined;
  numVmsPerDrsScoreBucket?: number[] | undefined;
  usageSummary?: DataObject | undefined;
  currentEVCModeKey?: string | undefined;
  currentEVCGraphicsModeKey?: string | undefined;
  dasData?: DataObject | undefined;
  clusterMaintenanceModeStatus?: string | undefined;
  vcsHealthStatus?: string | undefined;
  vcsSlots?: DataObject[] | undefined;
}
export interface ClusterConfigInfoEx extends DataObject {
  _type: 'ClusterConfigInfoEx';
  vmSwapPlacement: string;
  spbmEnabled?: boolean | undefined;
  defaultHardwareVersionKey?: string | undefined;
  maximumHardwareVersionKey?: string | undefined;
  systemVMsConfig?: DataObject | undefined;
  dasConfig: ClusterDasConfigInfo;
  dasVmConfig?: DataObject[] | undefined;
  drsConfig: ClusterDrsConfigInfo;
  drsVmConfig?: DataObject[] | undefined;
  rule?: DataObject[] | undefined;
  orchestration?: DataObject | undefined;
  vmOrchestration?: DataObject[] | undefined;
  dpmConfigInfo?: DataObject | undefined;
  dpmHostConfig?: DataObject[] | undefined;
  vsanConfigInfo?: DataObject | undefined;
  vsanHostConfig?: DataObject[] | undefined;
  group?: DataObject[] | undefined;
  infraUpdateHaConfig?: DataObject | undefined;
  proactiveDrsConfig?: DataObject | undefined;
  cryptoConfig?: DataObject | undefined;
  vsanCoreConfig?: DataObject | undefined;
}
export interface ClusterConfigSpecEx extends DataObject {
  _type: 'ClusterConfigSpecEx';
  vmSwapPlacement?: string | undefined;
  spbmEnabled?: boolean | undefined;
  defaultHardwareVersionKey?: string | undefined;
  desiredSoftwareSpec?: DataObject | undefined;
  maximumHardwareVersionKey?: string | undefined;
  enableConfigManager?: boolean | undefined;
  hostSeedSpec?: ComputeResourceHostSeedSpec | undefined;
  softwareSpecId?: string | undefined;
  networkBootMode?: string | undefined;
  systemVMsConfig?: DataObject | undefined;
  dasConfig?: ClusterDasConfigInfo | undefined;
  dasVmConfigSpec?: DataObject[] | undefined;
  drsConfig?: ClusterDrsConfigInfo | undefined;
  drsVmConfigSpec?: DataObject[] | undefined;
  rulesSpec?: DataObject[] | undefined;
  orchestration?: DataObject | undefined;
  vmOrchestrationSpec?: DataObject[] | undefined;
  dpmConfig?: DataObject | undefined;
  dpmHostConfigSpec?: DataObject[] | undefined;
  vsanConfig?: DataObject | undefined;
  vsanHostConfigSpec?: DataObject[] | undefined;
  groupSpec?: DataObject[] | undefined;
  infraUpdateHaConfig?: DataObject | undefined;
  proactiveDrsConfig?: DataObject | undefined;
  inHciWorkflow?: boolean | undefined;
  cryptoConfig?: DataObject | undefined;
  vsanCoreConfigSpec?: DataObject | undefined;
}
export interface ClusterDasAdmissionControlPolicy extends DataObject {
  _type: 'ClusterDasAdmissionControlPolicy';
  resourceReductionToToleratePercent?: number | undefined;
  pMemAdmissionControlEnabled?: boolean | undefined;
}
export interface ClusterDasConfigInfo extends DataObject {
  _type?: 'ClusterDasConfigInfo' | undefined;
  enabled?: boolean | undefined;
  vmMonitoring?: string | undefined;
  hostMonitoring?: string | undefined;
  vmComponentProtecting?: string | undefined;
  failoverLevel?: number | undefined;
  admissionControlPolicy?: AnyClusterDasAdmissionControlPolicy | undefined;
  admissionControlEnabled?: boolean | undefined;
  defaultVmSettings?: DataObject | undefined;
  option?: AnyOptionValue[] | undefined;
  heartbeatDatastore?: Ref[] | undefined;
  hBDatastoreCandidatePolicy?: string | undefined;
}
export interface ClusterDrsConfigInfo extends DataObject {
  _type?: 'ClusterDrsConfigInfo' | undefined;
  enabled?: boolean | undefined;
  enableVmBehaviorOverrides?: boolean | undefined;
  defaultVmBehavior?: DrsBehavior | undefined;
  vmotionRate?: number | undefined;
  scaleDescendantsShares?: string | undefined;
  option?: AnyOptionValue[] | undefined;
}
export interface ClusterFailoverHostAdmissionControlPolicy extends DataObject {
  _type: 'ClusterFailoverHostAdmissionControlPolicy';
  resourceReductionToToleratePercent?: number | undefined;
  pMemAdmissionControlEnabled?: boolean | undefined;
  failoverHosts?: Ref[] | undefined;
  failoverLevel?: number | undefined;
}
export interface ClusterFailoverLevelAdmissionControlPolicy extends DataObject {
  _type: 'ClusterFailoverLevelAdmissionControlPolicy';
  resourceReductionToToleratePercent?: number | undefined;
  pMemAdmissionControlEnabled?: boolean | undefined;
  failoverLevel: number;
  slotPolicy?: DataObject | undefined;
}
export interface ClusterFailoverResourcesAdmissionControlPolicy extends DataObject {
  _type: 'ClusterFailoverResourcesAdmissionControlPolicy';
  resourceReductionToToleratePercent?: number | undefined;
  pMemAdmissionControlEnabled?: boolean | undefined;
  cpuFailoverResourcesPercent: number;
  memoryFailoverResourcesPercent: number;
  failoverLevel?: number | undefined;
  autoComputePercentages?: boolean | undefined;
  pMemFailoverResourcesPercent?: number | undefined;
  autoComputePMemFailoverResourcesPercent?: boolean | undefined;
}
export interface ClusterHostRecommendation extends DataObject {
  _type?: 'ClusterHostRecommendation' | undefined;
  host: Ref;
  rating: number;
}
export interface ClusterNotAttemptedVmInfo extends DataObject {
  _type?: 'ClusterNotAttemptedVmInfo' | undefined;
  vm: Ref;
  fault: LocalizedMethodFault;
}
export interface ClusterPowerOnVmResult extends DataObject {
  _type?: 'ClusterPowerOnVmResult' | undefined;
  attempted?: ClusterAttemptedVmInfo[] | undefined;
  notAttempted?: ClusterNotAttemptedVmInfo[] | undefined;
  recommendations?: ClusterRecommendation[] | undefined;
}
export interface ClusterRecommendation extends DataObject {
  _type?: 'ClusterRecommendation' | undefined;
  key: string;
  type: string;
  time: Date;
  rating: number;
  reason: string;
  reasonText: string;
  warningText?: string | undefined;
  warningDetails?: LocalizableMessage | undefined;
  prerequisite?: string[] | undefined;
  action?: AnyClusterAction[] | undefined;
  target?: Ref | undefined;
}
export interface ComputeResourceConfigInfo extends DataObject {
  _type: 'ComputeResourceConfigInfo';
  vmSwapPlacement: string;
  spbmEnabled?: boolean | undefined;
  defaultHardwareVersionKey?: string | undefined;
  maximumHardwareVersionKey?: string | undefined;
}
export interface ComputeResourceConfigSpec extends DataObject {
  _type: 'ComputeResourceConfigSpec';
  vmSwapPlacement?: string | undefined;
  spbmEnabled?: boolean | undefined;
  defaultHardwareVersionKey?: string | undefined;
  desiredSoftwareSpec?: DataObject | undefined;
  maximumHardwareVersionKey?: string | undefined;
  enableConfigManager?: boolean | undefined;
  hostSeedSpec?: ComputeResourceHostSeedSpec | undefined;
  softwareSpecId?: string | undefined;
  networkBootMode?: string | undefined;
}
export interface ComputeResourceHostSeedSpec extends DataObject {
  _type?: 'ComputeResourceHostSeedSpec' | undefined;
  singleHostSpec: ComputeResourceHostSeedSpecSingleHostSpec;
}
export interface ComputeResourceHostSeedSpecSingleHostSpec extends DataObject {
  _type?: 'ComputeResourceHostSeedSpecSingleHostSpec' | undefined;
  newHostCnxSpec?: HostConnectSpec | undefined;
  existingHost?: Ref | undefined;
}
export interface ComputeResourceSummary extends DataObject {
  _type: 'ComputeResourceSummary';
  totalCpu: number;
  totalMemory: bigint;
  numCpuCores: number;
  numCpuThreads: number;
  effectiveCpu: number;
  effectiveMemory: bigint;
  numHosts: number;
  numEffectiveHosts: number;
  overallStatus: ManagedEntityStatus;
}
export interface DatacenterConfigInfo extends DataObject {
  _type?: 'DatacenterConfigInfo' | undefined;
  defaultHardwareVersionKey?: string | undefined;
  maximumHardwareVersionKey?: string | undefined;
}
export interface HostCapability extends DataObject {
  _type?: 'HostCapability' | undefined;
  recursiveResourcePoolsSupported: boolean;
  cpuMemoryResourceConfigurationSupported: boolean;
  rebootSupported: boolean;
  shutdownSupported: boolean;
  vmotionSupported: boolean;
  standbySupported: boolean;
  ipmiSupported?: boolean | undefined;
  maxSupportedVMs?: number | undefined;
  maxRunningVMs?: number | undefined;
  maxSupportedVcpus?: number | undefined;
  maxRegisteredVMs?: number | undefined;
  datastorePrincipalSupported: boolean;
  sanSupported: boolean;
  nfsSupported: boolean;
  iscsiSupported: boolean;
  vlanTaggingSupported: boolean;
  nicTeamingSupported: boolean;
  highGuestMemSupported: boolean;
  maintenanceModeSupported: boolean;
  suspendedRelocateSupported: boolean;
  restrictedSnapshotRelocateSupported: boolean;
  perVmSwapFiles: boolean;
  localSwapDatastoreSupported: boolean;
  unsharedSwapVMotionSupported: boolean;
  backgroundSnapshotsSupported: boolean;
  preAssignedPCIUnitNumbersSupported: boolean;
  screenshotSupported: boolean;
  scaledScreenshotSupported: boolean;
  storageVMotionSupported: boolean;
  vmotionWithStorageVMotionSupported: boolean;
  vmotionAcrossNetworkSupported?: boolean | undefined;
  maxNumDisksSVMotion?: number | undefined;
  maxVirtualDiskDescVersionSupported?: number | undefined;
  hbrNicSelectionSupported: boolean;
  vrNfcNicSelectionSupported: boolean;
  recordReplaySupported: boolean;
  ftSupported: boolean;
  replayUnsupportedReason?: string | undefined;
  replayCompatibilityIssues?: string[] | undefined;
  smpFtSupported: boolean;
  ftCompatibilityIssues?: string[] | undefined;
  smpFtCompatibilityIssues?: string[] | undefined;
  maxVcpusPerFtVm?: number | undefined;
  loginBySSLThumbprintSupported?: boolean | undefined;
  cloneFromSnapshotSupported: boolean;
  deltaDiskBackingsSupported: boolean;
  perVMNetworkTrafficShapingSupported: boolean;
  tpmSupported: boolean;
  tpmVersion?: string | undefined;
  txtEnabled?: boolean | undefined;
  supportedCpuFeature?: DataObject[] | undefined;
  virtualExecUsageSupported: boolean;
  storageIORMSupported: boolean;
  vmDirectPathGen2Supported?: boolean | undefined;
  vmDirectPathGen2UnsupportedReason?: string[] | undefined;
  vmDirectPathGen2UnsupportedReasonExtended?: string | undefined;
  supportedVmfsMajorVersion?: number[] | undefined;
  vStorageCapable: boolean;
  snapshotRelayoutSupported: boolean;
  firewallIpRulesSupported?: boolean | undefined;
  servicePackageInfoSupported?: boolean | undefined;
  maxHostRunningVms?: number | undefined;
  maxHostSupportedVcpus?: number | undefined;
  vmfsDatastoreMountCapable: boolean;
  eightPlusHostVmfsSharedAccessSupported: boolean;
  nestedHVSupported: boolean;
  vPMCSupported: boolean;
  interVMCommunicationThroughVMCISupported: boolean;
  scheduledHardwareUpgradeSupported?: boolean | undefined;
  featureCapabilitiesSupported: boolean;
  latencySensitivitySupported: boolean;
  storagePolicySupported?: boolean | undefined;
  accel3dSupported: boolean;
  reliableMemoryAware?: boolean | undefined;
  multipleNetworkStackInstanceSupported?: boolean | undefined;
  messageBusProxySupported?: boolean | undefined;
  vsanSupported?: boolean | undefined;
  vFlashSupported?: boolean | undefined;
  hostAccessManagerSupported?: boolean | undefined;
  provisioningNicSelectionSupported: boolean;
  nfs41Supported?: boolean | undefined;
  nfs41Krb5iSupported?: boolean | undefined;
  turnDiskLocatorLedSupported?: boolean | undefined;
  virtualVolumeDatastoreSupported?: boolean | undefined;
  markAsSsdSupported?: boolean | undefined;
  markAsLocalSupported?: boolean | undefined;
  smartCardAuthenticationSupported?: boolean | undefined;
  pMemSupported?: boolean | undefined;
  pMemSnapshotSupported?: boolean | undefined;
  cryptoSupported?: boolean | undefined;
  oneKVolumeAPIsSupported?: boolean | undefined;
  gatewayOnNicSupported?: boolean | undefined;
  upitSupported?: boolean | undefined;
  cpuHwMmuSupported?: boolean | undefined;
  encryptedVMotionSupported?: boolean | undefined;
  encryptionChangeOnAddRemoveSupported?: boolean | undefined;
  encryptionHotOperationSupported?: boolean | undefined;
  encryptionWithSnapshotsSupported?: boolean | undefined;
  encryptionFaultToleranceSupported?: boolean | undefined;
  encryptionMemorySaveSupported?: boolean | undefined;
  encryptionRDMSupported?: boolean | undefined;
  encryptionVFlashSupported?: boolean | undefined;
  encryptionCBRCSupported?: boolean | undefined;
  encryptionHBRSupported?: boolean | undefined;
  ftEfiSupported?: boolean | undefined;
  unmapMethodSupported?: string | undefined;
  maxMemMBPerFtVm?: number | undefined;
  virtualMmuUsageIgnored?: boolean | undefined;
  virtualExecUsageIgnored?: boolean | undefined;
  vmCreateDateSupported?: boolean | undefined;
  vmfs3EOLSupported?: boolean | undefined;
  ftVmcpSupported?: boolean | undefined;
  quickBootSupported?: boolean | undefined;
  encryptedFtSupported?: boolean | undefined;
  assignableHardwareSupported?: boolean | undefined;
  suspendToMemorySupported?: boolean | undefined;
  useFeatureReqsForOldHWv?: boolean | undefined;
  markPerenniallyReservedSupported?: boolean | undefined;
  hppPspSupported?: boolean | undefined;
  deviceRebindWithoutRebootSupported?: boolean | undefined;
  storagePolicyChangeSupported?: boolean | undefined;
  precisionTimeProtocolSupported?: boolean | undefined;
  remoteDeviceVMotionSupported?: boolean | undefined;
  maxSupportedVmMemory?: number | undefined;
  ahDeviceHintsSupported?: boolean | undefined;
  nvmeOverTcpSupported?: boolean | undefined;
  nvmeStorageFabricServicesSupported?: boolean | undefined;
  assignHwPciConfigSupported?: boolean | undefined;
  timeConfigSupported?: boolean | undefined;
  nvmeBatchOperationsSupported?: boolean | undefined;
  pMemFailoverSupported?: boolean | undefined;
  hostConfigEncryptionSupported?: boolean | undefined;
  maxSupportedSimultaneousThreads?: number | undefined;
  ptpConfigSupported?: boolean | undefined;
  maxSupportedPtpPorts?: number | undefined;
  sgxRegistrationSupported?: boolean | undefined;
  pMemIndependentSnapshotSupported?: boolean | undefined;
  iommuSLDirtyCapable?: boolean | undefined;
  vmknicBindingSupported?: boolean | undefined;
  ultralowFixedUnmapSupported?: boolean | undefined;
  nvmeVvolSupported?: boolean | undefined;
  fptHotplugSupported?: boolean | undefined;
  mconnectSupported?: boolean | undefined;
  vsanNicMgmtSupported?: boolean | undefined;
  vvolNQNSupported?: boolean | undefined;
  stretchedSCSupported?: boolean | undefined;
  vmknicBindingOnNFSv41?: boolean | undefined;
  vpStatusCheckSupported?: boolean | undefined;
  e2e4knSupported?: boolean | undefined;
  vsanDedicatedVmkNicSupported?: boolean | undefined;
  nConnectSupported?: boolean | undefined;
  userKeySupported?: boolean | undefined;
  ndcmSupported?: boolean | undefined;
  uefiSecureBoot?: boolean | undefined;
  vpxdVmxGenerationSupported?: boolean | undefined;
  nfs41Krb5pSupported?: boolean | undefined;
  cimSupported?: boolean | undefined;
  npivSupported?: boolean | undefined;
  entitlementSupported?: boolean | undefined;
  fcdLinkedCloneSupported?: boolean | undefined;
}
export interface HostConfigManager extends DataObject {
  _type?: 'HostConfigManager' | undefined;
  cpuScheduler?: Ref | undefined;
  datastoreSystem?: Ref | undefined;
  memoryManager?: Ref | undefined;
  storageSystem?: Ref | undefined;
  networkSystem?: Ref | undefined;
  vmotionSystem?: Ref | undefined;
  virtualNicManager?: Ref | undefined;
  serviceSystem?: Ref | undefined;
  firewallSystem?: Ref | undefined;
  advancedOption?: Ref | undefined;
  diagnosticSystem?: Ref | undefined;
  autoStartManager?: Ref | undefined;
  snmpSystem?: Ref | undefined;
  dateTimeSystem?: Ref | undefined;
  patchManager?: Ref | undefined;
  imageConfigManager?: Ref | undefined;
  bootDeviceSystem?: Ref | undefined;
  firmwareSystem?: Ref | undefined;
  healthStatusSystem?: Ref | undefined;
  pciPassthruSystem?: Ref | undefined;
  licenseManager?: Ref | undefined;
  kernelModuleSystem?: Ref | undefined;
  authenticationManager?: Ref | undefined;
  powerSystem?: Ref | undefined;
  cacheConfigurationManager?: Ref | undefined;
  esxAgentHostManager?: Ref | undefined;
  iscsiManager?: Ref | undefined;
  vFlashManager?: Ref | undefined;
  vsanSystem?: Ref | undefined;
  messageBusProxy?: Ref | undefined;
  userDirectory?: Ref | undefined;
  accountManager?: Ref | undefined;
  hostAccessManager?: Ref | undefined;
  graphicsManager?: Ref | undefined;
  vsanInternalSystem?: Ref | undefined;
  certificateManager?: Ref | undefined;
  cryptoManager?: Ref | undefined;
  nvdimmSystem?: Ref | undefined;
  assignableHardwareManager?: Ref | undefined;
}
export interface HostConfigSummary extends DataObject {
  _type?: 'HostConfigSummary' | undefined;
  name: string;
  port: number;
  sslThumbprint?: string | undefined;
  sslCertificate?: string | undefined;
  product?: AboutInfo | undefined;
  vmotionEnabled: boolean;
  faultToleranceEnabled: boolean;
  featureVersion?: DataObject[] | undefined;
  agentVmDatastore?: Ref | undefined;
  agentVmNetwork?: Ref | undefined;
}
export interface HostConnectSpec extends DataObject {
  _type?: 'HostConnectSpec' | undefined;
  hostName?: string | undefined;
  port?: number | undefined;
  sslThumbprint?: string | undefined;
  sslCertificate?: string | undefined;
  userName?: string | undefined;
  password?: string | undefined;
  vmFolder?: Ref | undefined;
  force: boolean;
  vimAccountName?: string | undefined;
  vimAccountPassword?: string | undefined;
  managementIp?: string | undefined;
  lockdownMode?: HostLockdownMode | undefined;
  hostGateway?: DataObject | undefined;
}
export interface HostHardwareSummary extends DataObject {
  _type?: 'HostHardwareSummary' | undefined;
  vendor: string;
  model: string;
  family?: string | undefined;
  uuid: string;
  otherIdentifyingInfo?: HostSystemIdentificationInfo[] | undefined;
  memorySize: bigint;
  cpuModel: string;
  cpuMhz: number;
  numCpuPkgs: number;
  numCpuCores: number;
  numCpuThreads: number;
  numNics: number;
  numHBAs: number;
}
export interface HostListSummary extends DataObject {
  _type?: 'HostListSummary' | undefined;
  host?: Ref | undefined;
  hardware?: HostHardwareSummary | undefined;
  runtime?: HostRuntimeInfo | undefined;
  config: HostConfigSummary;
  quickStats: HostListSummaryQuickStats;
  overallStatus: ManagedEntityStatus;
  rebootRequired: boolean;
  customValue?: AnyCustomFieldValue[] | undefined;
  managementServerIp?: string | undefined;
  maxEVCModeKey?: string | undefined;
  currentEVCModeKey?: string | undefined;
  currentEVCGraphicsModeKey?: string | undefined;
  gateway?: DataObject | undefined;
  tpmAttestation?: DataObject | undefined;
  trustAuthorityAttestationInfos?: DataObject[] | undefined;
}
export interface HostListSummaryQuickStats extends DataObject {
  _type?: 'HostListSummaryQuickStats' | undefined;
  overallCpuUsage?: number | undefined;
  overallMemoryUsage?: number | undefined;
  distributedCpuFairness?: number | undefined;
  distributedMemoryFairness?: number | undefined;
  availablePMemCapacity?: number | undefined;
  uptime?: number | undefined;
}
export interface HostMaintenanceSpec extends DataObject {
  _type?: 'HostMaintenanceSpec' | undefined;
  vsanMode?: DataObject | undefined;
  purpose?: string | undefined;
}
export interface HostRuntimeInfo extends DataObject {
  _type?: 'HostRuntimeInfo' | undefined;
  connectionState: HostSystemConnectionState;
  powerState: HostSystemPowerState;
  standbyMode?: string | undefined;
  inMaintenanceMode: boolean;
  inQuarantineMode?: boolean | undefined;
  bootTime?: Date | undefined;
  healthSystemRuntime?: DataObject | undefined;
  dasHostState?: DataObject | undefined;
  tpmPcrValues?: DataObject[] | undefined;
  vsanRuntimeInfo?: DataObject | undefined;
  networkRuntimeInfo?: DataObject | undefined;
  vFlashResourceRuntimeInfo?: DataObject | undefined;
  hostMaxVirtualDiskCapacity?: bigint | undefined;
  cryptoState?: string | undefined;
  cryptoKeyId?: DataObject | undefined;
  statelessNvdsMigrationReady?: string | undefined;
  partialMaintenanceMode?: DataObject[] | undefined;
  stateEncryption?: HostRuntimeInfoStateEncryptionInfo | undefined;
  podVMInfo?: DataObject | undefined;
}
export interface HostRuntimeInfoStateEncryptionInfo extends DataObject {
  _type?: 'HostRuntimeInfoStateEncryptionInfo' | undefined;
  protectionMode: string;
  requireSecureBoot?: boolean | undefined;
  requireExecInstalledOnly?: boolean | undefined;
}
export interface HostSystemIdentificationInfo extends DataObject {
  _type?: 'HostSystemIdentificationInfo' | undefined;
  identifierValue: string;
  identifierType: AnyElementDescription;
}
export interface PlacementResult extends DataObject {
  _type?: 'PlacementResult' | undefined;
  recommendations?: ClusterRecommendation[] | undefined;
  drsFault?: DataObject | undefined;
}
export interface PlacementSpec extends DataObject {
  _type?: 'PlacementSpec' | undefined;
  priority?: VirtualMachineMovePriority | undefined;
  vm?: Ref | undefined;
  configSpec?: VirtualMachineConfigSpec | undefined;
  relocateSpec?: VirtualMachineRelocateSpec | undefined;
  hosts?: Ref[] | undefined;
  datastores?: Ref[] | undefined;
  storagePods?: Ref[] | undefined;
  disallowPrerequisiteMoves?: boolean | undefined;
  rules?: DataObject[] | undefined;
  key?: string | undefined;
  placementType?: string | undefined;
  cloneSpec?: VirtualMachineCloneSpec | undefined;
  cloneName?: string | undefined;
}
export interface ResourceAllocationInfo extends DataObject {
  _type?: 'ResourceAllocationInfo' | undefined;
  reservation?: bigint | undefined;
  expandableReservation?: boolean | undefined;
  limit?: bigint | undefined;
  shares?: SharesInfo | undefined;
  overheadLimit?: bigint | undefined;
}
export interface ResourceConfigSpec extends DataObject {
  _type?: 'ResourceConfigSpec' | undefined;
  entity?: Ref | undefined;
  changeVersion?: string | undefined;
  lastModified?: Date | undefined;
  cpuAllocation: ResourceAllocationInfo;
  memoryAllocation: ResourceAllocationInfo;
  scaleDescendantsShares?: string | undefined;
}
export interface ResourcePoolQuickStats extends DataObject {
  _type?: 'ResourcePoolQuickStats' | undefined;
  overallCpuUsage?: bigint | undefined;
  overallCpuDemand?: bigint | undefined;
  guestMemoryUsage?: bigint | undefined;
  hostMemoryUsage?: bigint | undefined;
  distributedCpuEntitlement?: bigint | undefined;
  distributedMemoryEntitlement?: bigint | undefined;
  staticCpuEntitlement?: number | undefined;
  staticMemoryEntitlement?: number | undefined;
  privateMemory?: bigint | undefined;
  sharedMemory?: bigint | undefined;
  swappedMemory?: bigint | undefined;
  balloonedMemory?: bigint | undefined;
  overheadMemory?: bigint | undefined;
  consumedOverheadMemory?: bigint | undefined;
  compressedMemory?: bigint | undefined;
}
export interface ResourcePoolResourceUsage extends DataObject {
  _type?: 'ResourcePoolResourceUsage' | undefined;
  reservationUsed: bigint;
  reservationUsedForVm: bigint;
  unreservedForPool: bigint;
  unreservedForVm: bigint;
  overallUsage: bigint;
  maxUsage: bigint;
}
export interface ResourcePoolRuntimeInfo extends DataObject {
  _type?: 'ResourcePoolRuntimeInfo' | undefined;
  memory: ResourcePoolResourceUsage;
  cpu: ResourcePoolResourceUsage;
  vmRp?: ResourcePoolVmResourceProfileUsage[] | undefined;
  overallStatus: ManagedEntityStatus;
  sharesScalable?: string | undefined;
}
export interface ResourcePoolSummary extends DataObject {
  _type: 'ResourcePoolSummary';
  name: string;
  config: ResourceConfigSpec;
  runtime: ResourcePoolRuntimeInfo;
  quickStats?: ResourcePoolQuickStats | undefined;
  configuredMemoryMB?: number | undefined;
}
export interface ResourcePoolVmResourceProfileUsage extends DataObject {
  _type?: 'ResourcePoolVmResourceProfileUsage' | undefined;
  id: string;
  reservedForPool: bigint;
  reservationUsedForVms: bigint;
  reservationUsedForChildPools: bigint;
}
export interface SharesInfo extends DataObject {
  _type?: 'SharesInfo' | undefined;
  shares: number;
  level: SharesLevel;
}
export interface VmPlacementPolicy extends DataObject {
  _type?: 'VmPlacementPolicy' | undefined;
  tagsToAttach?: string[] | undefined;
}
export interface DiskChangeExtent extends DataObject {
  _type?: 'DiskChangeExtent' | undefined;
  start: bigint;
  length: bigint;
}
export interface DiskChangeInfo extends DataObject {
  _type?: 'DiskChangeInfo' | undefined;
  startOffset: bigint;
  length: bigint;
  changedArea?: DiskChangeExtent[] | undefined;
}
export interface SnapshotSelectionSpec extends DataObject {
  _type?: 'SnapshotSelectionSpec' | undefined;
  retentionDays?: number | undefined;
}
export interface ToolsConfigInfo extends DataObject {
  _type?: 'ToolsConfigInfo' | undefined;
  toolsVersion?: number | undefined;
  toolsInstallType?: string | undefined;
  afterPowerOn?: boolean | undefined;
  afterResume?: boolean | undefined;
  beforeGuestStandby?: boolean | undefined;
  beforeGuestShutdown?: boolean | undefined;
  beforeGuestReboot?: boolean | undefined;
  toolsUpgradePolicy?: string | undefined;
  pendingCustomization?: string | undefined;
  customizationKeyId?: DataObject | undefined;
  syncTimeWithHostAllowed?: boolean | undefined;
  syncTimeWithHost?: boolean | undefined;
  lastInstallInfo?: ToolsConfigInfoToolsLastInstallInfo | undefined;
}
export interface ToolsConfigInfoToolsLastInstallInfo extends DataObject {
  _type?: 'ToolsConfigInfoToolsLastInstallInfo' | undefined;
  counter: number;
  fault?: LocalizedMethodFault | undefined;
}
export interface UsbScanCodeSpec extends DataObject {
  _type?: 'UsbScanCodeSpec' | undefined;
  keyEvents: UsbScanCodeSpecKeyEvent[];
}
export interface UsbScanCodeSpecKeyEvent extends DataObject {
  _type?: 'UsbScanCodeSpecKeyEvent' | undefined;
  usbHidCode: number;
  modifiers?: UsbScanCodeSpecModifierType | undefined;
}
export interface UsbScanCodeSpecModifierType extends DataObject {
  _type?: 'UsbScanCodeSpecModifierType' | undefined;
  leftControl?: boolean | undefined;
  leftShift?: boolean | undefined;
  leftAlt?: boolean | undefined;
  leftGui?: boolean | undefined;
  rightControl?: boolean | undefined;
  rightShift?: boolean | undefined;
  rightAlt?: boolean | undefined;
  rightGui?: boolean | undefined;
}
export interface VirtualAppImportSpec extends DataObject {
  _type: 'VirtualAppImportSpec';
  entityConfig?: DataObject | undefined;
  instantiationOst?: DataObject | undefined;
  name: string;
  vAppConfigSpec: DataObject;
  resourcePoolSpec: ResourceConfigSpec;
  child?: AnyImportSpec[] | undefined;
}
export interface VirtualAppLinkInfo extends DataObject {
  _type?: 'VirtualAppLinkInfo' | undefined;
  key: Ref;
  destroyWithParent?: boolean | undefined;
}
export interface VirtualAppSummary extends DataObject {
  _type: 'VirtualAppSummary';
  name: string;
  config: ResourceConfigSpec;
  runtime: ResourcePoolRuntimeInfo;
  quickStats?: ResourcePoolQuickStats | undefined;
  configuredMemoryMB?: number | undefined;
  product?: DataObject | undefined;
  vAppState?: VirtualAppVAppState | undefined;
  suspended?: boolean | undefined;
  installBootRequired?: boolean | undefined;
  instanceUuid?: string | undefined;
}
export interface VirtualMachineAffinityInfo extends DataObject {
  _type?: 'VirtualMachineAffinityInfo' | undefined;
  affinitySet: number[];
}
export interface VirtualMachineBootOptions extends DataObject {
  _type?: 'VirtualMachineBootOptions' | undefined;
  bootDelay?: bigint | undefined;
  enterBIOSSetup?: boolean | undefined;
  efiSecureBootEnabled?: boolean | undefined;
  bootRetryEnabled?: boolean | undefined;
  bootRetryDelay?: bigint | undefined;
  bootOrder?: AnyVirtualMachineBootOptionsBootableDevice[] | undefined;
  networkBootProtocol?: string | undefined;
}
export interface VirtualMachineBootOptionsBootableCdromDevice extends DataObject {
  _type: 'VirtualMachineBootOptionsBootableCdromDevice';
}
export interface VirtualMachineBootOptionsBootableDevice extends DataObject {
  _type: 'VirtualMachineBootOptionsBootableDevice';
}
export interface VirtualMachineBootOptionsBootableDiskDevice extends DataObject {
  _type: 'VirtualMachineBootOptionsBootableDiskDevice';
  deviceKey: number;
}
export interface VirtualMachineBootOptionsBootableEthernetDevice extends DataObject {
  _type: 'VirtualMachineBootOptionsBootableEthernetDevice';
  deviceKey: number;
}
export interface VirtualMachineBootOptionsBootableFloppyDevice extends DataObject {
  _type: 'VirtualMachineBootOptionsBootableFloppyDevice';
}
export interface VirtualMachineCapability extends DataObject {
  _type?: 'VirtualMachineCapability' | undefined;
  snapshotOperationsSupported: boolean;
  multipleSnapshotsSupported: boolean;
  snapshotConfigSupported: boolean;
  poweredOffSnapshotsSupported: boolean;
  memorySnapshotsSupported: boolean;
  revertToSnapshotSupported: boolean;
  quiescedSnapshotsSupported: boolean;
  disableSnapshotsSupported: boolean;
  lockSnapshotsSupported: boolean;
  consolePreferencesSupported: boolean;
  cpuFeatureMaskSupported: boolean;
  s1AcpiManagementSupported: boolean;
  settingScreenResolutionSupported: boolean;
  toolsAutoUpdateSupported: boolean;
  vmNpivWwnSupported: boolean;
  npivWwnOnNonRdmVmSupported: boolean;
  vmNpivWwnDisableSupported: boolean;
  vmNpivWwnUpdateSupported: boolean;
  swapPlacementSupported: boolean;
  toolsSyncTimeSupported: boolean;
  virtualMmuUsageSupported: boolean;
  diskSharesSupported: boolean;
  bootOptionsSupported: boolean;
  bootRetryOptionsSupported: boolean;
  settingVideoRamSizeSupported: boolean;
  settingDisplayTopologySupported: boolean;
  recordReplaySupported: boolean;
  changeTrackingSupported: boolean;
  multipleCoresPerSocketSupported: boolean;
  hostBasedReplicationSupported: boolean;
  guestAutoLockSupported: boolean;
  memoryReservationLockSupported: boolean;
  featureRequirementSupported: boolean;
  poweredOnMonitorTypeChangeSupported: boolean;
  seSparseDiskSupported: boolean;
  nestedHVSupported: boolean;
  vPMCSupported: boolean;
  secureBootSupported?: boolean | undefined;
  perVmEvcSupported?: boolean | undefined;
  virtualMmuUsageIgnored?: boolean | undefined;
  virtualExecUsageIgnored?: boolean | undefined;
  diskOnlySnapshotOnSuspendedVMSupported?: boolean | undefined;
  suspendToMemorySupported?: boolean | undefined;
  toolsSyncTimeAllowSupported?: boolean | undefined;
  sevSupported?: boolean | undefined;
  pmemFailoverSupported?: boolean | undefined;
  requireSgxAttestationSupported?: boolean | undefined;
  changeModeDisksSupported?: boolean | undefined;
  vendorDeviceGroupSupported?: boolean | undefined;
  sevSnpSupported?: boolean | undefined;
  tdxSupported?: boolean | undefined;
}
export interface VirtualMachineCertThumbprint extends DataObject {
  _type?: 'VirtualMachineCertThumbprint' | undefined;
  thumbprint: string;
  hashAlgorithm?: string | undefined;
}
export interface VirtualMachineCloneSpec extends DataObject {
  _type?: 'VirtualMachineCloneSpec' | undefined;
  location: VirtualMachineRelocateSpec;
  template: boolean;
  config?: VirtualMachineConfigSpec | undefined;
  customization?: CustomizationSpec | undefined;
  powerOn: boolean;
  snapshot?: Ref | undefined;
  memory?: boolean | undefined;
  tpmProvisionPolicy?: string | undefined;
}
export interface VirtualMachineConfigInfo extends DataObject {
  _type?: 'VirtualMachineConfigInfo' | undefined;
  changeVersion: string;
  modified: Date;
  name: string;
  guestFullName: string;
  version: string;
  uuid: string;
  createDate?: Date | undefined;
  instanceUuid?: string | undefined;
  npivNodeWorldWideName?: bigint[] | undefined;
  npivPortWorldWideName?: bigint[] | undefined;
  npivWorldWideNameType?: string | undefined;
  npivDesiredNodeWwns?: number | undefined;
  npivDesiredPortWwns?: number | undefined;
  npivTemporaryDisabled?: boolean | undefined;
  npivOnNonRdmDisks?: boolean | undefined;
  locationId?: string | undefined;
  template: boolean;
  guestId: string;
  alternateGuestName: string;
  annotation?: string | undefined;
  files: VirtualMachineFileInfo;
  tools?: ToolsConfigInfo | undefined;
  flags: VirtualMachineFlagInfo;
  consolePreferences?: VirtualMachineConsolePreferences | undefined;
  defaultPowerOps: VirtualMachineDefaultPowerOpInfo;
  rebootPowerOff?: boolean | undefined;
  hardware: VirtualHardware;
  vcpuConfig?: DataObject[] | undefined;
  cpuAllocation?: ResourceAllocationInfo | undefined;
  memoryAllocation?: ResourceAllocationInfo | undefined;
  latencySensitivity?: DataObject | undefined;
  memoryHotAddEnabled?: boolean | undefined;
  cpuHotAddEnabled?: boolean | undefined;
  cpuHotRemoveEnabled?: boolean | undefined;
  hotPlugMemoryLimit?: bigint | undefined;
  hotPlugMemoryIncrementSize?: bigint | undefined;
  cpuAffinity?: VirtualMachineAffinityInfo | undefined;
  memoryAffinity?: VirtualMachineAffinityInfo | undefined;
  networkShaper?: VirtualMachineNetworkShaperInfo | undefined;
  extraConfig?: AnyOptionValue[] | undefined;
  cpuFeatureMask?: DataObject[] | undefined;
  datastoreUrl?: VirtualMachineConfigInfoDatastoreUrlPair[] | undefined;
  swapPlacement?: string | undefined;
  bootOptions?: VirtualMachineBootOptions | undefined;
  ftInfo?: DataObject | undefined;
  repConfig?: DataObject | undefined;
  vAppConfig?: DataObject | undefined;
  vAssertsEnabled?: boolean | undefined;
  changeTrackingEnabled?: boolean | undefined;
  firmware?: string | undefined;
  maxMksConnections?: number | undefined;
  guestAutoLockEnabled?: boolean | undefined;
  managedBy?: DataObject | undefined;
  memoryReservationLockedToMax?: boolean | undefined;
  initialOverhead?: VirtualMachineConfigInfoOverheadInfo | undefined;
  nestedHVEnabled?: boolean | undefined;
  vPMCEnabled?: boolean | undefined;
  scheduledHardwareUpgradeInfo?: DataObject | undefined;
  forkConfigInfo?: DataObject | undefined;
  vFlashCacheReservation?: bigint | undefined;
  vmxConfigChecksum?: Uint8Array | undefined;
  messageBusTunnelEnabled?: boolean | undefined;
  vmStorageObjectId?: string | undefined;
  swapStorageObjectId?: string | undefined;
  keyId?: DataObject | undefined;
  guestIntegrityInfo?: DataObject | undefined;
  migrateEncryption?: string | undefined;
  sgxInfo?: DataObject | undefined;
  contentLibItemInfo?: DataObject | undefined;
  ftEncryptionMode?: string | undefined;
  guestMonitoringModeInfo?: DataObject | undefined;
  sevEnabled?: boolean | undefined;
  numaInfo?: DataObject | undefined;
  pmemFailoverEnabled?: boolean | undefined;
  vmxStatsCollectionEnabled?: boolean | undefined;
  vmOpNotificationToAppEnabled?: boolean | undefined;
  vmOpNotificationTimeout?: bigint | undefined;
  deviceSwap?: VirtualMachineVirtualDeviceSwap | undefined;
  pmem?: DataObject | undefined;
  deviceGroups?: DataObject | undefined;
  fixedPassthruHotPlugEnabled?: boolean | undefined;
  metroFtEnabled?: boolean | undefined;
  vmxRuntimeConfig?: AnyOptionValue[] | undefined;
  metroFtHostGroup?: string | undefined;
  tdxEnabled?: boolean | undefined;
  sevSnpEnabled?: boolean | undefined;
  extensionCompatibilityConstraint?: DataObject | undefined;
}
export interface VirtualMachineConfigInfoDatastoreUrlPair extends DataObject {
  _type?: 'VirtualMachineConfigInfoDatastoreUrlPair' | undefined;
  name: string;
  url: string;
}
export interface VirtualMachineConfigInfoOverheadInfo extends DataObject {
  _type?: 'VirtualMachineConfigInfoOverheadInfo' | undefined;
  initialMemoryReservation?: bigint | undefined;
  initialSwapReservation?: bigint | undefined;
}
export interface VirtualMachineConfigOptionDescriptor extends DataObject {
  _type?: 'VirtualMachineConfigOptionDescriptor' | undefined;
  key: string;
  description?: string | undefined;
  host?: Ref[] | undefined;
  createSupported: boolean;
  defaultConfigOption: boolean;
  runSupported: boolean;
  upgradeSupported: boolean;
}
export interface VirtualMachineConfigSpec extends DataObject {
  _type?: 'VirtualMachineConfigSpec' | undefined;
  changeVersion?: string | undefined;
  name?: string | undefined;
  version?: string | undefined;
  createDate?: Date | undefined;
  uuid?: string | undefined;
  instanceUuid?: string | undefined;
  npivNodeWorldWideName?: bigint[] | undefined;
  npivPortWorldWideName?: bigint[] | undefined;
  npivWorldWideNameType?: string | undefined;
  npivDesiredNodeWwns?: number | undefined;
  npivDesiredPortWwns?: number | undefined;
  npivTemporaryDisabled?: boolean | undefined;
  npivOnNonRdmDisks?: boolean | undefined;
  npivWorldWideNameOp?: string | undefined;
  locationId?: string | undefined;
  guestId?: string | undefined;
  alternateGuestName?: string | undefined;
  annotation?: string | undefined;
  files?: VirtualMachineFileInfo | undefined;
  tools?: ToolsConfigInfo | undefined;
  flags?: VirtualMachineFlagInfo | undefined;
  consolePreferences?: VirtualMachineConsolePreferences | undefined;
  powerOpInfo?: VirtualMachineDefaultPowerOpInfo | undefined;
  rebootPowerOff?: boolean | undefined;
  numCPUs?: number | undefined;
  vcpuConfig?: DataObject[] | undefined;
  numCoresPerSocket?: number | undefined;
  memoryMB?: bigint | undefined;
  memoryHotAddEnabled?: boolean | undefined;
  cpuHotAddEnabled?: boolean | undefined;
  cpuHotRemoveEnabled?: boolean | undefined;
  virtualICH7MPresent?: boolean | undefined;
  virtualSMCPresent?: boolean | undefined;
  deviceChange?: VirtualDeviceConfigSpec[] | undefined;
  cpuAllocation?: ResourceAllocationInfo | undefined;
  memoryAllocation?: ResourceAllocationInfo | undefined;
  latencySensitivity?: DataObject | undefined;
  cpuAffinity?: VirtualMachineAffinityInfo | undefined;
  memoryAffinity?: VirtualMachineAffinityInfo | undefined;
  networkShaper?: VirtualMachineNetworkShaperInfo | undefined;
  cpuFeatureMask?: DataObject[] | undefined;
  extraConfig?: AnyOptionValue[] | undefined;
  swapPlacement?: string | undefined;
  bootOptions?: VirtualMachineBootOptions | undefined;
  vAppConfig?: DataObject | undefined;
  ftInfo?: DataObject | undefined;
  repConfig?: DataObject | undefined;
  vAppConfigRemoved?: boolean | undefined;
  vAssertsEnabled?: boolean | undefined;
  changeTrackingEnabled?: boolean | undefined;
  firmware?: string | undefined;
  maxMksConnections?: number | undefined;
  guestAutoLockEnabled?: boolean | undefined;
  managedBy?: DataObject | undefined;
  memoryReservationLockedToMax?: boolean | undefined;
  nestedHVEnabled?: boolean | undefined;
  vPMCEnabled?: boolean | undefined;
  scheduledHardwareUpgradeInfo?: DataObject | undefined;
  vmProfile?: DataObject[] | undefined;
  messageBusTunnelEnabled?: boolean | undefined;
  crypto?: DataObject | undefined;
  migrateEncryption?: string | undefined;
  sgxInfo?: DataObject | undefined;
  ftEncryptionMode?: string | undefined;
  guestMonitoringModeInfo?: DataObject | undefined;
  sevEnabled?: boolean | undefined;
  virtualNuma?: DataObject | undefined;
  motherboardLayout?: string | undefined;
  pmemFailoverEnabled?: boolean | undefined;
  vmxStatsCollectionEnabled?: boolean | undefined;
  vmOpNotificationToAppEnabled?: boolean | undefined;
  vmOpNotificationTimeout?: bigint | undefined;
  deviceSwap?: VirtualMachineVirtualDeviceSwap | undefined;
  simultaneousThreads?: number | undefined;
  pmem?: DataObject | undefined;
  deviceGroups?: DataObject | undefined;
  fixedPassthruHotPlugEnabled?: boolean | undefined;
  metroFtEnabled?: boolean | undefined;
  metroFtHostGroup?: string | undefined;
  tdxEnabled?: boolean | undefined;
  sevSnpEnabled?: boolean | undefined;
  tagSpecs?: TagSpec[] | undefined;
  vmPlacementPolicies?: VmPlacementPolicy[] | undefined;
  extensionCompatibilityConstraint?: DataObject | undefined;
  skipExtensionCompatibilityChecks?: boolean | undefined;
}
export interface VirtualMachineConfigSummary extends DataObject {
  _type?: 'VirtualMachineConfigSummary' | undefined;
  name: string;
  template: boolean;
  vmPathName: string;
  memorySizeMB?: number | undefined;
  cpuReservation?: number | undefined;
  memoryReservation?: number | undefined;
  numCpu?: number | undefined;
  numEthernetCards?: number | undefined;
  numVirtualDisks?: number | undefined;
  uuid?: string | undefined;
  instanceUuid?: string | undefined;
  guestId?: string | undefined;
  guestFullName?: string | undefined;
  annotation?: string | undefined;
  product?: DataObject | undefined;
  installBootRequired?: boolean | undefined;
  ftInfo?: DataObject | undefined;
  managedBy?: DataObject | undefined;
  tpmPresent?: boolean | undefined;
  numVmiopBackings?: number | undefined;
  hwVersion?: string | undefined;
}
export interface VirtualMachineConsolePreferences extends DataObject {
  _type?: 'VirtualMachineConsolePreferences' | undefined;
  powerOnWhenOpened?: boolean | undefined;
  enterFullScreenOnPowerOn?: boolean | undefined;
  closeOnPowerOffOrSuspend?: boolean | undefined;
}
export interface VirtualMachineDefaultPowerOpInfo extends DataObject {
  _type?: 'VirtualMachineDefaultPowerOpInfo' | undefined;
  powerOffType?: string | undefined;
  suspendType?: string | undefined;
  resetType?: string | undefined;
  defaultPowerOffType?: string | undefined;
  defaultSuspendType?: string | undefined;
  defaultResetType?: string | undefined;
  standbyAction?: string | undefined;
}
export interface VirtualMachineDeviceRuntimeInfo extends DataObject {
  _type?: 'VirtualMachineDeviceRuntimeInfo' | undefined;
  runtimeState: VirtualMachineDeviceRuntimeInfoDeviceRuntimeState;
  key: number;
}
export interface VirtualMachineDeviceRuntimeInfoDeviceRuntimeState extends DataObject {
  _type?: 'VirtualMachineDeviceRuntimeInfoDeviceRuntimeState' | undefined;
}
export interface VirtualMachineFeatureRequirement extends DataObject {
  _type?: 'VirtualMachineFeatureRequirement' | undefined;
  key: string;
  featureName: string;
  value: string;
}
export interface VirtualMachineFileInfo extends DataObject {
  _type?: 'VirtualMachineFileInfo' | undefined;
  vmPathName?: string | undefined;
  snapshotDirectory?: string | undefined;
  suspendDirectory?: string | undefined;
  logDirectory?: string | undefined;
  ftMetadataDirectory?: string | undefined;
}
export interface VirtualMachineFileLayout extends DataObject {
  _type?: 'VirtualMachineFileLayout' | undefined;
  configFile?: string[] | undefined;
  logFile?: string[] | undefined;
  disk?: VirtualMachineFileLayoutDiskLayout[] | undefined;
  snapshot?: VirtualMachineFileLayoutSnapshotLayout[] | undefined;
  swapFile?: string | undefined;
}
export interface VirtualMachineFileLayoutDiskLayout extends DataObject {
  _type?: 'VirtualMachineFileLayoutDiskLayout' | undefined;
  key: number;
  diskFile: string[];
}
export interface VirtualMachineFileLayoutEx extends DataObject {
  _type?: 'VirtualMachineFileLayoutEx' | undefined;
  file?: VirtualMachineFileLayoutExFileInfo[] | undefined;
  disk?: VirtualMachineFileLayoutExDiskLayout[] | undefined;
  snapshot?: VirtualMachineFileLayoutExSnapshotLayout[] | undefined;
  timestamp: Date;
}
export interface VirtualMachineFileLayoutExDiskLayout extends DataObject {
  _type?: 'VirtualMachineFileLayoutExDiskLayout' | undefined;
  key: number;
  virtualDiskFormat?: string | undefined;
  chain?: VirtualMachineFileLayoutExDiskUnit[] | undefined;
}
export interface VirtualMachineFileLayoutExDiskUnit extends DataObject {
  _type?: 'VirtualMachineFileLayoutExDiskUnit' | undefined;
  fileKey: number[];
}
export interface VirtualMachineFileLayoutExFileInfo extends DataObject {
  _type?: 'VirtualMachineFileLayoutExFileInfo' | undefined;
  key: number;
  name: string;
  type: string;
  size: bigint;
  uniqueSize?: bigint | undefined;
  backingObjectId?: string | undefined;
  accessible?: boolean | undefined;
}
export interface VirtualMachineFileLayoutExSnapshotLayout extends DataObject {
  _type?: 'VirtualMachineFileLayoutExSnapshotLayout' | undefined;
  key: Ref;
  dataKey: number;
  memoryKey: number;
  disk?: VirtualMachineFileLayoutExDiskLayout[] | undefined;
}
export interface VirtualMachineFileLayoutSnapshotLayout extends DataObject {
  _type?: 'VirtualMachineFileLayoutSnapshotLayout' | undefined;
  key: Ref;
  snapshotFile: string[];
}
export interface VirtualMachineFlagInfo extends DataObject {
  _type?: 'VirtualMachineFlagInfo' | undefined;
  disableAcceleration?: boolean | undefined;
  enableLogging?: boolean | undefined;
  useToe?: boolean | undefined;
  runWithDebugInfo?: boolean | undefined;
  monitorType?: string | undefined;
  htSharing?: string | undefined;
  snapshotDisabled?: boolean | undefined;
  snapshotLocked?: boolean | undefined;
  diskUuidEnabled?: boolean | undefined;
  virtualMmuUsage?: string | undefined;
  virtualExecUsage?: string | undefined;
  snapshotPowerOffBehavior?: string | undefined;
  recordReplayEnabled?: boolean | undefined;
  faultToleranceType?: string | undefined;
  cbrcCacheEnabled?: boolean | undefined;
  vvtdEnabled?: boolean | undefined;
  vbsEnabled?: boolean | undefined;
}
export interface VirtualMachineGuestQuiesceSpec extends DataObject {
  _type?: 'VirtualMachineGuestQuiesceSpec' | undefined;
  timeout?: number | undefined;
}
export interface VirtualMachineGuestSummary extends DataObject {
  _type?: 'VirtualMachineGuestSummary' | undefined;
  guestId?: string | undefined;
  guestFullName?: string | undefined;
  toolsStatus?: VirtualMachineToolsStatus | undefined;
  toolsVersionStatus?: string | undefined;
  toolsVersionStatus2?: string | undefined;
  toolsRunningStatus?: string | undefined;
  hostName?: string | undefined;
  ipAddress?: string | undefined;
  hwVersion?: string | undefined;
}
export interface VirtualMachineImportSpec extends DataObject {
  _type: 'VirtualMachineImportSpec';
  entityConfig?: DataObject | undefined;
  instantiationOst?: DataObject | undefined;
  configSpec: VirtualMachineConfigSpec;
  resPoolEntity?: Ref | undefined;
}
export interface VirtualMachineInstantCloneSpec extends DataObject {
  _type?: 'VirtualMachineInstantCloneSpec' | undefined;
  name: string;
  location: VirtualMachineRelocateSpec;
  config?: AnyOptionValue[] | undefined;
  biosUuid?: string | undefined;
}
export interface VirtualMachineMessage extends DataObject {
  _type?: 'VirtualMachineMessage' | undefined;
  id: string;
  argument?: AnyValue[] | undefined;
  text?: string | undefined;
}
export interface VirtualMachineMksTicket extends DataObject {
  _type?: 'VirtualMachineMksTicket' | undefined;
  ticket: string;
  cfgFile: string;
  host?: string | undefined;
  port?: number | undefined;
  sslThumbprint?: string | undefined;
}
export interface VirtualMachineNetworkShaperInfo extends DataObject {
  _type?: 'VirtualMachineNetworkShaperInfo' | undefined;
  enabled?: boolean | undefined;
  peakBps?: bigint | undefined;
  averageBps?: bigint | undefined;
  burstSize?: bigint | undefined;
}
export interface VirtualMachineQuestionInfo extends DataObject {
  _type?: 'VirtualMachineQuestionInfo' | undefined;
  id: string;
  text: string;
  choice: ChoiceOption;
  message?: VirtualMachineMessage[] | undefined;
}
export interface VirtualMachineQuickStats extends DataObject {
  _type?: 'VirtualMachineQuickStats' | undefined;
  overallCpuUsage?: number | undefined;
  overallCpuDemand?: number | undefined;
  overallCpuReadiness?: number | undefined;
  guestMemoryUsage?: number | undefined;
  hostMemoryUsage?: number | undefined;
  guestHeartbeatStatus: ManagedEntityStatus;
  distributedCpuEntitlement?: number | undefined;
  distributedMemoryEntitlement?: number | undefined;
  staticCpuEntitlement?: number | undefined;
  staticMemoryEntitlement?: number | undefined;
  grantedMemory?: number | undefined;
  privateMemory?: number | undefined;
  sharedMemory?: number | undefined;
  swappedMemory?: number | undefined;
  balloonedMemory?: number | undefined;
  consumedOverheadMemory?: number | undefined;
  ftLogBandwidth?: number | undefined;
  ftSecondaryLatency?: number | undefined;
  ftLatencyStatus?: ManagedEntityStatus | undefined;
  compressedMemory?: bigint | undefined;
  uptimeSeconds?: number | undefined;
  ssdSwappedMemory?: bigint | undefined;
  activeMemory?: number | undefined;
  memoryTierStats?: DataObject[] | undefined;
}
export interface VirtualMachineRelocateSpec extends DataObject {
  _type?: 'VirtualMachineRelocateSpec' | undefined;
  service?: DataObject | undefined;
  folder?: Ref | undefined;
  datastore?: Ref | undefined;
  diskMoveType?: string | undefined;
  pool?: Ref | undefined;
  host?: Ref | undefined;
  disk?: VirtualMachineRelocateSpecDiskLocator[] | undefined;
  transform?: VirtualMachineRelocateTransformation | undefined;
  deviceChange?: VirtualDeviceConfigSpec[] | undefined;
  profile?: DataObject[] | undefined;
  cryptoSpec?: DataObject | undefined;
  tagSpecs?: TagSpec[] | undefined;
  vmPlacementPolicies?: VmPlacementPolicy[] | undefined;
  skipExtensionCompatibilityChecks?: boolean | undefined;
}
export interface VirtualMachineRelocateSpecDiskLocator extends DataObject {
  _type?: 'VirtualMachineRelocateSpecDiskLocator' | undefined;
  diskId: number;
  datastore: Ref;
  diskMoveType?: string | undefined;
  diskBackingInfo?: AnyVirtualDeviceBackingInfo | undefined;
  profile?: DataObject[] | undefined;
  backing?: VirtualMachineRelocateSpecDiskLocatorBackingSpec | undefined;
  filterSpec?: DataObject[] | undefined;
}
export interface VirtualMachineRelocateSpecDiskLocatorBackingSpec extends DataObject {
  _type?: 'VirtualMachineRelocateSpecDiskLocatorBackingSpec' | undefined;
  parent?: VirtualMachineRelocateSpecDiskLocatorBackingSpec | undefined;
  crypto?: DataObject | undefined;
}
export interface VirtualMachineRuntimeInfo extends DataObject {
  _type?: 'VirtualMachineRuntimeInfo' | undefined;
  device?: VirtualMachineDeviceRuntimeInfo[] | undefined;
  host?: Ref | undefined;
  connectionState: VirtualMachineConnectionState;
  powerState: VirtualMachinePowerState;
  vmFailoverInProgress?: boolean | undefined;
  faultToleranceState: VirtualMachineFaultToleranceState;
  dasVmProtection?: VirtualMachineRuntimeInfoDasProtectionState | undefined;
  toolsInstallerMounted: boolean;
  suspendTime?: Date | undefined;
  bootTime?: Date | undefined;
  suspendInterval?: bigint | undefined;
  question?: VirtualMachineQuestionInfo | undefined;
  memoryOverhead?: bigint | undefined;
  maxCpuUsage?: number | undefined;
  maxMemoryUsage?: number | undefined;
  numMksConnections: number;
  recordReplayState: VirtualMachineRecordReplayState;
  cleanPowerOff?: boolean | undefined;
  needSecondaryReason?: string | undefined;
  onlineStandby: boolean;
  minRequiredEVCModeKey?: string | undefined;
  consolidationNeeded: boolean;
  offlineFeatureRequirement?: VirtualMachineFeatureRequirement[] | undefined;
  featureRequirement?: VirtualMachineFeatureRequirement[] | undefined;
  featureMask?: DataObject[] | undefined;
  vFlashCacheAllocation?: bigint | undefined;
  paused?: boolean | undefined;
  snapshotInBackground?: boolean | undefined;
  quiescedForkParent?: boolean | undefined;
  instantCloneFrozen?: boolean | undefined;
  cryptoState?: string | undefined;
  suspendedToMemory?: boolean | undefined;
  opNotificationTimeout?: bigint | undefined;
  iommuActive?: boolean | undefined;
}
export interface VirtualMachineRuntimeInfoDasProtectionState extends DataObject {
  _type?: 'VirtualMachineRuntimeInfoDasProtectionState' | undefined;
  dasProtected: boolean;
}
export interface VirtualMachineSnapshotInfo extends DataObject {
  _type?: 'VirtualMachineSnapshotInfo' | undefined;
  currentSnapshot?: Ref | undefined;
  rootSnapshotList: VirtualMachineSnapshotTree[];
}
export interface VirtualMachineSnapshotTree extends DataObject {
  _type?: 'VirtualMachineSnapshotTree' | undefined;
  snapshot: Ref;
  vm: Ref;
  name: string;
  description: string;
  id: number;
  createTime: Date;
  state: VirtualMachinePowerState;
  quiesced: boolean;
  backupManifest?: string | undefined;
  childSnapshotList?: VirtualMachineSnapshotTree[] | undefined;
  replaySupported?: boolean | undefined;
}
export interface VirtualMachineStorageInfo extends DataObject {
  _type?: 'VirtualMachineStorageInfo' | undefined;
  perDatastoreUsage?: VirtualMachineUsageOnDatastore[] | undefined;
  timestamp: Date;
}
export interface VirtualMachineStorageSummary extends DataObject {
  _type?: 'VirtualMachineStorageSummary' | undefined;
  committed: bigint;
  uncommitted: bigint;
  unshared: bigint;
  timestamp: Date;
}
export interface VirtualMachineSummary extends DataObject {
  _type?: 'VirtualMachineSummary' | undefined;
  vm?: Ref | undefined;
  runtime: VirtualMachineRuntimeInfo;
  guest?: VirtualMachineGuestSummary | undefined;
  config: VirtualMachineConfigSummary;
  storage?: VirtualMachineStorageSummary | undefined;
  quickStats: VirtualMachineQuickStats;
  overallStatus: ManagedEntityStatus;
  customValue?: AnyCustomFieldValue[] | undefined;
}
export interface VirtualMachineTicket extends DataObject {
  _type?: 'VirtualMachineTicket' | undefined;
  ticket: string;
  cfgFile: string;
  host?: string | undefined;
  port?: number | undefined;
  sslThumbprint?: string | undefined;
  certThumbprintList?: VirtualMachineCertThumbprint[] | undefined;
  sslCertificate?: string | undefined;
  url?: string | undefined;
}
export interface VirtualMachineUsageOnDatastore extends DataObject {
  _type?: 'VirtualMachineUsageOnDatastore' | undefined;
  datastore: Ref;
  committed: bigint;
  uncommitted: bigint;
  unshared: bigint;
}
export interface VirtualMachineVirtualDeviceSwap extends DataObject {
  _type?: 'VirtualMachineVirtualDeviceSwap' | undefined;
  lsiToPvscsi?: VirtualMachineVirtualDeviceSwapDeviceSwapInfo | undefined;
}
export interface VirtualMachineVirtualDeviceSwapDeviceSwapInfo extends DataObject {
  _type?: 'VirtualMachineVirtualDeviceSwapDeviceSwapInfo' | undefined;
  enabled?: boolean | undefined;
  applicable?: boolean | undefined;
  status?: string | undefined;
}
export interface ParaVirtualSCSIController extends DataObject {
  _type: 'ParaVirtualSCSIController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  hotAddRemove?: boolean | undefined;
  sharedBus: VirtualSCSISharing;
  scsiCtlrUnitNumber?: number | undefined;
}
export interface VirtualAHCIController extends DataObject {
  _type: 'VirtualAHCIController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualBusLogicController extends DataObject {
  _type: 'VirtualBusLogicController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  hotAddRemove?: boolean | undefined;
  sharedBus: VirtualSCSISharing;
  scsiCtlrUnitNumber?: number | undefined;
}
export interface VirtualCdrom extends DataObject {
  _type: 'VirtualCdrom';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualCdromAtapiBackingInfo extends DataObject {
  _type: 'VirtualCdromAtapiBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualCdromIsoBackingInfo extends DataObject {
  _type: 'VirtualCdromIsoBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
}
export interface VirtualCdromPassthroughBackingInfo extends DataObject {
  _type: 'VirtualCdromPassthroughBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  exclusive: boolean;
}
export interface VirtualCdromRemoteAtapiBackingInfo extends DataObject {
  _type: 'VirtualCdromRemoteAtapiBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualCdromRemotePassthroughBackingInfo extends DataObject {
  _type: 'VirtualCdromRemotePassthroughBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  exclusive: boolean;
}
export interface VirtualController extends DataObject {
  _type: 'VirtualController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualDevice extends DataObject {
  _type: 'VirtualDevice';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualDeviceBackingInfo extends DataObject {
  _type: 'VirtualDeviceBackingInfo';
}
export interface VirtualDeviceBusSlotInfo extends DataObject {
  _type: 'VirtualDeviceBusSlotInfo';
}
export interface VirtualDeviceConfigSpec extends DataObject {
  _type?: 'VirtualDeviceConfigSpec' | undefined;
  operation?: VirtualDeviceConfigSpecOperation | undefined;
  fileOperation?: VirtualDeviceConfigSpecFileOperation | undefined;
  device: AnyVirtualDevice;
  profile?: DataObject[] | undefined;
  backing?: VirtualDeviceConfigSpecBackingSpec | undefined;
  filterSpec?: DataObject[] | undefined;
  changeMode?: string | undefined;
}
export interface VirtualDeviceConfigSpecBackingSpec extends DataObject {
  _type?: 'VirtualDeviceConfigSpecBackingSpec' | undefined;
  parent?: VirtualDeviceConfigSpecBackingSpec | undefined;
  crypto?: DataObject | undefined;
}
export interface VirtualDeviceConnectInfo extends DataObject {
  _type?: 'VirtualDeviceConnectInfo' | undefined;
  migrateConnect?: string | undefined;
  startConnected: boolean;
  allowGuestControl: boolean;
  connected: boolean;
  status?: string | undefined;
}
export interface VirtualDeviceDeviceBackingInfo extends DataObject {
  _type: 'VirtualDeviceDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualDeviceDeviceGroupInfo extends DataObject {
  _type?: 'VirtualDeviceDeviceGroupInfo' | undefined;
  groupInstanceKey: number;
  sequenceId: number;
}
export interface VirtualDeviceFileBackingInfo extends DataObject {
  _type: 'VirtualDeviceFileBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
}
export interface VirtualDevicePciBusSlotInfo extends DataObject {
  _type: 'VirtualDevicePciBusSlotInfo';
  pciSlotNumber: number;
}
export interface VirtualDevicePipeBackingInfo extends DataObject {
  _type: 'VirtualDevicePipeBackingInfo';
  pipeName: string;
}
export interface VirtualDeviceRemoteDeviceBackingInfo extends DataObject {
  _type: 'VirtualDeviceRemoteDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualDeviceURIBackingInfo extends DataObject {
  _type: 'VirtualDeviceURIBackingInfo';
  serviceURI: string;
  direction: string;
  proxyURI?: string | undefined;
}
export interface VirtualDisk extends DataObject {
  _type: 'VirtualDisk';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  capacityInKB: bigint;
  capacityInBytes?: bigint | undefined;
  shares?: SharesInfo | undefined;
  storageIOAllocation?: StorageIOAllocationInfo | undefined;
  diskObjectId?: string | undefined;
  vFlashCacheConfigInfo?: DataObject | undefined;
  iofilter?: string[] | undefined;
  vDiskId?: ID | undefined;
  vDiskVersion?: number | undefined;
  virtualDiskFormat?: string | undefined;
  nativeUnmanagedLinkedClone?: boolean | undefined;
  independentFilters?: DataObject[] | undefined;
  guestReadOnly?: boolean | undefined;
}
export interface VirtualDiskFlatVer1BackingInfo extends DataObject {
  _type: 'VirtualDiskFlatVer1BackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  split?: boolean | undefined;
  writeThrough?: boolean | undefined;
  contentId?: string | undefined;
  parent?: VirtualDiskFlatVer1BackingInfo | undefined;
}
export interface VirtualDiskFlatVer2BackingInfo extends DataObject {
  _type: 'VirtualDiskFlatVer2BackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  split?: boolean | undefined;
  writeThrough?: boolean | undefined;
  thinProvisioned?: boolean | undefined;
  eagerlyScrub?: boolean | undefined;
  uuid?: string | undefined;
  contentId?: string | undefined;
  changeId?: string | undefined;
  parent?: VirtualDiskFlatVer2BackingInfo | undefined;
  deltaDiskFormat?: string | undefined;
  digestEnabled?: boolean | undefined;
  deltaGrainSize?: number | undefined;
  deltaDiskFormatVariant?: string | undefined;
  sharing?: string | undefined;
  keyId?: DataObject | undefined;
}
export interface VirtualDiskLocalPMemBackingInfo extends DataObject {
  _type: 'VirtualDiskLocalPMemBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  uuid?: string | undefined;
  volumeUUID?: string | undefined;
  contentId?: string | undefined;
}
export interface VirtualDiskPartitionedRawDiskVer2BackingInfo extends DataObject {
  _type: 'VirtualDiskPartitionedRawDiskVer2BackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  descriptorFileName: string;
  uuid?: string | undefined;
  changeId?: string | undefined;
  sharing?: string | undefined;
  partition: number[];
}
export interface VirtualDiskRawDiskMappingVer1BackingInfo extends DataObject {
  _type: 'VirtualDiskRawDiskMappingVer1BackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  lunUuid?: string | undefined;
  deviceName?: string | undefined;
  compatibilityMode?: string | undefined;
  diskMode?: string | undefined;
  uuid?: string | undefined;
  contentId?: string | undefined;
  changeId?: string | undefined;
  parent?: VirtualDiskRawDiskMappingVer1BackingInfo | undefined;
  deltaDiskFormat?: string | undefined;
  deltaGrainSize?: number | undefined;
  sharing?: string | undefined;
}
export interface VirtualDiskRawDiskVer2BackingInfo extends DataObject {
  _type: 'VirtualDiskRawDiskVer2BackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  descriptorFileName: string;
  uuid?: string | undefined;
  changeId?: string | undefined;
  sharing?: string | undefined;
}
export interface VirtualDiskSeSparseBackingInfo extends DataObject {
  _type: 'VirtualDiskSeSparseBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  writeThrough?: boolean | undefined;
  uuid?: string | undefined;
  contentId?: string | undefined;
  changeId?: string | undefined;
  parent?: VirtualDiskSeSparseBackingInfo | undefined;
  deltaDiskFormat?: string | undefined;
  digestEnabled?: boolean | undefined;
  grainSize?: number | undefined;
  keyId?: DataObject | undefined;
}
export interface VirtualDiskSparseVer1BackingInfo extends DataObject {
  _type: 'VirtualDiskSparseVer1BackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  split?: boolean | undefined;
  writeThrough?: boolean | undefined;
  spaceUsedInKB?: bigint | undefined;
  contentId?: string | undefined;
  parent?: VirtualDiskSparseVer1BackingInfo | undefined;
}
export interface VirtualDiskSparseVer2BackingInfo extends DataObject {
  _type: 'VirtualDiskSparseVer2BackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  diskMode: string;
  split?: boolean | undefined;
  writeThrough?: boolean | undefined;
  spaceUsedInKB?: bigint | undefined;
  uuid?: string | undefined;
  contentId?: string | undefined;
  changeId?: string | undefined;
  parent?: VirtualDiskSparseVer2BackingInfo | undefined;
  keyId?: DataObject | undefined;
}
export interface VirtualE1000 extends DataObject {
  _type: 'VirtualE1000';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualE1000e extends DataObject {
  _type: 'VirtualE1000e';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualEnsoniq1371 extends DataObject {
  _type: 'VirtualEnsoniq1371';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualEthernetCard extends DataObject {
  _type: 'VirtualEthernetCard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualEthernetCardDistributedVirtualPortBackingInfo extends DataObject {
  _type: 'VirtualEthernetCardDistributedVirtualPortBackingInfo';
  port: DistributedVirtualSwitchPortConnection;
}
export interface VirtualEthernetCardLegacyNetworkBackingInfo extends DataObject {
  _type: 'VirtualEthernetCardLegacyNetworkBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualEthernetCardNetworkBackingInfo extends DataObject {
  _type: 'VirtualEthernetCardNetworkBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  network?: Ref | undefined;
  inPassthroughMode?: boolean | undefined;
}
export interface VirtualEthernetCardOpaqueNetworkBackingInfo extends DataObject {
  _type: 'VirtualEthernetCardOpaqueNetworkBackingInfo';
  opaqueNetworkId: string;
  opaqueNetworkType: string;
}
export interface VirtualEthernetCardResourceAllocation extends DataObject {
  _type?: 'VirtualEthernetCardResourceAllocation' | undefined;
  reservation?: bigint | undefined;
  share: SharesInfo;
  limit?: bigint | undefined;
}
export interface VirtualFloppy extends DataObject {
  _type: 'VirtualFloppy';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualFloppyDeviceBackingInfo extends DataObject {
  _type: 'VirtualFloppyDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualFloppyImageBackingInfo extends DataObject {
  _type: 'VirtualFloppyImageBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
}
export interface VirtualFloppyRemoteDeviceBackingInfo extends DataObject {
  _type: 'VirtualFloppyRemoteDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualHardware extends DataObject {
  _type?: 'VirtualHardware' | undefined;
  numCPU: number;
  numCoresPerSocket?: number | undefined;
  autoCoresPerSocket?: boolean | undefined;
  memoryMB: number;
  virtualICH7MPresent?: boolean | undefined;
  virtualSMCPresent?: boolean | undefined;
  device?: AnyVirtualDevice[] | undefined;
  motherboardLayout?: string | undefined;
  simultaneousThreads?: number | undefined;
}
export interface VirtualHdAudioCard extends DataObject {
  _type: 'VirtualHdAudioCard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualIDEController extends DataObject {
  _type: 'VirtualIDEController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualKeyboard extends DataObject {
  _type: 'VirtualKeyboard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualLsiLogicController extends DataObject {
  _type: 'VirtualLsiLogicController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  hotAddRemove?: boolean | undefined;
  sharedBus: VirtualSCSISharing;
  scsiCtlrUnitNumber?: number | undefined;
}
export interface VirtualLsiLogicSASController extends DataObject {
  _type: 'VirtualLsiLogicSASController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  hotAddRemove?: boolean | undefined;
  sharedBus: VirtualSCSISharing;
  scsiCtlrUnitNumber?: number | undefined;
}
export interface VirtualMachineVMCIDevice extends DataObject {
  _type: 'VirtualMachineVMCIDevice';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  id?: bigint | undefined;
  allowUnrestrictedCommunication?: boolean | undefined;
  filterEnable?: boolean | undefined;
  filterInfo?: DataObject | undefined;
}
export interface VirtualMachineVMIROM extends DataObject {
  _type: 'VirtualMachineVMIROM';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualMachineVideoCard extends DataObject {
  _type: 'VirtualMachineVideoCard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  videoRamSizeInKB?: bigint | undefined;
  numDisplays?: number | undefined;
  useAutoDetect?: boolean | undefined;
  enable3DSupport?: boolean | undefined;
  use3dRenderer?: string | undefined;
  graphicsMemorySizeInKB?: bigint | undefined;
}
export interface VirtualNVDIMM extends DataObject {
  _type: 'VirtualNVDIMM';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  capacityInMB: bigint;
  configuredCapacityInMB?: bigint | undefined;
}
export interface VirtualNVDIMMBackingInfo extends DataObject {
  _type: 'VirtualNVDIMMBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
  parent?: VirtualNVDIMMBackingInfo | undefined;
  changeId?: string | undefined;
}
export interface VirtualNVDIMMController extends DataObject {
  _type: 'VirtualNVDIMMController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualNVMEController extends DataObject {
  _type: 'VirtualNVMEController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  sharedBus?: string | undefined;
}
export interface VirtualPCIController extends DataObject {
  _type: 'VirtualPCIController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualPCIPassthrough extends DataObject {
  _type: 'VirtualPCIPassthrough';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualPCIPassthroughAllowedDevice extends DataObject {
  _type?: 'VirtualPCIPassthroughAllowedDevice' | undefined;
  vendorId: number;
  deviceId: number;
  subVendorId?: number | undefined;
  subDeviceId?: number | undefined;
  revisionId?: number | undefined;
}
export interface VirtualPCIPassthroughDeviceBackingInfo extends DataObject {
  _type: 'VirtualPCIPassthroughDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  id: string;
  deviceId: string;
  systemId: string;
  vendorId: number;
}
export interface VirtualPCIPassthroughDvxBackingInfo extends DataObject {
  _type: 'VirtualPCIPassthroughDvxBackingInfo';
  deviceClass?: string | undefined;
  configParams?: AnyOptionValue[] | undefined;
}
export interface VirtualPCIPassthroughDynamicBackingInfo extends DataObject {
  _type: 'VirtualPCIPassthroughDynamicBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  allowedDevice?: VirtualPCIPassthroughAllowedDevice[] | undefined;
  customLabel?: string | undefined;
  assignedId?: string | undefined;
}
export interface VirtualPCIPassthroughPluginBackingInfo extends DataObject {
  _type: 'VirtualPCIPassthroughPluginBackingInfo';
}
export interface VirtualPCIPassthroughVmiopBackingInfo extends DataObject {
  _type: 'VirtualPCIPassthroughVmiopBackingInfo';
  vgpu?: string | undefined;
  vgpuMigrateDataSizeMB?: number | undefined;
  migrateSupported?: boolean | undefined;
  enhancedMigrateCapability?: boolean | undefined;
}
export interface VirtualPCNet32 extends DataObject {
  _type: 'VirtualPCNet32';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualPS2Controller extends DataObject {
  _type: 'VirtualPS2Controller';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualParallelPort extends DataObject {
  _type: 'VirtualParallelPort';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualParallelPortDeviceBackingInfo extends DataObject {
  _type: 'VirtualParallelPortDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualParallelPortFileBackingInfo extends DataObject {
  _type: 'VirtualParallelPortFileBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
}
export interface VirtualPointingDevice extends DataObject {
  _type: 'VirtualPointingDevice';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualPointingDeviceDeviceBackingInfo extends DataObject {
  _type: 'VirtualPointingDeviceDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  hostPointingDevice: string;
}
export interface VirtualPrecisionClock extends DataObject {
  _type: 'VirtualPrecisionClock';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualPrecisionClockSystemClockBackingInfo extends DataObject {
  _type: 'VirtualPrecisionClockSystemClockBackingInfo';
  protocol?: string | undefined;
}
export interface VirtualSATAController extends DataObject {
  _type: 'VirtualSATAController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualSCSIController extends DataObject {
  _type: 'VirtualSCSIController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  hotAddRemove?: boolean | undefined;
  sharedBus: VirtualSCSISharing;
  scsiCtlrUnitNumber?: number | undefined;
}
export interface VirtualSCSIPassthrough extends DataObject {
  _type: 'VirtualSCSIPassthrough';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualSCSIPassthroughDeviceBackingInfo extends DataObject {
  _type: 'VirtualSCSIPassthroughDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualSIOController extends DataObject {
  _type: 'VirtualSIOController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
}
export interface VirtualSerialPort extends DataObject {
  _type: 'VirtualSerialPort';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  yieldOnPoll: boolean;
}
export interface VirtualSerialPortDeviceBackingInfo extends DataObject {
  _type: 'VirtualSerialPortDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualSerialPortFileBackingInfo extends DataObject {
  _type: 'VirtualSerialPortFileBackingInfo';
  fileName: string;
  datastore?: Ref | undefined;
  backingObjectId?: string | undefined;
}
export interface VirtualSerialPortPipeBackingInfo extends DataObject {
  _type: 'VirtualSerialPortPipeBackingInfo';
  pipeName: string;
  endpoint: string;
  noRxLoss?: boolean | undefined;
}
export interface VirtualSerialPortThinPrintBackingInfo extends DataObject {
  _type: 'VirtualSerialPortThinPrintBackingInfo';
}
export interface VirtualSerialPortURIBackingInfo extends DataObject {
  _type: 'VirtualSerialPortURIBackingInfo';
  serviceURI: string;
  direction: string;
  proxyURI?: string | undefined;
}
export interface VirtualSoundBlaster16 extends DataObject {
  _type: 'VirtualSoundBlaster16';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualSoundCard extends DataObject {
  _type: 'VirtualSoundCard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
}
export interface VirtualSoundCardDeviceBackingInfo extends DataObject {
  _type: 'VirtualSoundCardDeviceBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualSriovEthernetCard extends DataObject {
  _type: 'VirtualSriovEthernetCard';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
  allowGuestOSMtuChange?: boolean | undefined;
  sriovBacking?: VirtualSriovEthernetCardSriovBackingInfo | undefined;
  dvxBackingInfo?: VirtualPCIPassthroughDvxBackingInfo | undefined;
}
export interface VirtualSriovEthernetCardSriovBackingInfo extends DataObject {
  _type: 'VirtualSriovEthernetCardSriovBackingInfo';
  physicalFunctionBacking?: VirtualPCIPassthroughDeviceBackingInfo | undefined;
  virtualFunctionBacking?: VirtualPCIPassthroughDeviceBackingInfo | undefined;
  virtualFunctionIndex?: number | undefined;
}
export interface VirtualTPM extends DataObject {
  _type: 'VirtualTPM';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  endorsementKeyCertificateSigningRequest?: Uint8Array[] | undefined;
  endorsementKeyCertificate?: Uint8Array[] | undefined;
}
export interface VirtualUSB extends DataObject {
  _type: 'VirtualUSB';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  connected: boolean;
  vendor?: number | undefined;
  product?: number | undefined;
  family?: string[] | undefined;
  speed?: string[] | undefined;
}
export interface VirtualUSBController extends DataObject {
  _type: 'VirtualUSBController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  autoConnectDevices?: boolean | undefined;
  ehciEnabled?: boolean | undefined;
}
export interface VirtualUSBControllerPciBusSlotInfo extends DataObject {
  _type: 'VirtualUSBControllerPciBusSlotInfo';
  pciSlotNumber: number;
  ehciPciSlotNumber?: number | undefined;
}
export interface VirtualUSBRemoteClientBackingInfo extends DataObject {
  _type: 'VirtualUSBRemoteClientBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  hostname: string;
}
export interface VirtualUSBRemoteHostBackingInfo extends DataObject {
  _type: 'VirtualUSBRemoteHostBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
  hostname: string;
}
export interface VirtualUSBUSBBackingInfo extends DataObject {
  _type: 'VirtualUSBUSBBackingInfo';
  deviceName: string;
  useAutoDetect?: boolean | undefined;
}
export interface VirtualUSBXHCIController extends DataObject {
  _type: 'VirtualUSBXHCIController';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  busNumber: number;
  device?: number[] | undefined;
  autoConnectDevices?: boolean | undefined;
}
export interface VirtualVmxnet extends DataObject {
  _type: 'VirtualVmxnet';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualVmxnet2 extends DataObject {
  _type: 'VirtualVmxnet2';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
}
export interface VirtualVmxnet3 extends DataObject {
  _type: 'VirtualVmxnet3';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
  uptv2Enabled?: boolean | undefined;
  strictLatencyConfig?: DataObject | undefined;
}
export interface VirtualVmxnet3Vrdma extends DataObject {
  _type: 'VirtualVmxnet3Vrdma';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  addressType?: string | undefined;
  macAddress?: string | undefined;
  wakeOnLanEnabled?: boolean | undefined;
  resourceAllocation?: VirtualEthernetCardResourceAllocation | undefined;
  externalId?: string | undefined;
  uptCompatibilityEnabled?: boolean | undefined;
  subnetId?: string | undefined;
  uptv2Enabled?: boolean | undefined;
  strictLatencyConfig?: DataObject | undefined;
  deviceProtocol?: string | undefined;
}
export interface VirtualWDT extends DataObject {
  _type: 'VirtualWDT';
  key: number;
  deviceInfo?: AnyDescription | undefined;
  backing?: AnyVirtualDeviceBackingInfo | undefined;
  connectable?: VirtualDeviceConnectInfo | undefined;
  slotInfo?: AnyVirtualDeviceBusSlotInfo | undefined;
  controllerKey?: number | undefined;
  unitNumber?: number | undefined;
  numaNode?: number | undefined;
  deviceGroupInfo?: VirtualDeviceDeviceGroupInfo | undefined;
  runOnBoot: boolean;
  running: boolean;
}
export interface DatastoreCapability extends DataObject {
  _type?: 'DatastoreCapability' | undefined;
  directoryHierarchySupported: boolean;
  rawDiskMappingsSupported: boolean;
  perFileThinProvisioningSupported: boolean;
  storageIORMSupported: boolean;
  nativeSnapshotSupported: boolean;
  topLevelDirectoryCreateSupported?: boolean | undefined;
  seSparseSupported?: boolean | undefined;
  vmfsSparseSupported?: boolean | undefined;
  vsanSparseSupported?: boolean | undefined;
  upitSupported?: boolean | undefined;
  vmdkExpandSupported?: boolean | undefined;
  clusteredVmdkSupported?: boolean | undefined;
}
export interface DatastoreHostMount extends DataObject {
  _type?: 'DatastoreHostMount' | undefined;
  key: Ref;
  mountInfo: HostMountInfo;
}
export interface DatastoreInfo extends DataObject {
  _type: 'DatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
}
export interface DatastoreMountPathDatastorePair extends DataObject {
  _type?: 'DatastoreMountPathDatastorePair' | undefined;
  oldMountPath: string;
  datastore: Ref;
}
export interface DatastoreSummary extends DataObject {
  _type?: 'DatastoreSummary' | undefined;
  datastore?: Ref | undefined;
  name: string;
  url: string;
  capacity: bigint;
  freeSpace: bigint;
  uncommitted?: bigint | undefined;
  accessible: boolean;
  multipleHostAccess?: boolean | undefined;
  type: string;
  maintenanceMode?: string | undefined;
}
export interface DeviceBackedVirtualDiskSpec extends DataObject {
  _type: 'DeviceBackedVirtualDiskSpec';
  diskType: string;
  adapterType: string;
  device: string;
}
export interface FileBackedVirtualDiskSpec extends DataObject {
  _type: 'FileBackedVirtualDiskSpec';
  diskType: string;
  adapterType: string;
  capacityKb: bigint;
  profile?: DataObject[] | undefined;
  crypto?: DataObject | undefined;
  sectorFormat?: string | undefined;
}
export interface FileInfo extends DataObject {
  _type: 'FileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface FileQuery extends DataObject {
  _type: 'FileQuery';
}
export interface FileQueryFlags extends DataObject {
  _type?: 'FileQueryFlags' | undefined;
  fileType: boolean;
  fileSize: boolean;
  modification: boolean;
  fileOwner: boolean;
}
export interface FileTransferInformation extends DataObject {
  _type?: 'FileTransferInformation' | undefined;
  attributes: AnyGuestFileAttributes;
  size: bigint;
  url: string;
}
export interface FloppyImageFileInfo extends DataObject {
  _type: 'FloppyImageFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface FloppyImageFileQuery extends DataObject {
  _type: 'FloppyImageFileQuery';
}
export interface FolderFileInfo extends DataObject {
  _type: 'FolderFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface FolderFileQuery extends DataObject {
  _type: 'FolderFileQuery';
}
export interface StorageRequirement extends DataObject {
  _type?: 'StorageRequirement' | undefined;
  datastore: Ref;
  freeSpaceRequiredInKb: bigint;
}
export interface HostDatastoreBrowserSearchResults extends DataObject {
  _type?: 'HostDatastoreBrowserSearchResults' | undefined;
  datastore?: Ref | undefined;
  folderPath?: string | undefined;
  file?: AnyFileInfo[] | undefined;
}
export interface HostDatastoreBrowserSearchSpec extends DataObject {
  _type?: 'HostDatastoreBrowserSearchSpec' | undefined;
  query?: AnyFileQuery[] | undefined;
  details?: FileQueryFlags | undefined;
  searchCaseInsensitive?: boolean | undefined;
  matchPattern?: string[] | undefined;
  sortFoldersFirst?: boolean | undefined;
}
export interface HostFileSystemVolume extends DataObject {
  _type: 'HostFileSystemVolume';
  type: string;
  name: string;
  capacity: bigint;
}
export interface HostInternetScsiHbaParamValue extends DataObject {
  _type: 'HostInternetScsiHbaParamValue';
  key: string;
  value: AnyValue;
  isInherited?: boolean | undefined;
}
export interface HostLocalFileSystemVolume extends DataObject {
  _type: 'HostLocalFileSystemVolume';
  type: string;
  name: string;
  capacity: bigint;
  device: string;
}
export interface HostMountInfo extends DataObject {
  _type?: 'HostMountInfo' | undefined;
  path?: string | undefined;
  accessMode: string;
  mounted?: boolean | undefined;
  accessible?: boolean | undefined;
  inaccessibleReason?: string | undefined;
  vmknicName?: string | undefined;
  vmknicActive?: boolean | undefined;
  mountFailedReason?: string | undefined;
  numTcpConnections?: number | undefined;
}
export interface HostNasVolume extends DataObject {
  _type: 'HostNasVolume';
  type: string;
  name: string;
  capacity: bigint;
  remoteHost: string;
  remotePath: string;
  userName?: string | undefined;
  remoteHostNames?: string[] | undefined;
  securityType?: string | undefined;
  protocolEndpoint?: boolean | undefined;
}
export interface HostNasVolumeSpec extends DataObject {
  _type?: 'HostNasVolumeSpec' | undefined;
  remoteHost: string;
  remotePath: string;
  localPath: string;
  accessMode: string;
  type?: string | undefined;
  userName?: string | undefined;
  password?: string | undefined;
  remoteHostNames?: string[] | undefined;
  securityType?: string | undefined;
  vmknicToBind?: string | undefined;
  vmknicBound?: boolean | undefined;
  connections?: number | undefined;
}
export interface HostNetworkPolicy extends DataObject {
  _type?: 'HostNetworkPolicy' | undefined;
  security?: HostNetworkSecurityPolicy | undefined;
  nicTeaming?: HostNicTeamingPolicy | undefined;
  offloadPolicy?: DataObject | undefined;
  shapingPolicy?: HostNetworkTrafficShapingPolicy | undefined;
}
export interface HostNetworkSecurityPolicy extends DataObject {
  _type?: 'HostNetworkSecurityPolicy' | undefined;
  allowPromiscuous?: boolean | undefined;
  macChanges?: boolean | undefined;
  forgedTransmits?: boolean | undefined;
}
export interface HostNetworkTrafficShapingPolicy extends DataObject {
  _type?: 'HostNetworkTrafficShapingPolicy' | undefined;
  enabled?: boolean | undefined;
  averageBandwidth?: bigint | undefined;
  peakBandwidth?: bigint | undefined;
  burstSize?: bigint | undefined;
}
export interface HostNicOrderPolicy extends DataObject {
  _type?: 'HostNicOrderPolicy' | undefined;
  activeNic?: string[] | undefined;
  standbyNic?: string[] | undefined;
}
export interface HostNicTeamingPolicy extends DataObject {
  _type?: 'HostNicTeamingPolicy' | undefined;
  policy?: string | undefined;
  reversePolicy?: boolean | undefined;
  notifySwitches?: boolean | undefined;
  rollingOrder?: boolean | undefined;
  failureCriteria?: DataObject | undefined;
  nicOrder?: HostNicOrderPolicy | undefined;
}
export interface HostPMemVolume extends DataObject {
  _type: 'HostPMemVolume';
  type: string;
  name: string;
  capacity: bigint;
  uuid: string;
  version: string;
}
export interface HostScsiDiskPartition extends DataObject {
  _type?: 'HostScsiDiskPartition' | undefined;
  diskName: string;
  partition: number;
}
export interface HostVfatVolume extends DataObject {
  _type: 'HostVfatVolume';
  type: string;
  name: string;
  capacity: bigint;
}
export interface HostVffsVolume extends DataObject {
  _type: 'HostVffsVolume';
  type: string;
  name: string;
  capacity: bigint;
  majorVersion: number;
  version: string;
  uuid: string;
  extent: HostScsiDiskPartition[];
}
export interface HostVmfsVolume extends DataObject {
  _type: 'HostVmfsVolume';
  type: string;
  name: string;
  capacity: bigint;
  blockSizeMb: number;
  blockSize?: number | undefined;
  unmapGranularity?: number | undefined;
  unmapPriority?: string | undefined;
  unmapBandwidthSpec?: VmfsUnmapBandwidthSpec | undefined;
  maxBlocks: number;
  majorVersion: number;
  version: string;
  uuid: string;
  extent: HostScsiDiskPartition[];
  vmfsUpgradable: boolean;
  forceMountedInfo?: DataObject | undefined;
  ssd?: boolean | undefined;
  local?: boolean | undefined;
  scsiDiskType?: string | undefined;
}
export interface HostVvolVolume extends DataObject {
  _type: 'HostVvolVolume';
  type: string;
  name: string;
  capacity: bigint;
  scId: string;
  hostPE?: DataObject[] | undefined;
  hostVvolNQN?: DataObject[] | undefined;
  vasaProviderInfo?: DataObject[] | undefined;
  storageArray?: DataObject[] | undefined;
  protocolEndpointType?: string | undefined;
  vvolNQNFieldsAvailable?: boolean | undefined;
  stretched?: boolean | undefined;
}
export interface HttpNfcLeaseCapabilities extends DataObject {
  _type?: 'HttpNfcLeaseCapabilities' | undefined;
  pullModeSupported: boolean;
  corsSupported: boolean;
}
export interface HttpNfcLeaseDatastoreLeaseInfo extends DataObject {
  _type?: 'HttpNfcLeaseDatastoreLeaseInfo' | undefined;
  datastoreKey: string;
  hosts: HttpNfcLeaseHostInfo[];
}
export interface HttpNfcLeaseDeviceUrl extends DataObject {
  _type?: 'HttpNfcLeaseDeviceUrl' | undefined;
  key: string;
  importKey: string;
  url: string;
  sslThumbprint: string;
  sslCertificate?: string | undefined;
  disk?: boolean | undefined;
  targetId?: string | undefined;
  datastoreKey?: string | undefined;
  fileSize?: bigint | undefined;
}
export interface HttpNfcLeaseHostInfo extends DataObject {
  _type?: 'HttpNfcLeaseHostInfo' | undefined;
  url: string;
  sslThumbprint: string;
}
export interface HttpNfcLeaseInfo extends DataObject {
  _type?: 'HttpNfcLeaseInfo' | undefined;
  lease: Ref;
  entity: Ref;
  deviceUrl?: HttpNfcLeaseDeviceUrl[] | undefined;
  totalDiskCapacityInKB: bigint;
  leaseTimeout: number;
  hostMap?: HttpNfcLeaseDatastoreLeaseInfo[] | undefined;
}
export interface HttpNfcLeaseManifestEntry extends DataObject {
  _type?: 'HttpNfcLeaseManifestEntry' | undefined;
  key: string;
  sha1: string;
  checksum?: string | undefined;
  checksumType?: string | undefined;
  size: bigint;
  disk: boolean;
  capacity?: bigint | undefined;
  populatedSize?: bigint | undefined;
}
export interface IsoImageFileInfo extends DataObject {
  _type: 'IsoImageFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface IsoImageFileQuery extends DataObject {
  _type: 'IsoImageFileQuery';
}
export interface LocalDatastoreInfo extends DataObject {
  _type: 'LocalDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  path?: string | undefined;
}
export interface NasDatastoreInfo extends DataObject {
  _type: 'NasDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  nas?: HostNasVolume | undefined;
}
export interface PMemDatastoreInfo extends DataObject {
  _type: 'PMemDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  pmem: HostPMemVolume;
}
export interface SeSparseVirtualDiskSpec extends DataObject {
  _type: 'SeSparseVirtualDiskSpec';
  diskType: string;
  adapterType: string;
  capacityKb: bigint;
  profile?: DataObject[] | undefined;
  crypto?: DataObject | undefined;
  sectorFormat?: string | undefined;
  grainSizeKb?: number | undefined;
}
export interface StorageIOAllocationInfo extends DataObject {
  _type?: 'StorageIOAllocationInfo' | undefined;
  limit?: bigint | undefined;
  shares?: SharesInfo | undefined;
  reservation?: number | undefined;
}
export interface StoragePlacementAction extends DataObject {
  _type: 'StoragePlacementAction';
  type: string;
  target?: Ref | undefined;
  vm?: Ref | undefined;
  relocateSpec: VirtualMachineRelocateSpec;
  destination: Ref;
  spaceUtilBefore?: number | undefined;
  spaceDemandBefore?: number | undefined;
  spaceUtilAfter?: number | undefined;
  spaceDemandAfter?: number | undefined;
  ioLatencyBefore?: number | undefined;
}
export interface StoragePlacementResult extends DataObject {
  _type?: 'StoragePlacementResult' | undefined;
  recommendations?: ClusterRecommendation[] | undefined;
  drsFault?: DataObject | undefined;
  task?: Ref | undefined;
}
export interface StoragePlacementSpec extends DataObject {
  _type?: 'StoragePlacementSpec' | undefined;
  type: string;
  priority?: VirtualMachineMovePriority | undefined;
  vm?: Ref | undefined;
  podSelectionSpec: StorageDrsPodSelectionSpec;
  cloneSpec?: VirtualMachineCloneSpec | undefined;
  cloneName?: string | undefined;
  configSpec?: VirtualMachineConfigSpec | undefined;
  relocateSpec?: VirtualMachineRelocateSpec | undefined;
  resourcePool?: Ref | undefined;
  host?: Ref | undefined;
  folder?: Ref | undefined;
  disallowPrerequisiteMoves?: boolean | undefined;
  resourceLeaseDurationSec?: number | undefined;
}
export interface StoragePodSummary extends DataObject {
  _type?: 'StoragePodSummary' | undefined;
  name: string;
  capacity: bigint;
  freeSpace: bigint;
}
export interface TemplateConfigFileInfo extends DataObject {
  _type: 'TemplateConfigFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
  configVersion?: number | undefined;
  encryption?: VmConfigFileEncryptionInfo | undefined;
}
export interface TemplateConfigFileQuery extends DataObject {
  _type: 'TemplateConfigFileQuery';
  filter?: VmConfigFileQueryFilter | undefined;
  details?: VmConfigFileQueryFlags | undefined;
}
export interface VirtualDiskId extends DataObject {
  _type?: 'VirtualDiskId' | undefined;
  vm: Ref;
  diskId: number;
}
export interface VirtualDiskSpec extends DataObject {
  _type: 'VirtualDiskSpec';
  diskType: string;
  adapterType: string;
}
export interface VmConfigFileEncryptionInfo extends DataObject {
  _type?: 'VmConfigFileEncryptionInfo' | undefined;
  keyId?: DataObject | undefined;
}
export interface VmConfigFileInfo extends DataObject {
  _type: 'VmConfigFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
  configVersion?: number | undefined;
  encryption?: VmConfigFileEncryptionInfo | undefined;
}
export interface VmConfigFileQuery extends DataObject {
  _type: 'VmConfigFileQuery';
  filter?: VmConfigFileQueryFilter | undefined;
  details?: VmConfigFileQueryFlags | undefined;
}
export interface VmConfigFileQueryFilter extends DataObject {
  _type?: 'VmConfigFileQueryFilter' | undefined;
  matchConfigVersion?: number[] | undefined;
  encrypted?: boolean | undefined;
}
export interface VmConfigFileQueryFlags extends DataObject {
  _type?: 'VmConfigFileQueryFlags' | undefined;
  configVersion: boolean;
  encryption?: boolean | undefined;
}
export interface VmDiskFileEncryptionInfo extends DataObject {
  _type?: 'VmDiskFileEncryptionInfo' | undefined;
  keyId?: DataObject | undefined;
}
export interface VmDiskFileInfo extends DataObject {
  _type: 'VmDiskFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
  diskType?: string | undefined;
  capacityKb?: bigint | undefined;
  hardwareVersion?: number | undefined;
  controllerType?: string | undefined;
  diskExtents?: string[] | undefined;
  thin?: boolean | undefined;
  encryption?: VmDiskFileEncryptionInfo | undefined;
  sectorFormat?: string | undefined;
}
export interface VmDiskFileQuery extends DataObject {
  _type: 'VmDiskFileQuery';
  filter?: VmDiskFileQueryFilter | undefined;
  details?: VmDiskFileQueryFlags | undefined;
}
export interface VmDiskFileQueryFilter extends DataObject {
  _type?: 'VmDiskFileQueryFilter' | undefined;
  diskType?: string[] | undefined;
  matchHardwareVersion?: number[] | undefined;
  controllerType?: string[] | undefined;
  thin?: boolean | undefined;
  encrypted?: boolean | undefined;
}
export interface VmDiskFileQueryFlags extends DataObject {
  _type?: 'VmDiskFileQueryFlags' | undefined;
  diskType: boolean;
  capacityKb: boolean;
  hardwareVersion: boolean;
  controllerType?: boolean | undefined;
  diskExtents?: boolean | undefined;
  thin?: boolean | undefined;
  encryption?: boolean | undefined;
  sectorFormat?: boolean | undefined;
}
export interface VmLogFileInfo extends DataObject {
  _type: 'VmLogFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface VmLogFileQuery extends DataObject {
  _type: 'VmLogFileQuery';
}
export interface VmNvramFileInfo extends DataObject {
  _type: 'VmNvramFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface VmNvramFileQuery extends DataObject {
  _type: 'VmNvramFileQuery';
}
export interface VmSnapshotFileInfo extends DataObject {
  _type: 'VmSnapshotFileInfo';
  path: string;
  friendlyName?: string | undefined;
  fileSize?: bigint | undefined;
  modification?: Date | undefined;
  owner?: string | undefined;
}
export interface VmSnapshotFileQuery extends DataObject {
  _type: 'VmSnapshotFileQuery';
}
export interface VmfsDatastoreInfo extends DataObject {
  _type: 'VmfsDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  maxPhysicalRDMFileSize: bigint;
  maxVirtualRDMFileSize: bigint;
  vmfs?: HostVmfsVolume | undefined;
}
export interface VmfsUnmapBandwidthSpec extends DataObject {
  _type?: 'VmfsUnmapBandwidthSpec' | undefined;
  policy: string;
  fixedValue: bigint;
  dynamicMin: bigint;
  dynamicMax: bigint;
}
export interface VsanDatastoreInfo extends DataObject {
  _type: 'VsanDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  membershipUuid?: string | undefined;
  accessGenNo?: number | undefined;
}
export interface VvolDatastoreInfo extends DataObject {
  _type: 'VvolDatastoreInfo';
  name: string;
  url: string;
  freeSpace: bigint;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxMemoryFileSize: bigint;
  timestamp?: Date | undefined;
  containerId?: string | undefined;
  aliasOf?: string | undefined;
  supportedVDiskFormats?: string[] | undefined;
  logicalSectorSize?: number | undefined;
  physicalSectorSize?: number | undefined;
  vvolDS?: HostVvolVolume | undefined;
}
export interface DVPortConfigInfo extends DataObject {
  _type?: 'DVPortConfigInfo' | undefined;
  name?: string | undefined;
  scope?: Ref[] | undefined;
  description?: string | undefined;
  setting?: AnyDVPortSetting | undefined;
  configVersion: string;
}
export interface DVPortConfigSpec extends DataObject {
  _type?: 'DVPortConfigSpec' | undefined;
  operation: string;
  key?: string | undefined;
  name?: string | undefined;
  scope?: Ref[] | undefined;
  description?: string | undefined;
  setting?: AnyDVPortSetting | undefined;
  configVersion?: string | undefined;
}
export interface DVPortSetting extends DataObject {
  _type: 'DVPortSetting';
  blocked?: BoolPolicy | undefined;
  vmDirectPathGen2Allowed?: BoolPolicy | undefined;
  inShapingPolicy?: DVSTrafficShapingPolicy | undefined;
  outShapingPolicy?: DVSTrafficShapingPolicy | undefined;
  vendorSpecificConfig?: DVSVendorSpecificConfig | undefined;
  networkResourcePoolKey?: StringPolicy | undefined;
  filterPolicy?: DataObject | undefined;
}
export interface DVPortState extends DataObject {
  _type?: 'DVPortState' | undefined;
  runtimeInfo?: DataObject | undefined;
  stats: DataObject;
  vendorSpecificState?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
}
export interface DVPortgroupConfigInfo extends DataObject {
  _type?: 'DVPortgroupConfigInfo' | undefined;
  key: string;
  name: string;
  numPorts: number;
  distributedVirtualSwitch?: Ref | undefined;
  defaultPortConfig?: AnyDVPortSetting | undefined;
  description?: string | undefined;
  type: string;
  backingType?: string | undefined;
  policy: AnyDVPortgroupPolicy;
  portNameFormat?: string | undefined;
  scope?: Ref[] | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  configVersion?: string | undefined;
  autoExpand?: boolean | undefined;
  vmVnicNetworkResourcePoolKey?: string | undefined;
  uplink?: boolean | undefined;
  transportZoneUuid?: string | undefined;
  transportZoneName?: string | undefined;
  logicalSwitchUuid?: string | undefined;
  segmentId?: string | undefined;
  subnetId?: string | undefined;
}
export interface DVPortgroupConfigSpec extends DataObject {
  _type?: 'DVPortgroupConfigSpec' | undefined;
  configVersion?: string | undefined;
  name?: string | undefined;
  numPorts?: number | undefined;
  portNameFormat?: string | undefined;
  defaultPortConfig?: AnyDVPortSetting | undefined;
  description?: string | undefined;
  type?: string | undefined;
  backingType?: string | undefined;
  scope?: Ref[] | undefined;
  policy?: AnyDVPortgroupPolicy | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  autoExpand?: boolean | undefined;
  vmVnicNetworkResourcePoolKey?: string | undefined;
  transportZoneUuid?: string | undefined;
  transportZoneName?: string | undefined;
  logicalSwitchUuid?: string | undefined;
  segmentId?: string | undefined;
  subnetId?: string | undefined;
}
export interface DVSConfigInfo extends DataObject {
  _type: 'DVSConfigInfo';
  uuid: string;
  name: string;
  numStandalonePorts: number;
  numPorts: number;
  maxPorts: number;
  uplinkPortPolicy: AnyDVSUplinkPortPolicy;
  uplinkPortgroup?: Ref[] | undefined;
  defaultPortConfig: AnyDVPortSetting;
  host?: DataObject[] | undefined;
  productInfo: DistributedVirtualSwitchProductSpec;
  targetInfo?: DistributedVirtualSwitchProductSpec | undefined;
  extensionKey?: string | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  policy?: DataObject | undefined;
  description?: string | undefined;
  configVersion: string;
  contact: DVSContactInfo;
  switchIpAddress?: string | undefined;
  createTime: Date;
  networkResourceManagementEnabled: boolean;
  defaultProxySwitchMaxNumPorts?: number | undefined;
  healthCheckConfig?: DataObject[] | undefined;
  infrastructureTrafficResourceConfig?: DataObject[] | undefined;
  netResourcePoolTrafficResourceConfig?: DataObject[] | undefined;
  networkResourceControlVersion?: string | undefined;
  vmVnicNetworkResourcePool?: DVSVmVnicNetworkResourcePool[] | undefined;
  pnicCapacityRatioForReservation?: number | undefined;
}
export interface DVSConfigSpec extends DataObject {
  _type: 'DVSConfigSpec';
  configVersion?: string | undefined;
  name?: string | undefined;
  numStandalonePorts?: number | undefined;
  maxPorts?: number | undefined;
  uplinkPortPolicy?: AnyDVSUplinkPortPolicy | undefined;
  uplinkPortgroup?: Ref[] | undefined;
  defaultPortConfig?: AnyDVPortSetting | undefined;
  host?: DataObject[] | undefined;
  extensionKey?: string | undefined;
  description?: string | undefined;
  policy?: DataObject | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  contact?: DVSContactInfo | undefined;
  switchIpAddress?: string | undefined;
  defaultProxySwitchMaxNumPorts?: number | undefined;
  infrastructureTrafficResourceConfig?: DataObject[] | undefined;
  netResourcePoolTrafficResourceConfig?: DataObject[] | undefined;
  networkResourceControlVersion?: string | undefined;
}
export interface DVSCreateSpec extends DataObject {
  _type?: 'DVSCreateSpec' | undefined;
  configSpec: AnyDVSConfigSpec;
  productInfo?: DistributedVirtualSwitchProductSpec | undefined;
  capability?: DataObject | undefined;
}
export interface DVSSummary extends DataObject {
  _type?: 'DVSSummary' | undefined;
  name: string;
  uuid: string;
  numPorts: number;
  productInfo?: DistributedVirtualSwitchProductSpec | undefined;
  hostMember?: Ref[] | undefined;
  vm?: Ref[] | undefined;
  host?: Ref[] | undefined;
  portgroupName?: string[] | undefined;
  description?: string | undefined;
  contact?: DVSContactInfo | undefined;
  numHosts?: number | undefined;
}
export interface DVSVmVnicNetworkResourcePool extends DataObject {
  _type?: 'DVSVmVnicNetworkResourcePool' | undefined;
  key: string;
  name?: string | undefined;
  description?: string | undefined;
  configVersion: string;
  allocationInfo?: DvsVmVnicResourceAllocation | undefined;
}
export interface DistributedVirtualPort extends DataObject {
  _type?: 'DistributedVirtualPort' | undefined;
  key: string;
  config: DVPortConfigInfo;
  dvsUuid: string;
  portgroupKey?: string | undefined;
  proxyHost?: Ref | undefined;
  connectee?: DataObject | undefined;
  conflict: boolean;
  conflictPortKey?: string | undefined;
  state?: DVPortState | undefined;
  connectionCookie?: number | undefined;
  lastStatusChange: Date;
  hostLocalPort?: boolean | undefined;
  externalId?: string | undefined;
  segmentPortId?: string | undefined;
}
export interface DistributedVirtualSwitchKeyedOpaqueBlob extends DataObject {
  _type?: 'DistributedVirtualSwitchKeyedOpaqueBlob' | undefined;
  key: string;
  opaqueData: string;
}
export interface DistributedVirtualSwitchPortConnection extends DataObject {
  _type?: 'DistributedVirtualSwitchPortConnection' | undefined;
  switchUuid: string;
  portgroupKey?: string | undefined;
  portKey?: string | undefined;
  connectionCookie?: number | undefined;
}
export interface DistributedVirtualSwitchPortCriteria extends DataObject {
  _type?: 'DistributedVirtualSwitchPortCriteria' | undefined;
  connected?: boolean | undefined;
  active?: boolean | undefined;
  uplinkPort?: boolean | undefined;
  nsxPort?: boolean | undefined;
  scope?: Ref | undefined;
  portgroupKey?: string[] | undefined;
  inside?: boolean | undefined;
  portKey?: string[] | undefined;
  host?: Ref[] | undefined;
}
export interface DvsVmVnicResourceAllocation extends DataObject {
  _type?: 'DvsVmVnicResourceAllocation' | undefined;
  reservationQuota?: bigint | undefined;
}
export interface HostIpRouteConfig extends DataObject {
  _type?: 'HostIpRouteConfig' | undefined;
  defaultGateway?: string | undefined;
  gatewayDevice?: string | undefined;
  ipV6DefaultGateway?: string | undefined;
  ipV6GatewayDevice?: string | undefined;
}
export interface HostPortGroupSpec extends DataObject {
  _type?: 'HostPortGroupSpec' | undefined;
  name: string;
  vlanId: number;
  vswitchName: string;
  policy: HostNetworkPolicy;
}
export interface HostVirtualSwitchSpec extends DataObject {
  _type?: 'HostVirtualSwitchSpec' | undefined;
  numPorts: number;
  bridge?: DataObject | undefined;
  policy?: HostNetworkPolicy | undefined;
  mtu?: number | undefined;
}
export interface OpaqueNetworkCapability extends DataObject {
  _type?: 'OpaqueNetworkCapability' | undefined;
  networkReservationSupported: boolean;
}
export interface OpaqueNetworkSummary extends DataObject {
  _type: 'OpaqueNetworkSummary';
  network?: Ref | undefined;
  name: string;
  accessible: boolean;
  ipPoolName: string;
  ipPoolId?: number | undefined;
  opaqueNetworkId: string;
  opaqueNetworkType: string;
}
export interface VMwareDVSConfigInfo extends DataObject {
  _type: 'VMwareDVSConfigInfo';
  uuid: string;
  name: string;
  numStandalonePorts: number;
  numPorts: number;
  maxPorts: number;
  uplinkPortPolicy: AnyDVSUplinkPortPolicy;
  uplinkPortgroup?: Ref[] | undefined;
  defaultPortConfig: AnyDVPortSetting;
  host?: DataObject[] | undefined;
  productInfo: DistributedVirtualSwitchProductSpec;
  targetInfo?: DistributedVirtualSwitchProductSpec | undefined;
  extensionKey?: string | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  policy?: DataObject | undefined;
  description?: string | undefined;
  configVersion: string;
  contact: DVSContactInfo;
  switchIpAddress?: string | undefined;
  createTime: Date;
  networkResourceManagementEnabled: boolean;
  defaultProxySwitchMaxNumPorts?: number | undefined;
  healthCheckConfig?: DataObject[] | undefined;
  infrastructureTrafficResourceConfig?: DataObject[] | undefined;
  netResourcePoolTrafficResourceConfig?: DataObject[] | undefined;
  networkResourceControlVersion?: string | undefined;
  vmVnicNetworkResourcePool?: DVSVmVnicNetworkResourcePool[] | undefined;
  pnicCapacityRatioForReservation?: number | undefined;
  vspanSession?: DataObject[] | undefined;
  pvlanConfig?: VMwareDVSPvlanMapEntry[] | undefined;
  maxMtu: number;
  linkDiscoveryProtocolConfig?: DataObject | undefined;
  ipfixConfig?: DataObject | undefined;
  lacpGroupConfig?: DataObject[] | undefined;
  lacpApiVersion?: string | undefined;
  multicastFilteringMode?: string | undefined;
  networkOffloadSpecId?: string | undefined;
  networkOffloadConfig?: DataObject | undefined;
  realTimeConfig?: DataObject | undefined;
}
export interface VMwareDVSConfigSpec extends DataObject {
  _type: 'VMwareDVSConfigSpec';
  configVersion?: string | undefined;
  name?: string | undefined;
  numStandalonePorts?: number | undefined;
  maxPorts?: number | undefined;
  uplinkPortPolicy?: AnyDVSUplinkPortPolicy | undefined;
  uplinkPortgroup?: Ref[] | undefined;
  defaultPortConfig?: AnyDVPortSetting | undefined;
  host?: DataObject[] | undefined;
  extensionKey?: string | undefined;
  description?: string | undefined;
  policy?: DataObject | undefined;
  vendorSpecificConfig?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
  contact?: DVSContactInfo | undefined;
  switchIpAddress?: string | undefined;
  defaultProxySwitchMaxNumPorts?: number | undefined;
  infrastructureTrafficResourceConfig?: DataObject[] | undefined;
  netResourcePoolTrafficResourceConfig?: DataObject[] | undefined;
  networkResourceControlVersion?: string | undefined;
  pvlanConfigSpec?: VMwareDVSPvlanConfigSpec[] | undefined;
  vspanConfigSpec?: DataObject[] | undefined;
  maxMtu?: number | undefined;
  linkDiscoveryProtocolConfig?: DataObject | undefined;
  ipfixConfig?: DataObject | undefined;
  lacpApiVersion?: string | undefined;
  multicastFilteringMode?: string | undefined;
  networkOffloadSpecId?: string | undefined;
  networkOffloadConfig?: DataObject | undefined;
  realTimeConfig?: DataObject | undefined;
}
export interface VMwareDVSPortSetting extends DataObject {
  _type: 'VMwareDVSPortSetting';
  blocked?: BoolPolicy | undefined;
  vmDirectPathGen2Allowed?: BoolPolicy | undefined;
  inShapingPolicy?: DVSTrafficShapingPolicy | undefined;
  outShapingPolicy?: DVSTrafficShapingPolicy | undefined;
  vendorSpecificConfig?: DVSVendorSpecificConfig | undefined;
  networkResourcePoolKey?: StringPolicy | undefined;
  filterPolicy?: DataObject | undefined;
  vlan?: AnyVmwareDistributedVirtualSwitchVlanSpec | undefined;
  qosTag?: IntPolicy | undefined;
  uplinkTeamingPolicy?: VmwareUplinkPortTeamingPolicy | undefined;
  securityPolicy?: DVSSecurityPolicy | undefined;
  ipfixEnabled?: BoolPolicy | undefined;
  txUplink?: BoolPolicy | undefined;
  lacpPolicy?: VMwareUplinkLacpPolicy | undefined;
  macManagementPolicy?: DataObject | undefined;
  VNI?: IntPolicy | undefined;
}
export interface VMwareDVSPvlanConfigSpec extends DataObject {
  _type?: 'VMwareDVSPvlanConfigSpec' | undefined;
  pvlanEntry: VMwareDVSPvlanMapEntry;
  operation: string;
}
export interface VMwareDVSPvlanMapEntry extends DataObject {
  _type?: 'VMwareDVSPvlanMapEntry' | undefined;
  primaryVlanId: number;
  secondaryVlanId: number;
  pvlanType: string;
}
export interface VmwareDistributedVirtualSwitchPvlanSpec extends DataObject {
  _type: 'VmwareDistributedVirtualSwitchPvlanSpec';
  inherited: boolean;
  pvlanId: number;
}
export interface VmwareDistributedVirtualSwitchTrunkVlanSpec extends DataObject {
  _type: 'VmwareDistributedVirtualSwitchTrunkVlanSpec';
  inherited: boolean;
  vlanId?: NumericRange[] | undefined;
}
export interface VmwareDistributedVirtualSwitchVlanIdSpec extends DataObject {
  _type: 'VmwareDistributedVirtualSwitchVlanIdSpec';
  inherited: boolean;
  vlanId: number;
}
export interface VmwareDistributedVirtualSwitchVlanSpec extends DataObject {
  _type: 'VmwareDistributedVirtualSwitchVlanSpec';
  inherited: boolean;
}
export interface DVPortgroupPolicy extends DataObject {
  _type: 'DVPortgroupPolicy';
  blockOverrideAllowed: boolean;
  shapingOverrideAllowed: boolean;
  vendorConfigOverrideAllowed: boolean;
  livePortMovingAllowed: boolean;
  portConfigResetAtDisconnect: boolean;
  networkResourcePoolOverrideAllowed?: boolean | undefined;
  trafficFilterOverrideAllowed?: boolean | undefined;
}
export interface DVSContactInfo extends DataObject {
  _type?: 'DVSContactInfo' | undefined;
  name?: string | undefined;
  contact?: string | undefined;
}
export interface DVSFailureCriteria extends DataObject {
  _type: 'DVSFailureCriteria';
  inherited: boolean;
  checkSpeed?: StringPolicy | undefined;
  speed?: IntPolicy | undefined;
  checkDuplex?: BoolPolicy | undefined;
  fullDuplex?: BoolPolicy | undefined;
  checkErrorPercent?: BoolPolicy | undefined;
  percentage?: IntPolicy | undefined;
  checkBeacon?: BoolPolicy | undefined;
}
export interface DVSNameArrayUplinkPortPolicy extends DataObject {
  _type: 'DVSNameArrayUplinkPortPolicy';
  uplinkPortName: string[];
}
export interface DVSSecurityPolicy extends DataObject {
  _type: 'DVSSecurityPolicy';
  inherited: boolean;
  allowPromiscuous?: BoolPolicy | undefined;
  macChanges?: BoolPolicy | undefined;
  forgedTransmits?: BoolPolicy | undefined;
}
export interface DVSTrafficShapingPolicy extends DataObject {
  _type: 'DVSTrafficShapingPolicy';
  inherited: boolean;
  enabled?: BoolPolicy | undefined;
  averageBandwidth?: LongPolicy | undefined;
  peakBandwidth?: LongPolicy | undefined;
  burstSize?: LongPolicy | undefined;
}
export interface DVSUplinkPortPolicy extends DataObject {
  _type: 'DVSUplinkPortPolicy';
}
export interface DVSVendorSpecificConfig extends DataObject {
  _type: 'DVSVendorSpecificConfig';
  inherited: boolean;
  keyValue?: DistributedVirtualSwitchKeyedOpaqueBlob[] | undefined;
}
export interface DistributedVirtualSwitchProductSpec extends DataObject {
  _type?: 'DistributedVirtualSwitchProductSpec' | undefined;
  name?: string | undefined;
  vendor?: string | undefined;
  version?: string | undefined;
  build?: string | undefined;
  forwardingClass?: string | undefined;
  bundleId?: string | undefined;
  bundleUrl?: string | undefined;
}
export interface LongPolicy extends DataObject {
  _type: 'LongPolicy';
  inherited: boolean;
  value?: bigint | undefined;
}
export interface VMwareDVSPortgroupPolicy extends DataObject {
  _type: 'VMwareDVSPortgroupPolicy';
  blockOverrideAllowed: boolean;
  shapingOverrideAllowed: boolean;
  vendorConfigOverrideAllowed: boolean;
  livePortMovingAllowed: boolean;
  portConfigResetAtDisconnect: boolean;
  networkResourcePoolOverrideAllowed?: boolean | undefined;
  trafficFilterOverrideAllowed?: boolean | undefined;
  vlanOverrideAllowed: boolean;
  uplinkTeamingOverrideAllowed: boolean;
  securityPolicyOverrideAllowed: boolean;
  ipfixOverrideAllowed?: boolean | undefined;
  macManagementOverrideAllowed?: boolean | undefined;
}
export interface VMwareUplinkLacpPolicy extends DataObject {
  _type: 'VMwareUplinkLacpPolicy';
  inherited: boolean;
  enable?: BoolPolicy | undefined;
  mode?: StringPolicy | undefined;
}
export interface VMwareUplinkPortOrderPolicy extends DataObject {
  _type: 'VMwareUplinkPortOrderPolicy';
  inherited: boolean;
  activeUplinkPort?: string[] | undefined;
  standbyUplinkPort?: string[] | undefined;
}
export interface VmwareUplinkPortTeamingPolicy extends DataObject {
  _type: 'VmwareUplinkPortTeamingPolicy';
  inherited: boolean;
  policy?: StringPolicy | undefined;
  reversePolicy?: BoolPolicy | undefined;
  notifySwitches?: BoolPolicy | undefined;
  rollingOrder?: BoolPolicy | undefined;
  failureCriteria?: DVSFailureCriteria | undefined;
  uplinkPortOrder?: VMwareUplinkPortOrderPolicy | undefined;
}
export interface CustomizationAdapterMapping extends DataObject {
  _type?: 'CustomizationAdapterMapping' | undefined;
  macAddress?: string | undefined;
  adapter: CustomizationIPSettings;
}
export interface CustomizationAutoIpV6Generator extends DataObject {
  _type: 'CustomizationAutoIpV6Generator';
}
export interface CustomizationCloudinitPrep extends DataObject {
  _type: 'CustomizationCloudinitPrep';
  metadata: string;
  userdata?: string | undefined;
}
export interface CustomizationCustomIpGenerator extends DataObject {
  _type: 'CustomizationCustomIpGenerator';
  argument?: string | undefined;
}
export interface CustomizationCustomIpV6Generator extends DataObject {
  _type: 'CustomizationCustomIpV6Generator';
  argument?: string | undefined;
}
export interface CustomizationCustomName extends DataObject {
  _type: 'CustomizationCustomName';
  argument?: string | undefined;
}
export interface CustomizationDhcpIpGenerator extends DataObject {
  _type: 'CustomizationDhcpIpGenerator';
}
export interface CustomizationDhcpIpV6Generator extends DataObject {
  _type: 'CustomizationDhcpIpV6Generator';
}
export interface CustomizationDisableIpV4 extends DataObject {
  _type: 'CustomizationDisableIpV4';
}
export interface CustomizationFixedIp extends DataObject {
  _type: 'CustomizationFixedIp';
  ipAddress: string;
}
export interface CustomizationFixedIpV6 extends DataObject {
  _type: 'CustomizationFixedIpV6';
  ipAddress: string;
  subnetMask: number;
}
export interface CustomizationFixedName extends DataObject {
  _type: 'CustomizationFixedName';
  name: string;
}
export interface CustomizationGlobalIPSettings extends DataObject {
  _type?: 'CustomizationGlobalIPSettings' | undefined;
  dnsSuffixList?: string[] | undefined;
  dnsServerList?: string[] | undefined;
}
export interface CustomizationGuiRunOnce extends DataObject {
  _type?: 'CustomizationGuiRunOnce' | undefined;
  commandList: string[];
}
export interface CustomizationGuiUnattended extends DataObject {
  _type?: 'CustomizationGuiUnattended' | undefined;
  password?: CustomizationPassword | undefined;
  timeZone: number;
  autoLogon: boolean;
  autoLogonCount: number;
}
export interface CustomizationIPSettings extends DataObject {
  _type?: 'CustomizationIPSettings' | undefined;
  ip: AnyCustomizationIpGenerator;
  subnetMask?: string | undefined;
  gateway?: string[] | undefined;
  ipV6Spec?: CustomizationIPSettingsIpV6AddressSpec | undefined;
  dnsServerList?: string[] | undefined;
  dnsDomain?: string | undefined;
  primaryWINS?: string | undefined;
  secondaryWINS?: string | undefined;
  netBIOS?: CustomizationNetBIOSMode | undefined;
  primary?: boolean | undefined;
}
export interface CustomizationIPSettingsIpV6AddressSpec extends DataObject {
  _type?: 'CustomizationIPSettingsIpV6AddressSpec' | undefined;
  ip: AnyCustomizationIpV6Generator[];
  gateway?: string[] | undefined;
}
export interface CustomizationIdentification extends DataObject {
  _type?: 'CustomizationIdentification' | undefined;
  joinWorkgroup?: string | undefined;
  joinDomain?: string | undefined;
  domainAdmin?: string | undefined;
  domainAdminPassword?: CustomizationPassword | undefined;
  domainOU?: string | undefined;
}
export interface CustomizationIdentitySettings extends DataObject {
  _type: 'CustomizationIdentitySettings';
}
export interface CustomizationIpGenerator extends DataObject {
  _type: 'CustomizationIpGenerator';
}
export interface CustomizationIpV6Generator extends DataObject {
  _type: 'CustomizationIpV6Generator';
}
export interface CustomizationLicenseFilePrintData extends DataObject {
  _type?: 'CustomizationLicenseFilePrintData' | undefined;
  autoMode: CustomizationLicenseDataMode;
  autoUsers?: number | undefined;
}
export interface CustomizationLinuxFlexPrep extends DataObject {
  _type: 'CustomizationLinuxFlexPrep';
}
export interface CustomizationLinuxOptions extends DataObject {
  _type: 'CustomizationLinuxOptions';
}
export interface CustomizationLinuxPrep extends DataObject {
  _type: 'CustomizationLinuxPrep';
  hostName: AnyCustomizationName;
  domain: string;
  timeZone?: string | undefined;
  hwClockUTC?: boolean | undefined;
  scriptText?: string | undefined;
  compatibleCustomizationMethod?: string | undefined;
  resetPassword?: boolean | undefined;
  password?: CustomizationPassword | undefined;
  extraConfig?: AnyOptionValue[] | undefined;
}
export interface CustomizationName extends DataObject {
  _type: 'CustomizationName';
}
export interface CustomizationOptions extends DataObject {
  _type: 'CustomizationOptions';
}
export interface CustomizationPassword extends DataObject {
  _type?: 'CustomizationPassword' | undefined;
  value: string;
  plainText: boolean;
}
export interface CustomizationPrefixName extends DataObject {
  _type: 'CustomizationPrefixName';
  base: string;
}
export interface CustomizationSpec extends DataObject {
  _type?: 'CustomizationSpec' | undefined;
  options?: AnyCustomizationOptions | undefined;
  identity: AnyCustomizationIdentitySettings;
  globalIPSettings: CustomizationGlobalIPSettings;
  nicSettingMap?: CustomizationAdapterMapping[] | undefined;
  encryptionKey?: number[] | undefined;
}
export interface CustomizationSpecInfo extends DataObject {
  _type?: 'CustomizationSpecInfo' | undefined;
  name: string;
  description: string;
  type: string;
  changeVersion?: string | undefined;
  lastUpdateTime?: Date | undefined;
}
export interface CustomizationSpecItem extends DataObject {
  _type?: 'CustomizationSpecItem' | undefined;
  info: CustomizationSpecInfo;
  spec: CustomizationSpec;
}
export interface CustomizationStatelessIpV6Generator extends DataObject {
  _type: 'CustomizationStatelessIpV6Generator';
}
export interface CustomizationSysprep extends DataObject {
  _type: 'CustomizationSysprep';
  guiUnattended: CustomizationGuiUnattended;
  userData: CustomizationUserData;
  guiRunOnce?: CustomizationGuiRunOnce | undefined;
  identification: CustomizationIdentification;
  licenseFilePrintData?: CustomizationLicenseFilePrintData | undefined;
  scriptText?: string | undefined;
  resetPassword?: boolean | undefined;
  extraConfig?: AnyOptionValue[] | undefined;
}
export interface CustomizationSysprepText extends DataObject {
  _type: 'CustomizationSysprepText';
  value: string;
}
export interface CustomizationUnknownIpGenerator extends DataObject {
  _type: 'CustomizationUnknownIpGenerator';
}
export interface CustomizationUnknownIpV6Generator extends DataObject {
  _type: 'CustomizationUnknownIpV6Generator';
}
export interface CustomizationUnknownName extends DataObject {
  _type: 'CustomizationUnknownName';
}
export interface CustomizationUserData extends DataObject {
  _type?: 'CustomizationUserData' | undefined;
  fullName: string;
  orgName: string;
  computerName: AnyCustomizationName;
  productId: string;
}
export interface CustomizationVirtualMachineName extends DataObject {
  _type: 'CustomizationVirtualMachineName';
}
export interface CustomizationWinOptions extends DataObject {
  _type: 'CustomizationWinOptions';
  changeSID: boolean;
  deleteAccounts: boolean;
  reboot?: CustomizationSysprepRebootOption | undefined;
}
export interface CustomizationWindowsFlexPrep extends DataObject {
  _type: 'CustomizationWindowsFlexPrep';
}
export interface GuestAuthentication extends DataObject {
  _type: 'GuestAuthentication';
  interactiveSession: boolean;
}
export interface GuestDiskInfo extends DataObject {
  _type?: 'GuestDiskInfo' | undefined;
  diskPath?: string | undefined;
  capacity?: bigint | undefined;
  freeSpace?: bigint | undefined;
  filesystemType?: string | undefined;
  mappings?: GuestInfoVirtualDiskMapping[] | undefined;
}
export interface GuestFileAttributes extends DataObject {
  _type: 'GuestFileAttributes';
  modificationTime?: Date | undefined;
  accessTime?: Date | undefined;
  symlinkTarget?: string | undefined;
}
export interface GuestFileInfo extends DataObject {
  _type?: 'GuestFileInfo' | undefined;
  path: string;
  type: string;
  size: bigint;
  attributes: AnyGuestFileAttributes;
}
export interface GuestInfo extends DataObject {
  _type?: 'GuestInfo' | undefined;
  toolsStatus?: VirtualMachineToolsStatus | undefined;
  toolsVersionStatus?: string | undefined;
  toolsVersionStatus2?: string | undefined;
  toolsRunningStatus?: string | undefined;
  toolsVersion?: string | undefined;
  toolsInstallType?: string | undefined;
  guestId?: string | undefined;
  guestFamily?: string | undefined;
  guestFullName?: string | undefined;
  guestDetailedData?: string | undefined;
  hostName?: string | undefined;
  ipAddress?: string | undefined;
  net?: GuestNicInfo[] | undefined;
  ipStack?: GuestStackInfo[] | undefined;
  disk?: GuestDiskInfo[] | undefined;
  screen?: GuestScreenInfo | undefined;
  guestState: string;
  appHeartbeatStatus?: string | undefined;
  guestKernelCrashed?: boolean | undefined;
  appState?: string | undefined;
  guestOperationsReady?: boolean | undefined;
  interactiveGuestOperationsReady?: boolean | undefined;
  guestStateChangeSupported?: boolean | undefined;
  generationInfo?: GuestInfoNamespaceGenerationInfo[] | undefined;
  hwVersion?: string | undefined;
  customizationInfo?: GuestInfoCustomizationInfo | undefined;
}
export interface GuestInfoCustomizationInfo extends DataObject {
  _type?: 'GuestInfoCustomizationInfo' | undefined;
  customizationStatus: string;
  startTime?: Date | undefined;
  endTime?: Date | undefined;
  errorMsg?: string | undefined;
}
export interface GuestInfoNamespaceGenerationInfo extends DataObject {
  _type?: 'GuestInfoNamespaceGenerationInfo' | undefined;
  key: string;
  generationNo: number;
}
export interface GuestInfoVirtualDiskMapping extends DataObject {
  _type?: 'GuestInfoVirtualDiskMapping' | undefined;
  key: number;
}
export interface GuestListFileInfo extends DataObject {
  _type?: 'GuestListFileInfo' | undefined;
  files?: GuestFileInfo[] | undefined;
  remaining: number;
}
export interface GuestNicInfo extends DataObject {
  _type?: 'GuestNicInfo' | undefined;
  network?: string | undefined;
  ipAddress?: string[] | undefined;
  macAddress?: string | undefined;
  connected: boolean;
  deviceConfigId: number;
  dnsConfig?: NetDnsConfigInfo | undefined;
  ipConfig?: NetIpConfigInfo | undefined;
  netBIOSConfig?: NetBIOSConfigInfo | undefined;
}
export interface GuestPosixFileAttributes extends DataObject {
  _type: 'GuestPosixFileAttributes';
  modificationTime?: Date | undefined;
  accessTime?: Date | undefined;
  symlinkTarget?: string | undefined;
  ownerId?: number | undefined;
  groupId?: number | undefined;
  permissions?: bigint | undefined;
}
export interface GuestProcessInfo extends DataObject {
  _type?: 'GuestProcessInfo' | undefined;
  name: string;
  pid: bigint;
  owner: string;
  cmdLine: string;
  startTime: Date;
  endTime?: Date | undefined;
  exitCode?: number | undefined;
}
export interface GuestProgramSpec extends DataObject {
  _type?: 'GuestProgramSpec' | undefined;
  programPath: string;
  arguments: string;
  workingDirectory?: string | undefined;
  envVariables?: string[] | undefined;
}
export interface GuestScreenInfo extends DataObject {
  _type?: 'GuestScreenInfo' | undefined;
  width: number;
  height: number;
}
export interface GuestStackInfo extends DataObject {
  _type?: 'GuestStackInfo' | undefined;
  dnsConfig?: NetDnsConfigInfo | undefined;
  ipRouteConfig?: DataObject | undefined;
  ipStackConfig?: KeyValue[] | undefined;
  dhcpConfig?: NetDhcpConfigInfo | undefined;
}
export interface GuestWindowsFileAttributes extends DataObject {
  _type: 'GuestWindowsFileAttributes';
  modificationTime?: Date | undefined;
  accessTime?: Date | undefined;
  symlinkTarget?: string | undefined;
  hidden?: boolean | undefined;
  readOnly?: boolean | undefined;
  createTime?: Date | undefined;
}
export interface NamePasswordAuthentication extends DataObject {
  _type: 'NamePasswordAuthentication';
  interactiveSession: boolean;
  username: string;
  password: string;
}
export interface NetBIOSConfigInfo extends DataObject {
  _type?: 'NetBIOSConfigInfo' | undefined;
  mode: string;
}
export interface NetDhcpConfigInfo extends DataObject {
  _type?: 'NetDhcpConfigInfo' | undefined;
  ipv6?: NetDhcpConfigInfoDhcpOptions | undefined;
  ipv4?: NetDhcpConfigInfoDhcpOptions | undefined;
}
export interface NetDhcpConfigInfoDhcpOptions extends DataObject {
  _type?: 'NetDhcpConfigInfoDhcpOptions' | undefined;
  enable: boolean;
  config?: KeyValue[] | undefined;
}
export interface NetDnsConfigInfo extends DataObject {
  _type?: 'NetDnsConfigInfo' | undefined;
  dhcp: boolean;
  hostName: string;
  domainName: string;
  ipAddress?: string[] | undefined;
  searchDomain?: string[] | undefined;
}
export interface NetIpConfigInfo extends DataObject {
  _type?: 'NetIpConfigInfo' | undefined;
  ipAddress?: NetIpConfigInfoIpAddress[] | undefined;
  dhcp?: NetDhcpConfigInfo | undefined;
  autoConfigurationEnabled?: boolean | undefined;
}
export interface NetIpConfigInfoIpAddress extends DataObject {
  _type?: 'NetIpConfigInfoIpAddress' | undefined;
  ipAddress: string;
  prefixLength: number;
  origin?: string | undefined;
  state?: string | undefined;
  lifetime?: Date | undefined;
}
export interface NetworkSummary extends DataObject {
  _type: 'NetworkSummary';
  network?: Ref | undefined;
  name: string;
  accessible: boolean;
  ipPoolName: string;
  ipPoolId?: number | undefined;
}
export interface SAMLTokenAuthentication extends DataObject {
  _type: 'SAMLTokenAuthentication';
  interactiveSession: boolean;
  token: string;
  username?: string | undefined;
}
export interface SSPIAuthentication extends DataObject {
  _type: 'SSPIAuthentication';
  interactiveSession: boolean;
  sspiToken: string;
}
export interface TicketedSessionAuthentication extends DataObject {
  _type: 'TicketedSessionAuthentication';
  interactiveSession: boolean;
  ticket: string;
}
export interface AlarmEventArgument extends DataObject {
  _type: 'AlarmEventArgument';
  name: string;
  alarm: Ref;
}
export interface AlreadyAuthenticatedSessionEvent extends DataObject {
  _type: 'AlreadyAuthenticatedSessionEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface BadUsernameSessionEvent extends DataObject {
  _type: 'BadUsernameSessionEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  ipAddress: string;
}
export interface ChangesInfoEventArgument extends DataObject {
  _type?: 'ChangesInfoEventArgument' | undefined;
  modified?: string | undefined;
  added?: string | undefined;
  deleted?: string | undefined;
}
export interface ClusterEvent extends DataObject {
  _type: 'ClusterEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface ComputeResourceEventArgument extends DataObject {
  _type: 'ComputeResourceEventArgument';
  name: string;
  computeResource: Ref;
}
export interface CustomizationEvent extends DataObject {
  _type: 'CustomizationEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
}
export interface CustomizationFailed extends DataObject {
  _type: 'CustomizationFailed';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
  reason?: string | undefined;
}
export interface CustomizationLinuxIdentityFailed extends DataObject {
  _type: 'CustomizationLinuxIdentityFailed';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
  reason?: string | undefined;
}
export interface CustomizationNetworkSetupFailed extends DataObject {
  _type: 'CustomizationNetworkSetupFailed';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
  reason?: string | undefined;
}
export interface CustomizationStartedEvent extends DataObject {
  _type: 'CustomizationStartedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
}
export interface CustomizationSucceeded extends DataObject {
  _type: 'CustomizationSucceeded';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
}
export interface CustomizationSysprepFailed extends DataObject {
  _type: 'CustomizationSysprepFailed';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
  reason?: string | undefined;
  sysprepVersion: string;
  systemVersion: string;
}
export interface CustomizationUnknownFailure extends DataObject {
  _type: 'CustomizationUnknownFailure';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  logLocation?: string | undefined;
  reason?: string | undefined;
}
export interface DatacenterEventArgument extends DataObject {
  _type: 'DatacenterEventArgument';
  name: string;
  datacenter: Ref;
}
export interface DatacenterMismatchArgument extends DataObject {
  _type?: 'DatacenterMismatchArgument' | undefined;
  entity: Ref;
  inputDatacenter?: Ref | undefined;
}
export interface DatastoreEvent extends DataObject {
  _type: 'DatastoreEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore?: DatastoreEventArgument | undefined;
}
export interface DatastoreEventArgument extends DataObject {
  _type: 'DatastoreEventArgument';
  name: string;
  datastore: Ref;
}
export interface DatastoreFileCopiedEvent extends DataObject {
  _type: 'DatastoreFileCopiedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore?: DatastoreEventArgument | undefined;
  targetFile: string;
  sourceOfOperation?: string | undefined;
  succeeded?: boolean | undefined;
  sourceDatastore: DatastoreEventArgument;
  sourceFile: string;
}
export interface DatastoreFileDeletedEvent extends DataObject {
  _type: 'DatastoreFileDeletedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore?: DatastoreEventArgument | undefined;
  targetFile: string;
  sourceOfOperation?: string | undefined;
  succeeded?: boolean | undefined;
}
export interface DatastoreFileEvent extends DataObject {
  _type: 'DatastoreFileEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore?: DatastoreEventArgument | undefined;
  targetFile: string;
  sourceOfOperation?: string | undefined;
  succeeded?: boolean | undefined;
}
export interface DatastoreFileMovedEvent extends DataObject {
  _type: 'DatastoreFileMovedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore?: DatastoreEventArgument | undefined;
  targetFile: string;
  sourceOfOperation?: string | undefined;
  succeeded?: boolean | undefined;
  sourceDatastore: DatastoreEventArgument;
  sourceFile: string;
}
export interface DatastoreRemovedOnHostEvent extends DataObject {
  _type: 'DatastoreRemovedOnHostEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  datastore: DatastoreEventArgument;
}
export interface DrsVmMigratedEvent extends DataObject {
  _type: 'DrsVmMigratedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  sourceHost: HostEventArgument;
  sourceDatacenter?: DatacenterEventArgument | undefined;
  sourceDatastore?: DatastoreEventArgument | undefined;
}
export interface DrsVmPoweredOnEvent extends DataObject {
  _type: 'DrsVmPoweredOnEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface DvsEventArgument extends DataObject {
  _type: 'DvsEventArgument';
  name: string;
  dvs: Ref;
}
export interface EnteredMaintenanceModeEvent extends DataObject {
  _type: 'EnteredMaintenanceModeEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface EnteringMaintenanceModeEvent extends DataObject {
  _type: 'EnteringMaintenanceModeEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface EntityEventArgument extends DataObject {
  _type: 'EntityEventArgument';
  name: string;
}
export interface Event extends DataObject {
  _type: 'Event';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface EventArgument extends DataObject {
  _type: 'EventArgument';
}
export interface EventEx extends DataObject {
  _type: 'EventEx';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  eventTypeId: string;
  severity?: string | undefined;
  message?: string | undefined;
  arguments?: KeyAnyValue[] | undefined;
  objectId?: string | undefined;
  objectType?: string | undefined;
  objectName?: string | undefined;
  fault?: LocalizedMethodFault | undefined;
}
export interface EventFilterSpec extends DataObject {
  _type?: 'EventFilterSpec' | undefined;
  entity?: EventFilterSpecByEntity | undefined;
  time?: EventFilterSpecByTime | undefined;
  userName?: EventFilterSpecByUsername | undefined;
  eventChainId?: number | undefined;
  alarm?: Ref | undefined;
  scheduledTask?: Ref | undefined;
  disableFullMessage?: boolean | undefined;
  category?: string[] | undefined;
  type?: string[] | undefined;
  tag?: string[] | undefined;
  eventTypeId?: string[] | undefined;
  maxCount?: number | undefined;
  delayedInit?: boolean | undefined;
}
export interface EventFilterSpecByEntity extends DataObject {
  _type?: 'EventFilterSpecByEntity' | undefined;
  entity: Ref;
  recursion: EventFilterSpecRecursionOption;
}
export interface EventFilterSpecByTime extends DataObject {
  _type?: 'EventFilterSpecByTime' | undefined;
  beginTime?: Date | undefined;
  endTime?: Date | undefined;
}
export interface EventFilterSpecByUsername extends DataObject {
  _type?: 'EventFilterSpecByUsername' | undefined;
  systemUser: boolean;
  userList?: string[] | undefined;
}
export interface ExitMaintenanceModeEvent extends DataObject {
  _type: 'ExitMaintenanceModeEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface ExtendedEvent extends DataObject {
  _type: 'ExtendedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  message: string;
  eventTypeId: string;
  managedObject: Ref;
  data?: ExtendedEventPair[] | undefined;
}
export interface ExtendedEventPair extends DataObject {
  _type?: 'ExtendedEventPair' | undefined;
  key: string;
  value: string;
}
export interface FolderEventArgument extends DataObject {
  _type: 'FolderEventArgument';
  name: string;
  folder: Ref;
}
export interface GeneralEvent extends DataObject {
  _type: 'GeneralEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  message: string;
}
export interface GeneralUserEvent extends DataObject {
  _type: 'GeneralUserEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  message: string;
  entity?: ManagedEntityEventArgument | undefined;
}
export interface HostAddedEvent extends DataObject {
  _type: 'HostAddedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface HostConnectedEvent extends DataObject {
  _type: 'HostConnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface HostConnectionLostEvent extends DataObject {
  _type: 'HostConnectionLostEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface HostDisconnectedEvent extends DataObject {
  _type: 'HostDisconnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  reason?: string | undefined;
}
export interface HostEvent extends DataObject {
  _type: 'HostEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface HostEventArgument extends DataObject {
  _type: 'HostEventArgument';
  name: string;
  host: Ref;
}
export interface HostRemovedEvent extends DataObject {
  _type: 'HostRemovedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface ManagedEntityEventArgument extends DataObject {
  _type: 'ManagedEntityEventArgument';
  name: string;
  entity: Ref;
}
export interface NetworkEventArgument extends DataObject {
  _type: 'NetworkEventArgument';
  name: string;
  network: Ref;
}
export interface ProfileEventArgument extends DataObject {
  _type: 'ProfileEventArgument';
  profile: Ref;
  name: string;
}
export interface ResourcePoolEvent extends DataObject {
  _type: 'ResourcePoolEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  resourcePool: ResourcePoolEventArgument;
}
export interface ResourcePoolEventArgument extends DataObject {
  _type: 'ResourcePoolEventArgument';
  name: string;
  resourcePool: Ref;
}
export interface RoleEventArgument extends DataObject {
  _type: 'RoleEventArgument';
  roleId: number;
  name: string;
}
export interface ScheduledTaskEventArgument extends DataObject {
  _type: 'ScheduledTaskEventArgument';
  name: string;
  scheduledTask: Ref;
}
export interface SessionEvent extends DataObject {
  _type: 'SessionEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
}
export interface SessionTerminatedEvent extends DataObject {
  _type: 'SessionTerminatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  sessionId: string;
  terminatedUsername: string;
}
export interface TaskEvent extends DataObject {
  _type: 'TaskEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  info: TaskInfo;
}
export interface TaskTimeoutEvent extends DataObject {
  _type: 'TaskTimeoutEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  info: TaskInfo;
}
export interface TemplateUpgradeEvent extends DataObject {
  _type: 'TemplateUpgradeEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  legacyTemplate: string;
}
export interface UserLoginSessionEvent extends DataObject {
  _type: 'UserLoginSessionEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  ipAddress: string;
  userAgent?: string | undefined;
  locale: string;
  sessionId: string;
}
export interface UserLogoutSessionEvent extends DataObject {
  _type: 'UserLogoutSessionEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  ipAddress?: string | undefined;
  userAgent?: string | undefined;
  callCount?: bigint | undefined;
  sessionId?: string | undefined;
  loginTime?: Date | undefined;
}
export interface VmAcquiredMksTicketEvent extends DataObject {
  _type: 'VmAcquiredMksTicketEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmAcquiredTicketEvent extends DataObject {
  _type: 'VmAcquiredTicketEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  ticketType: string;
}
export interface VmBeingClonedEvent extends DataObject {
  _type: 'VmBeingClonedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destFolder: FolderEventArgument;
  destName: string;
  destHost: HostEventArgument;
}
export interface VmBeingCreatedEvent extends DataObject {
  _type: 'VmBeingCreatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  configSpec?: VirtualMachineConfigSpec | undefined;
}
export interface VmBeingDeployedEvent extends DataObject {
  _type: 'VmBeingDeployedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  srcTemplate: VmEventArgument;
}
export interface VmBeingHotMigratedEvent extends DataObject {
  _type: 'VmBeingHotMigratedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destHost: HostEventArgument;
  destDatacenter?: DatacenterEventArgument | undefined;
  destDatastore?: DatastoreEventArgument | undefined;
}
export interface VmBeingMigratedEvent extends DataObject {
  _type: 'VmBeingMigratedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destHost: HostEventArgument;
  destDatacenter?: DatacenterEventArgument | undefined;
  destDatastore?: DatastoreEventArgument | undefined;
}
export interface VmBeingRelocatedEvent extends DataObject {
  _type: 'VmBeingRelocatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destHost: HostEventArgument;
  destDatacenter?: DatacenterEventArgument | undefined;
  destDatastore?: DatastoreEventArgument | undefined;
}
export interface VmCloneEvent extends DataObject {
  _type: 'VmCloneEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmCloneFailedEvent extends DataObject {
  _type: 'VmCloneFailedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destFolder: FolderEventArgument;
  destName: string;
  destHost: HostEventArgument;
  reason: LocalizedMethodFault;
}
export interface VmClonedEvent extends DataObject {
  _type: 'VmClonedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  sourceVm: VmEventArgument;
}
export interface VmConnectedEvent extends DataObject {
  _type: 'VmConnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmCreatedEvent extends DataObject {
  _type: 'VmCreatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmDasBeingResetEvent extends DataObject {
  _type: 'VmDasBeingResetEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  reason?: string | undefined;
}
export interface VmDeployFailedEvent extends DataObject {
  _type: 'VmDeployFailedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destDatastore: AnyEntityEventArgument;
  reason: LocalizedMethodFault;
}
export interface VmDeployedEvent extends DataObject {
  _type: 'VmDeployedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  srcTemplate: VmEventArgument;
}
export interface VmDisconnectedEvent extends DataObject {
  _type: 'VmDisconnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmDiskFailedEvent extends DataObject {
  _type: 'VmDiskFailedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  disk: string;
  reason: LocalizedMethodFault;
}
export interface VmEmigratingEvent extends DataObject {
  _type: 'VmEmigratingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmEvent extends DataObject {
  _type: 'VmEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmEventArgument extends DataObject {
  _type: 'VmEventArgument';
  name: string;
  vm: Ref;
}
export interface VmFailedMigrateEvent extends DataObject {
  _type: 'VmFailedMigrateEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destHost: HostEventArgument;
  reason: LocalizedMethodFault;
  destDatacenter?: DatacenterEventArgument | undefined;
  destDatastore?: DatastoreEventArgument | undefined;
}
export interface VmFailedToPowerOffEvent extends DataObject {
  _type: 'VmFailedToPowerOffEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  reason: LocalizedMethodFault;
}
export interface VmFailedToPowerOnEvent extends DataObject {
  _type: 'VmFailedToPowerOnEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  reason: LocalizedMethodFault;
}
export interface VmFailedToResetEvent extends DataObject {
  _type: 'VmFailedToResetEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  reason: LocalizedMethodFault;
}
export interface VmFailedToSuspendEvent extends DataObject {
  _type: 'VmFailedToSuspendEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  reason: LocalizedMethodFault;
}
export interface VmGuestRebootEvent extends DataObject {
  _type: 'VmGuestRebootEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmGuestShutdownEvent extends DataObject {
  _type: 'VmGuestShutdownEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmGuestStandbyEvent extends DataObject {
  _type: 'VmGuestStandbyEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmInstanceUuidAssignedEvent extends DataObject {
  _type: 'VmInstanceUuidAssignedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  instanceUuid: string;
}
export interface VmMacAssignedEvent extends DataObject {
  _type: 'VmMacAssignedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  adapter: string;
  mac: string;
}
export interface VmMacChangedEvent extends DataObject {
  _type: 'VmMacChangedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  adapter: string;
  oldMac: string;
  newMac: string;
}
export interface VmMessageErrorEvent extends DataObject {
  _type: 'VmMessageErrorEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  message: string;
  messageInfo?: VirtualMachineMessage[] | undefined;
}
export interface VmMessageEvent extends DataObject {
  _type: 'VmMessageEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  message: string;
  messageInfo?: VirtualMachineMessage[] | undefined;
}
export interface VmMessageWarningEvent extends DataObject {
  _type: 'VmMessageWarningEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  message: string;
  messageInfo?: VirtualMachineMessage[] | undefined;
}
export interface VmMigratedEvent extends DataObject {
  _type: 'VmMigratedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  sourceHost: HostEventArgument;
  sourceDatacenter?: DatacenterEventArgument | undefined;
  sourceDatastore?: DatastoreEventArgument | undefined;
}
export interface VmOrphanedEvent extends DataObject {
  _type: 'VmOrphanedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmPoweredOffEvent extends DataObject {
  _type: 'VmPoweredOffEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmPoweredOnEvent extends DataObject {
  _type: 'VmPoweredOnEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmReconfiguredEvent extends DataObject {
  _type: 'VmReconfiguredEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  configSpec: VirtualMachineConfigSpec;
  configChanges?: ChangesInfoEventArgument | undefined;
}
export interface VmRegisteredEvent extends DataObject {
  _type: 'VmRegisteredEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmRelocateFailedEvent extends DataObject {
  _type: 'VmRelocateFailedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  destHost: HostEventArgument;
  reason: LocalizedMethodFault;
  destDatacenter?: DatacenterEventArgument | undefined;
  destDatastore?: DatastoreEventArgument | undefined;
}
export interface VmRelocateSpecEvent extends DataObject {
  _type: 'VmRelocateSpecEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmRelocatedEvent extends DataObject {
  _type: 'VmRelocatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  sourceHost: HostEventArgument;
  sourceDatacenter?: DatacenterEventArgument | undefined;
  sourceDatastore?: DatastoreEventArgument | undefined;
}
export interface VmRemoteConsoleConnectedEvent extends DataObject {
  _type: 'VmRemoteConsoleConnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmRemoteConsoleDisconnectedEvent extends DataObject {
  _type: 'VmRemoteConsoleDisconnectedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmRemovedEvent extends DataObject {
  _type: 'VmRemovedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmRenamedEvent extends DataObject {
  _type: 'VmRenamedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  oldName: string;
  newName: string;
}
export interface VmResettingEvent extends DataObject {
  _type: 'VmResettingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmResourcePoolMovedEvent extends DataObject {
  _type: 'VmResourcePoolMovedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  oldParent: ResourcePoolEventArgument;
  newParent: ResourcePoolEventArgument;
}
export interface VmResourceReallocatedEvent extends DataObject {
  _type: 'VmResourceReallocatedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  configChanges?: ChangesInfoEventArgument | undefined;
}
export interface VmResumingEvent extends DataObject {
  _type: 'VmResumingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmStartingEvent extends DataObject {
  _type: 'VmStartingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmStoppingEvent extends DataObject {
  _type: 'VmStoppingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmSuspendedEvent extends DataObject {
  _type: 'VmSuspendedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmSuspendingEvent extends DataObject {
  _type: 'VmSuspendingEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
}
export interface VmUpgradeCompleteEvent extends DataObject {
  _type: 'VmUpgradeCompleteEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  version: string;
}
export interface VmUuidAssignedEvent extends DataObject {
  _type: 'VmUuidAssignedEvent';
  key: number;
  chainId: number;
  createdTime: Date;
  userName: string;
  datacenter?: DatacenterEventArgument | undefined;
  computeResource?: ComputeResourceEventArgument | undefined;
  host?: HostEventArgument | undefined;
  vm?: VmEventArgument | undefined;
  ds?: DatastoreEventArgument | undefined;
  net?: NetworkEventArgument | undefined;
  dvs?: DvsEventArgument | undefined;
  fullFormattedMessage?: string | undefined;
  changeTag?: string | undefined;
  template: boolean;
  uuid: string;
}
export interface AffinityConfigured extends DataObject {
  _type: 'AffinityConfigured';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  configuredAffinity: string[];
}
export interface AlreadyExists extends DataObject {
  _type: 'AlreadyExists';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name?: string | undefined;
}
export interface AlreadyUpgraded extends DataObject {
  _type: 'AlreadyUpgraded';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface AnswerFileUpdateFailed extends DataObject {
  _type: 'AnswerFileUpdateFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  failure: DataObject[];
}
export interface ApplicationQuiesceFault extends DataObject {
  _type: 'ApplicationQuiesceFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotAccessFile extends DataObject {
  _type: 'CannotAccessFile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface CannotAccessLocalSource extends DataObject {
  _type: 'CannotAccessLocalSource';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotAccessNetwork extends DataObject {
  _type: 'CannotAccessNetwork';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
  network?: Ref | undefined;
}
export interface CannotAccessVmComponent extends DataObject {
  _type: 'CannotAccessVmComponent';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotAccessVmConfig extends DataObject {
  _type: 'CannotAccessVmConfig';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason: LocalizedMethodFault;
}
export interface CannotAccessVmDevice extends DataObject {
  _type: 'CannotAccessVmDevice';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
}
export interface CannotAccessVmDisk extends DataObject {
  _type: 'CannotAccessVmDisk';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
  fault: LocalizedMethodFault;
}
export interface CannotCreateFile extends DataObject {
  _type: 'CannotCreateFile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface CannotDecryptPasswords extends DataObject {
  _type: 'CannotDecryptPasswords';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotDeleteFile extends DataObject {
  _type: 'CannotDeleteFile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface CannotDisableDrsOnClustersWithVApps extends DataObject {
  _type: 'CannotDisableDrsOnClustersWithVApps';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotDisableSnapshot extends DataObject {
  _type: 'CannotDisableSnapshot';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotDisconnectHostWithFaultToleranceVm extends DataObject {
  _type: 'CannotDisconnectHostWithFaultToleranceVm';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
}
export interface CannotEnableVmcpForCluster extends DataObject {
  _type: 'CannotEnableVmcpForCluster';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
  hostName?: string | undefined;
  reason?: string | undefined;
}
export interface CannotModifyConfigCpuRequirements extends DataObject {
  _type: 'CannotModifyConfigCpuRequirements';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotPlaceWithoutPrerequisiteMoves extends DataObject {
  _type: 'CannotPlaceWithoutPrerequisiteMoves';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CannotPowerOffVmInCluster extends DataObject {
  _type: 'CannotPowerOffVmInCluster';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  operation: string;
  vm: Ref;
  vmName: string;
}
export interface CloneFromSnapshotNotSupported extends DataObject {
  _type: 'CloneFromSnapshotNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ConcurrentAccess extends DataObject {
  _type: 'ConcurrentAccess';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ConflictingDatastoreFound extends DataObject {
  _type: 'ConflictingDatastoreFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name: string;
  url: string;
}
export interface CpuCompatibilityUnknown extends DataObject {
  _type: 'CpuCompatibilityUnknown';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  level: number;
  registerName: string;
  registerBits?: string | undefined;
  desiredBits?: string | undefined;
  host?: Ref | undefined;
}
export interface CpuIncompatible extends DataObject {
  _type: 'CpuIncompatible';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  level: number;
  registerName: string;
  registerBits?: string | undefined;
  desiredBits?: string | undefined;
  host?: Ref | undefined;
}
export interface CpuIncompatible1ECX extends DataObject {
  _type: 'CpuIncompatible1ECX';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  level: number;
  registerName: string;
  registerBits?: string | undefined;
  desiredBits?: string | undefined;
  host?: Ref | undefined;
  sse3: boolean;
  pclmulqdq: boolean;
  ssse3: boolean;
  sse41: boolean;
  sse42: boolean;
  aes: boolean;
  other: boolean;
  otherOnly: boolean;
}
export interface CpuIncompatible81EDX extends DataObject {
  _type: 'CpuIncompatible81EDX';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  level: number;
  registerName: string;
  registerBits?: string | undefined;
  desiredBits?: string | undefined;
  host?: Ref | undefined;
  nx: boolean;
  ffxsr: boolean;
  rdtscp: boolean;
  lm: boolean;
  other: boolean;
  otherOnly: boolean;
}
export interface CustomizationFault extends DataObject {
  _type: 'CustomizationFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface CustomizationPending extends DataObject {
  _type: 'CustomizationPending';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface DasConfigFault extends DataObject {
  _type: 'DasConfigFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason?: string | undefined;
  output?: string | undefined;
  event?: AnyEvent[] | undefined;
}
export interface DatabaseError extends DataObject {
  _type: 'DatabaseError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface DatacenterMismatch extends DataObject {
  _type: 'DatacenterMismatch';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidArgument: DatacenterMismatchArgument[];
  expectedDatacenter: Ref;
}
export interface DatastoreNotWritableOnHost extends DataObject {
  _type: 'DatastoreNotWritableOnHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  name?: string | undefined;
  host: Ref;
}
export interface DeltaDiskFormatNotSupported extends DataObject {
  _type: 'DeltaDiskFormatNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref[] | undefined;
  deltaDiskFormat: string;
}
export interface DestinationSwitchFull extends DataObject {
  _type: 'DestinationSwitchFull';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
  network?: Ref | undefined;
}
export interface DeviceBackingNotSupported extends DataObject {
  _type: 'DeviceBackingNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
  backing: string;
}
export interface DeviceControllerNotSupported extends DataObject {
  _type: 'DeviceControllerNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
  controller: string;
}
export interface DeviceHotPlugNotSupported extends DataObject {
  _type: 'DeviceHotPlugNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface DeviceNotFound extends DataObject {
  _type: 'DeviceNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface DeviceNotSupported extends DataObject {
  _type: 'DeviceNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface DeviceUnsupportedForVmPlatform extends DataObject {
  _type: 'DeviceUnsupportedForVmPlatform';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface DeviceUnsupportedForVmVersion extends DataObject {
  _type: 'DeviceUnsupportedForVmVersion';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
  currentVersion: string;
  expectedVersion: string;
}
export interface DigestNotSupported extends DataObject {
  _type: 'DigestNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface DirectoryNotEmpty extends DataObject {
  _type: 'DirectoryNotEmpty';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface DisallowedChangeByService extends DataObject {
  _type: 'DisallowedChangeByService';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  serviceName: string;
  disallowedChange?: string | undefined;
}
export interface DisallowedDiskModeChange extends DataObject {
  _type: 'DisallowedDiskModeChange';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface DisallowedMigrationDeviceAttached extends DataObject {
  _type: 'DisallowedMigrationDeviceAttached';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  fault: LocalizedMethodFault;
}
export interface DiskMoveTypeNotSupported extends DataObject {
  _type: 'DiskMoveTypeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface DiskNotSupported extends DataObject {
  _type: 'DiskNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  disk: number;
}
export interface DuplicateName extends DataObject {
  _type: 'DuplicateName';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name: string;
  object: Ref;
}
export interface EightHostLimitViolated extends DataObject {
  _type: 'EightHostLimitViolated';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface EncryptionKeyRequired extends DataObject {
  _type: 'EncryptionKeyRequired';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  requiredKey?: DataObject[] | undefined;
}
export interface FailToEnableSPBM extends DataObject {
  _type: 'FailToEnableSPBM';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  cs: Ref;
  csName: string;
  hostLicenseStates: DataObject[];
}
export interface FailToLockFaultToleranceVMs extends DataObject {
  _type: 'FailToLockFaultToleranceVMs';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vmName: string;
  vm: Ref;
  alreadyLockedVm: Ref;
}
export interface FcoeFault extends DataObject {
  _type: 'FcoeFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface FcoeFaultPnicHasNoPortSet extends DataObject {
  _type: 'FcoeFaultPnicHasNoPortSet';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  nicDevice: string;
}
export interface FileAlreadyExists extends DataObject {
  _type: 'FileAlreadyExists';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileBackedPortNotSupported extends DataObject {
  _type: 'FileBackedPortNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface FileFault extends DataObject {
  _type: 'FileFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileLocked extends DataObject {
  _type: 'FileLocked';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileNameTooLong extends DataObject {
  _type: 'FileNameTooLong';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileNotFound extends DataObject {
  _type: 'FileNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileNotWritable extends DataObject {
  _type: 'FileNotWritable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface FileTooLarge extends DataObject {
  _type: 'FileTooLarge';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
  datastore: string;
  fileSize: bigint;
  maxFileSize?: bigint | undefined;
}
export interface FilesystemQuiesceFault extends DataObject {
  _type: 'FilesystemQuiesceFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface FilterInUse extends DataObject {
  _type: 'FilterInUse';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  type?: string | undefined;
  name?: string | undefined;
  disk?: VirtualDiskId[] | undefined;
}
export interface FullStorageVMotionNotSupported extends DataObject {
  _type: 'FullStorageVMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface GenericDrsFault extends DataObject {
  _type: 'GenericDrsFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostFaults?: LocalizedMethodFault[] | undefined;
}
export interface GenericVmConfigFault extends DataObject {
  _type: 'GenericVmConfigFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason: string;
}
export interface GuestAuthenticationChallenge extends DataObject {
  _type: 'GuestAuthenticationChallenge';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  serverChallenge: AnyGuestAuthentication;
  sessionID: bigint;
}
export interface GuestComponentsOutOfDate extends DataObject {
  _type: 'GuestComponentsOutOfDate';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface GuestMultipleMappings extends DataObject {
  _type: 'GuestMultipleMappings';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface GuestOperationsFault extends DataObject {
  _type: 'GuestOperationsFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface GuestOperationsUnavailable extends DataObject {
  _type: 'GuestOperationsUnavailable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface GuestPermissionDenied extends DataObject {
  _type: 'GuestPermissionDenied';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface GuestProcessNotFound extends DataObject {
  _type: 'GuestProcessNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  pid: bigint;
}
export interface GuestRegistryFault extends DataObject {
  _type: 'GuestRegistryFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
}
export interface GuestRegistryKeyAlreadyExists extends DataObject {
  _type: 'GuestRegistryKeyAlreadyExists';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
}
export interface GuestRegistryKeyFault extends DataObject {
  _type: 'GuestRegistryKeyFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
}
export interface GuestRegistryKeyHasSubkeys extends DataObject {
  _type: 'GuestRegistryKeyHasSubkeys';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
}
export interface GuestRegistryKeyInvalid extends DataObject {
  _type: 'GuestRegistryKeyInvalid';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
}
export interface GuestRegistryKeyParentVolatile extends DataObject {
  _type: 'GuestRegistryKeyParentVolatile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
}
export interface GuestRegistryValueFault extends DataObject {
  _type: 'GuestRegistryValueFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
  valueName: string;
}
export interface GuestRegistryValueNotFound extends DataObject {
  _type: 'GuestRegistryValueNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  windowsSystemErrorCode: bigint;
  keyName: string;
  valueName: string;
}
export interface HostAccessRestrictedToManagementServer extends DataObject {
  _type: 'HostAccessRestrictedToManagementServer';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  managementServer: string;
}
export interface HostCommunication extends DataObject {
  _type: 'HostCommunication';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface HostHasComponentFailure extends DataObject {
  _type: 'HostHasComponentFailure';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
  componentType: string;
  componentName: string;
}
export interface HostInventoryFull extends DataObject {
  _type: 'HostInventoryFull';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  capacity: number;
}
export interface HostNotConnected extends DataObject {
  _type: 'HostNotConnected';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface HostNotReachable extends DataObject {
  _type: 'HostNotReachable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface HostPowerOpFailed extends DataObject {
  _type: 'HostPowerOpFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface HostSpecificationOperationFailed extends DataObject {
  _type: 'HostSpecificationOperationFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host: Ref;
}
export interface HotSnapshotMoveNotSupported extends DataObject {
  _type: 'HotSnapshotMoveNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface HttpFault extends DataObject {
  _type: 'HttpFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  statusCode: number;
  statusMessage: string;
}
export interface IDEDiskNotSupported extends DataObject {
  _type: 'IDEDiskNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  disk: number;
}
export interface InUseFeatureManipulationDisallowed extends DataObject {
  _type: 'InUseFeatureManipulationDisallowed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InaccessibleDatastore extends DataObject {
  _type: 'InaccessibleDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  name?: string | undefined;
  detail?: string | undefined;
}
export interface InaccessibleFTMetadataDatastore extends DataObject {
  _type: 'InaccessibleFTMetadataDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  name?: string | undefined;
  detail?: string | undefined;
}
export interface InaccessibleVFlashSource extends DataObject {
  _type: 'InaccessibleVFlashSource';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
}
export interface IncompatibleDefaultDevice extends DataObject {
  _type: 'IncompatibleDefaultDevice';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
}
export interface IncompatibleSetting extends DataObject {
  _type: 'IncompatibleSetting';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
  conflictingProperty: string;
}
export interface IncorrectFileType extends DataObject {
  _type: 'IncorrectFileType';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface IncorrectHostInformation extends DataObject {
  _type: 'IncorrectHostInformation';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface IndependentDiskVMotionNotSupported extends DataObject {
  _type: 'IndependentDiskVMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface InsufficientAgentVmsDeployed extends DataObject {
  _type: 'InsufficientAgentVmsDeployed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
  requiredNumAgentVms: number;
  currentNumAgentVms: number;
}
export interface InsufficientCpuResourcesFault extends DataObject {
  _type: 'InsufficientCpuResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  unreserved: bigint;
  requested: bigint;
}
export interface InsufficientFailoverResourcesFault extends DataObject {
  _type: 'InsufficientFailoverResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientGraphicsResourcesFault extends DataObject {
  _type: 'InsufficientGraphicsResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientHostCapacityFault extends DataObject {
  _type: 'InsufficientHostCapacityFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
}
export interface InsufficientHostCpuCapacityFault extends DataObject {
  _type: 'InsufficientHostCpuCapacityFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
  unreserved: bigint;
  requested: bigint;
}
export interface InsufficientHostMemoryCapacityFault extends DataObject {
  _type: 'InsufficientHostMemoryCapacityFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
  unreserved: bigint;
  requested: bigint;
}
export interface InsufficientMemoryResourcesFault extends DataObject {
  _type: 'InsufficientMemoryResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  unreserved: bigint;
  requested: bigint;
}
export interface InsufficientNetworkCapacity extends DataObject {
  _type: 'InsufficientNetworkCapacity';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientNetworkResourcePoolCapacity extends DataObject {
  _type: 'InsufficientNetworkResourcePoolCapacity';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  dvsName: string;
  dvsUuid: string;
  resourcePoolKey: string;
  available: bigint;
  requested: bigint;
  device: string[];
}
export interface InsufficientPerCpuCapacity extends DataObject {
  _type: 'InsufficientPerCpuCapacity';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
}
export interface InsufficientResourcesFault extends DataObject {
  _type: 'InsufficientResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientStandbyCpuResource extends DataObject {
  _type: 'InsufficientStandbyCpuResource';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  available: bigint;
  requested: bigint;
}
export interface InsufficientStandbyMemoryResource extends DataObject {
  _type: 'InsufficientStandbyMemoryResource';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  available: bigint;
  requested: bigint;
}
export interface InsufficientStandbyResource extends DataObject {
  _type: 'InsufficientStandbyResource';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientStorageIops extends DataObject {
  _type: 'InsufficientStorageIops';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  unreservedIops: bigint;
  requestedIops: bigint;
  datastoreName: string;
}
export interface InsufficientStorageSpace extends DataObject {
  _type: 'InsufficientStorageSpace';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InsufficientVFlashResourcesFault extends DataObject {
  _type: 'InsufficientVFlashResourcesFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  freeSpaceInMB?: bigint | undefined;
  freeSpace: bigint;
  requestedSpaceInMB?: bigint | undefined;
  requestedSpace: bigint;
}
export interface InvalidAffinitySettingFault extends DataObject {
  _type: 'InvalidAffinitySettingFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidArgument extends DataObject {
  _type: 'InvalidArgument';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
}
export interface InvalidBmcRole extends DataObject {
  _type: 'InvalidBmcRole';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidClientCertificate extends DataObject {
  _type: 'InvalidClientCertificate';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidCollectorVersion extends DataObject {
  _type: 'InvalidCollectorVersion';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidController extends DataObject {
  _type: 'InvalidController';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
  controllerKey: number;
}
export interface InvalidDasConfigArgument extends DataObject {
  _type: 'InvalidDasConfigArgument';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
  entry?: string | undefined;
  clusterName?: string | undefined;
}
export interface InvalidDasRestartPriorityForFtVm extends DataObject {
  _type: 'InvalidDasRestartPriorityForFtVm';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
  vm: Ref;
  vmName: string;
}
export interface InvalidDatastore extends DataObject {
  _type: 'InvalidDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  name?: string | undefined;
}
export interface InvalidDatastorePath extends DataObject {
  _type: 'InvalidDatastorePath';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  name?: string | undefined;
  datastorePath: string;
}
export interface InvalidDatastoreState extends DataObject {
  _type: 'InvalidDatastoreState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastoreName?: string | undefined;
}
export interface InvalidDeviceBacking extends DataObject {
  _type: 'InvalidDeviceBacking';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface InvalidDeviceOperation extends DataObject {
  _type: 'InvalidDeviceOperation';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
  badOp?: VirtualDeviceConfigSpecOperation | undefined;
  badFileOp?: VirtualDeviceConfigSpecFileOperation | undefined;
}
export interface InvalidDeviceSpec extends DataObject {
  _type: 'InvalidDeviceSpec';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface InvalidDiskFormat extends DataObject {
  _type: 'InvalidDiskFormat';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidDrsBehaviorForFtVm extends DataObject {
  _type: 'InvalidDrsBehaviorForFtVm';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
  vm: Ref;
  vmName: string;
}
export interface InvalidEvent extends DataObject {
  _type: 'InvalidEvent';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidFolder extends DataObject {
  _type: 'InvalidFolder';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  target: Ref;
}
export interface InvalidFormat extends DataObject {
  _type: 'InvalidFormat';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidGuestLogin extends DataObject {
  _type: 'InvalidGuestLogin';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidHostConnectionState extends DataObject {
  _type: 'InvalidHostConnectionState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
}
export interface InvalidHostState extends DataObject {
  _type: 'InvalidHostState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
}
export interface InvalidIndexArgument extends DataObject {
  _type: 'InvalidIndexArgument';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  invalidProperty?: string | undefined;
  key: string;
}
export interface InvalidIpmiLoginInfo extends DataObject {
  _type: 'InvalidIpmiLoginInfo';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidIpmiMacAddress extends DataObject {
  _type: 'InvalidIpmiMacAddress';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  userProvidedMacAddress: string;
  observedMacAddress: string;
}
export interface InvalidLocale extends DataObject {
  _type: 'InvalidLocale';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidLogin extends DataObject {
  _type: 'InvalidLogin';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidName extends DataObject {
  _type: 'InvalidName';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name: string;
  entity?: Ref | undefined;
}
export interface InvalidNetworkInType extends DataObject {
  _type: 'InvalidNetworkInType';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface InvalidPowerState extends DataObject {
  _type: 'InvalidPowerState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  requestedState?: VirtualMachinePowerState | undefined;
  existingState: VirtualMachinePowerState;
}
export interface InvalidPrivilege extends DataObject {
  _type: 'InvalidPrivilege';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  privilege: string;
}
export interface InvalidProfileReferenceHost extends DataObject {
  _type: 'InvalidProfileReferenceHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason?: string | undefined;
  host?: Ref | undefined;
  profile?: Ref | undefined;
  profileName?: string | undefined;
}
export interface InvalidProperty extends DataObject {
  _type: 'InvalidProperty';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name: string;
}
export interface InvalidPropertyType extends DataObject {
  _type: 'InvalidPropertyType';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface InvalidPropertyValue extends DataObject {
  _type: 'InvalidPropertyValue';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface InvalidRequest extends DataObject {
  _type: 'InvalidRequest';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidResourcePoolStructureFault extends DataObject {
  _type: 'InvalidResourcePoolStructureFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidScheduledTask extends DataObject {
  _type: 'InvalidScheduledTask';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidSnapshotFormat extends DataObject {
  _type: 'InvalidSnapshotFormat';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidState extends DataObject {
  _type: 'InvalidState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidToken extends DataObject {
  _type: 'InvalidToken';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface InvalidType extends DataObject {
  _type: 'InvalidType';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  argument?: string | undefined;
}
export interface InvalidVmConfig extends DataObject {
  _type: 'InvalidVmConfig';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
}
export interface InvalidVmState extends DataObject {
  _type: 'InvalidVmState';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vm: Ref;
}
export interface InventoryHasStandardAloneHosts extends DataObject {
  _type: 'InventoryHasStandardAloneHosts';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hosts: string[];
}
export interface IpHostnameGeneratorError extends DataObject {
  _type: 'IpHostnameGeneratorError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface KeyNotFound extends DataObject {
  _type: 'KeyNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  key: string;
}
export interface LimitExceeded extends DataObject {
  _type: 'LimitExceeded';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  limit?: number | undefined;
}
export interface LinuxVolumeNotClean extends DataObject {
  _type: 'LinuxVolumeNotClean';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface LogBundlingFailed extends DataObject {
  _type: 'LogBundlingFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MaintenanceModeFileMove extends DataObject {
  _type: 'MaintenanceModeFileMove';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ManagedObjectNotFound extends DataObject {
  _type: 'ManagedObjectNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  obj: Ref;
}
export interface MemoryFileFormatNotSupportedByDatastore extends DataObject {
  _type: 'MemoryFileFormatNotSupportedByDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  datastoreName: string;
  type: string;
}
export interface MemoryHotPlugNotSupported extends DataObject {
  _type: 'MemoryHotPlugNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MemorySizeNotRecommended extends DataObject {
  _type: 'MemorySizeNotRecommended';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  memorySizeMB: number;
  minMemorySizeMB: number;
  maxMemorySizeMB: number;
}
export interface MemorySizeNotSupported extends DataObject {
  _type: 'MemorySizeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  memorySizeMB: number;
  minMemorySizeMB: number;
  maxMemorySizeMB: number;
}
export interface MemorySizeNotSupportedByDatastore extends DataObject {
  _type: 'MemorySizeNotSupportedByDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore: Ref;
  memorySizeMB: number;
  maxMemorySizeMB: number;
}
export interface MemorySnapshotOnIndependentDisk extends DataObject {
  _type: 'MemorySnapshotOnIndependentDisk';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MethodAlreadyDisabledFault extends DataObject {
  _type: 'MethodAlreadyDisabledFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  sourceId: string;
}
export interface MethodDisabled extends DataObject {
  _type: 'MethodDisabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  source?: string | undefined;
}
export interface MethodFault extends DataObject {
  _type: 'MethodFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MethodNotFound extends DataObject {
  _type: 'MethodNotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  receiver: Ref;
  method: string;
}
export interface MigrationDisabled extends DataObject {
  _type: 'MigrationDisabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MigrationFault extends DataObject {
  _type: 'MigrationFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MigrationFeatureNotSupported extends DataObject {
  _type: 'MigrationFeatureNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface MigrationNotReady extends DataObject {
  _type: 'MigrationNotReady';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason: string;
}
export interface MismatchedBundle extends DataObject {
  _type: 'MismatchedBundle';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  bundleUuid: string;
  hostUuid: string;
  bundleBuildNumber: number;
  hostBuildNumber: number;
}
export interface MismatchedNetworkPolicies extends DataObject {
  _type: 'MismatchedNetworkPolicies';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
}
export interface MismatchedVMotionNetworkNames extends DataObject {
  _type: 'MismatchedVMotionNetworkNames';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  sourceNetwork: string;
  destNetwork: string;
}
export interface MissingBmcSupport extends DataObject {
  _type: 'MissingBmcSupport';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MissingController extends DataObject {
  _type: 'MissingController';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  deviceIndex: number;
}
export interface MissingIpPool extends DataObject {
  _type: 'MissingIpPool';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface MissingLinuxCustResources extends DataObject {
  _type: 'MissingLinuxCustResources';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MissingNetworkIpConfig extends DataObject {
  _type: 'MissingNetworkIpConfig';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface MissingWindowsCustResources extends DataObject {
  _type: 'MissingWindowsCustResources';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface MountError extends DataObject {
  _type: 'MountError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vm: Ref;
  diskIndex: number;
}
export interface MultiWriterNotSupported extends DataObject {
  _type: 'MultiWriterNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface MultipleSnapshotsNotSupported extends DataObject {
  _type: 'MultipleSnapshotsNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NamespaceLimitReached extends DataObject {
  _type: 'NamespaceLimitReached';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  limit?: number | undefined;
}
export interface NamespaceWriteProtected extends DataObject {
  _type: 'NamespaceWriteProtected';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  name: string;
}
export interface NicSettingMismatch extends DataObject {
  _type: 'NicSettingMismatch';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  numberOfNicsInSpec: number;
  numberOfNicsInVM: number;
}
export interface NoActiveHostInCluster extends DataObject {
  _type: 'NoActiveHostInCluster';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  computeResource: Ref;
}
export interface NoAvailableIp extends DataObject {
  _type: 'NoAvailableIp';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
  network: Ref;
}
export interface NoClientCertificate extends DataObject {
  _type: 'NoClientCertificate';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoCompatibleDatastore extends DataObject {
  _type: 'NoCompatibleDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoCompatibleHardAffinityHost extends DataObject {
  _type: 'NoCompatibleHardAffinityHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vmName: string;
}
export interface NoCompatibleHost extends DataObject {
  _type: 'NoCompatibleHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref[] | undefined;
  error?: LocalizedMethodFault[] | undefined;
}
export interface NoCompatibleHostWithAccessToDevice extends DataObject {
  _type: 'NoCompatibleHostWithAccessToDevice';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref[] | undefined;
  error?: LocalizedMethodFault[] | undefined;
}
export interface NoConnectedDatastore extends DataObject {
  _type: 'NoConnectedDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoDiskFound extends DataObject {
  _type: 'NoDiskFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoDiskSpace extends DataObject {
  _type: 'NoDiskSpace';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
  datastore: string;
}
export interface NoDisksToCustomize extends DataObject {
  _type: 'NoDisksToCustomize';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoGuestHeartbeat extends DataObject {
  _type: 'NoGuestHeartbeat';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoPeerHostFound extends DataObject {
  _type: 'NoPeerHostFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoPermission extends DataObject {
  _type: 'NoPermission';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  object?: Ref | undefined;
  privilegeId?: string | undefined;
  missingPrivileges?: NoPermissionEntityPrivileges[] | undefined;
}
export interface NoSubjectName extends DataObject {
  _type: 'NoSubjectName';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NoVcManagedIpConfigured extends DataObject {
  _type: 'NoVcManagedIpConfigured';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface NonHomeRDMVMotionNotSupported extends DataObject {
  _type: 'NonHomeRDMVMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
  device: string;
}
export interface NonPersistentDisksNotSupported extends DataObject {
  _type: 'NonPersistentDisksNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface NotADirectory extends DataObject {
  _type: 'NotADirectory';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface NotAFile extends DataObject {
  _type: 'NotAFile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface NotAuthenticated extends DataObject {
  _type: 'NotAuthenticated';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  object?: Ref | undefined;
  privilegeId?: string | undefined;
  missingPrivileges?: NoPermissionEntityPrivileges[] | undefined;
}
export interface NotEnoughCpus extends DataObject {
  _type: 'NotEnoughCpus';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  numCpuDest: number;
  numCpuVm: number;
}
export interface NotEnoughLicenses extends DataObject {
  _type: 'NotEnoughLicenses';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NotEnoughLogicalCpus extends DataObject {
  _type: 'NotEnoughLogicalCpus';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  numCpuDest: number;
  numCpuVm: number;
  host?: Ref | undefined;
}
export interface NotFound extends DataObject {
  _type: 'NotFound';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NotImplemented extends DataObject {
  _type: 'NotImplemented';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NotSupported extends DataObject {
  _type: 'NotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NotSupportedHostForChecksum extends DataObject {
  _type: 'NotSupportedHostForChecksum';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface NotUserConfigurableProperty extends DataObject {
  _type: 'NotUserConfigurableProperty';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface NumVirtualCoresPerSocketNotSupported extends DataObject {
  _type: 'NumVirtualCoresPerSocketNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  maxSupportedCoresPerSocketDest: number;
  numCoresPerSocketVm: number;
}
export interface NumVirtualCpusExceedsLimit extends DataObject {
  _type: 'NumVirtualCpusExceedsLimit';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  maxSupportedVcpus: number;
}
export interface NumVirtualCpusIncompatible extends DataObject {
  _type: 'NumVirtualCpusIncompatible';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason: string;
  numCpu: number;
}
export interface NumVirtualCpusNotSupported extends DataObject {
  _type: 'NumVirtualCpusNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  maxSupportedVcpusDest: number;
  numCpuVm: number;
}
export interface OperationDisabledByGuest extends DataObject {
  _type: 'OperationDisabledByGuest';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface OperationDisallowedOnHost extends DataObject {
  _type: 'OperationDisallowedOnHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface OperationNotSupportedByGuest extends DataObject {
  _type: 'OperationNotSupportedByGuest';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface OutOfBounds extends DataObject {
  _type: 'OutOfBounds';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  argumentName: string;
}
export interface PasswordExpired extends DataObject {
  _type: 'PasswordExpired';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface PowerOnFtSecondaryTimedout extends DataObject {
  _type: 'PowerOnFtSecondaryTimedout';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vm: Ref;
  vmName: string;
  timeout: number;
}
export interface QuestionPending extends DataObject {
  _type: 'QuestionPending';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  text: string;
}
export interface QuiesceDatastoreIOForHAFailed extends DataObject {
  _type: 'QuiesceDatastoreIOForHAFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  type?: string | undefined;
  name?: string | undefined;
  host: Ref;
  hostName: string;
  ds: Ref;
  dsName: string;
}
export interface ReadOnlyDisksWithLegacyDestination extends DataObject {
  _type: 'ReadOnlyDisksWithLegacyDestination';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  roDiskCount: number;
  timeoutDanger: boolean;
}
export interface RebootRequired extends DataObject {
  _type: 'RebootRequired';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  patch?: string | undefined;
}
export interface RecordReplayDisabled extends DataObject {
  _type: 'RecordReplayDisabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface RemoteDeviceNotSupported extends DataObject {
  _type: 'RemoteDeviceNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface RemoveFailed extends DataObject {
  _type: 'RemoveFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface RequestCanceled extends DataObject {
  _type: 'RequestCanceled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ResourceInUse extends DataObject {
  _type: 'ResourceInUse';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  type?: string | undefined;
  name?: string | undefined;
}
export interface ResourceNotAvailable extends DataObject {
  _type: 'ResourceNotAvailable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  containerType?: string | undefined;
  containerName?: string | undefined;
  type?: string | undefined;
}
export interface RestrictedByAdministrator extends DataObject {
  _type: 'RestrictedByAdministrator';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  details: string;
}
export interface RestrictedVersion extends DataObject {
  _type: 'RestrictedVersion';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface RuleViolation extends DataObject {
  _type: 'RuleViolation';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  host?: Ref | undefined;
  rule: DataObject;
}
export interface RuntimeFault extends DataObject {
  _type: 'RuntimeFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SSPIChallenge extends DataObject {
  _type: 'SSPIChallenge';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  base64Token: string;
}
export interface SecurityError extends DataObject {
  _type: 'SecurityError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SharedBusControllerNotSupported extends DataObject {
  _type: 'SharedBusControllerNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface SnapshotCloneNotSupported extends DataObject {
  _type: 'SnapshotCloneNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotCopyNotSupported extends DataObject {
  _type: 'SnapshotCopyNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotDisabled extends DataObject {
  _type: 'SnapshotDisabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotFault extends DataObject {
  _type: 'SnapshotFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotIncompatibleDeviceInVm extends DataObject {
  _type: 'SnapshotIncompatibleDeviceInVm';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  fault: LocalizedMethodFault;
}
export interface SnapshotLocked extends DataObject {
  _type: 'SnapshotLocked';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotMoveFromNonHomeNotSupported extends DataObject {
  _type: 'SnapshotMoveFromNonHomeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotMoveNotSupported extends DataObject {
  _type: 'SnapshotMoveNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotMoveToNonHomeNotSupported extends DataObject {
  _type: 'SnapshotMoveToNonHomeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotNoChange extends DataObject {
  _type: 'SnapshotNoChange';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface SnapshotRevertIssue extends DataObject {
  _type: 'SnapshotRevertIssue';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  snapshotName?: string | undefined;
  event?: AnyEvent[] | undefined;
  errors: boolean;
}
export interface SoftRuleVioCorrectionDisallowed extends DataObject {
  _type: 'SoftRuleVioCorrectionDisallowed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vmName: string;
}
export interface SoftRuleVioCorrectionImpact extends DataObject {
  _type: 'SoftRuleVioCorrectionImpact';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vmName: string;
}
export interface SolutionUserRequired extends DataObject {
  _type: 'SolutionUserRequired';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface StorageVMotionNotSupported extends DataObject {
  _type: 'StorageVMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface StorageVmotionIncompatible extends DataObject {
  _type: 'StorageVmotionIncompatible';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
}
export interface SystemError extends DataObject {
  _type: 'SystemError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  reason: string;
}
export interface TaskInProgress extends DataObject {
  _type: 'TaskInProgress';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  task: Ref;
}
export interface Timedout extends DataObject {
  _type: 'Timedout';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface TooManyConcurrentNativeClones extends DataObject {
  _type: 'TooManyConcurrentNativeClones';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface TooManyConsecutiveOverrides extends DataObject {
  _type: 'TooManyConsecutiveOverrides';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface TooManyDevices extends DataObject {
  _type: 'TooManyDevices';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
}
export interface TooManyDisksOnLegacyHost extends DataObject {
  _type: 'TooManyDisksOnLegacyHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  diskCount: number;
  timeoutDanger: boolean;
}
export interface TooManyGuestLogons extends DataObject {
  _type: 'TooManyGuestLogons';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface TooManyNativeCloneLevels extends DataObject {
  _type: 'TooManyNativeCloneLevels';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface TooManyNativeClonesOnFile extends DataObject {
  _type: 'TooManyNativeClonesOnFile';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  file: string;
}
export interface TooManySnapshotLevels extends DataObject {
  _type: 'TooManySnapshotLevels';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsAlreadyUpgraded extends DataObject {
  _type: 'ToolsAlreadyUpgraded';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsAutoUpgradeNotSupported extends DataObject {
  _type: 'ToolsAutoUpgradeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsImageCopyFailed extends DataObject {
  _type: 'ToolsImageCopyFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsImageNotAvailable extends DataObject {
  _type: 'ToolsImageNotAvailable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsImageSignatureCheckFailed extends DataObject {
  _type: 'ToolsImageSignatureCheckFailed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsInstallationInProgress extends DataObject {
  _type: 'ToolsInstallationInProgress';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsUnavailable extends DataObject {
  _type: 'ToolsUnavailable';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface ToolsUpgradeCancelled extends DataObject {
  _type: 'ToolsUpgradeCancelled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface UnSupportedDatastoreForVFlash extends DataObject {
  _type: 'UnSupportedDatastoreForVFlash';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
  datastoreName: string;
  type: string;
}
export interface UncommittedUndoableDisk extends DataObject {
  _type: 'UncommittedUndoableDisk';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface UnconfiguredPropertyValue extends DataObject {
  _type: 'UnconfiguredPropertyValue';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface UncustomizableGuest extends DataObject {
  _type: 'UncustomizableGuest';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  uncustomizableGuestOS: string;
}
export interface UnexpectedCustomizationFault extends DataObject {
  _type: 'UnexpectedCustomizationFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface UnexpectedFault extends DataObject {
  _type: 'UnexpectedFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  faultName: string;
  fault?: LocalizedMethodFault | undefined;
}
export interface UnrecognizedHost extends DataObject {
  _type: 'UnrecognizedHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
}
export interface UnsharedSwapVMotionNotSupported extends DataObject {
  _type: 'UnsharedSwapVMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface UnsupportedDatastore extends DataObject {
  _type: 'UnsupportedDatastore';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  datastore?: Ref | undefined;
}
export interface UnsupportedGuest extends DataObject {
  _type: 'UnsupportedGuest';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  unsupportedGuestOS: string;
}
export interface UnsupportedVimApiVersion extends DataObject {
  _type: 'UnsupportedVimApiVersion';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  version?: string | undefined;
}
export interface UnsupportedVmxLocation extends DataObject {
  _type: 'UnsupportedVmxLocation';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface UnusedVirtualDiskBlocksNotScrubbed extends DataObject {
  _type: 'UnusedVirtualDiskBlocksNotScrubbed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
  backing: string;
}
export interface VAppNotRunning extends DataObject {
  _type: 'VAppNotRunning';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VAppOperationInProgress extends DataObject {
  _type: 'VAppOperationInProgress';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VAppPropertyFault extends DataObject {
  _type: 'VAppPropertyFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  id: string;
  category: string;
  label: string;
  type: string;
  value: string;
}
export interface VAppTaskInProgress extends DataObject {
  _type: 'VAppTaskInProgress';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  task: Ref;
}
export interface VMINotSupported extends DataObject {
  _type: 'VMINotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface VMOnConflictDVPort extends DataObject {
  _type: 'VMOnConflictDVPort';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
  network?: Ref | undefined;
}
export interface VMOnVirtualIntranet extends DataObject {
  _type: 'VMOnVirtualIntranet';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  backing: string;
  connected: boolean;
  network?: Ref | undefined;
}
export interface VMotionAcrossNetworkNotSupported extends DataObject {
  _type: 'VMotionAcrossNetworkNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHostName: string;
  failedHost: Ref;
}
export interface VMotionInterfaceIssue extends DataObject {
  _type: 'VMotionInterfaceIssue';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
}
export interface VMotionLinkCapacityLow extends DataObject {
  _type: 'VMotionLinkCapacityLow';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
  network: string;
}
export interface VMotionLinkDown extends DataObject {
  _type: 'VMotionLinkDown';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
  network: string;
}
export interface VMotionNotConfigured extends DataObject {
  _type: 'VMotionNotConfigured';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
}
export interface VMotionNotLicensed extends DataObject {
  _type: 'VMotionNotLicensed';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
}
export interface VMotionNotSupported extends DataObject {
  _type: 'VMotionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  atSourceHost: boolean;
  failedHost: string;
  failedHostEntity?: Ref | undefined;
}
export interface VMotionProtocolIncompatible extends DataObject {
  _type: 'VMotionProtocolIncompatible';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VimFault extends DataObject {
  _type: 'VimFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VirtualDiskBlocksNotFullyProvisioned extends DataObject {
  _type: 'VirtualDiskBlocksNotFullyProvisioned';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
  backing: string;
}
export interface VirtualDiskModeNotSupported extends DataObject {
  _type: 'VirtualDiskModeNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
  mode: string;
}
export interface VirtualEthernetCardNotSupported extends DataObject {
  _type: 'VirtualEthernetCardNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  reason?: string | undefined;
}
export interface VirtualHardwareCompatibilityIssue extends DataObject {
  _type: 'VirtualHardwareCompatibilityIssue';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VirtualHardwareVersionNotSupported extends DataObject {
  _type: 'VirtualHardwareVersionNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName: string;
  host: Ref;
}
export interface VmAlreadyExistsInDatacenter extends DataObject {
  _type: 'VmAlreadyExistsInDatacenter';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  target: Ref;
  host: Ref;
  hostname: string;
  vm: Ref[];
}
export interface VmConfigFault extends DataObject {
  _type: 'VmConfigFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VmConfigIncompatibleForFaultTolerance extends DataObject {
  _type: 'VmConfigIncompatibleForFaultTolerance';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  fault?: LocalizedMethodFault | undefined;
}
export interface VmConfigIncompatibleForRecordReplay extends DataObject {
  _type: 'VmConfigIncompatibleForRecordReplay';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  fault?: LocalizedMethodFault | undefined;
}
export interface VmHostAffinityRuleViolation extends DataObject {
  _type: 'VmHostAffinityRuleViolation';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  vmName: string;
  hostName: string;
}
export interface VmLimitLicense extends DataObject {
  _type: 'VmLimitLicense';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  limit: number;
}
export interface VmMonitorIncompatibleForFaultTolerance extends DataObject {
  _type: 'VmMonitorIncompatibleForFaultTolerance';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VmPowerOnDisabled extends DataObject {
  _type: 'VmPowerOnDisabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VmSmpFaultToleranceTooManyVMsOnHost extends DataObject {
  _type: 'VmSmpFaultToleranceTooManyVMsOnHost';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  hostName?: string | undefined;
  maxNumSmpFtVms: number;
}
export interface VmToolsUpgradeFault extends DataObject {
  _type: 'VmToolsUpgradeFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VmValidateMaxDevice extends DataObject {
  _type: 'VmValidateMaxDevice';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  device: string;
  max: number;
  count: number;
}
export interface VmWwnConflict extends DataObject {
  _type: 'VmWwnConflict';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  property?: string | undefined;
  vm?: Ref | undefined;
  host?: Ref | undefined;
  name?: string | undefined;
  wwn?: bigint | undefined;
}
export interface VmotionInterfaceNotEnabled extends DataObject {
  _type: 'VmotionInterfaceNotEnabled';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VolumeEditorError extends DataObject {
  _type: 'VolumeEditorError';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface VramLimitLicense extends DataObject {
  _type: 'VramLimitLicense';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
  limit: number;
}
export interface WakeOnLanNotSupported extends DataObject {
  _type: 'WakeOnLanNotSupported';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface WakeOnLanNotSupportedByVmotionNIC extends DataObject {
  _type: 'WakeOnLanNotSupportedByVmotionNIC';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface WillModifyConfigCpuRequirements extends DataObject {
  _type: 'WillModifyConfigCpuRequirements';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface WillResetSnapshotDirectory extends DataObject {
  _type: 'WillResetSnapshotDirectory';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface WipeDiskFault extends DataObject {
  _type: 'WipeDiskFault';
  faultCause?: LocalizedMethodFault | undefined;
  faultMessage?: LocalizableMessage[] | undefined;
}
export interface EvaluationLicenseSource extends DataObject {
  _type: 'EvaluationLicenseSource';
  remainingHours?: bigint | undefined;
}
export interface LicenseAssignmentManagerLicenseAssignment extends DataObject {
  _type?: 'LicenseAssignmentManagerLicenseAssignment' | undefined;
  entityId: string;
  scope?: string | undefined;
  entityDisplayName?: string | undefined;
  assignedLicense: LicenseManagerLicenseInfo;
  properties?: KeyAnyValue[] | undefined;
}
export interface LicenseManagerEvaluationInfo extends DataObject {
  _type?: 'LicenseManagerEvaluationInfo' | undefined;
  properties: KeyAnyValue[];
}
export interface LicenseManagerLicenseInfo extends DataObject {
  _type?: 'LicenseManagerLicenseInfo' | undefined;
  licenseKey: string;
  editionKey: string;
  name: string;
  total: number;
  used?: number | undefined;
  costUnit: string;
  properties?: KeyAnyValue[] | undefined;
  labels?: KeyValue[] | undefined;
}
export interface LicenseSource extends DataObject {
  _type: 'LicenseSource';
}
export interface PerfCounterInfo extends DataObject {
  _type?: 'PerfCounterInfo' | undefined;
  key: number;
  nameInfo: AnyElementDescription;
  groupInfo: AnyElementDescription;
  unitInfo: AnyElementDescription;
  rollupType: PerfSummaryType;
  statsType: PerfStatsType;
  level?: number | undefined;
  perDeviceLevel?: number | undefined;
  associatedCounterId?: number[] | undefined;
}
export interface PerfEntityMetric extends DataObject {
  _type: 'PerfEntityMetric';
  entity: Ref;
  sampleInfo?: PerfSampleInfo[] | undefined;
  value?: AnyPerfMetricSeries[] | undefined;
}
export interface PerfEntityMetricBase extends DataObject {
  _type: 'PerfEntityMetricBase';
  entity: Ref;
}
export interface PerfEntityMetricCSV extends DataObject {
  _type: 'PerfEntityMetricCSV';
  entity: Ref;
  sampleInfoCSV: string;
  value?: PerfMetricSeriesCSV[] | undefined;
}
export interface PerfInterval extends DataObject {
  _type?: 'PerfInterval' | undefined;
  key: number;
  samplingPeriod: number;
  name: string;
  length: number;
  level?: number | undefined;
  enabled: boolean;
}
export interface PerfMetricId extends DataObject {
  _type?: 'PerfMetricId' | undefined;
  counterId: number;
  instance: string;
}
export interface PerfMetricIntSeries extends DataObject {
  _type: 'PerfMetricIntSeries';
  id: PerfMetricId;
  value?: bigint[] | undefined;
}
export interface PerfMetricSeries extends DataObject {
  _type: 'PerfMetricSeries';
  id: PerfMetricId;
}
export interface PerfMetricSeriesCSV extends DataObject {
  _type: 'PerfMetricSeriesCSV';
  id: PerfMetricId;
  value?: string | undefined;
}
export interface PerfProviderSummary extends DataObject {
  _type?: 'PerfProviderSummary' | undefined;
  entity: Ref;
  currentSupported: boolean;
  summarySupported: boolean;
  refreshRate?: number | undefined;
}
export interface PerfQuerySpec extends DataObject {
  _type?: 'PerfQuerySpec' | undefined;
  entity: Ref;
  startTime?: Date | undefined;
  endTime?: Date | undefined;
  maxSample?: number | undefined;
  metricId?: PerfMetricId[] | undefined;
  intervalId?: number | undefined;
  format?: string | undefined;
}
export interface PerfSampleInfo extends DataObject {
  _type?: 'PerfSampleInfo' | undefined;
  timestamp: Date;
  interval: number;
}
export interface PerformanceDescription extends DataObject {
  _type?: 'PerformanceDescription' | undefined;
  counterType: AnyElementDescription[];
  statsType: AnyElementDescription[];
}
export interface ConfigTarget extends DataObject {
  _type?: 'ConfigTarget' | undefined;
  numCpus: number;
  numCpuCores: number;
  numNumaNodes: number;
  maxCpusPerHost?: number | undefined;
  datastore?: VirtualMachineDatastoreInfo[] | undefined;
  network?: VirtualMachineNetworkInfo[] | undefined;
  distributedVirtualPortgroup?: DistributedVirtualPortgroupInfo[] | undefined;
  distributedVirtualSwitch?: DistributedVirtualSwitchInfo[] | undefined;
  maxMemMBOptimalPerf: number;
  supportedMaxMemMB?: number | undefined;
  autoVmotion?: boolean | undefined;
}
export interface DistributedVirtualPortgroupInfo extends DataObject {
  _type?: 'DistributedVirtualPortgroupInfo' | undefined;
  switchName: string;
  switchUuid: string;
  portgroupName: string;
  portgroupKey: string;
  portgroupType: string;
  uplinkPortgroup: boolean;
  portgroup: Ref;
  networkReservationSupported?: boolean | undefined;
  backingType?: string | undefined;
  logicalSwitchUuid?: string | undefined;
  segmentId?: string | undefined;
}
export interface DistributedVirtualSwitchInfo extends DataObject {
  _type?: 'DistributedVirtualSwitchInfo' | undefined;
  switchName: string;
  switchUuid: string;
  distributedVirtualSwitch: Ref;
  networkReservationSupported?: boolean | undefined;
}
export interface VirtualMachineDatastoreInfo extends DataObject {
  _type: 'VirtualMachineDatastoreInfo';
  name: string;
  configurationTag?: string[] | undefined;
  datastore: DatastoreSummary;
  capability: DatastoreCapability;
  maxFileSize: bigint;
  maxVirtualDiskCapacity?: bigint | undefined;
  maxPhysicalRDMFileSize?: bigint | undefined;
  maxVirtualRDMFileSize?: bigint | undefined;
  mode: string;
  vStorageSupport?: string | undefined;
}
export interface VirtualMachineNetworkInfo extends DataObject {
  _type: 'VirtualMachineNetworkInfo';
  name: string;
  configurationTag?: string[] | undefined;
  network: AnyNetworkSummary;
  vswitch?: string | undefined;
}
export interface VirtualMachineTargetInfo extends DataObject {
  _type: 'VirtualMachineTargetInfo';
  name: string;
  configurationTag?: string[] | undefined;
}
export interface BoolOption extends DataObject {
  _type: 'BoolOption';
  valueIsReadonly?: boolean | undefined;
  supported: boolean;
  defaultValue: boolean;
}
export interface DatastoreOption extends DataObject {
  _type?: 'DatastoreOption' | undefined;
  unsupportedVolumes?: DataObject[] | undefined;
}
export interface EnvironmentBrowserConfigOptionQuerySpec extends DataObject {
  _type?: 'EnvironmentBrowserConfigOptionQuerySpec' | undefined;
  key?: string | undefined;
  host?: Ref | undefined;
  guestId?: string[] | undefined;
}
export interface GuestOsDescriptor extends DataObject {
  _type?: 'GuestOsDescriptor' | undefined;
  id: string;
  family: string;
  fullName: string;
  supportedMaxCPUs: number;
  numSupportedPhysicalSockets: number;
  numSupportedCoresPerSocket: number;
  supportedMinMemMB: number;
  supportedMaxMemMB: number;
  recommendedMemMB: number;
  recommendedColorDepth: number;
  supportedDiskControllerList: string[];
  recommendedSCSIController?: string | undefined;
  recommendedDiskController: string;
  supportedNumDisks: number;
  recommendedDiskSizeMB: number;
  recommendedCdromController: string;
  supportedEthernetCard: string[];
  recommendedEthernetCard?: string | undefined;
  supportsSlaveDisk?: boolean | undefined;
  cpuFeatureMask?: DataObject[] | undefined;
  smcRequired: boolean;
  supportsWakeOnLan: boolean;
  supportsVMI: boolean;
  supportsMemoryHotAdd: boolean;
  supportsCpuHotAdd: boolean;
  supportsCpuHotRemove: boolean;
  supportedFirmware: string[];
  recommendedFirmware: string;
  supportedUSBControllerList?: string[] | undefined;
  recommendedUSBController?: string | undefined;
  supports3D: boolean;
  recommended3D: boolean;
  smcRecommended: boolean;
  ich7mRecommended: boolean;
  usbRecommended: boolean;
  supportLevel: string;
  supportedForCreate: boolean;
  vRAMSizeInKB: IntOption;
  numSupportedFloppyDevices: number;
  wakeOnLanEthernetCard?: string[] | undefined;
  supportsPvscsiControllerForBoot: boolean;
  diskUuidEnabled: boolean;
  supportsHotPlugPCI: boolean;
  supportsSecureBoot?: boolean | undefined;
  defaultSecureBoot?: boolean | undefined;
  persistentMemorySupported?: boolean | undefined;
  supportedMinPersistentMemoryMB?: bigint | undefined;
  supportedMaxPersistentMemoryMB?: bigint | undefined;
  recommendedPersistentMemoryMB?: bigint | undefined;
  persistentMemoryHotAddSupported?: boolean | undefined;
  persistentMemoryHotRemoveSupported?: boolean | undefined;
  persistentMemoryColdGrowthSupported?: boolean | undefined;
  persistentMemoryColdGrowthGranularityMB?: bigint | undefined;
  persistentMemoryHotGrowthSupported?: boolean | undefined;
  persistentMemoryHotGrowthGranularityMB?: bigint | undefined;
  numRecommendedPhysicalSockets?: number | undefined;
  numRecommendedCoresPerSocket?: number | undefined;
  vvtdSupported?: BoolOption | undefined;
  vbsSupported?: BoolOption | undefined;
  vsgxSupported?: BoolOption | undefined;
  vsgxRemoteAttestationSupported?: boolean | undefined;
  supportsTPM20?: boolean | undefined;
  recommendedTPM20?: boolean | undefined;
  vwdtSupported?: boolean | undefined;
}
export interface IntOption extends DataObject {
  _type: 'IntOption';
  valueIsReadonly?: boolean | undefined;
  min: number;
  max: number;
  defaultValue: number;
}
export interface LongOption extends DataObject {
  _type: 'LongOption';
  valueIsReadonly?: boolean | undefined;
  min: bigint;
  max: bigint;
  defaultValue: bigint;
}
export interface ResourceAllocationOption extends DataObject {
  _type?: 'ResourceAllocationOption' | undefined;
  sharesOption: SharesOption;
}
export interface ResourceConfigOption extends DataObject {
  _type?: 'ResourceConfigOption' | undefined;
  cpuAllocationOption: ResourceAllocationOption;
  memoryAllocationOption: ResourceAllocationOption;
}
export interface SharesOption extends DataObject {
  _type?: 'SharesOption' | undefined;
  sharesOption: IntOption;
  defaultLevel: SharesLevel;
}
export interface VirtualDeviceOption extends DataObject {
  _type?: 'VirtualDeviceOption' | undefined;
  type: string;
  connectOption?: DataObject | undefined;
  busSlotOption?: DataObject | undefined;
  controllerType?: string | undefined;
  autoAssignController?: BoolOption | undefined;
  backingOption?: DataObject[] | undefined;
  defaultBackingOptionIndex?: number | undefined;
  licensingLimit?: string[] | undefined;
  deprecated: boolean;
  plugAndPlay: boolean;
  hotRemoveSupported: boolean;
  numaSupported?: boolean | undefined;
}
export interface VirtualHardwareOption extends DataObject {
  _type?: 'VirtualHardwareOption' | undefined;
  hwVersion: number;
  virtualDeviceOption: VirtualDeviceOption[];
  deviceListReadonly: boolean;
  numCPU: number[];
  numCoresPerSocket: IntOption;
  autoCoresPerSocket?: BoolOption | undefined;
  numCpuReadonly: boolean;
  memoryMB: LongOption;
  numPCIControllers: IntOption;
  numIDEControllers: IntOption;
  numUSBControllers: IntOption;
  numUSBXHCIControllers: IntOption;
  numSIOControllers: IntOption;
  numPS2Controllers: IntOption;
  licensingLimit?: string[] | undefined;
  numSupportedWwnPorts?: IntOption | undefined;
  numSupportedWwnNodes?: IntOption | undefined;
  resourceConfigOption: ResourceConfigOption;
  numNVDIMMControllers?: IntOption | undefined;
  numTPMDevices?: IntOption | undefined;
  numWDTDevices?: IntOption | undefined;
  numPrecisionClockDevices?: IntOption | undefined;
  epcMemoryMB?: LongOption | undefined;
  acpiHostBridgesFirmware?: string[] | undefined;
  numCpuSimultaneousThreads?: IntOption | undefined;
  numNumaNodes?: IntOption | undefined;
  numDeviceGroups?: IntOption | undefined;
  deviceGroupTypes?: string[] | undefined;
}
export interface VirtualMachineConfigOption extends DataObject {
  _type?: 'VirtualMachineConfigOption' | undefined;
  version: string;
  description: string;
  guestOSDescriptor: GuestOsDescriptor[];
  guestOSDefaultIndex: number;
  hardwareOptions: VirtualHardwareOption;
  capabilities: VirtualMachineCapability;
  datastore: DatastoreOption;
  defaultDevice?: AnyVirtualDevice[] | undefined;
  supportedMonitorType: string[];
  supportedOvfEnvironmentTransport?: string[] | undefined;
  supportedOvfInstallTransport?: string[] | undefined;
  propertyRelations?: DataObject[] | undefined;
}
export interface PodDiskLocator extends DataObject {
  _type?: 'PodDiskLocator' | undefined;
  diskId: number;
  diskMoveType?: string | undefined;
  diskBackingInfo?: AnyVirtualDeviceBackingInfo | undefined;
  profile?: DataObject[] | undefined;
}
export interface PodStorageDrsEntry extends DataObject {
  _type?: 'PodStorageDrsEntry' | undefined;
  storageDrsConfig: StorageDrsConfigInfo;
  recommendation?: ClusterRecommendation[] | undefined;
  drsFault?: DataObject[] | undefined;
  actionHistory?: DataObject[] | undefined;
}
export interface StorageDrsConfigInfo extends DataObject {
  _type?: 'StorageDrsConfigInfo' | undefined;
  podConfig: StorageDrsPodConfigInfo;
  vmConfig?: DataObject[] | undefined;
}
export interface StorageDrsPodConfigInfo extends DataObject {
  _type?: 'StorageDrsPodConfigInfo' | undefined;
  enabled: boolean;
  ioLoadBalanceEnabled: boolean;
  defaultVmBehavior: string;
  loadBalanceInterval?: number | undefined;
  defaultIntraVmAffinity?: boolean | undefined;
  spaceLoadBalanceConfig?: DataObject | undefined;
  ioLoadBalanceConfig?: DataObject | undefined;
  automationOverrides?: DataObject | undefined;
  rule?: DataObject[] | undefined;
  option?: AnyOptionValue[] | undefined;
}
export interface StorageDrsPodSelectionSpec extends DataObject {
  _type?: 'StorageDrsPodSelectionSpec' | undefined;
  initialVmConfig?: VmPodConfigForPlacement[] | undefined;
  storagePod?: Ref | undefined;
}
export interface VmPodConfigForPlacement extends DataObject {
  _type?: 'VmPodConfigForPlacement' | undefined;
  storagePod: Ref;
  disk?: PodDiskLocator[] | undefined;
  vmConfig?: DataObject | undefined;
  interVmRule?: DataObject[] | undefined;
}
export interface OvfCreateDescriptorParams extends DataObject {
  _type?: 'OvfCreateDescriptorParams' | undefined;
  ovfFiles?: OvfFile[] | undefined;
  name?: string | undefined;
  description?: string | undefined;
  includeImageFiles?: boolean | undefined;
  exportOption?: string[] | undefined;
  snapshot?: Ref | undefined;
}
export interface OvfCreateDescriptorResult extends DataObject {
  _type?: 'OvfCreateDescriptorResult' | undefined;
  ovfDescriptor: string;
  error?: LocalizedMethodFault[] | undefined;
  warning?: LocalizedMethodFault[] | undefined;
  includeImageFiles?: boolean | undefined;
}
export interface OvfFile extends DataObject {
  _type?: 'OvfFile' | undefined;
  deviceId: string;
  path: string;
  compressionMethod?: string | undefined;
  chunkSize?: bigint | undefined;
  size: bigint;
  capacity?: bigint | undefined;
  populatedSize?: bigint | undefined;
}
export interface DisabledMethodRequest extends DataObject {
  _type?: 'DisabledMethodRequest' | undefined;
  method: string;
  reasonId: string;
}
export interface VirtualDiskInfo extends DataObject {
  _type?: 'VirtualDiskInfo' | undefined;
  unit: VirtualDiskInfoUnit;
  diskType: string;
  parent?: string | undefined;
}
export interface VirtualDiskInfoUnit extends DataObject {
  _type?: 'VirtualDiskInfoUnit' | undefined;
  name: string;
}

export type AnyArrayUpdateSpec =
  | ArrayUpdateSpec
  | TagSpec;
export type AnyCustomFieldValue =
  | CustomFieldValue
  | CustomFieldStringValue;
export type AnyDescription =
  | Description
  | ElementDescription
  | ExtendedElementDescription
  | ExtendedDescription
  | MethodDescription
  | TypeDescription
  | ScheduledTaskDetail;
export type AnyElementDescription =
  | ElementDescription
  | ExtendedElementDescription;
export type AnyImportSpec =
  | ImportSpec
  | VirtualAppImportSpec
  | VirtualMachineImportSpec;
export type AnyInheritablePolicy =
  | InheritablePolicy
  | BoolPolicy
  | IntPolicy
  | StringPolicy
  | VmwareDistributedVirtualSwitchVlanSpec
  | VmwareDistributedVirtualSwitchPvlanSpec
  | VmwareDistributedVirtualSwitchTrunkVlanSpec
  | VmwareDistributedVirtualSwitchVlanIdSpec
  | DVSFailureCriteria
  | DVSSecurityPolicy
  | DVSTrafficShapingPolicy
  | DVSVendorSpecificConfig
  | LongPolicy
  | VMwareUplinkLacpPolicy
  | VMwareUplinkPortOrderPolicy
  | VmwareUplinkPortTeamingPolicy;
export type AnyOptionType =
  | OptionType
  | ChoiceOption
  | BoolOption
  | IntOption
  | LongOption;
export type AnyOptionValue =
  | OptionValue
  | HostInternetScsiHbaParamValue;
export type AnySelectionSpec =
  | SelectionSpec
  | TraversalSpec;
export type AnySessionManagerServiceRequestSpec =
  | SessionManagerServiceRequestSpec
  | SessionManagerHttpServiceRequestSpec
  | SessionManagerVmomiServiceRequestSpec;
export type AnyTaskReason =
  | TaskReason
  | TaskReasonAlarm
  | TaskReasonSchedule
  | TaskReasonSystem
  | TaskReasonUser;
export type AnyTypeDescription =
  | TypeDescription
  | ScheduledTaskDetail;
export type AnyClusterAction =
  | ClusterAction
  | StoragePlacementAction;
export type AnyClusterDasAdmissionControlPolicy =
  | ClusterDasAdmissionControlPolicy
  | ClusterFailoverHostAdmissionControlPolicy
  | ClusterFailoverLevelAdmissionControlPolicy
  | ClusterFailoverResourcesAdmissionControlPolicy;
export type AnyComputeResourceConfigInfo =
  | ComputeResourceConfigInfo
  | ClusterConfigInfoEx;
export type AnyComputeResourceConfigSpec =
  | ComputeResourceConfigSpec
  | ClusterConfigSpecEx;
export type AnyComputeResourceSummary =
  | ComputeResourceSummary
  | ClusterComputeResourceSummary;
export type AnyResourcePoolSummary =
  | ResourcePoolSummary
  | VirtualAppSummary;
export type AnyVirtualMachineBootOptionsBootableDevice =
  | VirtualMachineBootOptionsBootableDevice
  | VirtualMachineBootOptionsBootableCdromDevice
  | VirtualMachineBootOptionsBootableDiskDevice
  | VirtualMachineBootOptionsBootableEthernetDevice
  | VirtualMachineBootOptionsBootableFloppyDevice;
export type AnyVirtualController =
  | VirtualController
  | VirtualIDEController
  | VirtualNVDIMMController
  | VirtualNVMEController
  | VirtualPCIController
  | VirtualPS2Controller
  | VirtualSATAController
  | VirtualAHCIController
  | VirtualSCSIController
  | ParaVirtualSCSIController
  | VirtualBusLogicController
  | VirtualLsiLogicController
  | VirtualLsiLogicSASController
  | VirtualSIOController
  | VirtualUSBController
  | VirtualUSBXHCIController;
export type AnyVirtualDevice =
  | VirtualDevice
  | VirtualCdrom
  | VirtualController
  | VirtualIDEController
  | VirtualNVDIMMController
  | VirtualNVMEController
  | VirtualPCIController
  | VirtualPS2Controller
  | VirtualSATAController
  | VirtualAHCIController
  | VirtualSCSIController
  | ParaVirtualSCSIController
  | VirtualBusLogicController
  | VirtualLsiLogicController
  | VirtualLsiLogicSASController
  | VirtualSIOController
  | VirtualUSBController
  | VirtualUSBXHCIController
  | VirtualDisk
  | VirtualEthernetCard
  | VirtualE1000
  | VirtualE1000e
  | VirtualPCNet32
  | VirtualSriovEthernetCard
  | VirtualVmxnet
  | VirtualVmxnet2
  | VirtualVmxnet3
  | VirtualVmxnet3Vrdma
  | VirtualFloppy
  | VirtualKeyboard
  | VirtualMachineVMCIDevice
  | VirtualMachineVMIROM
  | VirtualMachineVideoCard
  | VirtualNVDIMM
  | VirtualPCIPassthrough
  | VirtualParallelPort
  | VirtualPointingDevice
  | VirtualPrecisionClock
  | VirtualSCSIPassthrough
  | VirtualSerialPort
  | VirtualSoundCard
  | VirtualEnsoniq1371
  | VirtualHdAudioCard
  | VirtualSoundBlaster16
  | VirtualTPM
  | VirtualUSB
  | VirtualWDT;
export type AnyVirtualDeviceBackingInfo =
  | VirtualDeviceBackingInfo
  | VirtualDeviceDeviceBackingInfo
  | VirtualCdromAtapiBackingInfo
  | VirtualCdromPassthroughBackingInfo
  | VirtualDiskRawDiskVer2BackingInfo
  | VirtualDiskPartitionedRawDiskVer2BackingInfo
  | VirtualEthernetCardLegacyNetworkBackingInfo
  | VirtualEthernetCardNetworkBackingInfo
  | VirtualFloppyDeviceBackingInfo
  | VirtualPCIPassthroughDeviceBackingInfo
  | VirtualPCIPassthroughDynamicBackingInfo
  | VirtualParallelPortDeviceBackingInfo
  | VirtualPointingDeviceDeviceBackingInfo
  | VirtualSCSIPassthroughDeviceBackingInfo
  | VirtualSerialPortDeviceBackingInfo
  | VirtualSoundCardDeviceBackingInfo
  | VirtualUSBRemoteHostBackingInfo
  | VirtualUSBUSBBackingInfo
  | VirtualDeviceFileBackingInfo
  | VirtualCdromIsoBackingInfo
  | VirtualDiskFlatVer1BackingInfo
  | VirtualDiskFlatVer2BackingInfo
  | VirtualDiskLocalPMemBackingInfo
  | VirtualDiskRawDiskMappingVer1BackingInfo
  | VirtualDiskSeSparseBackingInfo
  | VirtualDiskSparseVer1BackingInfo
  | VirtualDiskSparseVer2BackingInfo
  | VirtualFloppyImageBackingInfo
  | VirtualNVDIMMBackingInfo
  | VirtualParallelPortFileBackingInfo
  | VirtualSerialPortFileBackingInfo
  | VirtualDevicePipeBackingInfo
  | VirtualSerialPortPipeBackingInfo
  | VirtualDeviceRemoteDeviceBackingInfo
  | VirtualCdromRemoteAtapiBackingInfo
  | VirtualCdromRemotePassthroughBackingInfo
  | VirtualFloppyRemoteDeviceBackingInfo
  | VirtualUSBRemoteClientBackingInfo
  | VirtualDeviceURIBackingInfo
  | VirtualSerialPortURIBackingInfo
  | VirtualEthernetCardDistributedVirtualPortBackingInfo
  | VirtualEthernetCardOpaqueNetworkBackingInfo
  | VirtualPCIPassthroughDvxBackingInfo
  | VirtualPCIPassthroughPluginBackingInfo
  | VirtualPCIPassthroughVmiopBackingInfo
  | VirtualPrecisionClockSystemClockBackingInfo
  | VirtualSerialPortThinPrintBackingInfo
  | VirtualSriovEthernetCardSriovBackingInfo;
export type AnyVirtualDeviceBusSlotInfo =
  | VirtualDeviceBusSlotInfo
  | VirtualDevicePciBusSlotInfo
  | VirtualUSBControllerPciBusSlotInfo;
export type AnyVirtualDeviceDeviceBackingInfo =
  | VirtualDeviceDeviceBackingInfo
  | VirtualCdromAtapiBackingInfo
  | VirtualCdromPassthroughBackingInfo
  | VirtualDiskRawDiskVer2BackingInfo
  | VirtualDiskPartitionedRawDiskVer2BackingInfo
  | VirtualEthernetCardLegacyNetworkBackingInfo
  | VirtualEthernetCardNetworkBackingInfo
  | VirtualFloppyDeviceBackingInfo
  | VirtualPCIPassthroughDeviceBackingInfo
  | VirtualPCIPassthroughDynamicBackingInfo
  | VirtualParallelPortDeviceBackingInfo
  | VirtualPointingDeviceDeviceBackingInfo
  | VirtualSCSIPassthroughDeviceBackingInfo
  | VirtualSerialPortDeviceBackingInfo
  | VirtualSoundCardDeviceBackingInfo
  | VirtualUSBRemoteHostBackingInfo
  | VirtualUSBUSBBackingInfo;
export type AnyVirtualDeviceFileBackingInfo =
  | VirtualDeviceFileBackingInfo
  | VirtualCdromIsoBackingInfo
  | VirtualDiskFlatVer1BackingInfo
  | VirtualDiskFlatVer2BackingInfo
  | VirtualDiskLocalPMemBackingInfo
  | VirtualDiskRawDiskMappingVer1BackingInfo
  | VirtualDiskSeSparseBackingInfo
  | VirtualDiskSparseVer1BackingInfo
  | VirtualDiskSparseVer2BackingInfo
  | VirtualFloppyImageBackingInfo
  | VirtualNVDIMMBackingInfo
  | VirtualParallelPortFileBackingInfo
  | VirtualSerialPortFileBackingInfo;
export type AnyVirtualDevicePciBusSlotInfo =
  | VirtualDevicePciBusSlotInfo
  | VirtualUSBControllerPciBusSlotInfo;
export type AnyVirtualDevicePipeBackingInfo =
  | VirtualDevicePipeBackingInfo
  | VirtualSerialPortPipeBackingInfo;
export type AnyVirtualDeviceRemoteDeviceBackingInfo =
  | VirtualDeviceRemoteDeviceBackingInfo
  | VirtualCdromRemoteAtapiBackingInfo
  | VirtualCdromRemotePassthroughBackingInfo
  | VirtualFloppyRemoteDeviceBackingInfo
  | VirtualUSBRemoteClientBackingInfo;
export type AnyVirtualDeviceURIBackingInfo =
  | VirtualDeviceURIBackingInfo
  | VirtualSerialPortURIBackingInfo;
export type AnyVirtualDiskRawDiskVer2BackingInfo =
  | VirtualDiskRawDiskVer2BackingInfo
  | VirtualDiskPartitionedRawDiskVer2BackingInfo;
export type AnyVirtualEthernetCard =
  | VirtualEthernetCard
  | VirtualE1000
  | VirtualE1000e
  | VirtualPCNet32
  | VirtualSriovEthernetCard
  | VirtualVmxnet
  | VirtualVmxnet2
  | VirtualVmxnet3
  | VirtualVmxnet3Vrdma;
export type AnyVirtualPCIPassthroughPluginBackingInfo =
  | VirtualPCIPassthroughPluginBackingInfo
  | VirtualPCIPassthroughVmiopBackingInfo;
export type AnyVirtualSATAController =
  | VirtualSATAController
  | VirtualAHCIController;
export type AnyVirtualSCSIController =
  | VirtualSCSIController
  | ParaVirtualSCSIController
  | VirtualBusLogicController
  | VirtualLsiLogicController
  | VirtualLsiLogicSASController;
export type AnyVirtualSoundCard =
  | VirtualSoundCard
  | VirtualEnsoniq1371
  | VirtualHdAudioCard
  | VirtualSoundBlaster16;
export type AnyVirtualVmxnet =
  | VirtualVmxnet
  | VirtualVmxnet2
  | VirtualVmxnet3
  | VirtualVmxnet3Vrdma;
export type AnyVirtualVmxnet3 =
  | VirtualVmxnet3
  | VirtualVmxnet3Vrdma;
export type AnyDatastoreInfo =
  | DatastoreInfo
  | LocalDatastoreInfo
  | NasDatastoreInfo
  | PMemDatastoreInfo
  | VmfsDatastoreInfo
  | VsanDatastoreInfo
  | VvolDatastoreInfo;
export type AnyFileBackedVirtualDiskSpec =
  | FileBackedVirtualDiskSpec
  | SeSparseVirtualDiskSpec;
export type AnyFileInfo =
  | FileInfo
  | FloppyImageFileInfo
  | FolderFileInfo
  | IsoImageFileInfo
  | VmConfigFileInfo
  | TemplateConfigFileInfo
  | VmDiskFileInfo
  | VmLogFileInfo
  | VmNvramFileInfo
  | VmSnapshotFileInfo;
export type AnyFileQuery =
  | FileQuery
  | FloppyImageFileQuery
  | FolderFileQuery
  | IsoImageFileQuery
  | VmConfigFileQuery
  | TemplateConfigFileQuery
  | VmDiskFileQuery
  | VmLogFileQuery
  | VmNvramFileQuery
  | VmSnapshotFileQuery;
export type AnyHostFileSystemVolume =
  | HostFileSystemVolume
  | HostLocalFileSystemVolume
  | HostNasVolume
  | HostPMemVolume
  | HostVfatVolume
  | HostVffsVolume
  | HostVmfsVolume
  | HostVvolVolume;
export type AnyVirtualDiskSpec =
  | VirtualDiskSpec
  | DeviceBackedVirtualDiskSpec
  | FileBackedVirtualDiskSpec
  | SeSparseVirtualDiskSpec;
export type AnyVmConfigFileInfo =
  | VmConfigFileInfo
  | TemplateConfigFileInfo;
export type AnyVmConfigFileQuery =
  | VmConfigFileQuery
  | TemplateConfigFileQuery;
export type AnyDVPortSetting =
  | DVPortSetting
  | VMwareDVSPortSetting;
export type AnyDVSConfigInfo =
  | DVSConfigInfo
  | VMwareDVSConfigInfo;
export type AnyDVSConfigSpec =
  | DVSConfigSpec
  | VMwareDVSConfigSpec;
export type AnyVmwareDistributedVirtualSwitchVlanSpec =
  | VmwareDistributedVirtualSwitchVlanSpec
  | VmwareDistributedVirtualSwitchPvlanSpec
  | VmwareDistributedVirtualSwitchTrunkVlanSpec
  | VmwareDistributedVirtualSwitchVlanIdSpec;
export type AnyDVPortgroupPolicy =
  | DVPortgroupPolicy
  | VMwareDVSPortgroupPolicy;
export type AnyDVSUplinkPortPolicy =
  | DVSUplinkPortPolicy
  | DVSNameArrayUplinkPortPolicy;
export type AnyCustomizationIdentitySettings =
  | CustomizationIdentitySettings
  | CustomizationCloudinitPrep
  | CustomizationLinuxFlexPrep
  | CustomizationLinuxPrep
  | CustomizationSysprep
  | CustomizationSysprepText
  | CustomizationWindowsFlexPrep;
export type AnyCustomizationIpGenerator =
  | CustomizationIpGenerator
  | CustomizationCustomIpGenerator
  | CustomizationDhcpIpGenerator
  | CustomizationDisableIpV4
  | CustomizationFixedIp
  | CustomizationUnknownIpGenerator;
export type AnyCustomizationIpV6Generator =
  | CustomizationIpV6Generator
  | CustomizationAutoIpV6Generator
  | CustomizationCustomIpV6Generator
  | CustomizationDhcpIpV6Generator
  | CustomizationFixedIpV6
  | CustomizationStatelessIpV6Generator
  | CustomizationUnknownIpV6Generator;
export type AnyCustomizationName =
  | CustomizationName
  | CustomizationCustomName
  | CustomizationFixedName
  | CustomizationPrefixName
  | CustomizationUnknownName
  | CustomizationVirtualMachineName;
export type AnyCustomizationOptions =
  | CustomizationOptions
  | CustomizationLinuxOptions
  | CustomizationWinOptions;
export type AnyGuestAuthentication =
  | GuestAuthentication
  | NamePasswordAuthentication
  | SAMLTokenAuthentication
  | SSPIAuthentication
  | TicketedSessionAuthentication;
export type AnyGuestFileAttributes =
  | GuestFileAttributes
  | GuestPosixFileAttributes
  | GuestWindowsFileAttributes;
export type AnyNetworkSummary =
  | NetworkSummary
  | OpaqueNetworkSummary;
export type AnyCustomizationEvent =
  | CustomizationEvent
  | CustomizationFailed
  | CustomizationLinuxIdentityFailed
  | CustomizationNetworkSetupFailed
  | CustomizationSysprepFailed
  | CustomizationUnknownFailure
  | CustomizationStartedEvent
  | CustomizationSucceeded;
export type AnyCustomizationFailed =
  | CustomizationFailed
  | CustomizationLinuxIdentityFailed
  | CustomizationNetworkSetupFailed
  | CustomizationSysprepFailed
  | CustomizationUnknownFailure;
export type AnyDatastoreEvent =
  | DatastoreEvent
  | DatastoreFileEvent
  | DatastoreFileCopiedEvent
  | DatastoreFileDeletedEvent
  | DatastoreFileMovedEvent;
export type AnyDatastoreFileEvent =
  | DatastoreFileEvent
  | DatastoreFileCopiedEvent
  | DatastoreFileDeletedEvent
  | DatastoreFileMovedEvent;
export type AnyEntityEventArgument =
  | EntityEventArgument
  | AlarmEventArgument
  | ComputeResourceEventArgument
  | DatacenterEventArgument
  | DatastoreEventArgument
  | DvsEventArgument
  | FolderEventArgument
  | HostEventArgument
  | ManagedEntityEventArgument
  | NetworkEventArgument
  | ResourcePoolEventArgument
  | ScheduledTaskEventArgument
  | VmEventArgument;
/** Event or one of its 97 subtypes; narrow it with isA. */
export type AnyEvent = Omit<Event, '_type'> & { _type: string };
export type AnyEventArgument =
  | EventArgument
  | EntityEventArgument
  | AlarmEventArgument
  | ComputeResourceEventArgument
  | DatacenterEventArgument
  | DatastoreEventArgument
  | DvsEventArgument
  | FolderEventArgument
  | HostEventArgument
  | ManagedEntityEventArgument
  | NetworkEventArgument
  | ResourcePoolEventArgument
  | ScheduledTaskEventArgument
  | VmEventArgument
  | ProfileEventArgument
  | RoleEventArgument;
export type AnyGeneralEvent =
  | GeneralEvent
  | ExtendedEvent
  | GeneralUserEvent;
export type AnyHostEvent =
  | HostEvent
  | DatastoreRemovedOnHostEvent
  | EnteredMaintenanceModeEvent
  | EnteringMaintenanceModeEvent
  | ExitMaintenanceModeEvent
  | HostAddedEvent
  | HostConnectedEvent
  | HostConnectionLostEvent
  | HostDisconnectedEvent
  | HostRemovedEvent;
export type AnySessionEvent =
  | SessionEvent
  | AlreadyAuthenticatedSessionEvent
  | BadUsernameSessionEvent
  | SessionTerminatedEvent
  | UserLoginSessionEvent
  | UserLogoutSessionEvent;
export type AnyTaskEvent =
  | TaskEvent
  | TaskTimeoutEvent;
export type AnyVmCloneEvent =
  | VmCloneEvent
  | VmBeingClonedEvent
  | VmCloneFailedEvent
  | VmClonedEvent;
export type AnyVmEvent =
  | VmEvent
  | CustomizationEvent
  | CustomizationFailed
  | CustomizationLinuxIdentityFailed
  | CustomizationNetworkSetupFailed
  | CustomizationSysprepFailed
  | CustomizationUnknownFailure
  | CustomizationStartedEvent
  | CustomizationSucceeded
  | VmAcquiredMksTicketEvent
  | VmAcquiredTicketEvent
  | VmBeingCreatedEvent
  | VmBeingDeployedEvent
  | VmBeingHotMigratedEvent
  | VmBeingMigratedEvent
  | VmCloneEvent
  | VmBeingClonedEvent
  | VmCloneFailedEvent
  | VmClonedEvent
  | VmConnectedEvent
  | VmCreatedEvent
  | VmDasBeingResetEvent
  | VmDeployFailedEvent
  | VmDeployedEvent
  | VmDisconnectedEvent
  | VmDiskFailedEvent
  | VmEmigratingEvent
  | VmFailedMigrateEvent
  | VmFailedToPowerOffEvent
  | VmFailedToPowerOnEvent
  | VmFailedToResetEvent
  | VmFailedToSuspendEvent
  | VmGuestRebootEvent
  | VmGuestShutdownEvent
  | VmGuestStandbyEvent
  | VmInstanceUuidAssignedEvent
  | VmMacAssignedEvent
  | VmMacChangedEvent
  | VmMessageErrorEvent
  | VmMessageEvent
  | VmMessageWarningEvent
  | VmMigratedEvent
  | DrsVmMigratedEvent
  | VmOrphanedEvent
  | VmPoweredOffEvent
  | VmPoweredOnEvent
  | DrsVmPoweredOnEvent
  | VmReconfiguredEvent
  | VmRegisteredEvent
  | VmRelocateSpecEvent
  | VmBeingRelocatedEvent
  | VmRelocateFailedEvent
  | VmRelocatedEvent
  | VmRemoteConsoleConnectedEvent
  | VmRemoteConsoleDisconnectedEvent
  | VmRemovedEvent
  | VmRenamedEvent
  | VmResettingEvent
  | VmResourcePoolMovedEvent
  | VmResourceReallocatedEvent
  | VmResumingEvent
  | VmStartingEvent
  | VmStoppingEvent
  | VmSuspendedEvent
  | VmSuspendingEvent
  | VmUpgradeCompleteEvent
  | VmUuidAssignedEvent;
export type AnyVmMigratedEvent =
  | VmMigratedEvent
  | DrsVmMigratedEvent;
export type AnyVmPoweredOnEvent =
  | VmPoweredOnEvent
  | DrsVmPoweredOnEvent;
export type AnyVmRelocateSpecEvent =
  | VmRelocateSpecEvent
  | VmBeingRelocatedEvent
  | VmRelocateFailedEvent
  | VmRelocatedEvent;
export type AnyCannotAccessNetwork =
  | CannotAccessNetwork
  | DestinationSwitchFull
  | VMOnConflictDVPort
  | VMOnVirtualIntranet;
export type AnyCannotAccessVmComponent =
  | CannotAccessVmComponent
  | CannotAccessVmConfig
  | CannotAccessVmDevice
  | CannotAccessNetwork
  | DestinationSwitchFull
  | VMOnConflictDVPort
  | VMOnVirtualIntranet
  | CannotAccessVmDisk;
export type AnyCannotAccessVmDevice =
  | CannotAccessVmDevice
  | CannotAccessNetwork
  | DestinationSwitchFull
  | VMOnConflictDVPort
  | VMOnVirtualIntranet
  | CannotAccessVmDisk;
export type AnyCpuIncompatible =
  | CpuIncompatible
  | CpuCompatibilityUnknown
  | CpuIncompatible1ECX
  | CpuIncompatible81EDX;
export type AnyCustomizationFault =
  | CustomizationFault
  | CannotDecryptPasswords
  | CustomizationPending
  | IpHostnameGeneratorError
  | LinuxVolumeNotClean
  | MissingLinuxCustResources
  | MissingWindowsCustResources
  | MountError
  | NicSettingMismatch
  | NoDisksToCustomize
  | UncustomizableGuest
  | UnexpectedCustomizationFault
  | VolumeEditorError;
export type AnyDeviceBackingNotSupported =
  | DeviceBackingNotSupported
  | UnusedVirtualDiskBlocksNotScrubbed
  | VirtualDiskBlocksNotFullyProvisioned;
export type AnyDeviceNotSupported =
  | DeviceNotSupported
  | DeviceBackingNotSupported
  | UnusedVirtualDiskBlocksNotScrubbed
  | VirtualDiskBlocksNotFullyProvisioned
  | DeviceControllerNotSupported
  | DigestNotSupported
  | FileBackedPortNotSupported
  | MultiWriterNotSupported
  | NonPersistentDisksNotSupported
  | RemoteDeviceNotSupported
  | SharedBusControllerNotSupported
  | VMINotSupported
  | VirtualDiskModeNotSupported
  | VirtualEthernetCardNotSupported;
export type AnyDiskNotSupported =
  | DiskNotSupported
  | IDEDiskNotSupported;
export type AnyFcoeFault =
  | FcoeFault
  | FcoeFaultPnicHasNoPortSet;
export type AnyFileFault =
  | FileFault
  | CannotAccessFile
  | CannotCreateFile
  | CannotDeleteFile
  | DirectoryNotEmpty
  | FileAlreadyExists
  | FileLocked
  | FileNameTooLong
  | FileNotFound
  | FileNotWritable
  | FileTooLarge
  | IncorrectFileType
  | NoDiskSpace
  | NotADirectory
  | NotAFile
  | TooManyConcurrentNativeClones
  | TooManyNativeCloneLevels
  | TooManyNativeClonesOnFile;
export type AnyGuestOperationsFault =
  | GuestOperationsFault
  | GuestAuthenticationChallenge
  | GuestComponentsOutOfDate
  | GuestMultipleMappings
  | GuestOperationsUnavailable
  | GuestPermissionDenied
  | GuestProcessNotFound
  | GuestRegistryFault
  | GuestRegistryKeyFault
  | GuestRegistryKeyAlreadyExists
  | GuestRegistryKeyHasSubkeys
  | GuestRegistryKeyInvalid
  | GuestRegistryKeyParentVolatile
  | GuestRegistryValueFault
  | GuestRegistryValueNotFound
  | InvalidGuestLogin
  | OperationDisabledByGuest
  | OperationNotSupportedByGuest
  | TooManyGuestLogons;
export type AnyGuestRegistryFault =
  | GuestRegistryFault
  | GuestRegistryKeyFault
  | GuestRegistryKeyAlreadyExists
  | GuestRegistryKeyHasSubkeys
  | GuestRegistryKeyInvalid
  | GuestRegistryKeyParentVolatile
  | GuestRegistryValueFault
  | GuestRegistryValueNotFound;
export type AnyGuestRegistryKeyFault =
  | GuestRegistryKeyFault
  | GuestRegistryKeyAlreadyExists
  | GuestRegistryKeyHasSubkeys
  | GuestRegistryKeyInvalid
  | GuestRegistryKeyParentVolatile;
export type AnyGuestRegistryValueFault =
  | GuestRegistryValueFault
  | GuestRegistryValueNotFound;
export type AnyHostCommunication =
  | HostCommunication
  | HostNotConnected
  | HostNotReachable;
export type AnyHostPowerOpFailed =
  | HostPowerOpFailed
  | NoPeerHostFound
  | VmotionInterfaceNotEnabled
  | WakeOnLanNotSupportedByVmotionNIC;
export type AnyInaccessibleDatastore =
  | InaccessibleDatastore
  | InaccessibleFTMetadataDatastore;
export type AnyInsufficientHostCapacityFault =
  | InsufficientHostCapacityFault
  | InsufficientHostCpuCapacityFault
  | InsufficientHostMemoryCapacityFault
  | InsufficientPerCpuCapacity;
export type AnyInsufficientResourcesFault =
  | InsufficientResourcesFault
  | InsufficientAgentVmsDeployed
  | InsufficientCpuResourcesFault
  | InsufficientFailoverResourcesFault
  | InsufficientGraphicsResourcesFault
  | InsufficientHostCapacityFault
  | InsufficientHostCpuCapacityFault
  | InsufficientHostMemoryCapacityFault
  | InsufficientPerCpuCapacity
  | InsufficientMemoryResourcesFault
  | InsufficientNetworkCapacity
  | InsufficientNetworkResourcePoolCapacity
  | InsufficientStandbyResource
  | InsufficientStandbyCpuResource
  | InsufficientStandbyMemoryResource
  | InsufficientStorageSpace
  | InsufficientVFlashResourcesFault
  | InvalidResourcePoolStructureFault
  | NumVirtualCpusExceedsLimit
  | VmSmpFaultToleranceTooManyVMsOnHost;
export type AnyInsufficientStandbyResource =
  | InsufficientStandbyResource
  | InsufficientStandbyCpuResource
  | InsufficientStandbyMemoryResource;
export type AnyInvalidArgument =
  | InvalidArgument
  | IncompatibleSetting
  | InvalidDasConfigArgument
  | InvalidDasRestartPriorityForFtVm
  | InvalidDrsBehaviorForFtVm
  | InvalidIndexArgument;
export type AnyInvalidDatastore =
  | InvalidDatastore
  | DatastoreNotWritableOnHost
  | InaccessibleDatastore
  | InaccessibleFTMetadataDatastore
  | InvalidDatastorePath;
export type AnyInvalidDeviceSpec =
  | InvalidDeviceSpec
  | DeviceHotPlugNotSupported
  | DeviceNotFound
  | DeviceUnsupportedForVmPlatform
  | DeviceUnsupportedForVmVersion
  | DisallowedDiskModeChange
  | InvalidController
  | InvalidDeviceBacking
  | InvalidDeviceOperation
  | MissingController;
export type AnyInvalidFolder =
  | InvalidFolder
  | VmAlreadyExistsInDatacenter;
export type AnyInvalidFormat =
  | InvalidFormat
  | InvalidDiskFormat
  | InvalidSnapshotFormat;
export type AnyInvalidHostState =
  | InvalidHostState
  | InvalidHostConnectionState;
export type AnyInvalidLogin =
  | InvalidLogin
  | InvalidClientCertificate
  | PasswordExpired;
export type AnyInvalidPropertyValue =
  | InvalidPropertyValue
  | UnconfiguredPropertyValue;
export type AnyInvalidRequest =
  | InvalidRequest
  | InvalidType
  | MethodNotFound;
export type AnyInvalidState =
  | InvalidState
  | CannotPowerOffVmInCluster
  | EncryptionKeyRequired
  | InvalidDatastoreState
  | InvalidHostState
  | InvalidHostConnectionState
  | InvalidPowerState
  | InvalidVmState
  | NoActiveHostInCluster
  | QuestionPending
  | VmPowerOnDisabled;
export type AnyInvalidVmConfig =
  | InvalidVmConfig
  | InvalidDeviceSpec
  | DeviceHotPlugNotSupported
  | DeviceNotFound
  | DeviceUnsupportedForVmPlatform
  | DeviceUnsupportedForVmVersion
  | DisallowedDiskModeChange
  | InvalidController
  | InvalidDeviceBacking
  | InvalidDeviceOperation
  | MissingController
  | TooManyDevices
  | UnsupportedGuest
  | VmWwnConflict;
/** MethodFault or one of its 349 subtypes; narrow it with isA. */
export type AnyMethodFault = Omit<MethodFault, '_type'> & { _type: string };
export type AnyMigrationFault =
  | MigrationFault
  | AffinityConfigured
  | CannotModifyConfigCpuRequirements
  | CloneFromSnapshotNotSupported
  | DatacenterMismatch
  | DisallowedMigrationDeviceAttached
  | DiskMoveTypeNotSupported
  | IncompatibleDefaultDevice
  | MaintenanceModeFileMove
  | MigrationDisabled
  | MigrationFeatureNotSupported
  | FullStorageVMotionNotSupported
  | IndependentDiskVMotionNotSupported
  | NonHomeRDMVMotionNotSupported
  | StorageVMotionNotSupported
  | UnsharedSwapVMotionNotSupported
  | VMotionAcrossNetworkNotSupported
  | MigrationNotReady
  | MismatchedNetworkPolicies
  | MismatchedVMotionNetworkNames
  | NoGuestHeartbeat
  | ReadOnlyDisksWithLegacyDestination
  | SnapshotCopyNotSupported
  | HotSnapshotMoveNotSupported
  | SnapshotCloneNotSupported
  | SnapshotMoveFromNonHomeNotSupported
  | SnapshotMoveNotSupported
  | SnapshotMoveToNonHomeNotSupported
  | SnapshotRevertIssue
  | TooManyDisksOnLegacyHost
  | ToolsInstallationInProgress
  | UncommittedUndoableDisk
  | VMotionInterfaceIssue
  | VMotionLinkCapacityLow
  | VMotionLinkDown
  | VMotionNotConfigured
  | VMotionNotLicensed
  | VMotionNotSupported
  | VMotionProtocolIncompatible
  | WillModifyConfigCpuRequirements
  | WillResetSnapshotDirectory;
export type AnyMigrationFeatureNotSupported =
  | MigrationFeatureNotSupported
  | FullStorageVMotionNotSupported
  | IndependentDiskVMotionNotSupported
  | NonHomeRDMVMotionNotSupported
  | StorageVMotionNotSupported
  | UnsharedSwapVMotionNotSupported
  | VMotionAcrossNetworkNotSupported;
export type AnyNoCompatibleHost =
  | NoCompatibleHost
  | NoCompatibleHostWithAccessToDevice;
export type AnyNoPermission =
  | NoPermission
  | NotAuthenticated;
export type AnyNotEnoughCpus =
  | NotEnoughCpus
  | NotEnoughLogicalCpus;
export type AnyNotEnoughLicenses =
  | NotEnoughLicenses
  | FailToEnableSPBM
  | HostInventoryFull
  | InUseFeatureManipulationDisallowed
  | IncorrectHostInformation
  | InventoryHasStandardAloneHosts
  | VmLimitLicense
  | VramLimitLicense;
export type AnyNotSupported =
  | NotSupported
  | HostAccessRestrictedToManagementServer;
export type AnyResourceInUse =
  | ResourceInUse
  | FilterInUse
  | QuiesceDatastoreIOForHAFailed;
export type AnyRuntimeFault =
  | RuntimeFault
  | CannotDisableDrsOnClustersWithVApps
  | ConflictingDatastoreFound
  | DatabaseError
  | DisallowedChangeByService
  | FailToLockFaultToleranceVMs
  | HostCommunication
  | HostNotConnected
  | HostNotReachable
  | InvalidArgument
  | IncompatibleSetting
  | InvalidDasConfigArgument
  | InvalidDasRestartPriorityForFtVm
  | InvalidDrsBehaviorForFtVm
  | InvalidIndexArgument
  | InvalidProfileReferenceHost
  | InvalidRequest
  | InvalidType
  | MethodNotFound
  | InvalidScheduledTask
  | InvalidToken
  | ManagedObjectNotFound
  | MethodAlreadyDisabledFault
  | MethodDisabled
  | NotEnoughLicenses
  | FailToEnableSPBM
  | HostInventoryFull
  | InUseFeatureManipulationDisallowed
  | IncorrectHostInformation
  | InventoryHasStandardAloneHosts
  | VmLimitLicense
  | VramLimitLicense
  | NotImplemented
  | NotSupported
  | HostAccessRestrictedToManagementServer
  | OperationDisallowedOnHost
  | RequestCanceled
  | RestrictedByAdministrator
  | SecurityError
  | NoPermission
  | NotAuthenticated
  | RestrictedVersion
  | SolutionUserRequired
  | SystemError
  | UnexpectedFault
  | VAppOperationInProgress;
export type AnySecurityError =
  | SecurityError
  | NoPermission
  | NotAuthenticated
  | RestrictedVersion
  | SolutionUserRequired;
export type AnySnapshotCopyNotSupported =
  | SnapshotCopyNotSupported
  | HotSnapshotMoveNotSupported
  | SnapshotCloneNotSupported
  | SnapshotMoveFromNonHomeNotSupported
  | SnapshotMoveNotSupported
  | SnapshotMoveToNonHomeNotSupported;
export type AnySnapshotFault =
  | SnapshotFault
  | ApplicationQuiesceFault
  | FilesystemQuiesceFault
  | MemorySnapshotOnIndependentDisk
  | MultipleSnapshotsNotSupported
  | SnapshotDisabled
  | SnapshotIncompatibleDeviceInVm
  | SnapshotLocked
  | SnapshotNoChange
  | TooManySnapshotLevels;
export type AnyTaskInProgress =
  | TaskInProgress
  | VAppTaskInProgress;
export type AnyTimedout =
  | Timedout
  | PowerOnFtSecondaryTimedout;
export type AnyUnsupportedDatastore =
  | UnsupportedDatastore
  | MemoryFileFormatNotSupportedByDatastore
  | UnSupportedDatastoreForVFlash;
export type AnyVAppPropertyFault =
  | VAppPropertyFault
  | InvalidNetworkInType
  | InvalidPropertyType
  | InvalidPropertyValue
  | UnconfiguredPropertyValue
  | MissingIpPool
  | MissingNetworkIpConfig
  | NoAvailableIp
  | NoVcManagedIpConfigured
  | NotUserConfigurableProperty;
export type AnyVMotionInterfaceIssue =
  | VMotionInterfaceIssue
  | VMotionLinkCapacityLow
  | VMotionLinkDown
  | VMotionNotConfigured
  | VMotionNotLicensed
  | VMotionNotSupported;
/** VimFault or one of its 300 subtypes; narrow it with isA. */
export type AnyVimFault = Omit<VimFault, '_type'> & { _type: string };
export type AnyVirtualHardwareCompatibilityIssue =
  | VirtualHardwareCompatibilityIssue
  | CpuIncompatible
  | CpuCompatibilityUnknown
  | CpuIncompatible1ECX
  | CpuIncompatible81EDX
  | DeviceNotSupported
  | DeviceBackingNotSupported
  | UnusedVirtualDiskBlocksNotScrubbed
  | VirtualDiskBlocksNotFullyProvisioned
  | DeviceControllerNotSupported
  | DigestNotSupported
  | FileBackedPortNotSupported
  | MultiWriterNotSupported
  | NonPersistentDisksNotSupported
  | RemoteDeviceNotSupported
  | SharedBusControllerNotSupported
  | VMINotSupported
  | VirtualDiskModeNotSupported
  | VirtualEthernetCardNotSupported
  | DiskNotSupported
  | IDEDiskNotSupported
  | MemorySizeNotRecommended
  | MemorySizeNotSupported
  | MemorySizeNotSupportedByDatastore
  | NotEnoughCpus
  | NotEnoughLogicalCpus
  | NumVirtualCoresPerSocketNotSupported
  | NumVirtualCpusNotSupported
  | StorageVmotionIncompatible
  | VirtualHardwareVersionNotSupported
  | WakeOnLanNotSupported;
/** VmConfigFault or one of its 84 subtypes; narrow it with isA. */
export type AnyVmConfigFault = Omit<VmConfigFault, '_type'> & { _type: string };
export type AnyVmToolsUpgradeFault =
  | VmToolsUpgradeFault
  | ToolsAlreadyUpgraded
  | ToolsAutoUpgradeNotSupported
  | ToolsImageCopyFailed
  | ToolsImageNotAvailable
  | ToolsImageSignatureCheckFailed
  | ToolsUpgradeCancelled;
export type AnyLicenseSource =
  | LicenseSource
  | EvaluationLicenseSource;
export type AnyPerfEntityMetricBase =
  | PerfEntityMetricBase
  | PerfEntityMetric
  | PerfEntityMetricCSV;
export type AnyPerfMetricSeries =
  | PerfMetricSeries
  | PerfMetricIntSeries
  | PerfMetricSeriesCSV;
export type AnyVirtualMachineTargetInfo =
  | VirtualMachineTargetInfo
  | VirtualMachineDatastoreInfo
  | VirtualMachineNetworkInfo;

/** Data types by their vim25 name. */
export interface VimTypes {
  AboutInfo: AboutInfo;
  ArrayUpdateSpec: ArrayUpdateSpec;
  AuthorizationRole: AuthorizationRole;
  BoolPolicy: BoolPolicy;
  Capability: Capability;
  ChoiceOption: ChoiceOption;
  CustomFieldDef: CustomFieldDef;
  CustomFieldStringValue: CustomFieldStringValue;
  CustomFieldValue: CustomFieldValue;
  Description: Description;
  DynamicProperty: DynamicProperty;
  ElementDescription: ElementDescription;
  EntityPrivilege: EntityPrivilege;
  EventManagerEventViewSpec: EventManagerEventViewSpec;
  ExtendedDescription: ExtendedDescription;
  ExtendedElementDescription: ExtendedElementDescription;
  ID: ID;
  ImportSpec: ImportSpec;
  InheritablePolicy: InheritablePolicy;
  IntPolicy: IntPolicy;
  KeyAnyValue: KeyAnyValue;
  KeyValue: KeyValue;
  LocalizableMessage: LocalizableMessage;
  LocalizedMethodFault: LocalizedMethodFault;
  MethodDescription: MethodDescription;
  MissingObject: MissingObject;
  MissingProperty: MissingProperty;
  NoPermissionEntityPrivileges: NoPermissionEntityPrivileges;
  NumericRange: NumericRange;
  ObjectContent: ObjectContent;
  ObjectSpec: ObjectSpec;
  ObjectUpdate: ObjectUpdate;
  OptionType: OptionType;
  OptionValue: OptionValue;
  Permission: Permission;
  PrivilegeAvailability: PrivilegeAvailability;
  PrivilegePolicyDef: PrivilegePolicyDef;
  PropertyChange: PropertyChange;
  PropertyFilterSpec: PropertyFilterSpec;
  PropertyFilterUpdate: PropertyFilterUpdate;
  PropertySpec: PropertySpec;
  RetrieveOptions: RetrieveOptions;
  RetrieveResult: RetrieveResult;
  ScheduledTaskDetail: ScheduledTaskDetail;
  SelectionSpec: SelectionSpec;
  ServiceContent: ServiceContent;
  SessionManagerGenericServiceTicket: SessionManagerGenericServiceTicket;
  SessionManagerHttpServiceRequestSpec: SessionManagerHttpServiceRequestSpec;
  SessionManagerServiceRequestSpec: SessionManagerServiceRequestSpec;
  SessionManagerVmomiServiceRequestSpec: SessionManagerVmomiServiceRequestSpec;
  StringPolicy: StringPolicy;
  TagId: TagId;
  TagIdNameId: TagIdNameId;
  TagSpec: TagSpec;
  TaskFilterSpec: TaskFilterSpec;
  TaskFilterSpecByEntity: TaskFilterSpecByEntity;
  TaskFilterSpecByTime: TaskFilterSpecByTime;
  TaskFilterSpecByUsername: TaskFilterSpecByUsername;
  TaskInfo: TaskInfo;
  TaskReason: TaskReason;
  TaskReasonAlarm: TaskReasonAlarm;
  TaskReasonSchedule: TaskReasonSchedule;
  TaskReasonSystem: TaskReasonSystem;
  TaskReasonUser: TaskReasonUser;
  TraversalSpec: TraversalSpec;
  TypeDescription: TypeDescription;
  UpdateSet: UpdateSet;
  UserPrivilegeResult: UserPrivilegeResult;
  UserSession: UserSession;
  WaitOptions: WaitOptions;
  ClusterAction: ClusterAction;
  ClusterAttemptedVmInfo: ClusterAttemptedVmInfo;
  ClusterComputeResourceSummary: ClusterComputeResourceSummary;
  ClusterConfigInfoEx: ClusterConfigInfoEx;
  ClusterConfigSpecEx: ClusterConfigSpecEx;
  ClusterDasAdmissionControlPolicy: ClusterDasAdmissionControlPolicy;
  ClusterDasConfigInfo: ClusterDasConfigInfo;
  ClusterDrsConfigInfo: ClusterDrsConfigInfo;
  ClusterFailoverHostAdmissionControlPolicy: ClusterFailoverHostAdmissionControlPolicy;
  ClusterFailoverLevelAdmissionControlPolicy: ClusterFailoverLevelAdmissionControlPolicy;
  ClusterFailoverResourcesAdmissionControlPolicy: ClusterFailoverResourcesAdmissionControlPolicy;
  ClusterHostRecommendation: ClusterHostRecommendation;
  ClusterNotAttemptedVmInfo: ClusterNotAttemptedVmInfo;
  ClusterPowerOnVmResult: ClusterPowerOnVmResult;
  ClusterRecommendation: ClusterRecommendation;
  ComputeResourceConfigInfo: ComputeResourceConfigInfo;
  ComputeResourceConfigSpec: ComputeResourceConfigSpec;
  ComputeResourceHostSeedSpec: ComputeResourceHostSeedSpec;
  ComputeResourceHostSeedSpecSingleHostSpec: ComputeResourceHostSeedSpecSingleHostSpec;
  ComputeResourceSummary: ComputeResourceSummary;
  DatacenterConfigInfo: DatacenterConfigInfo;
  HostCapability: HostCapability;
  HostConfigManager: HostConfigManager;
  HostConfigSummary: HostConfigSummary;
  HostConnectSpec: HostConnectSpec;
  HostHardwareSummary: HostHardwareSummary;
  HostListSummary: HostListSummary;
  HostListSummaryQuickStats: HostListSummaryQuickStats;
  HostMaintenanceSpec: HostMaintenanceSpec;
  HostRuntimeInfo: HostRuntimeInfo;
  HostRuntimeInfoStateEncryptionInfo: HostRuntimeInfoStateEncryptionInfo;
  HostSystemIdentificationInfo: HostSystemIdentificationInfo;
  PlacementResult: PlacementResult;
  PlacementSpec: PlacementSpec;
  ResourceAllocationInfo: ResourceAllocationInfo;
  ResourceConfigSpec: ResourceConfigSpec;
  ResourcePoolQuickStats: ResourcePoolQuickStats;
  ResourcePoolResourceUsage: ResourcePoolResourceUsage;
  ResourcePoolRuntimeInfo: ResourcePoolRuntimeInfo;
  ResourcePoolSummary: ResourcePoolSummary;
  ResourcePoolVmResourceProfileUsage: ResourcePoolVmResourceProfileUsage;
  SharesInfo: SharesInfo;
  VmPlacementPolicy: VmPlacementPolicy;
  DiskChangeExtent: DiskChangeExtent;
  DiskChangeInfo: DiskChangeInfo;
  SnapshotSelectionSpec: SnapshotSelectionSpec;
  ToolsConfigInfo: ToolsConfigInfo;
  ToolsConfigInfoToolsLastInstallInfo: ToolsConfigInfoToolsLastInstallInfo;
  UsbScanCodeSpec: UsbScanCodeSpec;
  UsbScanCodeSpecKeyEvent: UsbScanCodeSpecKeyEvent;
  UsbScanCodeSpecModifierType: UsbScanCodeSpecModifierType;
  VirtualAppImportSpec: VirtualAppImportSpec;
  VirtualAppLinkInfo: VirtualAppLinkInfo;
  VirtualAppSummary: VirtualAppSummary;
  VirtualMachineAffinityInfo: VirtualMachineAffinityInfo;
  VirtualMachineBootOptions: VirtualMachineBootOptions;
  VirtualMachineBootOptionsBootableCdromDevice: VirtualMachineBootOptionsBootableCdromDevice;
  VirtualMachineBootOptionsBootableDevice: VirtualMachineBootOptionsBootableDevice;
  VirtualMachineBootOptionsBootableDiskDevice: VirtualMachineBootOptionsBootableDiskDevice;
  VirtualMachineBootOptionsBootableEthernetDevice: VirtualMachineBootOptionsBootableEthernetDevice;
  VirtualMachineBootOptionsBootableFloppyDevice: VirtualMachineBootOptionsBootableFloppyDevice;
  VirtualMachineCapability: VirtualMachineCapability;
  VirtualMachineCertThumbprint: VirtualMachineCertThumbprint;
  VirtualMachineCloneSpec: VirtualMachineCloneSpec;
  VirtualMachineConfigInfo: VirtualMachineConfigInfo;
  VirtualMachineConfigInfoDatastoreUrlPair: VirtualMachineConfigInfoDatastoreUrlPair;
  VirtualMachineConfigInfoOverheadInfo: VirtualMachineConfigInfoOverheadInfo;
  VirtualMachineConfigOptionDescriptor: VirtualMachineConfigOptionDescriptor;
  VirtualMachineConfigSpec: VirtualMachineConfigSpec;
  VirtualMachineConfigSummary: VirtualMachineConfigSummary;
  VirtualMachineConsolePreferences: VirtualMachineConsolePreferences;
  VirtualMachineDefaultPowerOpInfo: VirtualMachineDefaultPowerOpInfo;
  VirtualMachineDeviceRuntimeInfo: VirtualMachineDeviceRuntimeInfo;
  VirtualMachineDeviceRuntimeInfoDeviceRuntimeState: VirtualMachineDeviceRuntimeInfoDeviceRuntimeState;
  VirtualMachineFeatureRequirement: VirtualMachineFeatureRequirement;
  VirtualMachineFileInfo: VirtualMachineFileInfo;
  VirtualMachineFileLayout: VirtualMachineFileLayout;
  VirtualMachineFileLayoutDiskLayout: VirtualMachineFileLayoutDiskLayout;
  VirtualMachineFileLayoutEx: VirtualMachineFileLayoutEx;
  VirtualMachineFileLayoutExDiskLayout: VirtualMachineFileLayoutExDiskLayout;
  VirtualMachineFileLayoutExDiskUnit: VirtualMachineFileLayoutExDiskUnit;
  VirtualMachineFileLayoutExFileInfo: VirtualMachineFileLayoutExFileInfo;
  VirtualMachineFileLayoutExSnapshotLayout: VirtualMachineFileLayoutExSnapshotLayout;
  VirtualMachineFileLayoutSnapshotLayout: VirtualMachineFileLayoutSnapshotLayout;
  VirtualMachineFlagInfo: VirtualMachineFlagInfo;
  VirtualMachineGuestQuiesceSpec: VirtualMachineGuestQuiesceSpec;
  VirtualMachineGuestSummary: VirtualMachineGuestSummary;
  VirtualMachineImportSpec: VirtualMachineImportSpec;
  VirtualMachineInstantCloneSpec: VirtualMachineInstantCloneSpec;
  VirtualMachineMessage: VirtualMachineMessage;
  VirtualMachineMksTicket: VirtualMachineMksTicket;
  VirtualMachineNetworkShaperInfo: VirtualMachineNetworkShaperInfo;
  VirtualMachineQuestionInfo: VirtualMachineQuestionInfo;
  VirtualMachineQuickStats: VirtualMachineQuickStats;
  VirtualMachineRelocateSpec: VirtualMachineRelocateSpec;
  VirtualMachineRelocateSpecDiskLocator: VirtualMachineRelocateSpecDiskLocator;
  VirtualMachineRelocateSpecDiskLocatorBackingSpec: VirtualMachineRelocateSpecDiskLocatorBackingSpec;
  VirtualMachineRuntimeInfo: VirtualMachineRuntimeInfo;
  VirtualMachineRuntimeInfoDasProtectionState: VirtualMachineRuntimeInfoDasProtectionState;
  VirtualMachineSnapshotInfo: VirtualMachineSnapshotInfo;
  VirtualMachineSnapshotTree: VirtualMachineSnapshotTree;
  VirtualMachineStorageInfo: VirtualMachineStorageInfo;
  VirtualMachineStorageSummary: VirtualMachineStorageSummary;
  VirtualMachineSummary: VirtualMachineSummary;
  VirtualMachineTicket: VirtualMachineTicket;
  VirtualMachineUsageOnDatastore: VirtualMachineUsageOnDatastore;
  VirtualMachineVirtualDeviceSwap: VirtualMachineVirtualDeviceSwap;
  VirtualMachineVirtualDeviceSwapDeviceSwapInfo: VirtualMachineVirtualDeviceSwapDeviceSwapInfo;
  ParaVirtualSCSIController: ParaVirtualSCSIController;
  VirtualAHCIController: VirtualAHCIController;
  VirtualBusLogicController: VirtualBusLogicController;
  VirtualCdrom: VirtualCdrom;
  VirtualCdromAtapiBackingInfo: VirtualCdromAtapiBackingInfo;
  VirtualCdromIsoBackingInfo: VirtualCdromIsoBackingInfo;
  VirtualCdromPassthroughBackingInfo: VirtualCdromPassthroughBackingInfo;
  VirtualCdromRemoteAtapiBackingInfo: VirtualCdromRemoteAtapiBackingInfo;
  VirtualCdromRemotePassthroughBackingInfo: VirtualCdromRemotePassthroughBackingInfo;
  VirtualController: VirtualController;
  VirtualDevice: VirtualDevice;
  VirtualDeviceBackingInfo: VirtualDeviceBackingInfo;
  VirtualDeviceBusSlotInfo: VirtualDeviceBusSlotInfo;
  VirtualDeviceConfigSpec: VirtualDeviceConfigSpec;
  VirtualDeviceConfigSpecBackingSpec: VirtualDeviceConfigSpecBackingSpec;
  VirtualDeviceConnectInfo: VirtualDeviceConnectInfo;
  VirtualDeviceDeviceBackingInfo: VirtualDeviceDeviceBackingInfo;
  VirtualDeviceDeviceGroupInfo: VirtualDeviceDeviceGroupInfo;
  VirtualDeviceFileBackingInfo: VirtualDeviceFileBackingInfo;
  VirtualDevicePciBusSlotInfo: VirtualDevicePciBusSlotInfo;
  VirtualDevicePipeBackingInfo: VirtualDevicePipeBackingInfo;
  VirtualDeviceRemoteDeviceBackingInfo: VirtualDeviceRemoteDeviceBackingInfo;
  VirtualDeviceURIBackingInfo: VirtualDeviceURIBackingInfo;
  VirtualDisk: VirtualDisk;
  VirtualDiskFlatVer1BackingInfo: VirtualDiskFlatVer1BackingInfo;
  VirtualDiskFlatVer2BackingInfo: VirtualDiskFlatVer2BackingInfo;
  VirtualDiskLocalPMemBackingInfo: VirtualDiskLocalPMemBackingInfo;
  VirtualDiskPartitionedRawDiskVer2BackingInfo: VirtualDiskPartitionedRawDiskVer2BackingInfo;
  VirtualDiskRawDiskMappingVer1BackingInfo: VirtualDiskRawDiskMappingVer1BackingInfo;
  VirtualDiskRawDiskVer2BackingInfo: VirtualDiskRawDiskVer2BackingInfo;
  VirtualDiskSeSparseBackingInfo: VirtualDiskSeSparseBackingInfo;
  VirtualDiskSparseVer1BackingInfo: VirtualDiskSparseVer1BackingInfo;
  VirtualDiskSparseVer2BackingInfo: VirtualDiskSparseVer2BackingInfo;
  VirtualE1000: VirtualE1000;
  VirtualE1000e: VirtualE1000e;
  VirtualEnsoniq1371: VirtualEnsoniq1371;
  VirtualEthernetCard: VirtualEthernetCard;
  VirtualEthernetCardDistributedVirtualPortBackingInfo: VirtualEthernetCardDistributedVirtualPortBackingInfo;
  VirtualEthernetCardLegacyNetworkBackingInfo: VirtualEthernetCardLegacyNetworkBackingInfo;
  VirtualEthernetCardNetworkBackingInfo: VirtualEthernetCardNetworkBackingInfo;
  VirtualEthernetCardOpaqueNetworkBackingInfo: VirtualEthernetCardOpaqueNetworkBackingInfo;
  VirtualEthernetCardResourceAllocation: VirtualEthernetCardResourceAllocation;
  VirtualFloppy: VirtualFloppy;
  VirtualFloppyDeviceBackingInfo: VirtualFloppyDeviceBackingInfo;
  VirtualFloppyImageBackingInfo: VirtualFloppyImageBackingInfo;
  VirtualFloppyRemoteDeviceBackingInfo: VirtualFloppyRemoteDeviceBackingInfo;
  VirtualHardware: VirtualHardware;
  VirtualHdAudioCard: VirtualHdAudioCard;
  VirtualIDEController: VirtualIDEController;
  VirtualKeyboard: VirtualKeyboard;
  VirtualLsiLogicController: VirtualLsiLogicController;
  VirtualLsiLogicSASController: VirtualLsiLogicSASController;
  VirtualMachineVMCIDevice: VirtualMachineVMCIDevice;
  VirtualMachineVMIROM: VirtualMachineVMIROM;
  VirtualMachineVideoCard: VirtualMachineVideoCard;
  VirtualNVDIMM: VirtualNVDIMM;
  VirtualNVDIMMBackingInfo: VirtualNVDIMMBackingInfo;
  VirtualNVDIMMController: VirtualNVDIMMController;
  VirtualNVMEController: VirtualNVMEController;
  VirtualPCIController: VirtualPCIController;
  VirtualPCIPassthrough: VirtualPCIPassthrough;
  VirtualPCIPassthroughAllowedDevice: VirtualPCIPassthroughAllowedDevice;
  VirtualPCIPassthroughDeviceBackingInfo: VirtualPCIPassthroughDeviceBackingInfo;
  VirtualPCIPassthroughDvxBackingInfo: VirtualPCIPassthroughDvxBackingInfo;
  VirtualPCIPassthroughDynamicBackingInfo: VirtualPCIPassthroughDynamicBackingInfo;
  VirtualPCIPassthroughPluginBackingInfo: VirtualPCIPassthroughPluginBackingInfo;
  VirtualPCIPassthroughVmiopBackingInfo: VirtualPCIPassthroughVmiopBackingInfo;
  VirtualPCNet32: VirtualPCNet32;
  VirtualPS2Controller: VirtualPS2Controller;
  VirtualParallelPort: VirtualParallelPort;
  VirtualParallelPortDeviceBackingInfo: VirtualParallelPortDeviceBackingInfo;
  VirtualParallelPortFileBackingInfo: VirtualParallelPortFileBackingInfo;
  VirtualPointingDevice: VirtualPointingDevice;
  VirtualPointingDeviceDeviceBackingInfo: VirtualPointingDeviceDeviceBackingInfo;
  VirtualPrecisionClock: VirtualPrecisionClock;
  VirtualPrecisionClockSystemClockBackingInfo: VirtualPrecisionClockSystemClockBackingInfo;
  VirtualSATAController: VirtualSATAController;
  VirtualSCSIController: VirtualSCSIController;
  VirtualSCSIPassthrough: VirtualSCSIPassthrough;
  VirtualSCSIPassthroughDeviceBackingInfo: VirtualSCSIPassthroughDeviceBackingInfo;
  VirtualSIOController: VirtualSIOController;
  VirtualSerialPort: VirtualSerialPort;
  VirtualSerialPortDeviceBackingInfo: VirtualSerialPortDeviceBackingInfo;
  VirtualSerialPortFileBackingInfo: VirtualSerialPortFileBackingInfo;
  VirtualSerialPortPipeBackingInfo: VirtualSerialPortPipeBackingInfo;
  VirtualSerialPortThinPrintBackingInfo: VirtualSerialPortThinPrintBackingInfo;
  VirtualSerialPortURIBackingInfo: VirtualSerialPortURIBackingInfo;
  VirtualSoundBlaster16: VirtualSoundBlaster16;
  VirtualSoundCard: VirtualSoundCard;
  VirtualSoundCardDeviceBackingInfo: VirtualSoundCardDeviceBackingInfo;
  VirtualSriovEthernetCard: VirtualSriovEthernetCard;
  VirtualSriovEthernetCardSriovBackingInfo: VirtualSriovEthernetCardSriovBackingInfo;
  VirtualTPM: VirtualTPM;
  VirtualUSB: VirtualUSB;
  VirtualUSBController: VirtualUSBController;
  VirtualUSBControllerPciBusSlotInfo: VirtualUSBControllerPciBusSlotInfo;
  VirtualUSBRemoteClientBackingInfo: VirtualUSBRemoteClientBackingInfo;
  VirtualUSBRemoteHostBackingInfo: VirtualUSBRemoteHostBackingInfo;
  VirtualUSBUSBBackingInfo: VirtualUSBUSBBackingInfo;
  VirtualUSBXHCIController: VirtualUSBXHCIController;
  VirtualVmxnet: VirtualVmxnet;
  VirtualVmxnet2: VirtualVmxnet2;
  VirtualVmxnet3: VirtualVmxnet3;
  VirtualVmxnet3Vrdma: VirtualVmxnet3Vrdma;
  VirtualWDT: VirtualWDT;
  DatastoreCapability: DatastoreCapability;
  DatastoreHostMount: DatastoreHostMount;
  DatastoreInfo: DatastoreInfo;
  DatastoreMountPathDatastorePair: DatastoreMountPathDatastorePair;
  DatastoreSummary: DatastoreSummary;
  DeviceBackedVirtualDiskSpec: DeviceBackedVirtualDiskSpec;
  FileBackedVirtualDiskSpec: FileBackedVirtualDiskSpec;
  FileInfo: FileInfo;
  FileQuery: FileQuery;
  FileQueryFlags: FileQueryFlags;
  FileTransferInformation: FileTransferInformation;
  FloppyImageFileInfo: FloppyImageFileInfo;
  FloppyImageFileQuery: FloppyImageFileQuery;
  FolderFileInfo: FolderFileInfo;
  FolderFileQuery: FolderFileQuery;
  StorageRequirement: StorageRequirement;
  HostDatastoreBrowserSearchResults: HostDatastoreBrowserSearchResults;
  HostDatastoreBrowserSearchSpec: HostDatastoreBrowserSearchSpec;
  HostFileSystemVolume: HostFileSystemVolume;
  HostInternetScsiHbaParamValue: HostInternetScsiHbaParamValue;
  HostLocalFileSystemVolume: HostLocalFileSystemVolume;
  HostMountInfo: HostMountInfo;
  HostNasVolume: HostNasVolume;
  HostNasVolumeSpec: HostNasVolumeSpec;
  HostNetworkPolicy: HostNetworkPolicy;
  HostNetworkSecurityPolicy: HostNetworkSecurityPolicy;
  HostNetworkTrafficShapingPolicy: HostNetworkTrafficShapingPolicy;
  HostNicOrderPolicy: HostNicOrderPolicy;
  HostNicTeamingPolicy: HostNicTeamingPolicy;
  HostPMemVolume: HostPMemVolume;
  HostScsiDiskPartition: HostScsiDiskPartition;
  HostVfatVolume: HostVfatVolume;
  HostVffsVolume: HostVffsVolume;
  HostVmfsVolume: HostVmfsVolume;
  HostVvolVolume: HostVvolVolume;
  HttpNfcLeaseCapabilities: HttpNfcLeaseCapabilities;
  HttpNfcLeaseDatastoreLeaseInfo: HttpNfcLeaseDatastoreLeaseInfo;
  HttpNfcLeaseDeviceUrl: HttpNfcLeaseDeviceUrl;
  HttpNfcLeaseHostInfo: HttpNfcLeaseHostInfo;
  HttpNfcLeaseInfo: HttpNfcLeaseInfo;
  HttpNfcLeaseManifestEntry: HttpNfcLeaseManifestEntry;
  IsoImageFileInfo: IsoImageFileInfo;
  IsoImageFileQuery: IsoImageFileQuery;
  LocalDatastoreInfo: LocalDatastoreInfo;
  NasDatastoreInfo: NasDatastoreInfo;
  PMemDatastoreInfo: PMemDatastoreInfo;
  SeSparseVirtualDiskSpec: SeSparseVirtualDiskSpec;
  StorageIOAllocationInfo: StorageIOAllocationInfo;
  StoragePlacementAction: StoragePlacementAction;
  StoragePlacementResult: StoragePlacementResult;
  StoragePlacementSpec: StoragePlacementSpec;
  StoragePodSummary: StoragePodSummary;
  TemplateConfigFileInfo: TemplateConfigFileInfo;
  TemplateConfigFileQuery: TemplateConfigFileQuery;
  VirtualDiskId: VirtualDiskId;
  VirtualDiskSpec: VirtualDiskSpec;
  VmConfigFileEncryptionInfo: VmConfigFileEncryptionInfo;
  VmConfigFileInfo: VmConfigFileInfo;
  VmConfigFileQuery: VmConfigFileQuery;
  VmConfigFileQueryFilter: VmConfigFileQueryFilter;
  VmConfigFileQueryFlags: VmConfigFileQueryFlags;
  VmDiskFileEncryptionInfo: VmDiskFileEncryptionInfo;
  VmDiskFileInfo: VmDiskFileInfo;
  VmDiskFileQuery: VmDiskFileQuery;
  VmDiskFileQueryFilter: VmDiskFileQueryFilter;
  VmDiskFileQueryFlags: VmDiskFileQueryFlags;
  VmLogFileInfo: VmLogFileInfo;
  VmLogFileQuery: VmLogFileQuery;
  VmNvramFileInfo: VmNvramFileInfo;
  VmNvramFileQuery: VmNvramFileQuery;
  VmSnapshotFileInfo: VmSnapshotFileInfo;
  VmSnapshotFileQuery: VmSnapshotFileQuery;
  VmfsDatastoreInfo: VmfsDatastoreInfo;
  VmfsUnmapBandwidthSpec: VmfsUnmapBandwidthSpec;
  VsanDatastoreInfo: VsanDatastoreInfo;
  VvolDatastoreInfo: VvolDatastoreInfo;
  DVPortConfigInfo: DVPortConfigInfo;
  DVPortConfigSpec: DVPortConfigSpec;
  DVPortSetting: DVPortSetting;
  DVPortState: DVPortState;
  DVPortgroupConfigInfo: DVPortgroupConfigInfo;
  DVPortgroupConfigSpec: DVPortgroupConfigSpec;
  DVSConfigInfo: DVSConfigInfo;
  DVSConfigSpec: DVSConfigSpec;
  DVSCreateSpec: DVSCreateSpec;
  DVSSummary: DVSSummary;
  DVSVmVnicNetworkResourcePool: DVSVmVnicNetworkResourcePool;
  DistributedVirtualPort: DistributedVirtualPort;
  DistributedVirtualSwitchKeyedOpaqueBlob: DistributedVirtualSwitchKeyedOpaqueBlob;
  DistributedVirtualSwitchPortConnection: DistributedVirtualSwitchPortConnection;
  DistributedVirtualSwitchPortCriteria: DistributedVirtualSwitchPortCriteria;
  DvsVmVnicResourceAllocation: DvsVmVnicResourceAllocation;
  HostIpRouteConfig: HostIpRouteConfig;
  HostPortGroupSpec: HostPortGroupSpec;
  HostVirtualSwitchSpec: HostVirtualSwitchSpec;
  OpaqueNetworkCapability: OpaqueNetworkCapability;
  OpaqueNetworkSummary: OpaqueNetworkSummary;
  VMwareDVSConfigInfo: VMwareDVSConfigInfo;
  VMwareDVSConfigSpec: VMwareDVSConfigSpec;
  VMwareDVSPortSetting: VMwareDVSPortSetting;
  VMwareDVSPvlanConfigSpec: VMwareDVSPvlanConfigSpec;
  VMwareDVSPvlanMapEntry: VMwareDVSPvlanMapEntry;
  VmwareDistributedVirtualSwitchPvlanSpec: VmwareDistributedVirtualSwitchPvlanSpec;
  VmwareDistributedVirtualSwitchTrunkVlanSpec: VmwareDistributedVirtualSwitchTrunkVlanSpec;
  VmwareDistributedVirtualSwitchVlanIdSpec: VmwareDistributedVirtualSwitchVlanIdSpec;
  VmwareDistributedVirtualSwitchVlanSpec: VmwareDistributedVirtualSwitchVlanSpec;
  DVPortgroupPolicy: DVPortgroupPolicy;
  DVSContactInfo: DVSContactInfo;
  DVSFailureCriteria: DVSFailureCriteria;
  DVSNameArrayUplinkPortPolicy: DVSNameArrayUplinkPortPolicy;
  DVSSecurityPolicy: DVSSecurityPolicy;
  DVSTrafficShapingPolicy: DVSTrafficShapingPolicy;
  DVSUplinkPortPolicy: DVSUplinkPortPolicy;
  DVSVendorSpecificConfig: DVSVendorSpecificConfig;
  DistributedVirtualSwitchProductSpec: DistributedVirtualSwitchProductSpec;
  LongPolicy: LongPolicy;
  VMwareDVSPortgroupPolicy: VMwareDVSPortgroupPolicy;
  VMwareUplinkLacpPolicy: VMwareUplinkLacpPolicy;
  VMwareUplinkPortOrderPolicy: VMwareUplinkPortOrderPolicy;
  VmwareUplinkPortTeamingPolicy: VmwareUplinkPortTeamingPolicy;
  CustomizationAdapterMapping: CustomizationAdapterMapping;
  CustomizationAutoIpV6Generator: CustomizationAutoIpV6Generator;
  CustomizationCloudinitPrep: CustomizationCloudinitPrep;
  CustomizationCustomIpGenerator: CustomizationCustomIpGenerator;
  CustomizationCustomIpV6Generator: CustomizationCustomIpV6Generator;
  CustomizationCustomName: CustomizationCustomName;
  CustomizationDhcpIpGenerator: CustomizationDhcpIpGenerator;
  CustomizationDhcpIpV6Generator: CustomizationDhcpIpV6Generator;
  CustomizationDisableIpV4: CustomizationDisableIpV4;
  CustomizationFixedIp: CustomizationFixedIp;
  CustomizationFixedIpV6: CustomizationFixedIpV6;
  CustomizationFixedName: CustomizationFixedName;
  CustomizationGlobalIPSettings: CustomizationGlobalIPSettings;
  CustomizationGuiRunOnce: CustomizationGuiRunOnce;
  CustomizationGuiUnattended: CustomizationGuiUnattended;
  CustomizationIPSettings: CustomizationIPSettings;
  CustomizationIPSettingsIpV6AddressSpec: CustomizationIPSettingsIpV6AddressSpec;
  CustomizationIdentification: CustomizationIdentification;
  CustomizationIdentitySettings: CustomizationIdentitySettings;
  CustomizationIpGenerator: CustomizationIpGenerator;
  CustomizationIpV6Generator: CustomizationIpV6Generator;
  CustomizationLicenseFilePrintData: CustomizationLicenseFilePrintData;
  CustomizationLinuxFlexPrep: CustomizationLinuxFlexPrep;
  CustomizationLinuxOptions: CustomizationLinuxOptions;
  CustomizationLinuxPrep: CustomizationLinuxPrep;
  CustomizationName: CustomizationName;
  CustomizationOptions: CustomizationOptions;
  CustomizationPassword: CustomizationPassword;
  CustomizationPrefixName: CustomizationPrefixName;
  CustomizationSpec: CustomizationSpec;
  CustomizationSpecInfo: CustomizationSpecInfo;
  CustomizationSpecItem: CustomizationSpecItem;
  CustomizationStatelessIpV6Generator: CustomizationStatelessIpV6Generator;
  CustomizationSysprep: CustomizationSysprep;
  CustomizationSysprepText: CustomizationSysprepText;
  CustomizationUnknownIpGenerator: CustomizationUnknownIpGenerator;
  CustomizationUnknownIpV6Generator: CustomizationUnknownIpV6Generator;
  CustomizationUnknownName: CustomizationUnknownName;
  CustomizationUserData: CustomizationUserData;
  CustomizationVirtualMachineName: CustomizationVirtualMachineName;
  CustomizationWinOptions: CustomizationWinOptions;
  CustomizationWindowsFlexPrep: CustomizationWindowsFlexPrep;
  GuestAuthentication: GuestAuthentication;
  GuestDiskInfo: GuestDiskInfo;
  GuestFileAttributes: GuestFileAttributes;
  GuestFileInfo: GuestFileInfo;
  GuestInfo: GuestInfo;
  GuestInfoCustomizationInfo: GuestInfoCustomizationInfo;
  GuestInfoNamespaceGenerationInfo: GuestInfoNamespaceGenerationInfo;
  GuestInfoVirtualDiskMapping: GuestInfoVirtualDiskMapping;
  GuestListFileInfo: GuestListFileInfo;
  GuestNicInfo: GuestNicInfo;
  GuestPosixFileAttributes: GuestPosixFileAttributes;
  GuestProcessInfo: GuestProcessInfo;
  GuestProgramSpec: GuestProgramSpec;
  GuestScreenInfo: GuestScreenInfo;
  GuestStackInfo: GuestStackInfo;
  GuestWindowsFileAttributes: GuestWindowsFileAttributes;
  NamePasswordAuthentication: NamePasswordAuthentication;
  NetBIOSConfigInfo: NetBIOSConfigInfo;
  NetDhcpConfigInfo: NetDhcpConfigInfo;
  NetDhcpConfigInfoDhcpOptions: NetDhcpConfigInfoDhcpOptions;
  NetDnsConfigInfo: NetDnsConfigInfo;
  NetIpConfigInfo: NetIpConfigInfo;
  NetIpConfigInfoIpAddress: NetIpConfigInfoIpAddress;
  NetworkSummary: NetworkSummary;
  SAMLTokenAuthentication: SAMLTokenAuthentication;
  SSPIAuthentication: SSPIAuthentication;
  TicketedSessionAuthentication: TicketedSessionAuthentication;
  AlarmEventArgument: AlarmEventArgument;
  AlreadyAuthenticatedSessionEvent: AlreadyAuthenticatedSessionEvent;
  BadUsernameSessionEvent: BadUsernameSessionEvent;
  ChangesInfoEventArgument: ChangesInfoEventArgument;
  ClusterEvent: ClusterEvent;
  ComputeResourceEventArgument: ComputeResourceEventArgument;
  CustomizationEvent: CustomizationEvent;
  CustomizationFailed: CustomizationFailed;
  CustomizationLinuxIdentityFailed: CustomizationLinuxIdentityFailed;
  CustomizationNetworkSetupFailed: CustomizationNetworkSetupFailed;
  CustomizationStartedEvent: CustomizationStartedEvent;
  CustomizationSucceeded: CustomizationSucceeded;
  CustomizationSysprepFailed: CustomizationSysprepFailed;
  CustomizationUnknownFailure: CustomizationUnknownFailure;
  DatacenterEventArgument: DatacenterEventArgument;
  DatacenterMismatchArgument: DatacenterMismatchArgument;
  DatastoreEvent: DatastoreEvent;
  DatastoreEventArgument: DatastoreEventArgument;
  DatastoreFileCopiedEvent: DatastoreFileCopiedEvent;
  DatastoreFileDeletedEvent: DatastoreFileDeletedEvent;
  DatastoreFileEvent: DatastoreFileEvent;
  DatastoreFileMovedEvent: DatastoreFileMovedEvent;
  DatastoreRemovedOnHostEvent: DatastoreRemovedOnHostEvent;
  DrsVmMigratedEvent: DrsVmMigratedEvent;
  DrsVmPoweredOnEvent: DrsVmPoweredOnEvent;
  DvsEventArgument: DvsEventArgument;
  EnteredMaintenanceModeEvent: EnteredMaintenanceModeEvent;
  EnteringMaintenanceModeEvent: EnteringMaintenanceModeEvent;
  EntityEventArgument: EntityEventArgument;
  Event: Event;
  EventArgument: EventArgument;
  EventEx: EventEx;
  EventFilterSpec: EventFilterSpec;
  EventFilterSpecByEntity: EventFilterSpecByEntity;
  EventFilterSpecByTime: EventFilterSpecByTime;
  EventFilterSpecByUsername: EventFilterSpecByUsername;
  ExitMaintenanceModeEvent: ExitMaintenanceModeEvent;
  ExtendedEvent: ExtendedEvent;
  ExtendedEventPair: ExtendedEventPair;
  FolderEventArgument: FolderEventArgument;
  GeneralEvent: GeneralEvent;
  GeneralUserEvent: GeneralUserEvent;
  HostAddedEvent: HostAddedEvent;
  HostConnectedEvent: HostConnectedEvent;
  HostConnectionLostEvent: HostConnectionLostEvent;
  HostDisconnectedEvent: HostDisconnectedEvent;
  HostEvent: HostEvent;
  HostEventArgument: HostEventArgument;
  HostRemovedEvent: HostRemovedEvent;
  ManagedEntityEventArgument: ManagedEntityEventArgument;
  NetworkEventArgument: NetworkEventArgument;
  ProfileEventArgument: ProfileEventArgument;
  ResourcePoolEvent: ResourcePoolEvent;
  ResourcePoolEventArgument: ResourcePoolEventArgument;
  RoleEventArgument: RoleEventArgument;
  ScheduledTaskEventArgument: ScheduledTaskEventArgument;
  SessionEvent: SessionEvent;
  SessionTerminatedEvent: SessionTerminatedEvent;
  TaskEvent: TaskEvent;
  TaskTimeoutEvent: TaskTimeoutEvent;
  TemplateUpgradeEvent: TemplateUpgradeEvent;
  UserLoginSessionEvent: UserLoginSessionEvent;
  UserLogoutSessionEvent: UserLogoutSessionEvent;
  VmAcquiredMksTicketEvent: VmAcquiredMksTicketEvent;
  VmAcquiredTicketEvent: VmAcquiredTicketEvent;
  VmBeingClonedEvent: VmBeingClonedEvent;
  VmBeingCreatedEvent: VmBeingCreatedEvent;
  VmBeingDeployedEvent: VmBeingDeployedEvent;
  VmBeingHotMigratedEvent: VmBeingHotMigratedEvent;
  VmBeingMigratedEvent: VmBeingMigratedEvent;
  VmBeingRelocatedEvent: VmBeingRelocatedEvent;
  VmCloneEvent: VmCloneEvent;
  VmCloneFailedEvent: VmCloneFailedEvent;
  VmClonedEvent: VmClonedEvent;
  VmConnectedEvent: VmConnectedEvent;
  VmCreatedEvent: VmCreatedEvent;
  VmDasBeingResetEvent: VmDasBeingResetEvent;
  VmDeployFailedEvent: VmDeployFailedEvent;
  VmDeployedEvent: VmDeployedEvent;
  VmDisconnectedEvent: VmDisconnectedEvent;
  VmDiskFailedEvent: VmDiskFailedEvent;
  VmEmigratingEvent: VmEmigratingEvent;
  VmEvent: VmEvent;
  VmEventArgument: VmEventArgument;
  VmFailedMigrateEvent: VmFailedMigrateEvent;
  VmFailedToPowerOffEvent: VmFailedToPowerOffEvent;
  VmFailedToPowerOnEvent: VmFailedToPowerOnEvent;
  VmFailedToResetEvent: VmFailedToResetEvent;
  VmFailedToSuspendEvent: VmFailedToSuspendEvent;
  VmGuestRebootEvent: VmGuestRebootEvent;
  VmGuestShutdownEvent: VmGuestShutdownEvent;
  VmGuestStandbyEvent: VmGuestStandbyEvent;
  VmInstanceUuidAssignedEvent: VmInstanceUuidAssignedEvent;
  VmMacAssignedEvent: VmMacAssignedEvent;
  VmMacChangedEvent: VmMacChangedEvent;
  VmMessageErrorEvent: VmMessageErrorEvent;
  VmMessageEvent: VmMessageEvent;
  VmMessageWarningEvent: VmMessageWarningEvent;
  VmMigratedEvent: VmMigratedEvent;
  VmOrphanedEvent: VmOrphanedEvent;
  VmPoweredOffEvent: VmPoweredOffEvent;
  VmPoweredOnEvent: VmPoweredOnEvent;
  VmReconfiguredEvent: VmReconfiguredEvent;
  VmRegisteredEvent: VmRegisteredEvent;
  VmRelocateFailedEvent: VmRelocateFailedEvent;
  VmRelocateSpecEvent: VmRelocateSpecEvent;
  VmRelocatedEvent: VmRelocatedEvent;
  VmRemoteConsoleConnectedEvent: VmRemoteConsoleConnectedEvent;
  VmRemoteConsoleDisconnectedEvent: VmRemoteConsoleDisconnectedEvent;
  VmRemovedEvent: VmRemovedEvent;
  VmRenamedEvent: VmRenamedEvent;
  VmResettingEvent: VmResettingEvent;
  VmResourcePoolMovedEvent: VmResourcePoolMovedEvent;
  VmResourceReallocatedEvent: VmResourceReallocatedEvent;
  VmResumingEvent: VmResumingEvent;
  VmStartingEvent: VmStartingEvent;
  VmStoppingEvent: VmStoppingEvent;
  VmSuspendedEvent: VmSuspendedEvent;
  VmSuspendingEvent: VmSuspendingEvent;
  VmUpgradeCompleteEvent: VmUpgradeCompleteEvent;
  VmUuidAssignedEvent: VmUuidAssignedEvent;
  AffinityConfigured: AffinityConfigured;
  AlreadyExists: AlreadyExists;
  AlreadyUpgraded: AlreadyUpgraded;
  AnswerFileUpdateFailed: AnswerFileUpdateFailed;
  ApplicationQuiesceFault: ApplicationQuiesceFault;
  CannotAccessFile: CannotAccessFile;
  CannotAccessLocalSource: CannotAccessLocalSource;
  CannotAccessNetwork: CannotAccessNetwork;
  CannotAccessVmComponent: CannotAccessVmComponent;
  CannotAccessVmConfig: CannotAccessVmConfig;
  CannotAccessVmDevice: CannotAccessVmDevice;
  CannotAccessVmDisk: CannotAccessVmDisk;
  CannotCreateFile: CannotCreateFile;
  CannotDecryptPasswords: CannotDecryptPasswords;
  CannotDeleteFile: CannotDeleteFile;
  CannotDisableDrsOnClustersWithVApps: CannotDisableDrsOnClustersWithVApps;
  CannotDisableSnapshot: CannotDisableSnapshot;
  CannotDisconnectHostWithFaultToleranceVm: CannotDisconnectHostWithFaultToleranceVm;
  CannotEnableVmcpForCluster: CannotEnableVmcpForCluster;
  CannotModifyConfigCpuRequirements: CannotModifyConfigCpuRequirements;
  CannotPlaceWithoutPrerequisiteMoves: CannotPlaceWithoutPrerequisiteMoves;
  CannotPowerOffVmInCluster: CannotPowerOffVmInCluster;
  CloneFromSnapshotNotSupported: CloneFromSnapshotNotSupported;
  ConcurrentAccess: ConcurrentAccess;
  ConflictingDatastoreFound: ConflictingDatastoreFound;
  CpuCompatibilityUnknown: CpuCompatibilityUnknown;
  CpuIncompatible: CpuIncompatible;
  CpuIncompatible1ECX: CpuIncompatible1ECX;
  CpuIncompatible81EDX: CpuIncompatible81EDX;
  CustomizationFault: CustomizationFault;
  CustomizationPending: CustomizationPending;
  DasConfigFault: DasConfigFault;
  DatabaseError: DatabaseError;
  DatacenterMismatch: DatacenterMismatch;
  DatastoreNotWritableOnHost: DatastoreNotWritableOnHost;
  DeltaDiskFormatNotSupported: DeltaDiskFormatNotSupported;
  DestinationSwitchFull: DestinationSwitchFull;
  DeviceBackingNotSupported: DeviceBackingNotSupported;
  DeviceControllerNotSupported: DeviceControllerNotSupported;
  DeviceHotPlugNotSupported: DeviceHotPlugNotSupported;
  DeviceNotFound: DeviceNotFound;
  DeviceNotSupported: DeviceNotSupported;
  DeviceUnsupportedForVmPlatform: DeviceUnsupportedForVmPlatform;
  DeviceUnsupportedForVmVersion: DeviceUnsupportedForVmVersion;
  DigestNotSupported: DigestNotSupported;
  DirectoryNotEmpty: DirectoryNotEmpty;
  DisallowedChangeByService: DisallowedChangeByService;
  DisallowedDiskModeChange: DisallowedDiskModeChange;
  DisallowedMigrationDeviceAttached: DisallowedMigrationDeviceAttached;
  DiskMoveTypeNotSupported: DiskMoveTypeNotSupported;
  DiskNotSupported: DiskNotSupported;
  DuplicateName: DuplicateName;
  EightHostLimitViolated: EightHostLimitViolated;
  EncryptionKeyRequired: EncryptionKeyRequired;
  FailToEnableSPBM: FailToEnableSPBM;
  FailToLockFaultToleranceVMs: FailToLockFaultToleranceVMs;
  FcoeFault: FcoeFault;
  FcoeFaultPnicHasNoPortSet: FcoeFaultPnicHasNoPortSet;
  FileAlreadyExists: FileAlreadyExists;
  FileBackedPortNotSupported: FileBackedPortNotSupported;
  FileFault: FileFault;
  FileLocked: FileLocked;
  FileNameTooLong: FileNameTooLong;
  FileNotFound: FileNotFound;
  FileNotWritable: FileNotWritable;
  FileTooLarge: FileTooLarge;
  FilesystemQuiesceFault: FilesystemQuiesceFault;
  FilterInUse: FilterInUse;
  FullStorageVMotionNotSupported: FullStorageVMotionNotSupported;
  GenericDrsFault: GenericDrsFault;
  GenericVmConfigFault: GenericVmConfigFault;
  GuestAuthenticationChallenge: GuestAuthenticationChallenge;
  GuestComponentsOutOfDate: GuestComponentsOutOfDate;
  GuestMultipleMappings: GuestMultipleMappings;
  GuestOperationsFault: GuestOperationsFault;
  GuestOperationsUnavailable: GuestOperationsUnavailable;
  GuestPermissionDenied: GuestPermissionDenied;
  GuestProcessNotFound: GuestProcessNotFound;
  GuestRegistryFault: GuestRegistryFault;
  GuestRegistryKeyAlreadyExists: GuestRegistryKeyAlreadyExists;
  GuestRegistryKeyFault: GuestRegistryKeyFault;
  GuestRegistryKeyHasSubkeys: GuestRegistryKeyHasSubkeys;
  GuestRegistryKeyInvalid: GuestRegistryKeyInvalid;
  GuestRegistryKeyParentVolatile: GuestRegistryKeyParentVolatile;
  GuestRegistryValueFault: GuestRegistryValueFault;
  GuestRegistryValueNotFound: GuestRegistryValueNotFound;
  HostAccessRestrictedToManagementServer: HostAccessRestrictedToManagementServer;
  HostCommunication: HostCommunication;
  HostHasComponentFailure: HostHasComponentFailure;
  HostInventoryFull: HostInventoryFull;
  HostNotConnected: HostNotConnected;
  HostNotReachable: HostNotReachable;
  HostPowerOpFailed: HostPowerOpFailed;
  HostSpecificationOperationFailed: HostSpecificationOperationFailed;
  HotSnapshotMoveNotSupported: HotSnapshotMoveNotSupported;
  HttpFault: HttpFault;
  IDEDiskNotSupported: IDEDiskNotSupported;
  InUseFeatureManipulationDisallowed: InUseFeatureManipulationDisallowed;
  InaccessibleDatastore: InaccessibleDatastore;
  InaccessibleFTMetadataDatastore: InaccessibleFTMetadataDatastore;
  InaccessibleVFlashSource: InaccessibleVFlashSource;
  IncompatibleDefaultDevice: IncompatibleDefaultDevice;
  IncompatibleSetting: IncompatibleSetting;
  IncorrectFileType: IncorrectFileType;
  IncorrectHostInformation: IncorrectHostInformation;
  IndependentDiskVMotionNotSupported: IndependentDiskVMotionNotSupported;
  InsufficientAgentVmsDeployed: InsufficientAgentVmsDeployed;
  InsufficientCpuResourcesFault: InsufficientCpuResourcesFault;
  InsufficientFailoverResourcesFault: InsufficientFailoverResourcesFault;
  InsufficientGraphicsResourcesFault: InsufficientGraphicsResourcesFault;
  InsufficientHostCapacityFault: InsufficientHostCapacityFault;
  InsufficientHostCpuCapacityFault: InsufficientHostCpuCapacityFault;
  InsufficientHostMemoryCapacityFault: InsufficientHostMemoryCapacityFault;
  InsufficientMemoryResourcesFault: InsufficientMemoryResourcesFault;
  InsufficientNetworkCapacity: InsufficientNetworkCapacity;
  InsufficientNetworkResourcePoolCapacity: InsufficientNetworkResourcePoolCapacity;
  InsufficientPerCpuCapacity: InsufficientPerCpuCapacity;
  InsufficientResourcesFault: InsufficientResourcesFault;
  InsufficientStandbyCpuResource: InsufficientStandbyCpuResource;
  InsufficientStandbyMemoryResource: InsufficientStandbyMemoryResource;
  InsufficientStandbyResource: InsufficientStandbyResource;
  InsufficientStorageIops: InsufficientStorageIops;
  InsufficientStorageSpace: InsufficientStorageSpace;
  InsufficientVFlashResourcesFault: InsufficientVFlashResourcesFault;
  InvalidAffinitySettingFault: InvalidAffinitySettingFault;
  InvalidArgument: InvalidArgument;
  InvalidBmcRole: InvalidBmcRole;
  InvalidClientCertificate: InvalidClientCertificate;
  InvalidCollectorVersion: InvalidCollectorVersion;
  InvalidController: InvalidController;
  InvalidDasConfigArgument: InvalidDasConfigArgument;
  InvalidDasRestartPriorityForFtVm: InvalidDasRestartPriorityForFtVm;
  InvalidDatastore: InvalidDatastore;
  InvalidDatastorePath: InvalidDatastorePath;
  InvalidDatastoreState: InvalidDatastoreState;
  InvalidDeviceBacking: InvalidDeviceBacking;
  InvalidDeviceOperation: InvalidDeviceOperation;
  InvalidDeviceSpec: InvalidDeviceSpec;
  InvalidDiskFormat: InvalidDiskFormat;
  InvalidDrsBehaviorForFtVm: InvalidDrsBehaviorForFtVm;
  InvalidEvent: InvalidEvent;
  InvalidFolder: InvalidFolder;
  InvalidFormat: InvalidFormat;
  InvalidGuestLogin: InvalidGuestLogin;
  InvalidHostConnectionState: InvalidHostConnectionState;
  InvalidHostState: InvalidHostState;
  InvalidIndexArgument: InvalidIndexArgument;
  InvalidIpmiLoginInfo: InvalidIpmiLoginInfo;
  InvalidIpmiMacAddress: InvalidIpmiMacAddress;
  InvalidLocale: InvalidLocale;
  InvalidLogin: InvalidLogin;
  InvalidName: InvalidName;
  InvalidNetworkInType: InvalidNetworkInType;
  InvalidPowerState: InvalidPowerState;
  InvalidPrivilege: InvalidPrivilege;
  InvalidProfileReferenceHost: InvalidProfileReferenceHost;
  InvalidProperty: InvalidProperty;
  InvalidPropertyType: InvalidPropertyType;
  InvalidPropertyValue: InvalidPropertyValue;
  InvalidRequest: InvalidRequest;
  InvalidResourcePoolStructureFault: InvalidResourcePoolStructureFault;
  InvalidScheduledTask: InvalidScheduledTask;
  InvalidSnapshotFormat: InvalidSnapshotFormat;
  InvalidState: InvalidState;
  InvalidToken: InvalidToken;
  InvalidType: InvalidType;
  InvalidVmConfig: InvalidVmConfig;
  InvalidVmState: InvalidVmState;
  InventoryHasStandardAloneHosts: InventoryHasStandardAloneHosts;
  IpHostnameGeneratorError: IpHostnameGeneratorError;
  KeyNotFound: KeyNotFound;
  LimitExceeded: LimitExceeded;
  LinuxVolumeNotClean: LinuxVolumeNotClean;
  LogBundlingFailed: LogBundlingFailed;
  MaintenanceModeFileMove: MaintenanceModeFileMove;
  ManagedObjectNotFound: ManagedObjectNotFound;
  MemoryFileFormatNotSupportedByDatastore: MemoryFileFormatNotSupportedByDatastore;
  MemoryHotPlugNotSupported: MemoryHotPlugNotSupported;
  MemorySizeNotRecommended: MemorySizeNotRecommended;
  MemorySizeNotSupported: MemorySizeNotSupported;
  MemorySizeNotSupportedByDatastore: MemorySizeNotSupportedByDatastore;
  MemorySnapshotOnIndependentDisk: MemorySnapshotOnIndependentDisk;
  MethodAlreadyDisabledFault: MethodAlreadyDisabledFault;
  MethodDisabled: MethodDisabled;
  MethodFault: MethodFault;
  MethodNotFound: MethodNotFound;
  MigrationDisabled: MigrationDisabled;
  MigrationFault: MigrationFault;
  MigrationFeatureNotSupported: MigrationFeatureNotSupported;
  MigrationNotReady: MigrationNotReady;
  MismatchedBundle: MismatchedBundle;
  MismatchedNetworkPolicies: MismatchedNetworkPolicies;
  MismatchedVMotionNetworkNames: MismatchedVMotionNetworkNames;
  MissingBmcSupport: MissingBmcSupport;
  MissingController: MissingController;
  MissingIpPool: MissingIpPool;
  MissingLinuxCustResources: MissingLinuxCustResources;
  MissingNetworkIpConfig: MissingNetworkIpConfig;
  MissingWindowsCustResources: MissingWindowsCustResources;
  MountError: MountError;
  MultiWriterNotSupported: MultiWriterNotSupported;
  MultipleSnapshotsNotSupported: MultipleSnapshotsNotSupported;
  NamespaceLimitReached: NamespaceLimitReached;
  NamespaceWriteProtected: NamespaceWriteProtected;
  NicSettingMismatch: NicSettingMismatch;
  NoActiveHostInCluster: NoActiveHostInCluster;
  NoAvailableIp: NoAvailableIp;
  NoClientCertificate: NoClientCertificate;
  NoCompatibleDatastore: NoCompatibleDatastore;
  NoCompatibleHardAffinityHost: NoCompatibleHardAffinityHost;
  NoCompatibleHost: NoCompatibleHost;
  NoCompatibleHostWithAccessToDevice: NoCompatibleHostWithAccessToDevice;
  NoConnectedDatastore: NoConnectedDatastore;
  NoDiskFound: NoDiskFound;
  NoDiskSpace: NoDiskSpace;
  NoDisksToCustomize: NoDisksToCustomize;
  NoGuestHeartbeat: NoGuestHeartbeat;
  NoPeerHostFound: NoPeerHostFound;
  NoPermission: NoPermission;
  NoSubjectName: NoSubjectName;
  NoVcManagedIpConfigured: NoVcManagedIpConfigured;
  NonHomeRDMVMotionNotSupported: NonHomeRDMVMotionNotSupported;
  NonPersistentDisksNotSupported: NonPersistentDisksNotSupported;
  NotADirectory: NotADirectory;
  NotAFile: NotAFile;
  NotAuthenticated: NotAuthenticated;
  NotEnoughCpus: NotEnoughCpus;
  NotEnoughLicenses: NotEnoughLicenses;
  NotEnoughLogicalCpus: NotEnoughLogicalCpus;
  NotFound: NotFound;
  NotImplemented: NotImplemented;
  NotSupported: NotSupported;
  NotSupportedHostForChecksum: NotSupportedHostForChecksum;
  NotUserConfigurableProperty: NotUserConfigurableProperty;
  NumVirtualCoresPerSocketNotSupported: NumVirtualCoresPerSocketNotSupported;
  NumVirtualCpusExceedsLimit: NumVirtualCpusExceedsLimit;
  NumVirtualCpusIncompatible: NumVirtualCpusIncompatible;
  NumVirtualCpusNotSupported: NumVirtualCpusNotSupported;
  OperationDisabledByGuest: OperationDisabledByGuest;
  OperationDisallowedOnHost: OperationDisallowedOnHost;
  OperationNotSupportedByGuest: OperationNotSupportedByGuest;
  OutOfBounds: OutOfBounds;
  PasswordExpired: PasswordExpired;
  PowerOnFtSecondaryTimedout: PowerOnFtSecondaryTimedout;
  QuestionPending: QuestionPending;
  QuiesceDatastoreIOForHAFailed: QuiesceDatastoreIOForHAFailed;
  ReadOnlyDisksWithLegacyDestination: ReadOnlyDisksWithLegacyDestination;
  RebootRequired: RebootRequired;
  RecordReplayDisabled: RecordReplayDisabled;
  RemoteDeviceNotSupported: RemoteDeviceNotSupported;
  RemoveFailed: RemoveFailed;
  RequestCanceled: RequestCanceled;
  ResourceInUse: ResourceInUse;
  ResourceNotAvailable: ResourceNotAvailable;
  RestrictedByAdministrator: RestrictedByAdministrator;
  RestrictedVersion: RestrictedVersion;
  RuleViolation: RuleViolation;
  RuntimeFault: RuntimeFault;
  SSPIChallenge: SSPIChallenge;
  SecurityError: SecurityError;
  SharedBusControllerNotSupported: SharedBusControllerNotSupported;
  SnapshotCloneNotSupported: SnapshotCloneNotSupported;
  SnapshotCopyNotSupported: SnapshotCopyNotSupported;
  SnapshotDisabled: SnapshotDisabled;
  SnapshotFault: SnapshotFault;
  SnapshotIncompatibleDeviceInVm: SnapshotIncompatibleDeviceInVm;
  SnapshotLocked: SnapshotLocked;
  SnapshotMoveFromNonHomeNotSupported: SnapshotMoveFromNonHomeNotSupported;
  SnapshotMoveNotSupported: SnapshotMoveNotSupported;
  SnapshotMoveToNonHomeNotSupported: SnapshotMoveToNonHomeNotSupported;
  SnapshotNoChange: SnapshotNoChange;
  SnapshotRevertIssue: SnapshotRevertIssue;
  SoftRuleVioCorrectionDisallowed: SoftRuleVioCorrectionDisallowed;
  SoftRuleVioCorrectionImpact: SoftRuleVioCorrectionImpact;
  SolutionUserRequired: SolutionUserRequired;
  StorageVMotionNotSupported: StorageVMotionNotSupported;
  StorageVmotionIncompatible: StorageVmotionIncompatible;
  SystemError: SystemError;
  TaskInProgress: TaskInProgress;
  Timedout: Timedout;
  TooManyConcurrentNativeClones: TooManyConcurrentNativeClones;
  TooManyConsecutiveOverrides: TooManyConsecutiveOverrides;
  TooManyDevices: TooManyDevices;
  TooManyDisksOnLegacyHost: TooManyDisksOnLegacyHost;
  TooManyGuestLogons: TooManyGuestLogons;
  TooManyNativeCloneLevels: TooManyNativeCloneLevels;
  TooManyNativeClonesOnFile: TooManyNativeClonesOnFile;
  TooManySnapshotLevels: TooManySnapshotLevels;
  ToolsAlreadyUpgraded: ToolsAlreadyUpgraded;
  ToolsAutoUpgradeNotSupported: ToolsAutoUpgradeNotSupported;
  ToolsImageCopyFailed: ToolsImageCopyFailed;
  ToolsImageNotAvailable: ToolsImageNotAvailable;
  ToolsImageSignatureCheckFailed: ToolsImageSignatureCheckFailed;
  ToolsInstallationInProgress: ToolsInstallationInProgress;
  ToolsUnavailable: ToolsUnavailable;
  ToolsUpgradeCancelled: ToolsUpgradeCancelled;
  UnSupportedDatastoreForVFlash: UnSupportedDatastoreForVFlash;
  UncommittedUndoableDisk: UncommittedUndoableDisk;
  UnconfiguredPropertyValue: UnconfiguredPropertyValue;
  UncustomizableGuest: UncustomizableGuest;
  UnexpectedCustomizationFault: UnexpectedCustomizationFault;
  UnexpectedFault: UnexpectedFault;
  UnrecognizedHost: UnrecognizedHost;
  UnsharedSwapVMotionNotSupported: UnsharedSwapVMotionNotSupported;
  UnsupportedDatastore: UnsupportedDatastore;
  UnsupportedGuest: UnsupportedGuest;
  UnsupportedVimApiVersion: UnsupportedVimApiVersion;
  UnsupportedVmxLocation: UnsupportedVmxLocation;
  UnusedVirtualDiskBlocksNotScrubbed: UnusedVirtualDiskBlocksNotScrubbed;
  VAppNotRunning: VAppNotRunning;
  VAppOperationInProgress: VAppOperationInProgress;
  VAppPropertyFault: VAppPropertyFault;
  VAppTaskInProgress: VAppTaskInProgress;
  VMINotSupported: VMINotSupported;
  VMOnConflictDVPort: VMOnConflictDVPort;
  VMOnVirtualIntranet: VMOnVirtualIntranet;
  VMotionAcrossNetworkNotSupported: VMotionAcrossNetworkNotSupported;
  VMotionInterfaceIssue: VMotionInterfaceIssue;
  VMotionLinkCapacityLow: VMotionLinkCapacityLow;
  VMotionLinkDown: VMotionLinkDown;
  VMotionNotConfigured: VMotionNotConfigured;
  VMotionNotLicensed: VMotionNotLicensed;
  VMotionNotSupported: VMotionNotSupported;
  VMotionProtocolIncompatible: VMotionProtocolIncompatible;
  VimFault: VimFault;
  VirtualDiskBlocksNotFullyProvisioned: VirtualDiskBlocksNotFullyProvisioned;
  VirtualDiskModeNotSupported: VirtualDiskModeNotSupported;
  VirtualEthernetCardNotSupported: VirtualEthernetCardNotSupported;
  VirtualHardwareCompatibilityIssue: VirtualHardwareCompatibilityIssue;
  VirtualHardwareVersionNotSupported: VirtualHardwareVersionNotSupported;
  VmAlreadyExistsInDatacenter: VmAlreadyExistsInDatacenter;
  VmConfigFault: VmConfigFault;
  VmConfigIncompatibleForFaultTolerance: VmConfigIncompatibleForFaultTolerance;
  VmConfigIncompatibleForRecordReplay: VmConfigIncompatibleForRecordReplay;
  VmHostAffinityRuleViolation: VmHostAffinityRuleViolation;
  VmLimitLicense: VmLimitLicense;
  VmMonitorIncompatibleForFaultTolerance: VmMonitorIncompatibleForFaultTolerance;
  VmPowerOnDisabled: VmPowerOnDisabled;
  VmSmpFaultToleranceTooManyVMsOnHost: VmSmpFaultToleranceTooManyVMsOnHost;
  VmToolsUpgradeFault: VmToolsUpgradeFault;
  VmValidateMaxDevice: VmValidateMaxDevice;
  VmWwnConflict: VmWwnConflict;
  VmotionInterfaceNotEnabled: VmotionInterfaceNotEnabled;
  VolumeEditorError: VolumeEditorError;
  VramLimitLicense: VramLimitLicense;
  WakeOnLanNotSupported: WakeOnLanNotSupported;
  WakeOnLanNotSupportedByVmotionNIC: WakeOnLanNotSupportedByVmotionNIC;
  WillModifyConfigCpuRequirements: WillModifyConfigCpuRequirements;
  WillResetSnapshotDirectory: WillResetSnapshotDirectory;
  WipeDiskFault: WipeDiskFault;
  EvaluationLicenseSource: EvaluationLicenseSource;
  LicenseAssignmentManagerLicenseAssignment: LicenseAssignmentManagerLicenseAssignment;
  LicenseManagerEvaluationInfo: LicenseManagerEvaluationInfo;
  LicenseManagerLicenseInfo: LicenseManagerLicenseInfo;
  LicenseSource: LicenseSource;
  PerfCounterInfo: PerfCounterInfo;
  PerfEntityMetric: PerfEntityMetric;
  PerfEntityMetricBase: PerfEntityMetricBase;
  PerfEntityMetricCSV: PerfEntityMetricCSV;
  PerfInterval: PerfInterval;
  PerfMetricId: PerfMetricId;
  PerfMetricIntSeries: PerfMetricIntSeries;
  PerfMetricSeries: PerfMetricSeries;
  PerfMetricSeriesCSV: PerfMetricSeriesCSV;
  PerfProviderSummary: PerfProviderSummary;
  PerfQuerySpec: PerfQuerySpec;
  PerfSampleInfo: PerfSampleInfo;
  PerformanceDescription: PerformanceDescription;
  ConfigTarget: ConfigTarget;
  DistributedVirtualPortgroupInfo: DistributedVirtualPortgroupInfo;
  DistributedVirtualSwitchInfo: DistributedVirtualSwitchInfo;
  VirtualMachineDatastoreInfo: VirtualMachineDatastoreInfo;
  VirtualMachineNetworkInfo: VirtualMachineNetworkInfo;
  VirtualMachineTargetInfo: VirtualMachineTargetInfo;
  BoolOption: BoolOption;
  DatastoreOption: DatastoreOption;
  EnvironmentBrowserConfigOptionQuerySpec: EnvironmentBrowserConfigOptionQuerySpec;
  GuestOsDescriptor: GuestOsDescriptor;
  IntOption: IntOption;
  LongOption: LongOption;
  ResourceAllocationOption: ResourceAllocationOption;
  ResourceConfigOption: ResourceConfigOption;
  SharesOption: SharesOption;
  VirtualDeviceOption: VirtualDeviceOption;
  VirtualHardwareOption: VirtualHardwareOption;
  VirtualMachineConfigOption: VirtualMachineConfigOption;
  PodDiskLocator: PodDiskLocator;
  PodStorageDrsEntry: PodStorageDrsEntry;
  StorageDrsConfigInfo: StorageDrsConfigInfo;
  StorageDrsPodConfigInfo: StorageDrsPodConfigInfo;
  StorageDrsPodSelectionSpec: StorageDrsPodSelectionSpec;
  VmPodConfigForPlacement: VmPodConfigForPlacement;
  OvfCreateDescriptorParams: OvfCreateDescriptorParams;
  OvfCreateDescriptorResult: OvfCreateDescriptorResult;
  OvfFile: OvfFile;
  DisabledMethodRequest: DisabledMethodRequest;
  VirtualDiskInfo: VirtualDiskInfo;
  VirtualDiskInfoUnit: VirtualDiskInfoUnit;
}

/** Data types with subtypes: what a value that is known to be one of them may be. */
export interface VimFamilies {
  ArrayUpdateSpec: AnyArrayUpdateSpec;
  CustomFieldValue: AnyCustomFieldValue;
  Description: AnyDescription;
  ElementDescription: AnyElementDescription;
  ImportSpec: AnyImportSpec;
  InheritablePolicy: AnyInheritablePolicy;
  OptionType: AnyOptionType;
  OptionValue: AnyOptionValue;
  SelectionSpec: AnySelectionSpec;
  SessionManagerServiceRequestSpec: AnySessionManagerServiceRequestSpec;
  TaskReason: AnyTaskReason;
  TypeDescription: AnyTypeDescription;
  ClusterAction: AnyClusterAction;
  ClusterDasAdmissionControlPolicy: AnyClusterDasAdmissionControlPolicy;
  ComputeResourceConfigInfo: AnyComputeResourceConfigInfo;
  ComputeResourceConfigSpec: AnyComputeResourceConfigSpec;
  ComputeResourceSummary: AnyComputeResourceSummary;
  ResourcePoolSummary: AnyResourcePoolSummary;
  VirtualMachineBootOptionsBootableDevice: AnyVirtualMachineBootOptionsBootableDevice;
  VirtualController: AnyVirtualController;
  VirtualDevice: AnyVirtualDevice;
  VirtualDeviceBackingInfo: AnyVirtualDeviceBackingInfo;
  VirtualDeviceBusSlotInfo: AnyVirtualDeviceBusSlotInfo;
  VirtualDeviceDeviceBackingInfo: AnyVirtualDeviceDeviceBackingInfo;
  VirtualDeviceFileBackingInfo: AnyVirtualDeviceFileBackingInfo;
  VirtualDevicePciBusSlotInfo: AnyVirtualDevicePciBusSlotInfo;
  VirtualDevicePipeBackingInfo: AnyVirtualDevicePipeBackingInfo;
  VirtualDeviceRemoteDeviceBackingInfo: AnyVirtualDeviceRemoteDeviceBackingInfo;
  VirtualDeviceURIBackingInfo: AnyVirtualDeviceURIBackingInfo;
  VirtualDiskRawDiskVer2BackingInfo: AnyVirtualDiskRawDiskVer2BackingInfo;
  VirtualEthernetCard: AnyVirtualEthernetCard;
  VirtualPCIPassthroughPluginBackingInfo: AnyVirtualPCIPassthroughPluginBackingInfo;
  VirtualSATAController: AnyVirtualSATAController;
  VirtualSCSIController: AnyVirtualSCSIController;
  VirtualSoundCard: AnyVirtualSoundCard;
  VirtualVmxnet: AnyVirtualVmxnet;
  VirtualVmxnet3: AnyVirtualVmxnet3;
  DatastoreInfo: AnyDatastoreInfo;
  FileBackedVirtualDiskSpec: AnyFileBackedVirtualDiskSpec;
  FileInfo: AnyFileInfo;
  FileQuery: AnyFileQuery;
  HostFileSystemVolume: AnyHostFileSystemVolume;
  VirtualDiskSpec: AnyVirtualDiskSpec;
  VmConfigFileInfo: AnyVmConfigFileInfo;
  VmConfigFileQuery: AnyVmConfigFileQuery;
  DVPortSetting: AnyDVPortSetting;
  DVSConfigInfo: AnyDVSConfigInfo;
  DVSConfigSpec: AnyDVSConfigSpec;
  VmwareDistributedVirtualSwitchVlanSpec: AnyVmwareDistributedVirtualSwitchVlanSpec;
  DVPortgroupPolicy: AnyDVPortgroupPolicy;
  DVSUplinkPortPolicy: AnyDVSUplinkPortPolicy;
  CustomizationIdentitySettings: AnyCustomizationIdentitySettings;
  CustomizationIpGenerator: AnyCustomizationIpGenerator;
  CustomizationIpV6Generator: AnyCustomizationIpV6Generator;
  CustomizationName: AnyCustomizationName;
  CustomizationOptions: AnyCustomizationOptions;
  GuestAuthentication: AnyGuestAuthentication;
  GuestFileAttributes: AnyGuestFileAttributes;
  NetworkSummary: AnyNetworkSummary;
  CustomizationEvent: AnyCustomizationEvent;
  CustomizationFailed: AnyCustomizationFailed;
  DatastoreEvent: AnyDatastoreEvent;
  DatastoreFileEvent: AnyDatastoreFileEvent;
  EntityEventArgument: AnyEntityEventArgument;
  Event: AnyEvent;
  EventArgument: AnyEventArgument;
  GeneralEvent: AnyGeneralEvent;
  HostEvent: AnyHostEvent;
  SessionEvent: AnySessionEvent;
  TaskEvent: AnyTaskEvent;
  VmCloneEvent: AnyVmCloneEvent;
  VmEvent: AnyVmEvent;
  VmMigratedEvent: AnyVmMigratedEvent;
  VmPoweredOnEvent: AnyVmPoweredOnEvent;
  VmRelocateSpecEvent: AnyVmRelocateSpecEvent;
  CannotAccessNetwork: AnyCannotAccessNetwork;
  CannotAccessVmComponent: AnyCannotAccessVmComponent;
  CannotAccessVmDevice: AnyCannotAccessVmDevice;
  CpuIncompatible: AnyCpuIncompatible;
  CustomizationFault: AnyCustomizationFault;
  DeviceBackingNotSupported: AnyDeviceBackingNotSupported;
  DeviceNotSupported: AnyDeviceNotSupported;
  DiskNotSupported: AnyDiskNotSupported;
  FcoeFault: AnyFcoeFault;
  FileFault: AnyFileFault;
  GuestOperationsFault: AnyGuestOperationsFault;
  GuestRegistryFault: AnyGuestRegistryFault;
  GuestRegistryKeyFault: AnyGuestRegistryKeyFault;
  GuestRegistryValueFault: AnyGuestRegistryValueFault;
  HostCommunication: AnyHostCommunication;
  HostPowerOpFailed: AnyHostPowerOpFailed;
  InaccessibleDatastore: AnyInaccessibleDatastore;
  InsufficientHostCapacityFault: AnyInsufficientHostCapacityFault;
  InsufficientResourcesFault: AnyInsufficientResourcesFault;
  InsufficientStandbyResource: AnyInsufficientStandbyResource;
  InvalidArgument: AnyInvalidArgument;
  InvalidDatastore: AnyInvalidDatastore;
  InvalidDeviceSpec: AnyInvalidDeviceSpec;
  InvalidFolder: AnyInvalidFolder;
  InvalidFormat: AnyInvalidFormat;
  InvalidHostState: AnyInvalidHostState;
  InvalidLogin: AnyInvalidLogin;
  InvalidPropertyValue: AnyInvalidPropertyValue;
  InvalidRequest: AnyInvalidRequest;
  InvalidState: AnyInvalidState;
  InvalidVmConfig: AnyInvalidVmConfig;
  MethodFault: AnyMethodFault;
  MigrationFault: AnyMigrationFault;
  MigrationFeatureNotSupported: AnyMigrationFeatureNotSupported;
  NoCompatibleHost: AnyNoCompatibleHost;
  NoPermission: AnyNoPermission;
  NotEnoughCpus: AnyNotEnoughCpus;
  NotEnoughLicenses: AnyNotEnoughLicenses;
  NotSupported: AnyNotSupported;
  ResourceInUse: AnyResourceInUse;
  RuntimeFault: AnyRuntimeFault;
  SecurityError: AnySecurityError;
  SnapshotCopyNotSupported: AnySnapshotCopyNotSupported;
  SnapshotFault: AnySnapshotFault;
  TaskInProgress: AnyTaskInProgress;
  Timedout: AnyTimedout;
  UnsupportedDatastore: AnyUnsupportedDatastore;
  VAppPropertyFault: AnyVAppPropertyFault;
  VMotionInterfaceIssue: AnyVMotionInterfaceIssue;
  VimFault: AnyVimFault;
  VirtualHardwareCompatibilityIssue: AnyVirtualHardwareCompatibilityIssue;
  VmConfigFault: AnyVmConfigFault;
  VmToolsUpgradeFault: AnyVmToolsUpgradeFault;
  LicenseSource: AnyLicenseSource;
  PerfEntityMetricBase: AnyPerfEntityMetricBase;
  PerfMetricSeries: AnyPerfMetricSeries;
  VirtualMachineTargetInfo: AnyVirtualMachineTargetInfo;
}

/** Methods: what they take beside the object they are called on, and what they answer. */
export interface VimMethods {
  QueryAssignedLicenses: { args: { entityId?: string | undefined }; result: LicenseAssignmentManagerLicenseAssignment[] };
  QueryPerfProviderSummary: { args: { entity: Ref }; result: PerfProviderSummary };
  QueryAvailablePerfMetric: { args: { entity: Ref; beginTime?: Date | undefined; endTime?: Date | undefined; intervalId?: number | undefined }; result: PerfMetricId[] };
  QueryPerfCounter: { args: { counterId: number[] }; result: PerfCounterInfo[] };
  QueryPerfCounterByLevel: { args: { level: number }; result: PerfCounterInfo[] };
  QueryPerf: { args: { querySpec: PerfQuerySpec[] }; result: AnyPerfEntityMetricBase[] };
  QueryConfigOption: { args: { key?: string | undefined; host?: Ref | undefined }; result: VirtualMachineConfigOption | undefined };
  QueryConfigOptionEx: { args: { spec?: EnvironmentBrowserConfigOptionQuerySpec | undefined }; result: VirtualMachineConfigOption | undefined };
  QueryConfigTarget: { args: { host?: Ref | undefined }; result: ConfigTarget | undefined };
  CreateDescriptor: { args: { obj: Ref; cdp: OvfCreateDescriptorParams }; result: OvfCreateDescriptorResult };
  FindExtension: { args: { extensionKey: string }; result: DataObject | undefined };
  GetAlarm: { args: { entity?: Ref | undefined }; result: Ref[] };
  QueryDescriptions: { args: { host?: Ref | undefined }; result: DataObject[] };
  DisableMethods: { args: { entity: Ref[]; method: DisabledMethodRequest[]; sourceId: string; sessionScope?: boolean | undefined }; result: undefined };
  EnableMethods: { args: { entity: Ref[]; method: string[]; sourceId: string }; result: undefined };
  QueryVirtualDiskInfo_Task: { args: { name: string; datacenter?: Ref | undefined; includeParents: boolean }; result: Ref };
  RetrieveServiceContent: { args: NoArgs; result: ServiceContent };
  CurrentTime: { args: NoArgs; result: Date };
  Login: { args: { userName: string; password: string; locale?: string | undefined }; result: UserSession };
  Logout: { args: NoArgs; result: undefined };
  LoginByToken: { args: { locale?: string | undefined }; result: UserSession };
  SessionIsActive: { args: { sessionID: string; userName: string }; result: boolean };
  AcquireCloneTicket: { args: NoArgs; result: string };
  CloneSession: { args: { cloneTicket: string }; result: UserSession };
  AcquireGenericServiceTicket: { args: { spec: AnySessionManagerServiceRequestSpec }; result: SessionManagerGenericServiceTicket };
  TerminateSession: { args: { sessionId: string[] }; result: undefined };
  CreateFilter: { args: { spec: PropertyFilterSpec; partialUpdates: boolean }; result: Ref };
  CreatePropertyCollector: { args: NoArgs; result: Ref };
  DestroyPropertyCollector: { args: NoArgs; result: undefined };
  RetrievePropertiesEx: { args: { specSet: PropertyFilterSpec[]; options: RetrieveOptions }; result: RetrieveResult | undefined };
  ContinueRetrievePropertiesEx: { args: { token: string }; result: RetrieveResult };
  CancelRetrievePropertiesEx: { args: { token: string }; result: undefined };
  RetrieveProperties: { args: { specSet: PropertyFilterSpec[] }; result: ObjectContent[] };
  WaitForUpdatesEx: { args: { version?: string | undefined; options?: WaitOptions | undefined }; result: UpdateSet | undefined };
  WaitForUpdates: { args: { version?: string | undefined }; result: UpdateSet };
  CheckForUpdates: { args: { version?: string | undefined }; result: UpdateSet | undefined };
  CancelWaitForUpdates: { args: NoArgs; result: undefined };
  DestroyPropertyFilter: { args: NoArgs; result: undefined };
  CreateContainerView: { args: { container: Ref; type?: string[] | undefined; recursive: boolean }; result: Ref };
  CreateListView: { args: { obj?: Ref[] | undefined }; result: Ref };
  CreateInventoryView: { args: NoArgs; result: Ref };
  DestroyView: { args: NoArgs; result: undefined };
  ModifyListView: { args: { add?: Ref[] | undefined; remove?: Ref[] | undefined }; result: Ref[] };
  ResetListView: { args: { obj?: Ref[] | undefined }; result: Ref[] };
  FindByUuid: { args: { datacenter?: Ref | undefined; uuid: string; vmSearch: boolean; instanceUuid?: boolean | undefined }; result: Ref | undefined };
  FindAllByUuid: { args: { datacenter?: Ref | undefined; uuid: string; vmSearch: boolean; instanceUuid?: boolean | undefined }; result: Ref[] };
  FindByInventoryPath: { args: { inventoryPath: string }; result: Ref | undefined };
  FindChild: { args: { entity: Ref; name: string }; result: Ref | undefined };
  FindByDatastorePath: { args: { datacenter: Ref; path: string }; result: Ref | undefined };
  FindByDnsName: { args: { datacenter?: Ref | undefined; dnsName: string; vmSearch: boolean }; result: Ref | undefined };
  FindByIp: { args: { datacenter?: Ref | undefined; ip: string; vmSearch: boolean }; result: Ref | undefined };
  CancelTask: { args: NoArgs; result: undefined };
  SetTaskState: { args: { state: TaskInfoState; result?: AnyValue | undefined; fault?: LocalizedMethodFault | undefined }; result: undefined };
  SetTaskDescription: { args: { description: LocalizableMessage }; result: undefined };
  UpdateProgress: { args: { percentDone: number }; result: undefined };
  CreateTask: { args: { obj: Ref; taskTypeId: string; initiatedBy?: string | undefined; cancelable: boolean; parentTaskKey?: string | undefined; activationId?: string | undefined }; result: TaskInfo };
  CreateCollectorForTasks: { args: { filter: TaskFilterSpec }; result: Ref };
  ReadNextTasks: { args: { maxCount: number }; result: TaskInfo[] };
  ReadPreviousTasks: { args: { maxCount: number }; result: TaskInfo[] };
  RewindCollector: { args: NoArgs; result: undefined };
  ResetCollector: { args: NoArgs; result: undefined };
  DestroyCollector: { args: NoArgs; result: undefined };
  SetCollectorPageSize: { args: { maxCount: number }; result: undefined };
  QueryEvents: { args: { filter: EventFilterSpec; eventViewSpec?: EventManagerEventViewSpec | undefined }; result: AnyEvent[] };
  CreateCollectorForEvents: { args: { filter: EventFilterSpec }; result: Ref };
  ReadNextEvents: { args: { maxCount: number }; result: AnyEvent[] };
  ReadPreviousEvents: { args: { maxCount: number }; result: AnyEvent[] };
  LogUserEvent: { args: { entity: Ref; msg: string }; result: undefined };
  PostEvent: { args: { eventToPost: AnyEvent; taskInfo?: TaskInfo | undefined }; result: undefined };
  HasPrivilegeOnEntities: { args: { entity: Ref[]; sessionId: string; privId?: string[] | undefined }; result: EntityPrivilege[] };
  HasPrivilegeOnEntity: { args: { entity: Ref; sessionId: string; privId?: string[] | undefined }; result: boolean[] };
  FetchUserPrivilegeOnEntities: { args: { entities: Ref[]; userName: string }; result: UserPrivilegeResult[] };
  HasUserPrivilegeOnEntities: { args: { entities: Ref[]; userName: string; privId?: string[] | undefined }; result: EntityPrivilege[] };
  RetrieveEntityPermissions: { args: { entity: Ref; inherited: boolean }; result: Permission[] };
  RetrieveAllPermissions: { args: NoArgs; result: Permission[] };
  RetrieveRolePermissions: { args: { roleId: number }; result: Permission[] };
  SetEntityPermissions: { args: { entity: Ref; permission?: Permission[] | undefined }; result: undefined };
  ResetEntityPermissions: { args: { entity: Ref; permission?: Permission[] | undefined }; result: undefined };
  RemoveEntityPermission: { args: { entity: Ref; user: string; isGroup: boolean }; result: undefined };
  AddAuthorizationRole: { args: { name: string; privIds?: string[] | undefined }; result: number };
  RemoveAuthorizationRole: { args: { roleId: number; failIfUsed: boolean }; result: undefined };
  UpdateAuthorizationRole: { args: { roleId: number; newName: string; privIds?: string[] | undefined }; result: undefined };
  QueryOptions: { args: { name?: string | undefined }; result: AnyOptionValue[] };
  UpdateOptions: { args: { changedValue: AnyOptionValue[] }; result: undefined };
  AddCustomFieldDef: { args: { name: string; moType?: string | undefined; fieldDefPolicy?: PrivilegePolicyDef | undefined; fieldPolicy?: PrivilegePolicyDef | undefined }; result: CustomFieldDef };
  RemoveCustomFieldDef: { args: { key: number }; result: undefined };
  RenameCustomFieldDef: { args: { key: number; name: string }; result: undefined };
  SetField: { args: { entity: Ref; key: number; value: string }; result: undefined };
  setCustomValue: { args: { key: string; value: string }; result: undefined };
  Rename_Task: { args: { newName: string }; result: Ref };
  Destroy_Task: { args: NoArgs; result: Ref };
  Reload: { args: NoArgs; result: undefined };
  CreateFolder: { args: { name: string }; result: Ref };
  CreateVM_Task: { args: { config: VirtualMachineConfigSpec; pool: Ref; host?: Ref | undefined }; result: Ref };
  RegisterVM_Task: { args: { path: string; name?: string | undefined; asTemplate: boolean; pool?: Ref | undefined; host?: Ref | undefined }; result: Ref };
  MoveIntoFolder_Task: { args: { list: Ref[] }; result: Ref };
  CreateDatacenter: { args: { name: string }; result: Ref };
  CreateClusterEx: { args: { name: string; spec: ClusterConfigSpecEx }; result: Ref };
  AddStandaloneHost_Task: { args: { spec: HostConnectSpec; compResSpec?: AnyComputeResourceConfigSpec | undefined; addConnected: boolean; license?: string | undefined }; result: Ref };
  CreateDVS_Task: { args: { spec: DVSCreateSpec }; result: Ref };
  CreateStoragePod: { args: { name: string }; result: Ref };
  PowerOnMultiVM_Task: { args: { vm: Ref[]; option?: AnyOptionValue[] | undefined }; result: Ref };
  ReconfigureComputeResource_Task: { args: { spec: AnyComputeResourceConfigSpec; modify: boolean }; result: Ref };
  AddHost_Task: { args: { spec: HostConnectSpec; asConnected: boolean; resourcePool?: Ref | undefined; license?: string | undefined }; result: Ref };
  MoveHostInto_Task: { args: { host: Ref; resourcePool?: Ref | undefined }; result: Ref };
  MoveInto_Task: { args: { host: Ref[] }; result: Ref };
  RecommendHostsForVm: { args: { vm: Ref; pool?: Ref | undefined }; result: ClusterHostRecommendation[] };
  ApplyRecommendation: { args: { key: string }; result: undefined };
  CancelRecommendation: { args: { key: string }; result: undefined };
  PlaceVm: { args: { placementSpec: PlacementSpec }; result: PlacementResult };
  EnterMaintenanceMode_Task: { args: { timeout: number; evacuatePoweredOffVms?: boolean | undefined; maintenanceSpec?: HostMaintenanceSpec | undefined }; result: Ref };
  ExitMaintenanceMode_Task: { args: { timeout: number }; result: Ref };
  DisconnectHost_Task: { args: NoArgs; result: Ref };
  ReconnectHost_Task: { args: { cnxSpec?: HostConnectSpec | undefined; reconnectSpec?: DataObject | undefined }; result: Ref };
  RebootHost_Task: { args: { force: boolean }; result: Ref };
  ShutdownHost_Task: { args: { force: boolean }; result: Ref };
  CreateResourcePool: { args: { name: string; spec: ResourceConfigSpec }; result: Ref };
  DestroyChildren: { args: NoArgs; result: undefined };
  UpdateConfig: { args: { name?: string | undefined; config?: ResourceConfigSpec | undefined }; result: undefined };
  MoveIntoResourcePool: { args: { list: Ref[] }; result: undefined };
  CreateChildVM_Task: { args: { config: VirtualMachineConfigSpec; host?: Ref | undefined }; result: Ref };
  ImportVApp: { args: { spec: AnyImportSpec; folder?: Ref | undefined; host?: Ref | undefined }; result: Ref };
  AddVirtualSwitch: { args: { vswitchName: string; spec?: HostVirtualSwitchSpec | undefined }; result: undefined };
  RemoveVirtualSwitch: { args: { vswitchName: string }; result: undefined };
  AddPortGroup: { args: { portgrp: HostPortGroupSpec }; result: undefined };
  RemovePortGroup: { args: { pgName: string }; result: undefined };
  CreateDVPortgroup_Task: { args: { spec: DVPortgroupConfigSpec }; result: Ref };
  AddDVPortgroup_Task: { args: { spec: DVPortgroupConfigSpec[] }; result: Ref };
  ReconfigureDvs_Task: { args: { spec: AnyDVSConfigSpec }; result: Ref };
  FetchDVPorts: { args: { criteria?: DistributedVirtualSwitchPortCriteria | undefined }; result: DistributedVirtualPort[] };
  ReconfigureDVPort_Task: { args: { port: DVPortConfigSpec[] }; result: Ref };
  ReconfigureDVPortgroup_Task: { args: { spec: DVPortgroupConfigSpec }; result: Ref };
  QueryConfigOptionDescriptor: { args: NoArgs; result: VirtualMachineConfigOptionDescriptor[] };
  CloneVM_Task: { args: { folder: Ref; name: string; spec: VirtualMachineCloneSpec }; result: Ref };
  InstantClone_Task: { args: { spec: VirtualMachineInstantCloneSpec }; result: Ref };
  ReconfigVM_Task: { args: { spec: VirtualMachineConfigSpec }; result: Ref };
  PowerOnVM_Task: { args: { host?: Ref | undefined }; result: Ref };
  PowerOffVM_Task: { args: NoArgs; result: Ref };
  ResetVM_Task: { args: NoArgs; result: Ref };
  SuspendVM_Task: { args: NoArgs; result: Ref };
  ShutdownGuest: { args: NoArgs; result: undefined };
  RebootGuest: { args: NoArgs; result: undefined };
  StandbyGuest: { args: NoArgs; result: undefined };
  CreateSnapshot_Task: { args: { name: string; description?: string | undefined; memory: boolean; quiesce: boolean }; result: Ref };
  CreateSnapshotEx_Task: { args: { name: string; description?: string | undefined; memory: boolean; quiesceSpec?: VirtualMachineGuestQuiesceSpec | undefined }; result: Ref };
  RevertToCurrentSnapshot_Task: { args: { host?: Ref | undefined; suppressPowerOn?: boolean | undefined }; result: Ref };
  RemoveAllSnapshots_Task: { args: { consolidate?: boolean | undefined; spec?: SnapshotSelectionSpec | undefined }; result: Ref };
  ConsolidateVMDisks_Task: { args: NoArgs; result: Ref };
  EstimateStorageForConsolidateSnapshots_Task: { args: NoArgs; result: Ref };
  PromoteDisks_Task: { args: { unlink: boolean; disks?: VirtualDisk[] | undefined }; result: Ref };
  UnregisterVM: { args: NoArgs; result: undefined };
  MarkAsTemplate: { args: NoArgs; result: undefined };
  MarkAsVirtualMachine: { args: { pool: Ref; host?: Ref | undefined }; result: undefined };
  RelocateVM_Task: { args: { spec: VirtualMachineRelocateSpec; priority?: VirtualMachineMovePriority | undefined }; result: Ref };
  MigrateVM_Task: { args: { pool?: Ref | undefined; host?: Ref | undefined; priority: VirtualMachineMovePriority; state?: VirtualMachinePowerState | undefined }; result: Ref };
  CustomizeVM_Task: { args: { spec: CustomizationSpec }; result: Ref };
  CheckCustomizationSpec: { args: { spec: CustomizationSpec }; result: undefined };
  AnswerVM: { args: { questionId: string; answerChoice: string }; result: undefined };
  AcquireTicket: { args: { ticketType: string }; result: VirtualMachineTicket };
  AcquireMksTicket: { args: NoArgs; result: VirtualMachineMksTicket };
  RefreshStorageInfo: { args: NoArgs; result: undefined };
  reloadVirtualMachineFromPath_Task: { args: { configurationPath: string }; result: Ref };
  UpgradeVM_Task: { args: { version?: string | undefined }; result: Ref };
  MountToolsInstaller: { args: NoArgs; result: undefined };
  UnmountToolsInstaller: { args: NoArgs; result: undefined };
  UpgradeTools_Task: { args: { installerOptions?: string | undefined }; result: Ref };
  DetachDisk_Task: { args: { diskId: ID }; result: Ref };
  AttachDisk_Task: { args: { diskId: ID; datastore: Ref; controllerKey?: number | undefined; unitNumber?: number | undefined }; result: Ref };
  CreateScreenshot_Task: { args: NoArgs; result: Ref };
  PutUsbScanCodes: { args: { spec: UsbScanCodeSpec }; result: number };
  SetScreenResolution: { args: { width: number; height: number }; result: undefined };
  ResetGuestInformation: { args: NoArgs; result: undefined };
  TerminateVM: { args: NoArgs; result: undefined };
  ExportVm: { args: NoArgs; result: Ref };
  QueryChangedDiskAreas: { args: { snapshot?: Ref | undefined; deviceKey: number; startOffset: bigint; changeId: string }; result: DiskChangeInfo };
  ExtractOvfEnvironment: { args: NoArgs; result: string };
  RevertToSnapshot_Task: { args: { host?: Ref | undefined; suppressPowerOn?: boolean | undefined }; result: Ref };
  RemoveSnapshot_Task: { args: { removeChildren: boolean; consolidate?: boolean | undefined }; result: Ref };
  RenameSnapshot: { args: { name?: string | undefined; description?: string | undefined }; result: undefined };
  GetCustomizationSpec: { args: { name: string }; result: CustomizationSpecItem };
  CreateCustomizationSpec: { args: { item: CustomizationSpecItem }; result: undefined };
  DeleteCustomizationSpec: { args: { name: string }; result: undefined };
  DoesCustomizationSpecExist: { args: { name: string }; result: boolean };
  OverwriteCustomizationSpec: { args: { item: CustomizationSpecItem }; result: undefined };
  CustomizeGuest_Task: { args: { vm: Ref; auth: AnyGuestAuthentication; spec: CustomizationSpec; configParams?: AnyOptionValue[] | undefined }; result: Ref };
  StartGuestNetwork_Task: { args: { vm: Ref; auth: AnyGuestAuthentication }; result: Ref };
  AbortCustomization_Task: { args: { vm: Ref; auth: AnyGuestAuthentication }; result: Ref };
  RefreshDatastore: { args: NoArgs; result: undefined };
  RefreshDatastoreStorageInfo: { args: NoArgs; result: undefined };
  DatastoreEnterMaintenanceMode: { args: NoArgs; result: StoragePlacementResult };
  DatastoreExitMaintenanceMode_Task: { args: NoArgs; result: Ref };
  UpdateVirtualMachineFiles_Task: { args: { mountPathDatastoreMapping: DatastoreMountPathDatastorePair[] }; result: Ref };
  CreateNasDatastore: { args: { spec: HostNasVolumeSpec }; result: Ref };
  CreateLocalDatastore: { args: { name: string; path: string }; result: Ref };
  RemoveDatastore: { args: { datastore: Ref }; result: undefined };
  SearchDatastore_Task: { args: { datastorePath: string; searchSpec?: HostDatastoreBrowserSearchSpec | undefined }; result: Ref };
  SearchDatastoreSubFolders_Task: { args: { datastorePath: string; searchSpec?: HostDatastoreBrowserSearchSpec | undefined }; result: Ref };
  MakeDirectory: { args: { name: string; datacenter?: Ref | undefined; createParentDirectories?: boolean | undefined }; result: undefined };
  DeleteDatastoreFile_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  MoveDatastoreFile_Task: { args: { sourceName: string; sourceDatacenter?: Ref | undefined; destinationName: string; destinationDatacenter?: Ref | undefined; force?: boolean | undefined }; result: Ref };
  CopyDatastoreFile_Task: { args: { sourceName: string; sourceDatacenter?: Ref | undefined; destinationName: string; destinationDatacenter?: Ref | undefined; force?: boolean | undefined }; result: Ref };
  CreateDirectory: { args: { datastore: Ref; displayName?: string | undefined; policy?: string | undefined; size?: bigint | undefined }; result: string };
  DeleteDirectory: { args: { datacenter?: Ref | undefined; datastorePath: string }; result: undefined };
  ConvertNamespacePathToUuidPath: { args: { datacenter?: Ref | undefined; namespaceUrl: string }; result: string };
  CreateVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined; spec: AnyVirtualDiskSpec }; result: Ref };
  DeleteVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  MoveVirtualDisk_Task: { args: { sourceName: string; sourceDatacenter?: Ref | undefined; destName: string; destDatacenter?: Ref | undefined; force?: boolean | undefined; profile?: DataObject[] | undefined }; result: Ref };
  CopyVirtualDisk_Task: { args: { sourceName: string; sourceDatacenter?: Ref | undefined; destName: string; destDatacenter?: Ref | undefined; destSpec?: AnyVirtualDiskSpec | undefined; force?: boolean | undefined }; result: Ref };
  ExtendVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined; newCapacityKb: bigint; eagerZero?: boolean | undefined }; result: Ref };
  QueryVirtualDiskUuid: { args: { name: string; datacenter?: Ref | undefined }; result: string };
  SetVirtualDiskUuid: { args: { name: string; datacenter?: Ref | undefined; uuid: string }; result: undefined };
  QueryVirtualDiskGeometry: { args: { name: string; datacenter?: Ref | undefined }; result: DataObject };
  QueryVirtualDiskFragmentation: { args: { name: string; datacenter?: Ref | undefined }; result: number };
  InflateVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  ShrinkVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined; copy?: boolean | undefined }; result: Ref };
  ZeroFillVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  EagerZeroVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  DefragmentVirtualDisk_Task: { args: { name: string; datacenter?: Ref | undefined }; result: Ref };
  RecommendDatastores: { args: { storageSpec: StoragePlacementSpec }; result: StoragePlacementResult };
  ApplyStorageDrsRecommendation_Task: { args: { key: string[] }; result: Ref };
  CancelStorageDrsRecommendation: { args: { key: string[] }; result: undefined };
  HttpNfcLeaseComplete: { args: NoArgs; result: undefined };
  HttpNfcLeaseAbort: { args: { fault?: LocalizedMethodFault | undefined }; result: undefined };
  HttpNfcLeaseProgress: { args: { percent: number }; result: undefined };
  HttpNfcLeaseGetManifest: { args: NoArgs; result: HttpNfcLeaseManifestEntry[] };
  ValidateCredentialsInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication }; result: undefined };
  AcquireCredentialsInGuest: { args: { vm: Ref; requestedAuth: AnyGuestAuthentication; sessionID?: bigint | undefined }; result: AnyGuestAuthentication };
  ReleaseCredentialsInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication }; result: undefined };
  StartProgramInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; spec: GuestProgramSpec }; result: bigint };
  ListProcessesInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; pids?: bigint[] | undefined }; result: GuestProcessInfo[] };
  TerminateProcessInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; pid: bigint }; result: undefined };
  ReadEnvironmentVariableInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; names?: string[] | undefined }; result: string[] };
  MakeDirectoryInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; directoryPath: string; createParentDirectories: boolean }; result: undefined };
  DeleteFileInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; filePath: string }; result: undefined };
  DeleteDirectoryInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; directoryPath: string; recursive: boolean }; result: undefined };
  MoveFileInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; srcFilePath: string; dstFilePath: string; overwrite: boolean }; result: undefined };
  MoveDirectoryInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; srcDirectoryPath: string; dstDirectoryPath: string }; result: undefined };
  CreateTemporaryFileInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; prefix: string; suffix: string; directoryPath?: string | undefined }; result: string };
  CreateTemporaryDirectoryInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; prefix: string; suffix: string; directoryPath?: string | undefined }; result: string };
  ListFilesInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; filePath: string; index?: number | undefined; maxResults?: number | undefined; matchPattern?: string | undefined }; result: GuestListFileInfo };
  ChangeFileAttributesInGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; guestFilePath: string; fileAttributes: AnyGuestFileAttributes }; result: undefined };
  InitiateFileTransferFromGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; guestFilePath: string }; result: FileTransferInformation };
  InitiateFileTransferToGuest: { args: { vm: Ref; auth: AnyGuestAuthentication; guestFilePath: string; fileAttributes: AnyGuestFileAttributes; fileSize: bigint; overwrite: boolean }; result: string };
}

/** Methods that change nothing: the session may send them twice. */
export type ReadMethod =
  | 'QueryAssignedLicenses'
  | 'QueryPerfProviderSummary'
  | 'QueryAvailablePerfMetric'
  | 'QueryPerfCounter'
  | 'QueryPerfCounterByLevel'
  | 'QueryPerf'
  | 'QueryConfigOption'
  | 'QueryConfigOptionEx'
  | 'QueryConfigTarget'
  | 'CreateDescriptor'
  | 'FindExtension'
  | 'GetAlarm'
  | 'QueryDescriptions'
  | 'RetrieveServiceContent'
  | 'CurrentTime'
  | 'SessionIsActive'
  | 'AcquireGenericServiceTicket'
  | 'RetrievePropertiesEx'
  | 'RetrieveProperties'
  | 'FindByUuid'
  | 'FindAllByUuid'
  | 'FindByInventoryPath'
  | 'FindChild'
  | 'FindByDatastorePath'
  | 'FindByDnsName'
  | 'FindByIp'
  | 'QueryEvents'
  | 'HasPrivilegeOnEntities'
  | 'HasPrivilegeOnEntity'
  | 'FetchUserPrivilegeOnEntities'
  | 'HasUserPrivilegeOnEntities'
  | 'RetrieveEntityPermissions'
  | 'RetrieveAllPermissions'
  | 'RetrieveRolePermissions'
  | 'QueryOptions'
  | 'RecommendHostsForVm'
  | 'PlaceVm'
  | 'FetchDVPorts'
  | 'QueryConfigOptionDescriptor'
  | 'CheckCustomizationSpec'
  | 'AcquireTicket'
  | 'AcquireMksTicket'
  | 'QueryChangedDiskAreas'
  | 'ExtractOvfEnvironment'
  | 'GetCustomizationSpec'
  | 'DoesCustomizationSpecExist'
  | 'ConvertNamespacePathToUuidPath'
  | 'QueryVirtualDiskUuid'
  | 'QueryVirtualDiskGeometry'
  | 'QueryVirtualDiskFragmentation'
  | 'RecommendDatastores'
  | 'HttpNfcLeaseGetManifest'
  | 'ValidateCredentialsInGuest'
  | 'ListProcessesInGuest'
  | 'ReadEnvironmentVariableInGuest'
  | 'ListFilesInGuest';

/** Managed objects: their properties. */
export interface VimObjects {
  ManagedEntity: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
  };
  Folder: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    childType?: string[] | undefined;
    childEntity?: Ref[] | undefined;
    namespace?: string | undefined;
  };
  Datacenter: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    vmFolder: Ref;
    hostFolder: Ref;
    datastoreFolder: Ref;
    networkFolder: Ref;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    configuration: DatacenterConfigInfo;
  };
  ComputeResource: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    resourcePool?: Ref | undefined;
    host?: Ref[] | undefined;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    summary: AnyComputeResourceSummary;
    environmentBrowser?: Ref | undefined;
    configurationEx: AnyComputeResourceConfigInfo;
    lifecycleManaged?: boolean | undefined;
  };
  ClusterComputeResource: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    resourcePool?: Ref | undefined;
    host?: Ref[] | undefined;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    summary: AnyComputeResourceSummary;
    environmentBrowser?: Ref | undefined;
    configurationEx: AnyComputeResourceConfigInfo;
    lifecycleManaged?: boolean | undefined;
    configuration: DataObject;
    recommendation?: ClusterRecommendation[] | undefined;
    drsRecommendation?: DataObject[] | undefined;
    hciConfig?: DataObject | undefined;
    migrationHistory?: DataObject[] | undefined;
    actionHistory?: DataObject[] | undefined;
    drsFault?: DataObject[] | undefined;
  };
  HostSystem: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    runtime: HostRuntimeInfo;
    summary: HostListSummary;
    hardware?: DataObject | undefined;
    capability?: HostCapability | undefined;
    licensableResource: DataObject;
    remediationState?: DataObject | undefined;
    precheckRemediationResult?: DataObject | undefined;
    remediationResult?: DataObject | undefined;
    complianceCheckState?: DataObject | undefined;
    complianceCheckResult?: DataObject | undefined;
    configManager: HostConfigManager;
    config?: DataObject | undefined;
    vm?: Ref[] | undefined;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    datastoreBrowser: Ref;
    systemResources?: DataObject | undefined;
    answerFileValidationState?: DataObject | undefined;
    answerFileValidationResult?: DataObject | undefined;
  };
  ResourcePool: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    summary: AnyResourcePoolSummary;
    runtime: ResourcePoolRuntimeInfo;
    owner: Ref;
    resourcePool?: Ref[] | undefined;
    vm?: Ref[] | undefined;
    config: ResourceConfigSpec;
    namespace?: string | undefined;
    childConfiguration?: ResourceConfigSpec[] | undefined;
  };
  VirtualApp: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    summary: AnyResourcePoolSummary;
    runtime: ResourcePoolRuntimeInfo;
    owner: Ref;
    resourcePool?: Ref[] | undefined;
    vm?: Ref[] | undefined;
    config: ResourceConfigSpec;
    namespace?: string | undefined;
    childConfiguration?: ResourceConfigSpec[] | undefined;
    parentFolder?: Ref | undefined;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    vAppConfig?: DataObject | undefined;
    parentVApp?: Ref | undefined;
    childLink?: VirtualAppLinkInfo[] | undefined;
  };
  VirtualMachine: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    capability: VirtualMachineCapability;
    config?: VirtualMachineConfigInfo | undefined;
    layout?: VirtualMachineFileLayout | undefined;
    layoutEx?: VirtualMachineFileLayoutEx | undefined;
    storage?: VirtualMachineStorageInfo | undefined;
    environmentBrowser: Ref;
    resourcePool?: Ref | undefined;
    parentVApp?: Ref | undefined;
    resourceConfig?: ResourceConfigSpec | undefined;
    runtime: VirtualMachineRuntimeInfo;
    guest?: GuestInfo | undefined;
    summary: VirtualMachineSummary;
    datastore?: Ref[] | undefined;
    network?: Ref[] | undefined;
    snapshot?: VirtualMachineSnapshotInfo | undefined;
    rootSnapshot?: Ref[] | undefined;
    guestHeartbeatStatus: ManagedEntityStatus;
  };
  VirtualMachineSnapshot: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    config: VirtualMachineConfigInfo;
    childSnapshot?: Ref[] | undefined;
    vm: Ref;
  };
  Datastore: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    info: AnyDatastoreInfo;
    summary: DatastoreSummary;
    host?: DatastoreHostMount[] | undefined;
    vm?: Ref[] | undefined;
    browser: Ref;
    capability: DatastoreCapability;
    iormConfiguration?: DataObject | undefined;
  };
  StoragePod: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    childType?: string[] | undefined;
    childEntity?: Ref[] | undefined;
    namespace?: string | undefined;
    summary?: StoragePodSummary | undefined;
    podStorageDrsEntry?: PodStorageDrsEntry | undefined;
  };
  Network: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    summary: AnyNetworkSummary;
    host?: Ref[] | undefined;
    vm?: Ref[] | undefined;
  };
  OpaqueNetwork: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    summary: AnyNetworkSummary;
    host?: Ref[] | undefined;
    vm?: Ref[] | undefined;
    capability?: OpaqueNetworkCapability | undefined;
    extraConfig?: AnyOptionValue[] | undefined;
  };
  DistributedVirtualPortgroup: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    summary: AnyNetworkSummary;
    host?: Ref[] | undefined;
    vm?: Ref[] | undefined;
    key: string;
    config: DVPortgroupConfigInfo;
    portKeys?: string[] | undefined;
  };
  DistributedVirtualSwitch: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    uuid: string;
    capability: DataObject;
    summary: DVSSummary;
    config: AnyDVSConfigInfo;
    networkResourcePool?: DataObject[] | undefined;
    portgroup?: Ref[] | undefined;
    runtime?: DataObject | undefined;
  };
  VmwareDistributedVirtualSwitch: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    parent?: Ref | undefined;
    customValue?: AnyCustomFieldValue[] | undefined;
    overallStatus: ManagedEntityStatus;
    configStatus: ManagedEntityStatus;
    configIssue?: AnyEvent[] | undefined;
    effectiveRole?: number[] | undefined;
    permission?: Permission[] | undefined;
    name: string;
    disabledMethod?: string[] | undefined;
    recentTask?: Ref[] | undefined;
    declaredAlarmState?: DataObject[] | undefined;
    triggeredAlarmState?: DataObject[] | undefined;
    alarmActionsEnabled?: boolean | undefined;
    tag?: DataObject[] | undefined;
    uuid: string;
    capability: DataObject;
    summary: DVSSummary;
    config: AnyDVSConfigInfo;
    networkResourcePool?: DataObject[] | undefined;
    portgroup?: Ref[] | undefined;
    runtime?: DataObject | undefined;
  };
  Task: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    info: TaskInfo;
  };
  TaskManager: {
    recentTask?: Ref[] | undefined;
    description: DataObject;
    maxCollector: number;
  };
  HistoryCollector: {
    filter: AnyValue;
  };
  TaskHistoryCollector: {
    filter: AnyValue;
    latestPage?: TaskInfo[] | undefined;
  };
  EventManager: {
    description: DataObject;
    latestEvent: AnyEvent;
    maxCollector: number;
  };
  EventHistoryCollector: {
    filter: AnyValue;
    latestPage?: AnyEvent[] | undefined;
  };
  SessionManager: {
    sessionList?: UserSession[] | undefined;
    currentSession?: UserSession | undefined;
    message?: string | undefined;
    messageLocaleList?: string[] | undefined;
    supportedLocaleList?: string[] | undefined;
    defaultLocale: string;
  };
  PropertyCollector: {
    filter?: Ref[] | undefined;
  };
  PropertyFilter: {
    spec: PropertyFilterSpec;
    partialUpdates: boolean;
  };
  ViewManager: {
    viewList?: Ref[] | undefined;
  };
  ManagedObjectView: {
    view?: Ref[] | undefined;
  };
  ContainerView: {
    view?: Ref[] | undefined;
    container: Ref;
    type?: string[] | undefined;
    recursive: boolean;
  };
  ListView: {
    view?: Ref[] | undefined;
  };
  InventoryView: {
    view?: Ref[] | undefined;
  };
  ServiceInstance: {
    serverClock: Date;
    capability: Capability;
    content: ServiceContent;
  };
  AuthorizationManager: {
    privilegeList?: DataObject[] | undefined;
    roleList?: AuthorizationRole[] | undefined;
    description: DataObject;
  };
  HostDatastoreBrowser: {
    datastore?: Ref[] | undefined;
    supportedType?: AnyFileQuery[] | undefined;
  };
  HttpNfcLease: {
    initializeProgress: number;
    transferProgress: number;
    mode: string;
    capabilities: HttpNfcLeaseCapabilities;
    info?: HttpNfcLeaseInfo | undefined;
    state: HttpNfcLeaseState;
    error?: LocalizedMethodFault | undefined;
  };
  CustomFieldsManager: {
    field?: CustomFieldDef[] | undefined;
  };
  CustomizationSpecManager: {
    info?: CustomizationSpecInfo[] | undefined;
    encryptionKey: number[];
  };
  HostNetworkSystem: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
    capabilities?: DataObject | undefined;
    networkInfo?: DataObject | undefined;
    offloadCapabilities?: DataObject | undefined;
    networkConfig?: DataObject | undefined;
    dnsConfig: DataObject;
    ipRouteConfig: HostIpRouteConfig;
    consoleIpRouteConfig: HostIpRouteConfig;
  };
  HostDatastoreSystem: {
    datastore?: Ref[] | undefined;
    capabilities: DataObject;
  };
  EnvironmentBrowser: {
    datastoreBrowser?: Ref | undefined;
  };
  GuestOperationsManager: {
    authManager?: Ref | undefined;
    fileManager?: Ref | undefined;
    processManager?: Ref | undefined;
    guestWindowsRegistryManager?: Ref | undefined;
    aliasManager?: Ref | undefined;
  };
  OptionManager: {
    supportedOption?: DataObject[] | undefined;
    setting?: AnyOptionValue[] | undefined;
  };
  View: {
  };
  ExtensibleManagedObject: {
    value?: AnyCustomFieldValue[] | undefined;
    availableField?: CustomFieldDef[] | undefined;
  };
  LicenseManager: {
    source: AnyLicenseSource;
    sourceAvailable: boolean;
    diagnostics?: DataObject | undefined;
    featureInfo?: DataObject[] | undefined;
    licensedEdition: string;
    licenses: LicenseManagerLicenseInfo[];
    licenseAssignmentManager?: Ref | undefined;
    evaluation: LicenseManagerEvaluationInfo;
  };
  LicenseAssignmentManager: {
  };
  PerformanceManager: {
    description: PerformanceDescription;
    historicalInterval?: PerfInterval[] | undefined;
    perfCounter?: PerfCounterInfo[] | undefined;
  };
  ExtensionManager: {
    extensionList: DataObject[];
  };
  ScheduledTaskManager: {
    scheduledTask?: Ref[] | undefined;
    description: DataObject;
  };
}
