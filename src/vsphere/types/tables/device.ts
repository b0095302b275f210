/** Virtual devices and what backs them. The format is described in ../parse.ts. */
export const deviceTable = `
ParaVirtualSCSIController < VirtualSCSIController
VirtualAHCIController < VirtualSATAController
VirtualBusLogicController < VirtualSCSIController
VirtualCdrom < VirtualDevice
VirtualCdromAtapiBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualCdromIsoBackingInfo < VirtualDeviceFileBackingInfo
VirtualCdromPassthroughBackingInfo < VirtualDeviceDeviceBackingInfo: exclusive boolean
VirtualCdromRemoteAtapiBackingInfo < VirtualDeviceRemoteDeviceBackingInfo
VirtualCdromRemotePassthroughBackingInfo < VirtualDeviceRemoteDeviceBackingInfo: exclusive boolean
VirtualController < VirtualDevice: busNumber int, device? int[]
VirtualDevice: key int, deviceInfo? Description, backing? VirtualDeviceBackingInfo, connectable? VirtualDeviceConnectInfo,
  slotInfo? VirtualDeviceBusSlotInfo, controllerKey? int, unitNumber? int, numaNode? int, deviceGroupInfo? VirtualDeviceDeviceGroupInfo
VirtualDeviceBackingInfo
VirtualDeviceBusSlotInfo
VirtualDeviceConfigSpec: operation? VirtualDeviceConfigSpecOperation, fileOperation? VirtualDeviceConfigSpecFileOperation,
  device VirtualDevice, profile? ~VirtualMachineProfileSpec[], backing? VirtualDeviceConfigSpecBackingSpec,
  filterSpec? ~VirtualMachineBaseIndependentFilterSpec[], changeMode? string
VirtualDeviceConfigSpecBackingSpec: parent? VirtualDeviceConfigSpecBackingSpec, crypto? ~CryptoSpec
VirtualDeviceConnectInfo: migrateConnect? string, startConnected boolean, allowGuestControl boolean, connected boolean, status? string
VirtualDeviceDeviceBackingInfo < VirtualDeviceBackingInfo: deviceName string, useAutoDetect? boolean
VirtualDeviceDeviceGroupInfo: groupInstanceKey int, sequenceId int
VirtualDeviceFileBackingInfo < VirtualDeviceBackingInfo: fileName string, datastore? ref, backingObjectId? string
VirtualDevicePciBusSlotInfo < VirtualDeviceBusSlotInfo: pciSlotNumber int
VirtualDevicePipeBackingInfo < VirtualDeviceBackingInfo: pipeName string
VirtualDeviceRemoteDeviceBackingInfo < VirtualDeviceBackingInfo: deviceName string, useAutoDetect? boolean
VirtualDeviceURIBackingInfo < VirtualDeviceBackingInfo: serviceURI string, direction string, proxyURI? string
VirtualDisk < VirtualDevice: capacityInKB long, capacityInBytes? long, shares? SharesInfo, storageIOAllocation? StorageIOAllocationInfo,
  diskObjectId? string, vFlashCacheConfigInfo? ~VirtualDiskVFlashCacheConfigInfo, iofilter? string[], vDiskId? ID, vDiskVersion? int,
  virtualDiskFormat? string, nativeUnmanagedLinkedClone? boolean, independentFilters? ~VirtualMachineBaseIndependentFilterSpec[],
  guestReadOnly? boolean
VirtualDiskFlatVer1BackingInfo < VirtualDeviceFileBackingInfo: diskMode string, split? boolean, writeThrough? boolean, contentId? string,
  parent? VirtualDiskFlatVer1BackingInfo
VirtualDiskFlatVer2BackingInfo < VirtualDeviceFileBackingInfo: diskMode string, split? boolean, writeThrough? boolean,
  thinProvisioned? boolean, eagerlyScrub? boolean, uuid? string, contentId? string, changeId? string,
  parent? VirtualDiskFlatVer2BackingInfo, deltaDiskFormat? string, digestEnabled? boolean, deltaGrainSize? int,
  deltaDiskFormatVariant? string, sharing? string, keyId? ~CryptoKeyId
VirtualDiskLocalPMemBackingInfo < VirtualDeviceFileBackingInfo: diskMode string, uuid? string, volumeUUID? string, contentId? string
VirtualDiskPartitionedRawDiskVer2BackingInfo < VirtualDiskRawDiskVer2BackingInfo: partition int[]
VirtualDiskRawDiskMappingVer1BackingInfo < VirtualDeviceFileBackingInfo: lunUuid? string, deviceName? string, compatibilityMode? string,
  diskMode? string, uuid? string, contentId? string, changeId? string, parent? VirtualDiskRawDiskMappingVer1BackingInfo,
  deltaDiskFormat? string, deltaGrainSize? int, sharing? string
VirtualDiskRawDiskVer2BackingInfo < VirtualDeviceDeviceBackingInfo: descriptorFileName string, uuid? string, changeId? string,
  sharing? string
VirtualDiskSeSparseBackingInfo < VirtualDeviceFileBackingInfo: diskMode string, writeThrough? boolean, uuid? string, contentId? string,
  changeId? string, parent? VirtualDiskSeSparseBackingInfo, deltaDiskFormat? string, digestEnabled? boolean, grainSize? int,
  keyId? ~CryptoKeyId
VirtualDiskSparseVer1BackingInfo < VirtualDeviceFileBackingInfo: diskMode string, split? boolean, writeThrough? boolean,
  spaceUsedInKB? long, contentId? string, parent? VirtualDiskSparseVer1BackingInfo
VirtualDiskSparseVer2BackingInfo < VirtualDeviceFileBackingInfo: diskMode string, split? boolean, writeThrough? boolean,
  spaceUsedInKB? long, uuid? string, contentId? string, changeId? string, parent? VirtualDiskSparseVer2BackingInfo, keyId? ~CryptoKeyId
VirtualE1000 < VirtualEthernetCard
VirtualE1000e < VirtualEthernetCard
VirtualEnsoniq1371 < VirtualSoundCard
VirtualEthernetCard < VirtualDevice: addressType? string, macAddress? string, wakeOnLanEnabled? boolean,
  resourceAllocation? VirtualEthernetCardResourceAllocation, externalId? string, uptCompatibilityEnabled? boolean, subnetId? string
VirtualEthernetCardDistributedVirtualPortBackingInfo < VirtualDeviceBackingInfo: port DistributedVirtualSwitchPortConnection
VirtualEthernetCardLegacyNetworkBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualEthernetCardNetworkBackingInfo < VirtualDeviceDeviceBackingInfo: network? ref, inPassthroughMode? boolean
VirtualEthernetCardOpaqueNetworkBackingInfo < VirtualDeviceBackingInfo: opaqueNetworkId string, opaqueNetworkType string
VirtualEthernetCardResourceAllocation: reservation? long, share SharesInfo, limit? long
VirtualFloppy < VirtualDevice
VirtualFloppyDeviceBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualFloppyImageBackingInfo < VirtualDeviceFileBackingInfo
VirtualFloppyRemoteDeviceBackingInfo < VirtualDeviceRemoteDeviceBackingInfo
VirtualHardware: numCPU int, numCoresPerSocket? int, autoCoresPerSocket? boolean, memoryMB int, virtualICH7MPresent? boolean,
  virtualSMCPresent? boolean, device? VirtualDevice[], motherboardLayout? string, simultaneousThreads? int
VirtualHdAudioCard < VirtualSoundCard
VirtualIDEController < VirtualController
VirtualKeyboard < VirtualDevice
VirtualLsiLogicController < VirtualSCSIController
VirtualLsiLogicSASController < VirtualSCSIController
VirtualMachineVMCIDevice < VirtualDevice: id? long, allowUnrestrictedCommunication? boolean, filterEnable? boolean,
  filterInfo? ~VirtualMachineVMCIDeviceFilterInfo
VirtualMachineVMIROM < VirtualDevice
VirtualMachineVideoCard < VirtualDevice: videoRamSizeInKB? long, numDisplays? int, useAutoDetect? boolean, enable3DSupport? boolean,
  use3dRenderer? string, graphicsMemorySizeInKB? long
VirtualNVDIMM < VirtualDevice: capacityInMB long, configuredCapacityInMB? long
VirtualNVDIMMBackingInfo < VirtualDeviceFileBackingInfo: parent? VirtualNVDIMMBackingInfo, changeId? string
VirtualNVDIMMController < VirtualController
VirtualNVMEController < VirtualController: sharedBus? string
VirtualPCIController < VirtualController
VirtualPCIPassthrough < VirtualDevice
VirtualPCIPassthroughAllowedDevice: vendorId int, deviceId int, subVendorId? int, subDeviceId? int, revisionId? short
VirtualPCIPassthroughDeviceBackingInfo < VirtualDeviceDeviceBackingInfo: id string, deviceId string, systemId string, vendorId short
VirtualPCIPassthroughDvxBackingInfo < VirtualDeviceBackingInfo: deviceClass? string, configParams? OptionValue[]
VirtualPCIPassthroughDynamicBackingInfo < VirtualDeviceDeviceBackingInfo: allowedDevice? VirtualPCIPassthroughAllowedDevice[],
  customLabel? string, assignedId? string
VirtualPCIPassthroughPluginBackingInfo < VirtualDeviceBackingInfo
VirtualPCIPassthroughVmiopBackingInfo < VirtualPCIPassthroughPluginBackingInfo: vgpu? string, vgpuMigrateDataSizeMB? int,
  migrateSupported? boolean, enhancedMigrateCapability? boolean
VirtualPCNet32 < VirtualEthernetCard
VirtualPS2Controller < VirtualController
VirtualParallelPort < VirtualDevice
VirtualParallelPortDeviceBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualParallelPortFileBackingInfo < VirtualDeviceFileBackingInfo
VirtualPointingDevice < VirtualDevice
VirtualPointingDeviceDeviceBackingInfo < VirtualDeviceDeviceBackingInfo: hostPointingDevice string
VirtualPrecisionClock < VirtualDevice
VirtualPrecisionClockSystemClockBackingInfo < VirtualDeviceBackingInfo: protocol? string
VirtualSATAController < VirtualController
VirtualSCSIController < VirtualController: hotAddRemove? boolean, sharedBus VirtualSCSISharing, scsiCtlrUnitNumber? int
VirtualSCSIPassthrough < VirtualDevice
VirtualSCSIPassthroughDeviceBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualSIOController < VirtualController
VirtualSerialPort < VirtualDevice: yieldOnPoll boolean
VirtualSerialPortDeviceBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualSerialPortFileBackingInfo < VirtualDeviceFileBackingInfo
VirtualSerialPortPipeBackingInfo < VirtualDevicePipeBackingInfo: endpoint string, noRxLoss? boolean
VirtualSerialPortThinPrintBackingInfo < VirtualDeviceBackingInfo
VirtualSerialPortURIBackingInfo < VirtualDeviceURIBackingInfo
VirtualSoundBlaster16 < VirtualSoundCard
VirtualSoundCard < VirtualDevice
VirtualSoundCardDeviceBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualSriovEthernetCard < VirtualEthernetCard: allowGuestOSMtuChange? boolean, sriovBacking? VirtualSriovEthernetCardSriovBackingInfo,
  dvxBackingInfo? VirtualPCIPassthroughDvxBackingInfo
VirtualSriovEthernetCardSriovBackingInfo < VirtualDeviceBackingInfo: physicalFunctionBacking? VirtualPCIPassthroughDeviceBackingInfo,
  virtualFunctionBacking? VirtualPCIPassthroughDeviceBackingInfo, virtualFunctionIndex? int
VirtualTPM < VirtualDevice: endorsementKeyCertificateSigningRequest? base64[], endorsementKeyCertificate? base64[]
VirtualUSB < VirtualDevice: connected boolean, vendor? int, product? int, family? string[], speed? string[]
VirtualUSBController < VirtualController: autoConnectDevices? boolean, ehciEnabled? boolean
VirtualUSBControllerPciBusSlotInfo < VirtualDevicePciBusSlotInfo: ehciPciSlotNumber? int
VirtualUSBRemoteClientBackingInfo < VirtualDeviceRemoteDeviceBackingInfo: hostname string
VirtualUSBRemoteHostBackingInfo < VirtualDeviceDeviceBackingInfo: hostname string
VirtualUSBUSBBackingInfo < VirtualDeviceDeviceBackingInfo
VirtualUSBXHCIController < VirtualController: autoConnectDevices? boolean
VirtualVmxnet < VirtualEthernetCard
VirtualVmxnet2 < VirtualVmxnet
VirtualVmxnet3 < VirtualVmxnet: uptv2Enabled? boolean, strictLatencyConfig? ~VirtualVmxnet3StrictLatencyConfig
VirtualVmxnet3Vrdma < VirtualVmxnet3: deviceProtocol? string
VirtualWDT < VirtualDevice: runOnBoot boolean, running boolean
`;
