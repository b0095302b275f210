/** Managed objects and their properties. The format is described in ../parse.ts. */
export const objectTable = `
object ManagedEntity < ExtensibleManagedObject: parent? ref, customValue? CustomFieldValue[], overallStatus ManagedEntityStatus,
  configStatus ManagedEntityStatus, configIssue? Event[], effectiveRole? int[], permission? Permission[], name string,
  disabledMethod? string[], recentTask? ref[], declaredAlarmState? ~AlarmState[], triggeredAlarmState? ~AlarmState[],
  alarmActionsEnabled? boolean, tag? ~Tag[]
object Folder < ManagedEntity: childType? string[], childEntity? ref[], namespace? string
object Datacenter < ManagedEntity: vmFolder ref, hostFolder ref, datastoreFolder ref, networkFolder ref, datastore? ref[], network? ref[],
  configuration DatacenterConfigInfo
object ComputeResource < ManagedEntity: resourcePool? ref, host? ref[], datastore? ref[], network? ref[], summary ComputeResourceSummary,
  environmentBrowser? ref, configurationEx ComputeResourceConfigInfo, lifecycleManaged? boolean
object ClusterComputeResource < ComputeResource: configuration ~ClusterConfigInfo, recommendation? ClusterRecommendation[],
  drsRecommendation? ~ClusterDrsRecommendation[], hciConfig? ~ClusterComputeResourceHCIConfigInfo,
  migrationHistory? ~ClusterDrsMigration[], actionHistory? ~ClusterActionHistory[], drsFault? ~ClusterDrsFaults[]
object HostSystem < ManagedEntity: runtime HostRuntimeInfo, summary HostListSummary, hardware? ~HostHardwareInfo,
  capability? HostCapability, licensableResource ~HostLicensableResourceInfo, remediationState? ~HostSystemRemediationState,
  precheckRemediationResult? ~ApplyHostProfileConfigurationSpec, remediationResult? ~ApplyHostProfileConfigurationResult,
  complianceCheckState? ~HostSystemComplianceCheckState, complianceCheckResult? ~ComplianceResult, configManager HostConfigManager,
  config? ~HostConfigInfo, vm? ref[], datastore? ref[], network? ref[], datastoreBrowser ref, systemResources? ~HostSystemResourceInfo,
  answerFileValidationState? ~AnswerFileStatusResult, answerFileValidationResult? ~AnswerFileStatusResult
object ResourcePool < ManagedEntity: summary ResourcePoolSummary, runtime ResourcePoolRuntimeInfo, owner ref, resourcePool? ref[],
  vm? ref[], config ResourceConfigSpec, namespace? string, childConfiguration? ResourceConfigSpec[]
object VirtualApp < ResourcePool: parentFolder? ref, datastore? ref[], network? ref[], vAppConfig? ~VAppConfigInfo, parentVApp? ref,
  childLink? VirtualAppLinkInfo[]
object VirtualMachine < ManagedEntity: capability VirtualMachineCapability, config? VirtualMachineConfigInfo,
  layout? VirtualMachineFileLayout, layoutEx? VirtualMachineFileLayoutEx, storage? VirtualMachineStorageInfo, environmentBrowser ref,
  resourcePool? ref, parentVApp? ref, resourceConfig? ResourceConfigSpec, runtime VirtualMachineRuntimeInfo, guest? GuestInfo,
  summary VirtualMachineSummary, datastore? ref[], network? ref[], snapshot? VirtualMachineSnapshotInfo, rootSnapshot? ref[],
  guestHeartbeatStatus ManagedEntityStatus
object VirtualMachineSnapshot < ExtensibleManagedObject: config VirtualMachineConfigInfo, childSnapshot? ref[], vm ref
object Datastore < ManagedEntity: info DatastoreInfo, summary DatastoreSummary, host? DatastoreHostMount[], vm? ref[], browser ref,
  capability DatastoreCapability, iormConfiguration? ~StorageIORMInfo
object StoragePod < Folder: summary? StoragePodSummary, podStorageDrsEntry? PodStorageDrsEntry
object Network < ManagedEntity: summary NetworkSummary, host? ref[], vm? ref[], name string
object OpaqueNetwork < Network: capability? OpaqueNetworkCapability, extraConfig? OptionValue[]
object DistributedVirtualPortgroup < Network: key string, config DVPortgroupConfigInfo, portKeys? string[]
object DistributedVirtualSwitch < ManagedEntity: uuid string, capability ~DVSCapability, summary DVSSummary, config DVSConfigInfo,
  networkResourcePool? ~DVSNetworkResourcePool[], portgroup? ref[], runtime? ~DVSRuntimeInfo
object VmwareDistributedVirtualSwitch < DistributedVirtualSwitch
object Task < ExtensibleManagedObject: info TaskInfo
object TaskManager: recentTask? ref[], description ~TaskDescription, maxCollector int
object HistoryCollector: filter any
object TaskHistoryCollector < HistoryCollector: latestPage? TaskInfo[]
object EventManager: description ~EventDescription, latestEvent Event, maxCollector int
object EventHistoryCollector < HistoryCollector: latestPage? Event[]
object SessionManager: sessionList? UserSession[], currentSession? UserSession, message? string, messageLocaleList? string[],
  supportedLocaleList? string[], defaultLocale string
object PropertyCollector: filter? ref[]
object PropertyFilter: spec PropertyFilterSpec, partialUpdates boolean
object ViewManager: viewList? ref[]
object ManagedObjectView: view? ref[]
object ContainerView < ManagedObjectView: container ref, type? string[], recursive boolean
object ListView < ManagedObjectView
object InventoryView < ManagedObjectView
object ServiceInstance: serverClock dateTime, capability Capability, content ServiceContent
object AuthorizationManager: privilegeList? ~AuthorizationPrivilege[], roleList? AuthorizationRole[],
  description ~AuthorizationDescription
object HostDatastoreBrowser: datastore? ref[], supportedType? FileQuery[]
object HttpNfcLease: initializeProgress int, transferProgress int, mode string, capabilities HttpNfcLeaseCapabilities,
  info? HttpNfcLeaseInfo, state HttpNfcLeaseState, error? LocalizedMethodFault
object CustomFieldsManager: field? CustomFieldDef[]
object CustomizationSpecManager: info? CustomizationSpecInfo[], encryptionKey byte[]
object HostNetworkSystem < ExtensibleManagedObject: capabilities? ~HostNetCapabilities, networkInfo? ~HostNetworkInfo,
  offloadCapabilities? ~HostNetOffloadCapabilities, networkConfig? ~HostNetworkConfig, dnsConfig ~HostDnsConfig,
  ipRouteConfig HostIpRouteConfig, consoleIpRouteConfig HostIpRouteConfig
object HostDatastoreSystem: datastore? ref[], capabilities ~HostDatastoreSystemCapabilities
object EnvironmentBrowser: datastoreBrowser? ref
object GuestOperationsManager: authManager? ref, fileManager? ref, processManager? ref, guestWindowsRegistryManager? ref,
  aliasManager? ref
object OptionManager: supportedOption? ~OptionDef[], setting? OptionValue[]
object View
object ExtensibleManagedObject: value? CustomFieldValue[], availableField? CustomFieldDef[]
`;
