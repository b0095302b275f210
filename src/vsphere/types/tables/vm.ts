/** Virtual machines: configuration, clone and relocate specifications, run-time state, layout, snapshots, tickets. The format is described in ../parse.ts. */
export const vmTable = `
DiskChangeExtent: start long, length long
DiskChangeInfo: startOffset long, length long, changedArea? DiskChangeExtent[]
SnapshotSelectionSpec: retentionDays? int
ToolsConfigInfo: toolsVersion? int, toolsInstallType? string, afterPowerOn? boolean, afterResume? boolean, beforeGuestStandby? boolean,
  beforeGuestShutdown? boolean, beforeGuestReboot? boolean, toolsUpgradePolicy? string, pendingCustomization? string,
  customizationKeyId? ~CryptoKeyId, syncTimeWithHostAllowed? boolean, syncTimeWithHost? boolean,
  lastInstallInfo? ToolsConfigInfoToolsLastInstallInfo
ToolsConfigInfoToolsLastInstallInfo: counter int, fault? LocalizedMethodFault
UsbScanCodeSpec: keyEvents UsbScanCodeSpecKeyEvent[]
UsbScanCodeSpecKeyEvent: usbHidCode int, modifiers? UsbScanCodeSpecModifierType
UsbScanCodeSpecModifierType: leftControl? boolean, leftShift? boolean, leftAlt? boolean, leftGui? boolean, rightControl? boolean,
  rightShift? boolean, rightAlt? boolean, rightGui? boolean
VirtualAppImportSpec < ImportSpec: name string, vAppConfigSpec ~VAppConfigSpec, resourcePoolSpec ResourceConfigSpec, child? ImportSpec[]
VirtualAppLinkInfo: key ref, destroyWithParent? boolean
VirtualAppSummary < ResourcePoolSummary: product? ~VAppProductInfo, vAppState? VirtualAppVAppState, suspended? boolean,
  installBootRequired? boolean, instanceUuid? string
VirtualMachineAffinityInfo: affinitySet int[]
VirtualMachineBootOptions: bootDelay? long, enterBIOSSetup? boolean, efiSecureBootEnabled? boolean, bootRetryEnabled? boolean,
  bootRetryDelay? long, bootOrder? VirtualMachineBootOptionsBootableDevice[], networkBootProtocol? string
VirtualMachineBootOptionsBootableCdromDevice < VirtualMachineBootOptionsBootableDevice
VirtualMachineBootOptionsBootableDevice
VirtualMachineBootOptionsBootableDiskDevice < VirtualMachineBootOptionsBootableDevice: deviceKey int
VirtualMachineBootOptionsBootableEthernetDevice < VirtualMachineBootOptionsBootableDevice: deviceKey int
VirtualMachineBootOptionsBootableFloppyDevice < VirtualMachineBootOptionsBootableDevice
VirtualMachineCapability: snapshotOperationsSupported boolean, multipleSnapshotsSupported boolean, snapshotConfigSupported boolean,
  poweredOffSnapshotsSupported boolean, memorySnapshotsSupported boolean, revertToSnapshotSupported boolean,
  quiescedSnapshotsSupported boolean, disableSnapshotsSupported boolean, lockSnapshotsSupported boolean,
  consolePreferencesSupported boolean, cpuFeatureMaskSupported boolean, s1AcpiManagementSupported boolean,
  settingScreenResolutionSupported boolean, toolsAutoUpdateSupported boolean, vmNpivWwnSupported boolean,
  npivWwnOnNonRdmVmSupported boolean, vmNpivWwnDisableSupported boolean, vmNpivWwnUpdateSupported boolean, swapPlacementSupported boolean,
  toolsSyncTimeSupported boolean, virtualMmuUsageSupported boolean, diskSharesSupported boolean, bootOptionsSupported boolean,
  bootRetryOptionsSupported boolean, settingVideoRamSizeSupported boolean, settingDisplayTopologySupported boolean,
  recordReplaySupported boolean, changeTrackingSupported boolean, multipleCoresPerSocketSupported boolean,
  hostBasedReplicationSupported boolean, guestAutoLockSupported boolean, memoryReservationLockSupported boolean,
  featureRequirementSupported boolean, poweredOnMonitorTypeChangeSupported boolean, seSparseDiskSupported boolean,
  nestedHVSupported boolean, vPMCSupported boolean, secureBootSupported? boolean, perVmEvcSupported? boolean,
  virtualMmuUsageIgnored? boolean, virtualExecUsageIgnored? boolean, diskOnlySnapshotOnSuspendedVMSupported? boolean,
  suspendToMemorySupported? boolean, toolsSyncTimeAllowSupported? boolean, sevSupported? boolean, pmemFailoverSupported? boolean,
  requireSgxAttestationSupported? boolean, changeModeDisksSupported? boolean, vendorDeviceGroupSupported? boolean,
  sevSnpSupported? boolean, tdxSupported? boolean
VirtualMachineCertThumbprint: thumbprint string, hashAlgorithm? string
VirtualMachineCloneSpec: location VirtualMachineRelocateSpec, template boolean, config? VirtualMachineConfigSpec,
  customization? CustomizationSpec, powerOn boolean, snapshot? ref, memory? boolean, tpmProvisionPolicy? string
VirtualMachineConfigInfo: changeVersion string, modified dateTime, name string, guestFullName string, version string, uuid string,
  createDate? dateTime, instanceUuid? string, npivNodeWorldWideName? long[], npivPortWorldWideName? long[], npivWorldWideNameType? string,
  npivDesiredNodeWwns? short, npivDesiredPortWwns? short, npivTemporaryDisabled? boolean, npivOnNonRdmDisks? boolean, locationId? string,
  template boolean, guestId string, alternateGuestName string, annotation? string, files VirtualMachineFileInfo, tools? ToolsConfigInfo,
  flags VirtualMachineFlagInfo, consolePreferences? VirtualMachineConsolePreferences, defaultPowerOps VirtualMachineDefaultPowerOpInfo,
  rebootPowerOff? boolean, hardware VirtualHardware, vcpuConfig? ~VirtualMachineVcpuConfig[], cpuAllocation? ResourceAllocationInfo,
  memoryAllocation? ResourceAllocationInfo, latencySensitivity? ~LatencySensitivity, memoryHotAddEnabled? boolean,
  cpuHotAddEnabled? boolean, cpuHotRemoveEnabled? boolean, hotPlugMemoryLimit? long, hotPlugMemoryIncrementSize? long,
  cpuAffinity? VirtualMachineAffinityInfo, memoryAffinity? VirtualMachineAffinityInfo, networkShaper? VirtualMachineNetworkShaperInfo,
  extraConfig? OptionValue[], cpuFeatureMask? ~HostCpuIdInfo[], datastoreUrl? VirtualMachineConfigInfoDatastoreUrlPair[],
  swapPlacement? string, bootOptions? VirtualMachineBootOptions, ftInfo? ~FaultToleranceConfigInfo, repConfig? ~ReplicationConfigSpec,
  vAppConfig? ~VmConfigInfo, vAssertsEnabled? boolean, changeTrackingEnabled? boolean, firmware? string, maxMksConnections? int,
  guestAutoLockEnabled? boolean, managedBy? ~ManagedByInfo, memoryReservationLockedToMax? boolean,
  initialOverhead? VirtualMachineConfigInfoOverheadInfo, nestedHVEnabled? boolean, vPMCEnabled? boolean,
  scheduledHardwareUpgradeInfo? ~ScheduledHardwareUpgradeInfo, forkConfigInfo? ~VirtualMachineForkConfigInfo,
  vFlashCacheReservation? long, vmxConfigChecksum? base64, messageBusTunnelEnabled? boolean, vmStorageObjectId? string,
  swapStorageObjectId? string, keyId? ~CryptoKeyId, guestIntegrityInfo? ~VirtualMachineGuestIntegrityInfo, migrateEncryption? string,
  sgxInfo? ~VirtualMachineSgxInfo, contentLibItemInfo? ~VirtualMachineContentLibraryItemInfo, ftEncryptionMode? string,
  guestMonitoringModeInfo? ~VirtualMachineGuestMonitoringModeInfo, sevEnabled? boolean, numaInfo? ~VirtualMachineVirtualNumaInfo,
  pmemFailoverEnabled? boolean, vmxStatsCollectionEnabled? boolean, vmOpNotificationToAppEnabled? boolean, vmOpNotificationTimeout? long,
  deviceSwap? VirtualMachineVirtualDeviceSwap, pmem? ~VirtualMachineVirtualPMem, deviceGroups? ~VirtualMachineVirtualDeviceGroups,
  fixedPassthruHotPlugEnabled? boolean, metroFtEnabled? boolean, vmxRuntimeConfig? OptionValue[], metroFtHostGroup? string,
  tdxEnabled? boolean, sevSnpEnabled? boolean, extensionCompatibilityConstraint? ~VirtualMachineExtensionCompatibilityConstraintSet
VirtualMachineConfigInfoDatastoreUrlPair: name string, url string
VirtualMachineConfigInfoOverheadInfo: initialMemoryReservation? long, initialSwapReservation? long
VirtualMachineConfigOptionDescriptor: key string, description? string, host? ref[], createSupported boolean, defaultConfigOption boolean,
  runSupported boolean, upgradeSupported boolean
VirtualMachineConfigSpec: changeVersion? string, name? string, version? string, createDate? dateTime, uuid? string, instanceUuid? string,
  npivNodeWorldWideName? long[], npivPortWorldWideName? long[], npivWorldWideNameType? string, npivDesiredNodeWwns? short,
  npivDesiredPortWwns? short, npivTemporaryDisabled? boolean, npivOnNonRdmDisks? boolean, npivWorldWideNameOp? string, locationId? string,
  guestId? string, alternateGuestName? string, annotation? string, files? VirtualMachineFileInfo, tools? ToolsConfigInfo,
  flags? VirtualMachineFlagInfo, consolePreferences? VirtualMachineConsolePreferences, powerOpInfo? VirtualMachineDefaultPowerOpInfo,
  rebootPowerOff? boolean, numCPUs? int, vcpuConfig? ~VirtualMachineVcpuConfig[], numCoresPerSocket? int, memoryMB? long,
  memoryHotAddEnabled? boolean, cpuHotAddEnabled? boolean, cpuHotRemoveEnabled? boolean, virtualICH7MPresent? boolean,
  virtualSMCPresent? boolean, deviceChange? VirtualDeviceConfigSpec[], cpuAllocation? ResourceAllocationInfo,
  memoryAllocation? ResourceAllocationInfo, latencySensitivity? ~LatencySensitivity, cpuAffinity? VirtualMachineAffinityInfo,
  memoryAffinity? VirtualMachineAffinityInfo, networkShaper? VirtualMachineNetworkShaperInfo,
  cpuFeatureMask? ~VirtualMachineCpuIdInfoSpec[], extraConfig? OptionValue[], swapPlacement? string,
  bootOptions? VirtualMachineBootOptions, vAppConfig? ~VmConfigSpec, ftInfo? ~FaultToleranceConfigInfo, repConfig? ~ReplicationConfigSpec,
  vAppConfigRemoved? boolean, vAssertsEnabled? boolean, changeTrackingEnabled? boolean, firmware? string, maxMksConnections? int,
  guestAutoLockEnabled? boolean, managedBy? ~ManagedByInfo, memoryReservationLockedToMax? boolean, nestedHVEnabled? boolean,
  vPMCEnabled? boolean, scheduledHardwareUpgradeInfo? ~ScheduledHardwareUpgradeInfo, vmProfile? ~VirtualMachineProfileSpec[],
  messageBusTunnelEnabled? boolean, crypto? ~CryptoSpec, migrateEncryption? string, sgxInfo? ~VirtualMachineSgxInfo,
  ftEncryptionMode? string, guestMonitoringModeInfo? ~VirtualMachineGuestMonitoringModeInfo, sevEnabled? boolean,
  virtualNuma? ~VirtualMachineVirtualNuma, motherboardLayout? string, pmemFailoverEnabled? boolean, vmxStatsCollectionEnabled? boolean,
  vmOpNotificationToAppEnabled? boolean, vmOpNotificationTimeout? long, deviceSwap? VirtualMachineVirtualDeviceSwap,
  simultaneousThreads? int, pmem? ~VirtualMachineVirtualPMem, deviceGroups? ~VirtualMachineVirtualDeviceGroups,
  fixedPassthruHotPlugEnabled? boolean, metroFtEnabled? boolean, metroFtHostGroup? string, tdxEnabled? boolean, sevSnpEnabled? boolean,
  tagSpecs? TagSpec[], vmPlacementPolicies? VmPlacementPolicy[],
  extensionCompatibilityConstraint? ~VirtualMachineExtensionCompatibilityConstraintSet, skipExtensionCompatibilityChecks? boolean
VirtualMachineConfigSummary: name string, template boolean, vmPathName string, memorySizeMB? int, cpuReservation? int,
  memoryReservation? int, numCpu? int, numEthernetCards? int, numVirtualDisks? int, uuid? string, instanceUuid? string, guestId? string,
  guestFullName? string, annotation? string, product? ~VAppProductInfo, installBootRequired? boolean, ftInfo? ~FaultToleranceConfigInfo,
  managedBy? ~ManagedByInfo, tpmPresent? boolean, numVmiopBackings? int, hwVersion? string
VirtualMachineConsolePreferences: powerOnWhenOpened? boolean, enterFullScreenOnPowerOn? boolean, closeOnPowerOffOrSuspend? boolean
VirtualMachineDefaultPowerOpInfo: powerOffType? string, suspendType? string, resetType? string, defaultPowerOffType? string,
  defaultSuspendType? string, defaultResetType? string, standbyAction? string
VirtualMachineDeviceRuntimeInfo: runtimeState VirtualMachineDeviceRuntimeInfoDeviceRuntimeState, key int
VirtualMachineDeviceRuntimeInfoDeviceRuntimeState
VirtualMachineFeatureRequirement: key string, featureName string, value string
VirtualMachineFileInfo: vmPathName? string, snapshotDirectory? string, suspendDirectory? string, logDirectory? string,
  ftMetadataDirectory? string
VirtualMachineFileLayout: configFile? string[], logFile? string[], disk? VirtualMachineFileLayoutDiskLayout[],
  snapshot? VirtualMachineFileLayoutSnapshotLayout[], swapFile? string
VirtualMachineFileLayoutDiskLayout: key int, diskFile string[]
VirtualMachineFileLayoutEx: file? VirtualMachineFileLayoutExFileInfo[], disk? VirtualMachineFileLayoutExDiskLayout[],
  snapshot? VirtualMachineFileLayoutExSnapshotLayout[], timestamp dateTime
VirtualMachineFileLayoutExDiskLayout: key int, virtualDiskFormat? string, chain? VirtualMachineFileLayoutExDiskUnit[]
VirtualMachineFileLayoutExDiskUnit: fileKey int[]
VirtualMachineFileLayoutExFileInfo: key int, name string, type string, size long, uniqueSize? long, backingObjectId? string,
  accessible? boolean
VirtualMachineFileLayoutExSnapshotLayout: key ref, dataKey int, memoryKey int, disk? VirtualMachineFileLayoutExDiskLayout[]
VirtualMachineFileLayoutSnapshotLayout: key ref, snapshotFile string[]
VirtualMachineFlagInfo: disableAcceleration? boolean, enableLogging? boolean, useToe? boolean, runWithDebugInfo? boolean,
  monitorType? string, htSharing? string, snapshotDisabled? boolean, snapshotLocked? boolean, diskUuidEnabled? boolean,
  virtualMmuUsage? string, virtualExecUsage? string, snapshotPowerOffBehavior? string, recordReplayEnabled? boolean,
  faultToleranceType? string, cbrcCacheEnabled? boolean, vvtdEnabled? boolean, vbsEnabled? boolean
VirtualMachineGuestQuiesceSpec: timeout? int
VirtualMachineGuestSummary: guestId? string, guestFullName? string, toolsStatus? VirtualMachineToolsStatus, toolsVersionStatus? string,
  toolsVersionStatus2? string, toolsRunningStatus? string, hostName? string, ipAddress? string, hwVersion? string
VirtualMachineImportSpec < ImportSpec: configSpec VirtualMachineConfigSpec, resPoolEntity? ref
VirtualMachineInstantCloneSpec: name string, location VirtualMachineRelocateSpec, config? OptionValue[], biosUuid? string
VirtualMachineMessage: id string, argument? any[], text? string
VirtualMachineMksTicket: ticket string, cfgFile string, host? string, port? int, sslThumbprint? string
VirtualMachineNetworkShaperInfo: enabled? boolean, peakBps? long, averageBps? long, burstSize? long
VirtualMachineQuestionInfo: id string, text string, choice ChoiceOption, message? VirtualMachineMessage[]
VirtualMachineQuickStats: overallCpuUsage? int, overallCpuDemand? int, overallCpuReadiness? int, guestMemoryUsage? int,
  hostMemoryUsage? int, guestHeartbeatStatus ManagedEntityStatus, distributedCpuEntitlement? int, distributedMemoryEntitlement? int,
  staticCpuEntitlement? int, staticMemoryEntitlement? int, grantedMemory? int, privateMemory? int, sharedMemory? int, swappedMemory? int,
  balloonedMemory? int, consumedOverheadMemory? int, ftLogBandwidth? int, ftSecondaryLatency? int, ftLatencyStatus? ManagedEntityStatus,
  compressedMemory? long, uptimeSeconds? int, ssdSwappedMemory? long, activeMemory? int,
  memoryTierStats? ~VirtualMachineQuickStatsMemoryTierStats[]
VirtualMachineRelocateSpec: service? ~ServiceLocator, folder? ref, datastore? ref, diskMoveType? string, pool? ref, host? ref,
  disk? VirtualMachineRelocateSpecDiskLocator[], transform? VirtualMachineRelocateTransformation, deviceChange? VirtualDeviceConfigSpec[],
  profile? ~VirtualMachineProfileSpec[], cryptoSpec? ~CryptoSpec, tagSpecs? TagSpec[], vmPlacementPolicies? VmPlacementPolicy[],
  skipExtensionCompatibilityChecks? boolean
VirtualMachineRelocateSpecDiskLocator: diskId int, datastore ref, diskMoveType? string, diskBackingInfo? VirtualDeviceBackingInfo,
  profile? ~VirtualMachineProfileSpec[], backing? VirtualMachineRelocateSpecDiskLocatorBackingSpec,
  filterSpec? ~VirtualMachineBaseIndependentFilterSpec[]
VirtualMachineRelocateSpecDiskLocatorBackingSpec: parent? VirtualMachineRelocateSpecDiskLocatorBackingSpec, crypto? ~CryptoSpec
VirtualMachineRuntimeInfo: device? VirtualMachineDeviceRuntimeInfo[], host? ref, connectionState VirtualMachineConnectionState,
  powerState VirtualMachinePowerState, vmFailoverInProgress? boolean, faultToleranceState VirtualMachineFaultToleranceState,
  dasVmProtection? VirtualMachineRuntimeInfoDasProtectionState, toolsInstallerMounted boolean, suspendTime? dateTime, bootTime? dateTime,
  suspendInterval? long, question? VirtualMachineQuestionInfo, memoryOverhead? long, maxCpuUsage? int, maxMemoryUsage? int,
  numMksConnections int, recordReplayState VirtualMachineRecordReplayState, cleanPowerOff? boolean, needSecondaryReason? string,
  onlineStandby boolean, minRequiredEVCModeKey? string, consolidationNeeded boolean,
  offlineFeatureRequirement? VirtualMachineFeatureRequirement[], featureRequirement? VirtualMachineFeatureRequirement[],
  featureMask? ~HostFeatureMask[], vFlashCacheAllocation? long, paused? boolean, snapshotInBackground? boolean,
  quiescedForkParent? boolean, instantCloneFrozen? boolean, cryptoState? string, suspendedToMemory? boolean, opNotificationTimeout? long,
  iommuActive? boolean
VirtualMachineRuntimeInfoDasProtectionState: dasProtected boolean
VirtualMachineSnapshotInfo: currentSnapshot? ref, rootSnapshotList VirtualMachineSnapshotTree[]
VirtualMachineSnapshotTree: snapshot ref, vm ref, name string, description string, id int, createTime dateTime,
  state VirtualMachinePowerState, quiesced boolean, backupManifest? string, childSnapshotList? VirtualMachineSnapshotTree[],
  replaySupported? boolean
VirtualMachineStorageInfo: perDatastoreUsage? VirtualMachineUsageOnDatastore[], timestamp dateTime
VirtualMachineStorageSummary: committed long, uncommitted long, unshared long, timestamp dateTime
VirtualMachineSummary: vm? ref, runtime VirtualMachineRuntimeInfo, guest? VirtualMachineGuestSummary, config VirtualMachineConfigSummary,
  storage? VirtualMachineStorageSummary, quickStats VirtualMachineQuickStats, overallStatus ManagedEntityStatus,
  customValue? CustomFieldValue[]
VirtualMachineTicket: ticket string, cfgFile string, host? string, port? int, sslThumbprint? string,
  certThumbprintList? VirtualMachineCertThumbprint[], sslCertificate? string, url? string
VirtualMachineUsageOnDatastore: datastore ref, committed long, uncommitted long, unshared long
VirtualMachineVirtualDeviceSwap: lsiToPvscsi? VirtualMachineVirtualDeviceSwapDeviceSwapInfo
VirtualMachineVirtualDeviceSwapDeviceSwapInfo: enabled? boolean, applicable? boolean, status? string
`;
