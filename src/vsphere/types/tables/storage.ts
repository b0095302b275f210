/** Datastores, their browser, virtual disk specifications, leases. The format is described in ../parse.ts. */
export const storageTable = `
DatastoreCapability: directoryHierarchySupported boolean, rawDiskMappingsSupported boolean, perFileThinProvisioningSupported boolean,
  storageIORMSupported boolean, nativeSnapshotSupported boolean, topLevelDirectoryCreateSupported? boolean, seSparseSupported? boolean,
  vmfsSparseSupported? boolean, vsanSparseSupported? boolean, upitSupported? boolean, vmdkExpandSupported? boolean,
  clusteredVmdkSupported? boolean
DatastoreHostMount: key ref, mountInfo HostMountInfo
DatastoreInfo: name string, url string, freeSpace long, maxFileSize long, maxVirtualDiskCapacity? long, maxMemoryFileSize long,
  timestamp? dateTime, containerId? string, aliasOf? string, supportedVDiskFormats? string[], logicalSectorSize? int,
  physicalSectorSize? int
DatastoreMountPathDatastorePair: oldMountPath string, datastore ref
DatastoreSummary: datastore? ref, name string, url string, capacity long, freeSpace long, uncommitted? long, accessible boolean,
  multipleHostAccess? boolean, type string, maintenanceMode? string
DeviceBackedVirtualDiskSpec < VirtualDiskSpec: device string
FileBackedVirtualDiskSpec < VirtualDiskSpec: capacityKb long, profile? ~VirtualMachineProfileSpec[], crypto? ~CryptoSpec,
  sectorFormat? string
FileInfo: path string, friendlyName? string, fileSize? long, modification? dateTime, owner? string
FileQuery
FileQueryFlags: fileType boolean, fileSize boolean, modification boolean, fileOwner boolean
FileTransferInformation: attributes GuestFileAttributes, size long, url string
FloppyImageFileInfo < FileInfo
FloppyImageFileQuery < FileQuery
FolderFileInfo < FileInfo
FolderFileQuery < FileQuery
StorageRequirement: datastore ref, freeSpaceRequiredInKb long
HostDatastoreBrowserSearchResults: datastore? ref, folderPath? string, file? FileInfo[]
HostDatastoreBrowserSearchSpec: query? FileQuery[], details? FileQueryFlags, searchCaseInsensitive? boolean, matchPattern? string[],
  sortFoldersFirst? boolean
HostFileSystemVolume: type string, name string, capacity long
HostInternetScsiHbaParamValue < OptionValue: isInherited? boolean
HostLocalFileSystemVolume < HostFileSystemVolume: device string
HostMountInfo: path? string, accessMode string, mounted? boolean, accessible? boolean, inaccessibleReason? string, vmknicName? string,
  vmknicActive? boolean, mountFailedReason? string, numTcpConnections? int
HostNasVolume < HostFileSystemVolume: remoteHost string, remotePath string, userName? string, remoteHostNames? string[],
  securityType? string, protocolEndpoint? boolean
HostNasVolumeSpec: remoteHost string, remotePath string, localPath string, accessMode string, type? string, userName? string,
  password? string, remoteHostNames? string[], securityType? string, vmknicToBind? string, vmknicBound? boolean, connections? int
HostNetworkPolicy: security? HostNetworkSecurityPolicy, nicTeaming? HostNicTeamingPolicy, offloadPolicy? ~HostNetOffloadCapabilities,
  shapingPolicy? HostNetworkTrafficShapingPolicy
HostNetworkSecurityPolicy: allowPromiscuous? boolean, macChanges? boolean, forgedTransmits? boolean
HostNetworkTrafficShapingPolicy: enabled? boolean, averageBandwidth? long, peakBandwidth? long, burstSize? long
HostNicOrderPolicy: activeNic? string[], standbyNic? string[]
HostNicTeamingPolicy: policy? string, reversePolicy? boolean, notifySwitches? boolean, rollingOrder? boolean,
  failureCriteria? ~HostNicFailureCriteria, nicOrder? HostNicOrderPolicy
HostPMemVolume < HostFileSystemVolume: uuid string, version string
HostScsiDiskPartition: diskName string, partition int
HostVfatVolume < HostFileSystemVolume
HostVffsVolume < HostFileSystemVolume: majorVersion int, version string, uuid string, extent HostScsiDiskPartition[]
HostVmfsVolume < HostFileSystemVolume: blockSizeMb int, blockSize? int, unmapGranularity? int, unmapPriority? string,
  unmapBandwidthSpec? VmfsUnmapBandwidthSpec, maxBlocks int, majorVersion int, version string, uuid string,
  extent HostScsiDiskPartition[], vmfsUpgradable boolean, forceMountedInfo? ~HostForceMountedInfo, ssd? boolean, local? boolean,
  scsiDiskType? string
HostVvolVolume < HostFileSystemVolume: scId string, hostPE? ~VVolHostPE[], hostVvolNQN? ~HostVvolVolumeHostVvolNQN[],
  vasaProviderInfo? ~VimVasaProviderInfo[], storageArray? ~VASAStorageArray[], protocolEndpointType? string,
  vvolNQNFieldsAvailable? boolean, stretched? boolean
HttpNfcLeaseCapabilities: pullModeSupported boolean, corsSupported boolean
HttpNfcLeaseDatastoreLeaseInfo: datastoreKey string, hosts HttpNfcLeaseHostInfo[]
HttpNfcLeaseDeviceUrl: key string, importKey string, url string, sslThumbprint string, sslCertificate? string, disk? boolean,
  targetId? string, datastoreKey? string, fileSize? long
HttpNfcLeaseHostInfo: url string, sslThumbprint string
HttpNfcLeaseInfo: lease ref, entity ref, deviceUrl? HttpNfcLeaseDeviceUrl[], totalDiskCapacityInKB long, leaseTimeout int,
  hostMap? HttpNfcLeaseDatastoreLeaseInfo[]
HttpNfcLeaseManifestEntry: key string, sha1 string, checksum? string, checksumType? string, size long, disk boolean, capacity? long,
  populatedSize? long
IsoImageFileInfo < FileInfo
IsoImageFileQuery < FileQuery
LocalDatastoreInfo < DatastoreInfo: path? string
NasDatastoreInfo < DatastoreInfo: nas? HostNasVolume
PMemDatastoreInfo < DatastoreInfo: pmem HostPMemVolume
SeSparseVirtualDiskSpec < FileBackedVirtualDiskSpec: grainSizeKb? int
StorageIOAllocationInfo: limit? long, shares? SharesInfo, reservation? int
StoragePlacementAction < ClusterAction: vm? ref, relocateSpec VirtualMachineRelocateSpec, destination ref, spaceUtilBefore? float,
  spaceDemandBefore? float, spaceUtilAfter? float, spaceDemandAfter? float, ioLatencyBefore? float
StoragePlacementResult: recommendations? ClusterRecommendation[], drsFault? ~ClusterDrsFaults, task? ref
StoragePlacementSpec: type string, priority? VirtualMachineMovePriority, vm? ref, podSelectionSpec StorageDrsPodSelectionSpec,
  cloneSpec? VirtualMachineCloneSpec, cloneName? string, configSpec? VirtualMachineConfigSpec, relocateSpec? VirtualMachineRelocateSpec,
  resourcePool? ref, host? ref, folder? ref, disallowPrerequisiteMoves? boolean, resourceLeaseDurationSec? int
StoragePodSummary: name string, capacity long, freeSpace long
TemplateConfigFileInfo < VmConfigFileInfo
TemplateConfigFileQuery < VmConfigFileQuery
VirtualDiskId: vm ref, diskId int
VirtualDiskSpec: diskType string, adapterType string
VmConfigFileEncryptionInfo: keyId? ~CryptoKeyId
VmConfigFileInfo < FileInfo: configVersion? int, encryption? VmConfigFileEncryptionInfo
VmConfigFileQuery < FileQuery: filter? VmConfigFileQueryFilter, details? VmConfigFileQueryFlags
VmConfigFileQueryFilter: matchConfigVersion? int[], encrypted? boolean
VmConfigFileQueryFlags: configVersion boolean, encryption? boolean
VmDiskFileEncryptionInfo: keyId? ~CryptoKeyId
VmDiskFileInfo < FileInfo: diskType? string, capacityKb? long, hardwareVersion? int, controllerType? string, diskExtents? string[],
  thin? boolean, encryption? VmDiskFileEncryptionInfo, sectorFormat? string
VmDiskFileQuery < FileQuery: filter? VmDiskFileQueryFilter, details? VmDiskFileQueryFlags
VmDiskFileQueryFilter: diskType? string[], matchHardwareVersion? int[], controllerType? string[], thin? boolean, encrypted? boolean
VmDiskFileQueryFlags: diskType boolean, capacityKb boolean, hardwareVersion boolean, controllerType? boolean, diskExtents? boolean,
  thin? boolean, encryption? boolean, sectorFormat? boolean
VmLogFileInfo < FileInfo
VmLogFileQuery < FileQuery
VmNvramFileInfo < FileInfo
VmNvramFileQuery < FileQuery
VmSnapshotFileInfo < FileInfo
VmSnapshotFileQuery < FileQuery
VmfsDatastoreInfo < DatastoreInfo: maxPhysicalRDMFileSize long, maxVirtualRDMFileSize long, vmfs? HostVmfsVolume
VmfsUnmapBandwidthSpec: policy string, fixedValue long, dynamicMin long, dynamicMax long
VsanDatastoreInfo < DatastoreInfo: membershipUuid? string, accessGenNo? int
VvolDatastoreInfo < DatastoreInfo: vvolDS? HostVvolVolume
`;
