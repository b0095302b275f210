/** Licences, performance counters, and what is in no published schema. The format is described in ../parse.ts. */
export const managerTable = `
# LicenseManager
EvaluationLicenseSource < LicenseSource: remainingHours? long
LicenseAssignmentManagerLicenseAssignment: entityId string, scope? string, entityDisplayName? string,
  assignedLicense LicenseManagerLicenseInfo, properties? KeyAnyValue[]
LicenseManagerEvaluationInfo: properties KeyAnyValue[]
LicenseManagerLicenseInfo: licenseKey string, editionKey string, name string, total int, used? int, costUnit string,
  properties? KeyAnyValue[], labels? KeyValue[]
LicenseSource
object LicenseManager: source LicenseSource, sourceAvailable boolean, diagnostics? ~LicenseDiagnostics,
  featureInfo? ~LicenseFeatureInfo[], licensedEdition string, licenses LicenseManagerLicenseInfo[], licenseAssignmentManager? ref,
  evaluation LicenseManagerEvaluationInfo
object LicenseAssignmentManager
read QueryAssignedLicenses(entityId? string): LicenseAssignmentManagerLicenseAssignment[]
# PerformanceManager
enum PerfStatsType: absolute delta rate
enum PerfSummaryType: average maximum minimum latest summation none
PerfCounterInfo: key int, nameInfo ElementDescription, groupInfo ElementDescription, unitInfo ElementDescription,
  rollupType PerfSummaryType, statsType PerfStatsType, level? int, perDeviceLevel? int, associatedCounterId? int[]
PerfEntityMetric < PerfEntityMetricBase: sampleInfo? PerfSampleInfo[], value? PerfMetricSeries[]
PerfEntityMetricBase: entity ref
PerfEntityMetricCSV < PerfEntityMetricBase: sampleInfoCSV string, value? PerfMetricSeriesCSV[]
PerfInterval: key int, samplingPeriod int, name string, length int, level? int, enabled boolean
PerfMetricId: counterId int, instance string
PerfMetricIntSeries < PerfMetricSeries: value? long[]
PerfMetricSeries: id PerfMetricId
PerfMetricSeriesCSV < PerfMetricSeries: value? string
PerfProviderSummary: entity ref, currentSupported boolean, summarySupported boolean, refreshRate? int
PerfQuerySpec: entity ref, startTime? dateTime, endTime? dateTime, maxSample? int, metricId? PerfMetricId[], intervalId? int,
  format? string
PerfSampleInfo: timestamp dateTime, interval int
PerformanceDescription: counterType ElementDescription[], statsType ElementDescription[]
object PerformanceManager: description PerformanceDescription, historicalInterval? PerfInterval[], perfCounter? PerfCounterInfo[]
read QueryPerfProviderSummary(entity ref): PerfProviderSummary
read QueryAvailablePerfMetric(entity ref, beginTime? dateTime, endTime? dateTime, intervalId? int): PerfMetricId[]
read QueryPerfCounter(counterId int[]): PerfCounterInfo[]
read QueryPerfCounterByLevel(level int): PerfCounterInfo[]
read QueryPerf(querySpec PerfQuerySpec[]): PerfEntityMetricBase[]
# EnvironmentBrowser
ConfigTarget: numCpus int, numCpuCores int, numNumaNodes int, maxCpusPerHost? int, datastore? VirtualMachineDatastoreInfo[],
  network? VirtualMachineNetworkInfo[], distributedVirtualPortgroup? DistributedVirtualPortgroupInfo[],
  distributedVirtualSwitch? DistributedVirtualSwitchInfo[], maxMemMBOptimalPerf int, supportedMaxMemMB? int, autoVmotion? boolean
DistributedVirtualPortgroupInfo: switchName string, switchUuid string, portgroupName string, portgroupKey string, portgroupType string,
  uplinkPortgroup boolean, portgroup ref, networkReservationSupported? boolean, backingType? string, logicalSwitchUuid? string,
  segmentId? string
DistributedVirtualSwitchInfo: switchName string, switchUuid string, distributedVirtualSwitch ref, networkReservationSupported? boolean
VirtualMachineDatastoreInfo < VirtualMachineTargetInfo: datastore DatastoreSummary, capability DatastoreCapability, maxFileSize long,
  maxVirtualDiskCapacity? long, maxPhysicalRDMFileSize? long, maxVirtualRDMFileSize? long, mode string, vStorageSupport? string
VirtualMachineNetworkInfo < VirtualMachineTargetInfo: network NetworkSummary, vswitch? string
VirtualMachineTargetInfo: name string, configurationTag? string[]
BoolOption < OptionType: supported boolean, defaultValue boolean
DatastoreOption: unsupportedVolumes? ~VirtualMachineDatastoreVolumeOption[]
EnvironmentBrowserConfigOptionQuerySpec: key? string, host? ref, guestId? string[]
GuestOsDescriptor: id string, family string, fullName string, supportedMaxCPUs int, numSupportedPhysicalSockets int,
  numSupportedCoresPerSocket int, supportedMinMemMB int, supportedMaxMemMB int, recommendedMemMB int, recommendedColorDepth int,
  supportedDiskControllerList string[], recommendedSCSIController? string, recommendedDiskController string, supportedNumDisks int,
  recommendedDiskSizeMB int, recommendedCdromController string, supportedEthernetCard string[], recommendedEthernetCard? string,
  supportsSlaveDisk? boolean, cpuFeatureMask? ~HostCpuIdInfo[], smcRequired boolean, supportsWakeOnLan boolean, supportsVMI boolean,
  supportsMemoryHotAdd boolean, supportsCpuHotAdd boolean, supportsCpuHotRemove boolean, supportedFirmware string[], recommendedFirmware
  string, supportedUSBControllerList? string[], recommendedUSBController? string, supports3D boolean, recommended3D boolean,
  smcRecommended boolean, ich7mRecommended boolean, usbRecommended boolean, supportLevel string, supportedForCreate boolean, vRAMSizeInKB
  IntOption, numSupportedFloppyDevices int, wakeOnLanEthernetCard? string[], supportsPvscsiControllerForBoot boolean, diskUuidEnabled
  boolean, supportsHotPlugPCI boolean, supportsSecureBoot? boolean, defaultSecureBoot? boolean, persistentMemorySupported? boolean,
  supportedMinPersistentMemoryMB? long, supportedMaxPersistentMemoryMB? long, recommendedPersistentMemoryMB? long,
  persistentMemoryHotAddSupported? boolean, persistentMemoryHotRemoveSupported? boolean, persistentMemoryColdGrowthSupported? boolean,
  persistentMemoryColdGrowthGranularityMB? long, persistentMemoryHotGrowthSupported? boolean, persistentMemoryHotGrowthGranularityMB?
  long, numRecommendedPhysicalSockets? int, numRecommendedCoresPerSocket? int, vvtdSupported? BoolOption, vbsSupported? BoolOption,
  vsgxSupported? BoolOption, vsgxRemoteAttestationSupported? boolean, supportsTPM20? boolean, recommendedTPM20? boolean, vwdtSupported?
  boolean
IntOption < OptionType: min int, max int, defaultValue int
LongOption < OptionType: min long, max long, defaultValue long
ResourceAllocationOption: sharesOption SharesOption
ResourceConfigOption: cpuAllocationOption ResourceAllocationOption, memoryAllocationOption ResourceAllocationOption
SharesOption: sharesOption IntOption, defaultLevel SharesLevel
VirtualDeviceOption: type string, connectOption? ~VirtualDeviceConnectOption, busSlotOption? ~VirtualDeviceBusSlotOption, controllerType?
  string, autoAssignController? BoolOption, backingOption? ~VirtualDeviceBackingOption[], defaultBackingOptionIndex? int, licensingLimit?
  string[], deprecated boolean, plugAndPlay boolean, hotRemoveSupported boolean, numaSupported? boolean
VirtualHardwareOption: hwVersion int, virtualDeviceOption VirtualDeviceOption[], deviceListReadonly boolean, numCPU int[],
  numCoresPerSocket IntOption, autoCoresPerSocket? BoolOption, numCpuReadonly boolean, memoryMB LongOption, numPCIControllers IntOption,
  numIDEControllers IntOption, numUSBControllers IntOption, numUSBXHCIControllers IntOption, numSIOControllers IntOption,
  numPS2Controllers IntOption, licensingLimit? string[], numSupportedWwnPorts? IntOption, numSupportedWwnNodes? IntOption,
  resourceConfigOption ResourceConfigOption, numNVDIMMControllers? IntOption, numTPMDevices? IntOption, numWDTDevices? IntOption,
  numPrecisionClockDevices? IntOption, epcMemoryMB? LongOption, acpiHostBridgesFirmware? string[], numCpuSimultaneousThreads? IntOption,
  numNumaNodes? IntOption, numDeviceGroups? IntOption, deviceGroupTypes? string[]
VirtualMachineConfigOption: version string, description string, guestOSDescriptor GuestOsDescriptor[], guestOSDefaultIndex int,
  hardwareOptions VirtualHardwareOption, capabilities VirtualMachineCapability, datastore DatastoreOption, defaultDevice? VirtualDevice[],
  supportedMonitorType string[], supportedOvfEnvironmentTransport? string[], supportedOvfInstallTransport? string[], propertyRelations?
  ~VirtualMachinePropertyRelation[]
read QueryConfigOption(key? string, host? ref): VirtualMachineConfigOption?
read QueryConfigOptionEx(spec? EnvironmentBrowserConfigOptionQuerySpec): VirtualMachineConfigOption?
read QueryConfigTarget(host? ref): ConfigTarget?
# Storage DRS
PodDiskLocator: diskId int, diskMoveType? string, diskBackingInfo? VirtualDeviceBackingInfo, profile? ~VirtualMachineProfileSpec[]
PodStorageDrsEntry: storageDrsConfig StorageDrsConfigInfo, recommendation? ClusterRecommendation[], drsFault? ~ClusterDrsFaults[],
  actionHistory? ~ClusterActionHistory[]
StorageDrsConfigInfo: podConfig StorageDrsPodConfigInfo, vmConfig? ~StorageDrsVmConfigInfo[]
StorageDrsPodConfigInfo: enabled boolean, ioLoadBalanceEnabled boolean, defaultVmBehavior string, loadBalanceInterval? int,
  defaultIntraVmAffinity? boolean, spaceLoadBalanceConfig? ~StorageDrsSpaceLoadBalanceConfig, ioLoadBalanceConfig?
  ~StorageDrsIoLoadBalanceConfig, automationOverrides? ~StorageDrsAutomationConfig, rule? ~ClusterRuleInfo[], option? OptionValue[]
StorageDrsPodSelectionSpec: initialVmConfig? VmPodConfigForPlacement[], storagePod? ref
VmPodConfigForPlacement: storagePod ref, disk? PodDiskLocator[], vmConfig? ~StorageDrsVmConfigInfo, interVmRule? ~ClusterRuleInfo[]
# OvfManager
OvfCreateDescriptorParams: ovfFiles? OvfFile[], name? string, description? string, includeImageFiles? boolean, exportOption? string[],
  snapshot? ref
OvfCreateDescriptorResult: ovfDescriptor string, error? LocalizedMethodFault[], warning? LocalizedMethodFault[],
  includeImageFiles? boolean
OvfFile: deviceId string, path string, compressionMethod? string, chunkSize? long, size long, capacity? long, populatedSize? long
read CreateDescriptor(obj ref, cdp OvfCreateDescriptorParams): OvfCreateDescriptorResult
# managers of what the tables do not have
object ExtensionManager: extensionList ~Extension[]
object ScheduledTaskManager: scheduledTask? ref[], description ~ScheduledTaskDescription
read FindExtension(extensionKey string): ~Extension?
read GetAlarm(entity? ref): ref[]
read QueryDescriptions(host? ref): ~DiagnosticManagerLogDescriptor[]
# internal: of the namespace internalvim25, as govmomi knows them
DisabledMethodRequest: method string, reasonId string
VirtualDiskInfo: unit VirtualDiskInfoUnit, diskType string, parent? string
VirtualDiskInfoUnit: name string
call DisableMethods(entity ref[], method DisabledMethodRequest[], sourceId string, sessionScope? boolean)
call EnableMethods(entity ref[], method string[], sourceId string)
call QueryVirtualDiskInfo_Task(name string, datacenter? ref, includeParents boolean): ref
`;
