/** Faults with their hierarchy. One that is not listed arrives as the slot's declared type with the rest kept. The format is described in ../parse.ts. */
export const faultTable = `
AffinityConfigured < MigrationFault: configuredAffinity string[]
AlreadyExists < VimFault: name? string
AlreadyUpgraded < VimFault
AnswerFileUpdateFailed < VimFault: failure ~AnswerFileUpdateFailure[]
ApplicationQuiesceFault < SnapshotFault
CannotAccessFile < FileFault
CannotAccessLocalSource < VimFault
CannotAccessNetwork < CannotAccessVmDevice: network? ref
CannotAccessVmComponent < VmConfigFault
CannotAccessVmConfig < CannotAccessVmComponent: reason LocalizedMethodFault
CannotAccessVmDevice < CannotAccessVmComponent: device string, backing string, connected boolean
CannotAccessVmDisk < CannotAccessVmDevice: fault LocalizedMethodFault
CannotCreateFile < FileFault
CannotDecryptPasswords < CustomizationFault
CannotDeleteFile < FileFault
CannotDisableDrsOnClustersWithVApps < RuntimeFault
CannotDisableSnapshot < VmConfigFault
CannotDisconnectHostWithFaultToleranceVm < VimFault: hostName string
CannotEnableVmcpForCluster < VimFault: host? ref, hostName? string, reason? string
CannotModifyConfigCpuRequirements < MigrationFault
CannotPlaceWithoutPrerequisiteMoves < VimFault
CannotPowerOffVmInCluster < InvalidState: operation string, vm ref, vmName string
CloneFromSnapshotNotSupported < MigrationFault
ConcurrentAccess < VimFault
ConflictingDatastoreFound < RuntimeFault: name string, url string
CpuCompatibilityUnknown < CpuIncompatible
CpuIncompatible < VirtualHardwareCompatibilityIssue: level int, registerName string, registerBits? string, desiredBits? string, host? ref
CpuIncompatible1ECX < CpuIncompatible: sse3 boolean, pclmulqdq boolean, ssse3 boolean, sse41 boolean, sse42 boolean, aes boolean,
  other boolean, otherOnly boolean
CpuIncompatible81EDX < CpuIncompatible: nx boolean, ffxsr boolean, rdtscp boolean, lm boolean, other boolean, otherOnly boolean
CustomizationFault < VimFault
CustomizationPending < CustomizationFault
DasConfigFault < VimFault: reason? string, output? string, event? Event[]
DatabaseError < RuntimeFault
DatacenterMismatch < MigrationFault: invalidArgument DatacenterMismatchArgument[], expectedDatacenter ref
DatastoreNotWritableOnHost < InvalidDatastore: host ref
DeltaDiskFormatNotSupported < VmConfigFault: datastore? ref[], deltaDiskFormat string
DestinationSwitchFull < CannotAccessNetwork
DeviceBackingNotSupported < DeviceNotSupported: backing string
DeviceControllerNotSupported < DeviceNotSupported: controller string
DeviceHotPlugNotSupported < InvalidDeviceSpec
DeviceNotFound < InvalidDeviceSpec
DeviceNotSupported < VirtualHardwareCompatibilityIssue: device string, reason? string
DeviceUnsupportedForVmPlatform < InvalidDeviceSpec
DeviceUnsupportedForVmVersion < InvalidDeviceSpec: currentVersion string, expectedVersion string
DigestNotSupported < DeviceNotSupported
DirectoryNotEmpty < FileFault
DisallowedChangeByService < RuntimeFault: serviceName string, disallowedChange? string
DisallowedDiskModeChange < InvalidDeviceSpec
DisallowedMigrationDeviceAttached < MigrationFault: fault LocalizedMethodFault
DiskMoveTypeNotSupported < MigrationFault
DiskNotSupported < VirtualHardwareCompatibilityIssue: disk int
DuplicateName < VimFault: name string, object ref
EightHostLimitViolated < VmConfigFault
EncryptionKeyRequired < InvalidState: requiredKey? ~CryptoKeyId[]
FailToEnableSPBM < NotEnoughLicenses: cs ref, csName string, hostLicenseStates ~ComputeResourceHostSPBMLicenseInfo[]
FailToLockFaultToleranceVMs < RuntimeFault: vmName string, vm ref, alreadyLockedVm ref
FcoeFault < VimFault
FcoeFaultPnicHasNoPortSet < FcoeFault: nicDevice string
FileAlreadyExists < FileFault
FileBackedPortNotSupported < DeviceNotSupported
FileFault < VimFault: file string
FileLocked < FileFault
FileNameTooLong < FileFault
FileNotFound < FileFault
FileNotWritable < FileFault
FileTooLarge < FileFault: datastore string, fileSize long, maxFileSize? long
FilesystemQuiesceFault < SnapshotFault
FilterInUse < ResourceInUse: disk? VirtualDiskId[]
FullStorageVMotionNotSupported < MigrationFeatureNotSupported
GenericDrsFault < VimFault: hostFaults? LocalizedMethodFault[]
GenericVmConfigFault < VmConfigFault: reason string
GuestAuthenticationChallenge < GuestOperationsFault: serverChallenge GuestAuthentication, sessionID long
GuestComponentsOutOfDate < GuestOperationsFault
GuestMultipleMappings < GuestOperationsFault
GuestOperationsFault < VimFault
GuestOperationsUnavailable < GuestOperationsFault
GuestPermissionDenied < GuestOperationsFault
GuestProcessNotFound < GuestOperationsFault: pid long
GuestRegistryFault < GuestOperationsFault: windowsSystemErrorCode long
GuestRegistryKeyAlreadyExists < GuestRegistryKeyFault
GuestRegistryKeyFault < GuestRegistryFault: keyName string
GuestRegistryKeyHasSubkeys < GuestRegistryKeyFault
GuestRegistryKeyInvalid < GuestRegistryKeyFault
GuestRegistryKeyParentVolatile < GuestRegistryKeyFault
GuestRegistryValueFault < GuestRegistryFault: keyName string, valueName string
GuestRegistryValueNotFound < GuestRegistryValueFault
HostAccessRestrictedToManagementServer < NotSupported: managementServer string
HostCommunication < RuntimeFault
HostHasComponentFailure < VimFault: hostName string, componentType string, componentName string
HostInventoryFull < NotEnoughLicenses: capacity int
HostNotConnected < HostCommunication
HostNotReachable < HostCommunication
HostPowerOpFailed < VimFault
HostSpecificationOperationFailed < VimFault: host ref
HotSnapshotMoveNotSupported < SnapshotCopyNotSupported
HttpFault < VimFault: statusCode int, statusMessage string
IDEDiskNotSupported < DiskNotSupported
InUseFeatureManipulationDisallowed < NotEnoughLicenses
InaccessibleDatastore < InvalidDatastore: detail? string
InaccessibleFTMetadataDatastore < InaccessibleDatastore
InaccessibleVFlashSource < VimFault: hostName string
IncompatibleDefaultDevice < MigrationFault: device string
IncompatibleSetting < InvalidArgument: conflictingProperty string
IncorrectFileType < FileFault
IncorrectHostInformation < NotEnoughLicenses
IndependentDiskVMotionNotSupported < MigrationFeatureNotSupported
InsufficientAgentVmsDeployed < InsufficientResourcesFault: hostName string, requiredNumAgentVms int, currentNumAgentVms int
InsufficientCpuResourcesFault < InsufficientResourcesFault: unreserved long, requested long
InsufficientFailoverResourcesFault < InsufficientResourcesFault
InsufficientGraphicsResourcesFault < InsufficientResourcesFault
InsufficientHostCapacityFault < InsufficientResourcesFault: host? ref
InsufficientHostCpuCapacityFault < InsufficientHostCapacityFault: unreserved long, requested long
InsufficientHostMemoryCapacityFault < InsufficientHostCapacityFault: unreserved long, requested long
InsufficientMemoryResourcesFault < InsufficientResourcesFault: unreserved long, requested long
InsufficientNetworkCapacity < InsufficientResourcesFault
InsufficientNetworkResourcePoolCapacity < InsufficientResourcesFault: dvsName string, dvsUuid string, resourcePoolKey string,
  available long, requested long, device string[]
InsufficientPerCpuCapacity < InsufficientHostCapacityFault
InsufficientResourcesFault < VimFault
InsufficientStandbyCpuResource < InsufficientStandbyResource: available long, requested long
InsufficientStandbyMemoryResource < InsufficientStandbyResource: available long, requested long
InsufficientStandbyResource < InsufficientResourcesFault
InsufficientStorageIops < VimFault: unreservedIops long, requestedIops long, datastoreName string
InsufficientStorageSpace < InsufficientResourcesFault
InsufficientVFlashResourcesFault < InsufficientResourcesFault: freeSpaceInMB? long, freeSpace long, requestedSpaceInMB? long,
  requestedSpace long
InvalidAffinitySettingFault < VimFault
InvalidArgument < RuntimeFault: invalidProperty? string
InvalidBmcRole < VimFault
InvalidClientCertificate < InvalidLogin
InvalidCollectorVersion < MethodFault
InvalidController < InvalidDeviceSpec: controllerKey int
InvalidDasConfigArgument < InvalidArgument: entry? string, clusterName? string
InvalidDasRestartPriorityForFtVm < InvalidArgument: vm ref, vmName string
InvalidDatastore < VimFault: datastore? ref, name? string
InvalidDatastorePath < InvalidDatastore: datastorePath string
InvalidDatastoreState < InvalidState: datastoreName? string
InvalidDeviceBacking < InvalidDeviceSpec
InvalidDeviceOperation < InvalidDeviceSpec: badOp? VirtualDeviceConfigSpecOperation, badFileOp? VirtualDeviceConfigSpecFileOperation
InvalidDeviceSpec < InvalidVmConfig: deviceIndex int
InvalidDiskFormat < InvalidFormat
InvalidDrsBehaviorForFtVm < InvalidArgument: vm ref, vmName string
InvalidEvent < VimFault
InvalidFolder < VimFault: target ref
InvalidFormat < VmConfigFault
InvalidGuestLogin < GuestOperationsFault
InvalidHostConnectionState < InvalidHostState
InvalidHostState < InvalidState: host? ref
InvalidIndexArgument < InvalidArgument: key string
InvalidIpmiLoginInfo < VimFault
InvalidIpmiMacAddress < VimFault: userProvidedMacAddress string, observedMacAddress string
InvalidLocale < VimFault
InvalidLogin < VimFault
InvalidName < VimFault: name string, entity? ref
InvalidNetworkInType < VAppPropertyFault
InvalidPowerState < InvalidState: requestedState? VirtualMachinePowerState, existingState VirtualMachinePowerState
InvalidPrivilege < VimFault: privilege string
InvalidProfileReferenceHost < RuntimeFault: reason? string, host? ref, profile? ref, profileName? string
InvalidProperty < MethodFault: name string
InvalidPropertyType < VAppPropertyFault
InvalidPropertyValue < VAppPropertyFault
InvalidRequest < RuntimeFault
InvalidResourcePoolStructureFault < InsufficientResourcesFault
InvalidScheduledTask < RuntimeFault
InvalidSnapshotFormat < InvalidFormat
InvalidState < VimFault
InvalidToken < RuntimeFault
InvalidType < InvalidRequest: argument? string
InvalidVmConfig < VmConfigFault: property? string
InvalidVmState < InvalidState: vm ref
InventoryHasStandardAloneHosts < NotEnoughLicenses: hosts string[]
IpHostnameGeneratorError < CustomizationFault
KeyNotFound < VimFault: key string
LimitExceeded < VimFault: property? string, limit? int
LinuxVolumeNotClean < CustomizationFault
LogBundlingFailed < VimFault
MaintenanceModeFileMove < MigrationFault
ManagedObjectNotFound < RuntimeFault: obj ref
MemoryFileFormatNotSupportedByDatastore < UnsupportedDatastore: datastoreName string, type string
MemoryHotPlugNotSupported < VmConfigFault
MemorySizeNotRecommended < VirtualHardwareCompatibilityIssue: memorySizeMB int, minMemorySizeMB int, maxMemorySizeMB int
MemorySizeNotSupported < VirtualHardwareCompatibilityIssue: memorySizeMB int, minMemorySizeMB int, maxMemorySizeMB int
MemorySizeNotSupportedByDatastore < VirtualHardwareCompatibilityIssue: datastore ref, memorySizeMB int, maxMemorySizeMB int
MemorySnapshotOnIndependentDisk < SnapshotFault
MethodAlreadyDisabledFault < RuntimeFault: sourceId string
MethodDisabled < RuntimeFault: source? string
MethodFault: faultCause? LocalizedMethodFault, faultMessage? LocalizableMessage[]
MethodNotFound < InvalidRequest: receiver ref, method string
MigrationDisabled < MigrationFault
MigrationFault < VimFault
MigrationFeatureNotSupported < MigrationFault: atSourceHost boolean, failedHostName string, failedHost ref
MigrationNotReady < MigrationFault: reason string
MismatchedBundle < VimFault: bundleUuid string, hostUuid string, bundleBuildNumber int, hostBuildNumber int
MismatchedNetworkPolicies < MigrationFault: device string, backing string, connected boolean
MismatchedVMotionNetworkNames < MigrationFault: sourceNetwork string, destNetwork string
MissingBmcSupport < VimFault
MissingController < InvalidDeviceSpec
MissingIpPool < VAppPropertyFault
MissingLinuxCustResources < CustomizationFault
MissingNetworkIpConfig < VAppPropertyFault
MissingWindowsCustResources < CustomizationFault
MountError < CustomizationFault: vm ref, diskIndex int
MultiWriterNotSupported < DeviceNotSupported
MultipleSnapshotsNotSupported < SnapshotFault
NamespaceLimitReached < VimFault: limit? int
NamespaceWriteProtected < VimFault: name string
NicSettingMismatch < CustomizationFault: numberOfNicsInSpec int, numberOfNicsInVM int
NoActiveHostInCluster < InvalidState: computeResource ref
NoAvailableIp < VAppPropertyFault: network ref
NoClientCertificate < VimFault
NoCompatibleDatastore < VimFault
NoCompatibleHardAffinityHost < VmConfigFault: vmName string
NoCompatibleHost < VimFault: host? ref[], error? LocalizedMethodFault[]
NoCompatibleHostWithAccessToDevice < NoCompatibleHost
NoConnectedDatastore < VimFault
NoDiskFound < VimFault
NoDiskSpace < FileFault: datastore string
NoDisksToCustomize < CustomizationFault
NoGuestHeartbeat < MigrationFault
NoPeerHostFound < HostPowerOpFailed
NoPermission < SecurityError: object? ref, privilegeId? string, missingPrivileges? NoPermissionEntityPrivileges[]
NoSubjectName < VimFault
NoVcManagedIpConfigured < VAppPropertyFault
NonHomeRDMVMotionNotSupported < MigrationFeatureNotSupported: device string
NonPersistentDisksNotSupported < DeviceNotSupported
NotADirectory < FileFault
NotAFile < FileFault
NotAuthenticated < NoPermission
NotEnoughCpus < VirtualHardwareCompatibilityIssue: numCpuDest int, numCpuVm int
NotEnoughLicenses < RuntimeFault
NotEnoughLogicalCpus < NotEnoughCpus: host? ref
NotFound < VimFault
NotImplemented < RuntimeFault
NotSupported < RuntimeFault
NotSupportedHostForChecksum < VimFault
NotUserConfigurableProperty < VAppPropertyFault
NumVirtualCoresPerSocketNotSupported < VirtualHardwareCompatibilityIssue: maxSupportedCoresPerSocketDest int, numCoresPerSocketVm int
NumVirtualCpusExceedsLimit < InsufficientResourcesFault: maxSupportedVcpus int
NumVirtualCpusIncompatible < VmConfigFault: reason string, numCpu int
NumVirtualCpusNotSupported < VirtualHardwareCompatibilityIssue: maxSupportedVcpusDest int, numCpuVm int
OperationDisabledByGuest < GuestOperationsFault
OperationDisallowedOnHost < RuntimeFault
OperationNotSupportedByGuest < GuestOperationsFault
OutOfBounds < VimFault: argumentName string
PasswordExpired < InvalidLogin
PowerOnFtSecondaryTimedout < Timedout: vm ref, vmName string, timeout int
QuestionPending < InvalidState: text string
QuiesceDatastoreIOForHAFailed < ResourceInUse: host ref, hostName string, ds ref, dsName string
ReadOnlyDisksWithLegacyDestination < MigrationFault: roDiskCount int, timeoutDanger boolean
RebootRequired < VimFault: patch? string
RecordReplayDisabled < VimFault
RemoteDeviceNotSupported < DeviceNotSupported
RemoveFailed < VimFault
RequestCanceled < RuntimeFault
ResourceInUse < VimFault: type? string, name? string
ResourceNotAvailable < VimFault: containerType? string, containerName? string, type? string
RestrictedByAdministrator < RuntimeFault: details string
RestrictedVersion < SecurityError
RuleViolation < VmConfigFault: host? ref, rule ~ClusterRuleInfo
RuntimeFault < MethodFault
SSPIChallenge < VimFault: base64Token string
SecurityError < RuntimeFault
SharedBusControllerNotSupported < DeviceNotSupported
SnapshotCloneNotSupported < SnapshotCopyNotSupported
SnapshotCopyNotSupported < MigrationFault
SnapshotDisabled < SnapshotFault
SnapshotFault < VimFault
SnapshotIncompatibleDeviceInVm < SnapshotFault: fault LocalizedMethodFault
SnapshotLocked < SnapshotFault
SnapshotMoveFromNonHomeNotSupported < SnapshotCopyNotSupported
SnapshotMoveNotSupported < SnapshotCopyNotSupported
SnapshotMoveToNonHomeNotSupported < SnapshotCopyNotSupported
SnapshotNoChange < SnapshotFault
SnapshotRevertIssue < MigrationFault: snapshotName? string, event? Event[], errors boolean
SoftRuleVioCorrectionDisallowed < VmConfigFault: vmName string
SoftRuleVioCorrectionImpact < VmConfigFault: vmName string
SolutionUserRequired < SecurityError
StorageVMotionNotSupported < MigrationFeatureNotSupported
StorageVmotionIncompatible < VirtualHardwareCompatibilityIssue: datastore? ref
SystemError < RuntimeFault: reason string
TaskInProgress < VimFault: task ref
Timedout < VimFault
TooManyConcurrentNativeClones < FileFault
TooManyConsecutiveOverrides < VimFault
TooManyDevices < InvalidVmConfig
TooManyDisksOnLegacyHost < MigrationFault: diskCount int, timeoutDanger boolean
TooManyGuestLogons < GuestOperationsFault
TooManyNativeCloneLevels < FileFault
TooManyNativeClonesOnFile < FileFault
TooManySnapshotLevels < SnapshotFault
ToolsAlreadyUpgraded < VmToolsUpgradeFault
ToolsAutoUpgradeNotSupported < VmToolsUpgradeFault
ToolsImageCopyFailed < VmToolsUpgradeFault
ToolsImageNotAvailable < VmToolsUpgradeFault
ToolsImageSignatureCheckFailed < VmToolsUpgradeFault
ToolsInstallationInProgress < MigrationFault
ToolsUnavailable < VimFault
ToolsUpgradeCancelled < VmToolsUpgradeFault
UnSupportedDatastoreForVFlash < UnsupportedDatastore: datastoreName string, type string
UncommittedUndoableDisk < MigrationFault
UnconfiguredPropertyValue < InvalidPropertyValue
UncustomizableGuest < CustomizationFault: uncustomizableGuestOS string
UnexpectedCustomizationFault < CustomizationFault
UnexpectedFault < RuntimeFault: faultName string, fault? LocalizedMethodFault
UnrecognizedHost < VimFault: hostName string
UnsharedSwapVMotionNotSupported < MigrationFeatureNotSupported
UnsupportedDatastore < VmConfigFault: datastore? ref
UnsupportedGuest < InvalidVmConfig: unsupportedGuestOS string
UnsupportedVimApiVersion < VimFault: version? string
UnsupportedVmxLocation < VmConfigFault
UnusedVirtualDiskBlocksNotScrubbed < DeviceBackingNotSupported
VAppNotRunning < VmConfigFault
VAppOperationInProgress < RuntimeFault
VAppPropertyFault < VmConfigFault: id string, category string, label string, type string, value string
VAppTaskInProgress < TaskInProgress
VMINotSupported < DeviceNotSupported
VMOnConflictDVPort < CannotAccessNetwork
VMOnVirtualIntranet < CannotAccessNetwork
VMotionAcrossNetworkNotSupported < MigrationFeatureNotSupported
VMotionInterfaceIssue < MigrationFault: atSourceHost boolean, failedHost string, failedHostEntity? ref
VMotionLinkCapacityLow < VMotionInterfaceIssue: network string
VMotionLinkDown < VMotionInterfaceIssue: network string
VMotionNotConfigured < VMotionInterfaceIssue
VMotionNotLicensed < VMotionInterfaceIssue
VMotionNotSupported < VMotionInterfaceIssue
VMotionProtocolIncompatible < MigrationFault
VimFault < MethodFault
VirtualDiskBlocksNotFullyProvisioned < DeviceBackingNotSupported
VirtualDiskModeNotSupported < DeviceNotSupported: mode string
VirtualEthernetCardNotSupported < DeviceNotSupported
VirtualHardwareCompatibilityIssue < VmConfigFault
VirtualHardwareVersionNotSupported < VirtualHardwareCompatibilityIssue: hostName string, host ref
VmAlreadyExistsInDatacenter < InvalidFolder: host ref, hostname string, vm ref[]
VmConfigFault < VimFault
VmConfigIncompatibleForFaultTolerance < VmConfigFault: fault? LocalizedMethodFault
VmConfigIncompatibleForRecordReplay < VmConfigFault: fault? LocalizedMethodFault
VmHostAffinityRuleViolation < VmConfigFault: vmName string, hostName string
VmLimitLicense < NotEnoughLicenses: limit int
VmMonitorIncompatibleForFaultTolerance < VimFault
VmPowerOnDisabled < InvalidState
VmSmpFaultToleranceTooManyVMsOnHost < InsufficientResourcesFault: hostName? string, maxNumSmpFtVms int
VmToolsUpgradeFault < VimFault
VmValidateMaxDevice < VimFault: device string, max int, count int
VmWwnConflict < InvalidVmConfig: vm? ref, host? ref, name? string, wwn? long
VmotionInterfaceNotEnabled < HostPowerOpFailed
VolumeEditorError < CustomizationFault
VramLimitLicense < NotEnoughLicenses: limit int
WakeOnLanNotSupported < VirtualHardwareCompatibilityIssue
WakeOnLanNotSupportedByVmotionNIC < HostPowerOpFailed
WillModifyConfigCpuRequirements < MigrationFault
WillResetSnapshotDirectory < MigrationFault
WipeDiskFault < VimFault
`;
