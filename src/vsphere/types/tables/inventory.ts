/** Folders, data centres, hosts, clusters and resource pools. The format is described in ../parse.ts. */
export const inventoryTable = `
ClusterAction: type string, target? ref
ClusterAttemptedVmInfo: vm ref, task? ref
ClusterComputeResourceSummary < ComputeResourceSummary: currentFailoverLevel int, admissionControlInfo? ~ClusterDasAdmissionControlInfo,
  numVmotions int, targetBalance? int, currentBalance? int, drsScore? int, numVmsPerDrsScoreBucket? int[],
  usageSummary? ~ClusterUsageSummary, currentEVCModeKey? string, currentEVCGraphicsModeKey? string, dasData? ~ClusterDasData,
  clusterMaintenanceModeStatus? string, vcsHealthStatus? string, vcsSlots? ~ClusterComputeResourceVcsSlots[]
ClusterConfigInfoEx < ComputeResourceConfigInfo: systemVMsConfig? ~ClusterSystemVMsConfigInfo, dasConfig ClusterDasConfigInfo,
  dasVmConfig? ~ClusterDasVmConfigInfo[], drsConfig ClusterDrsConfigInfo, drsVmConfig? ~ClusterDrsVmConfigInfo[],
  rule? ~ClusterRuleInfo[], orchestration? ~ClusterOrchestrationInfo, vmOrchestration? ~ClusterVmOrchestrationInfo[],
  dpmConfigInfo? ~ClusterDpmConfigInfo, dpmHostConfig? ~ClusterDpmHostConfigInfo[], vsanConfigInfo? ~VsanClusterConfigInfo,
  vsanHostConfig? ~VsanHostConfigInfo[], group? ~ClusterGroupInfo[], infraUpdateHaConfig? ~ClusterInfraUpdateHaConfigInfo,
  proactiveDrsConfig? ~ClusterProactiveDrsConfigInfo, cryptoConfig? ~ClusterCryptoConfigInfo, vsanCoreConfig? ~VsanClusterCoreConfig
ClusterConfigSpecEx < ComputeResourceConfigSpec: systemVMsConfig? ~ClusterSystemVMsConfigSpec, dasConfig? ClusterDasConfigInfo,
  dasVmConfigSpec? ~ClusterDasVmConfigSpec[], drsConfig? ClusterDrsConfigInfo, drsVmConfigSpec? ~ClusterDrsVmConfigSpec[],
  rulesSpec? ~ClusterRuleSpec[], orchestration? ~ClusterOrchestrationInfo, vmOrchestrationSpec? ~ClusterVmOrchestrationSpec[],
  dpmConfig? ~ClusterDpmConfigInfo, dpmHostConfigSpec? ~ClusterDpmHostConfigSpec[], vsanConfig? ~VsanClusterConfigInfo,
  vsanHostConfigSpec? ~VsanHostConfigInfo[], groupSpec? ~ClusterGroupSpec[], infraUpdateHaConfig? ~ClusterInfraUpdateHaConfigInfo,
  proactiveDrsConfig? ~ClusterProactiveDrsConfigInfo, inHciWorkflow? boolean, cryptoConfig? ~ClusterCryptoConfigInfo,
  vsanCoreConfigSpec? ~VsanClusterCoreConfigSpec
ClusterDasAdmissionControlPolicy: resourceReductionToToleratePercent? int, pMemAdmissionControlEnabled? boolean
ClusterDasConfigInfo: enabled? boolean, vmMonitoring? string, hostMonitoring? string, vmComponentProtecting? string, failoverLevel? int,
  admissionControlPolicy? ClusterDasAdmissionControlPolicy, admissionControlEnabled? boolean, defaultVmSettings? ~ClusterDasVmSettings,
  option? OptionValue[], heartbeatDatastore? ref[], hBDatastoreCandidatePolicy? string
ClusterDrsConfigInfo: enabled? boolean, enableVmBehaviorOverrides? boolean, defaultVmBehavior? DrsBehavior, vmotionRate? int,
  scaleDescendantsShares? string, option? OptionValue[]
ClusterFailoverHostAdmissionControlPolicy < ClusterDasAdmissionControlPolicy: failoverHosts? ref[], failoverLevel? int
ClusterFailoverLevelAdmissionControlPolicy < ClusterDasAdmissionControlPolicy: failoverLevel int, slotPolicy? ~ClusterSlotPolicy
ClusterFailoverResourcesAdmissionControlPolicy < ClusterDasAdmissionControlPolicy: cpuFailoverResourcesPercent int,
  memoryFailoverResourcesPercent int, failoverLevel? int, autoComputePercentages? boolean, pMemFailoverResourcesPercent? int,
  autoComputePMemFailoverResourcesPercent? boolean
ClusterHostRecommendation: host ref, rating int
ClusterNotAttemptedVmInfo: vm ref, fault LocalizedMethodFault
ClusterPowerOnVmResult: attempted? ClusterAttemptedVmInfo[], notAttempted? ClusterNotAttemptedVmInfo[],
  recommendations? ClusterRecommendation[]
ClusterRecommendation: key string, type string, time dateTime, rating int, reason string, reasonText string, warningText? string,
  warningDetails? LocalizableMessage, prerequisite? string[], action? ClusterAction[], target? ref
ComputeResourceConfigInfo: vmSwapPlacement string, spbmEnabled? boolean, defaultHardwareVersionKey? string,
  maximumHardwareVersionKey? string
ComputeResourceConfigSpec: vmSwapPlacement? string, spbmEnabled? boolean, defaultHardwareVersionKey? string,
  desiredSoftwareSpec? ~DesiredSoftwareSpec, maximumHardwareVersionKey? string, enableConfigManager? boolean,
  hostSeedSpec? ComputeResourceHostSeedSpec, softwareSpecId? string, networkBootMode? string
ComputeResourceHostSeedSpec: singleHostSpec ComputeResourceHostSeedSpecSingleHostSpec
ComputeResourceHostSeedSpecSingleHostSpec: newHostCnxSpec? HostConnectSpec, existingHost? ref
ComputeResourceSummary: totalCpu int, totalMemory long, numCpuCores short, numCpuThreads short, effectiveCpu int, effectiveMemory long,
  numHosts int, numEffectiveHosts int, overallStatus ManagedEntityStatus
DatacenterConfigInfo: defaultHardwareVersionKey? string, maximumHardwareVersionKey? string
HostCapability: recursiveResourcePoolsSupported boolean, cpuMemoryResourceConfigurationSupported boolean, rebootSupported boolean,
  shutdownSupported boolean, vmotionSupported boolean, standbySupported boolean, ipmiSupported? boolean, maxSupportedVMs? int,
  maxRunningVMs? int, maxSupportedVcpus? int, maxRegisteredVMs? int, datastorePrincipalSupported boolean, sanSupported boolean,
  nfsSupported boolean, iscsiSupported boolean, vlanTaggingSupported boolean, nicTeamingSupported boolean, highGuestMemSupported boolean,
  maintenanceModeSupported boolean, suspendedRelocateSupported boolean, restrictedSnapshotRelocateSupported boolean,
  perVmSwapFiles boolean, localSwapDatastoreSupported boolean, unsharedSwapVMotionSupported boolean, backgroundSnapshotsSupported boolean,
  preAssignedPCIUnitNumbersSupported boolean, screenshotSupported boolean, scaledScreenshotSupported boolean,
  storageVMotionSupported boolean, vmotionWithStorageVMotionSupported boolean, vmotionAcrossNetworkSupported? boolean,
  maxNumDisksSVMotion? int, maxVirtualDiskDescVersionSupported? int, hbrNicSelectionSupported boolean, vrNfcNicSelectionSupported boolean,
  recordReplaySupported boolean, ftSupported boolean, replayUnsupportedReason? string, replayCompatibilityIssues? string[],
  smpFtSupported boolean, ftCompatibilityIssues? string[], smpFtCompatibilityIssues? string[], maxVcpusPerFtVm? int,
  loginBySSLThumbprintSupported? boolean, cloneFromSnapshotSupported boolean, deltaDiskBackingsSupported boolean,
  perVMNetworkTrafficShapingSupported boolean, tpmSupported boolean, tpmVersion? string, txtEnabled? boolean,
  supportedCpuFeature? ~HostCpuIdInfo[], virtualExecUsageSupported boolean, storageIORMSupported boolean,
  vmDirectPathGen2Supported? boolean, vmDirectPathGen2UnsupportedReason? string[], vmDirectPathGen2UnsupportedReasonExtended? string,
  supportedVmfsMajorVersion? int[], vStorageCapable boolean, snapshotRelayoutSupported boolean, firewallIpRulesSupported? boolean,
  servicePackageInfoSupported? boolean, maxHostRunningVms? int, maxHostSupportedVcpus? int, vmfsDatastoreMountCapable boolean,
  eightPlusHostVmfsSharedAccessSupported boolean, nestedHVSupported boolean, vPMCSupported boolean,
  interVMCommunicationThroughVMCISupported boolean, scheduledHardwareUpgradeSupported? boolean, featureCapabilitiesSupported boolean,
  latencySensitivitySupported boolean, storagePolicySupported? boolean, accel3dSupported boolean, reliableMemoryAware? boolean,
  multipleNetworkStackInstanceSupported? boolean, messageBusProxySupported? boolean, vsanSupported? boolean, vFlashSupported? boolean,
  hostAccessManagerSupported? boolean, provisioningNicSelectionSupported boolean, nfs41Supported? boolean, nfs41Krb5iSupported? boolean,
  turnDiskLocatorLedSupported? boolean, virtualVolumeDatastoreSupported? boolean, markAsSsdSupported? boolean,
  markAsLocalSupported? boolean, smartCardAuthenticationSupported? boolean, pMemSupported? boolean, pMemSnapshotSupported? boolean,
  cryptoSupported? boolean, oneKVolumeAPIsSupported? boolean, gatewayOnNicSupported? boolean, upitSupported? boolean,
  cpuHwMmuSupported? boolean, encryptedVMotionSupported? boolean, encryptionChangeOnAddRemoveSupported? boolean,
  encryptionHotOperationSupported? boolean, encryptionWithSnapshotsSupported? boolean, encryptionFaultToleranceSupported? boolean,
  encryptionMemorySaveSupported? boolean, encryptionRDMSupported? boolean, encryptionVFlashSupported? boolean,
  encryptionCBRCSupported? boolean, encryptionHBRSupported? boolean, ftEfiSupported? boolean, unmapMethodSupported? string,
  maxMemMBPerFtVm? int, virtualMmuUsageIgnored? boolean, virtualExecUsageIgnored? boolean, vmCreateDateSupported? boolean,
  vmfs3EOLSupported? boolean, ftVmcpSupported? boolean, quickBootSupported? boolean, encryptedFtSupported? boolean,
  assignableHardwareSupported? boolean, suspendToMemorySupported? boolean, useFeatureReqsForOldHWv? boolean,
  markPerenniallyReservedSupported? boolean, hppPspSupported? boolean, deviceRebindWithoutRebootSupported? boolean,
  storagePolicyChangeSupported? boolean, precisionTimeProtocolSupported? boolean, remoteDeviceVMotionSupported? boolean,
  maxSupportedVmMemory? int, ahDeviceHintsSupported? boolean, nvmeOverTcpSupported? boolean, nvmeStorageFabricServicesSupported? boolean,
  assignHwPciConfigSupported? boolean, timeConfigSupported? boolean, nvmeBatchOperationsSupported? boolean,
  pMemFailoverSupported? boolean, hostConfigEncryptionSupported? boolean, maxSupportedSimultaneousThreads? int,
  ptpConfigSupported? boolean, maxSupportedPtpPorts? int, sgxRegistrationSupported? boolean, pMemIndependentSnapshotSupported? boolean,
  iommuSLDirtyCapable? boolean, vmknicBindingSupported? boolean, ultralowFixedUnmapSupported? boolean, nvmeVvolSupported? boolean,
  fptHotplugSupported? boolean, mconnectSupported? boolean, vsanNicMgmtSupported? boolean, vvolNQNSupported? boolean,
  stretchedSCSupported? boolean, vmknicBindingOnNFSv41? boolean, vpStatusCheckSupported? boolean, e2e4knSupported? boolean,
  vsanDedicatedVmkNicSupported? boolean, nConnectSupported? boolean, userKeySupported? boolean, ndcmSupported? boolean,
  uefiSecureBoot? boolean, vpxdVmxGenerationSupported? boolean, nfs41Krb5pSupported? boolean, cimSupported? boolean,
  npivSupported? boolean, entitlementSupported? boolean, fcdLinkedCloneSupported? boolean
HostConfigManager: cpuScheduler? ref, datastoreSystem? ref, memoryManager? ref, storageSystem? ref, networkSystem? ref,
  vmotionSystem? ref, virtualNicManager? ref, serviceSystem? ref, firewallSystem? ref, advancedOption? ref, diagnosticSystem? ref,
  autoStartManager? ref, snmpSystem? ref, dateTimeSystem? ref, patchManager? ref, imageConfigManager? ref, bootDeviceSystem? ref,
  firmwareSystem? ref, healthStatusSystem? ref, pciPassthruSystem? ref, licenseManager? ref, kernelModuleSystem? ref,
  authenticationManager? ref, powerSystem? ref, cacheConfigurationManager? ref, esxAgentHostManager? ref, iscsiManager? ref,
  vFlashManager? ref, vsanSystem? ref, messageBusProxy? ref, userDirectory? ref, accountManager? ref, hostAccessManager? ref,
  graphicsManager? ref, vsanInternalSystem? ref, certificateManager? ref, cryptoManager? ref, nvdimmSystem? ref,
  assignableHardwareManager? ref
HostConfigSummary: name string, port int, sslThumbprint? string, sslCertificate? string, product? AboutInfo, vmotionEnabled boolean,
  faultToleranceEnabled boolean, featureVersion? ~HostFeatureVersionInfo[], agentVmDatastore? ref, agentVmNetwork? ref
HostConnectSpec: hostName? string, port? int, sslThumbprint? string, sslCertificate? string, userName? string, password? string,
  vmFolder? ref, force boolean, vimAccountName? string, vimAccountPassword? string, managementIp? string, lockdownMode? HostLockdownMode,
  hostGateway? ~HostGatewaySpec
HostHardwareSummary: vendor string, model string, family? string, uuid string, otherIdentifyingInfo? HostSystemIdentificationInfo[],
  memorySize long, cpuModel string, cpuMhz int, numCpuPkgs short, numCpuCores short, numCpuThreads short, numNics int, numHBAs int
HostListSummary: host? ref, hardware? HostHardwareSummary, runtime? HostRuntimeInfo, config HostConfigSummary,
  quickStats HostListSummaryQuickStats, overallStatus ManagedEntityStatus, rebootRequired boolean, customValue? CustomFieldValue[],
  managementServerIp? string, maxEVCModeKey? string, currentEVCModeKey? string, currentEVCGraphicsModeKey? string,
  gateway? ~HostListSummaryGatewaySummary, tpmAttestation? ~HostTpmAttestationInfo,
  trustAuthorityAttestationInfos? ~HostTrustAuthorityAttestationInfo[]
HostListSummaryQuickStats: overallCpuUsage? int, overallMemoryUsage? int, distributedCpuFairness? int, distributedMemoryFairness? int,
  availablePMemCapacity? int, uptime? int
HostMaintenanceSpec: vsanMode? ~VsanHostDecommissionMode, purpose? string
HostRuntimeInfo: connectionState HostSystemConnectionState, powerState HostSystemPowerState, standbyMode? string,
  inMaintenanceMode boolean, inQuarantineMode? boolean, bootTime? dateTime, healthSystemRuntime? ~HealthSystemRuntime,
  dasHostState? ~ClusterDasFdmHostState, tpmPcrValues? ~HostTpmDigestInfo[], vsanRuntimeInfo? ~VsanHostRuntimeInfo,
  networkRuntimeInfo? ~HostRuntimeInfoNetworkRuntimeInfo, vFlashResourceRuntimeInfo? ~HostVFlashManagerVFlashResourceRunTimeInfo,
  hostMaxVirtualDiskCapacity? long, cryptoState? string, cryptoKeyId? ~CryptoKeyId, statelessNvdsMigrationReady? string,
  partialMaintenanceMode? ~HostPartialMaintenanceModeRuntimeInfo[], stateEncryption? HostRuntimeInfoStateEncryptionInfo,
  podVMInfo? ~PodVMInfo
HostRuntimeInfoStateEncryptionInfo: protectionMode string, requireSecureBoot? boolean, requireExecInstalledOnly? boolean
HostSystemIdentificationInfo: identifierValue string, identifierType ElementDescription
PlacementResult: recommendations? ClusterRecommendation[], drsFault? ~ClusterDrsFaults
PlacementSpec: priority? VirtualMachineMovePriority, vm? ref, configSpec? VirtualMachineConfigSpec,
  relocateSpec? VirtualMachineRelocateSpec, hosts? ref[], datastores? ref[], storagePods? ref[], disallowPrerequisiteMoves? boolean,
  rules? ~ClusterRuleInfo[], key? string, placementType? string, cloneSpec? VirtualMachineCloneSpec, cloneName? string
ResourceAllocationInfo: reservation? long, expandableReservation? boolean, limit? long, shares? SharesInfo, overheadLimit? long
ResourceConfigSpec: entity? ref, changeVersion? string, lastModified? dateTime, cpuAllocation ResourceAllocationInfo,
  memoryAllocation ResourceAllocationInfo, scaleDescendantsShares? string
ResourcePoolQuickStats: overallCpuUsage? long, overallCpuDemand? long, guestMemoryUsage? long, hostMemoryUsage? long,
  distributedCpuEntitlement? long, distributedMemoryEntitlement? long, staticCpuEntitlement? int, staticMemoryEntitlement? int,
  privateMemory? long, sharedMemory? long, swappedMemory? long, balloonedMemory? long, overheadMemory? long, consumedOverheadMemory? long,
  compressedMemory? long
ResourcePoolResourceUsage: reservationUsed long, reservationUsedForVm long, unreservedForPool long, unreservedForVm long,
  overallUsage long, maxUsage long
ResourcePoolRuntimeInfo: memory ResourcePoolResourceUsage, cpu ResourcePoolResourceUsage, vmRp? ResourcePoolVmResourceProfileUsage[],
  overallStatus ManagedEntityStatus, sharesScalable? string
ResourcePoolSummary: name string, config ResourceConfigSpec, runtime ResourcePoolRuntimeInfo, quickStats? ResourcePoolQuickStats,
  configuredMemoryMB? int
ResourcePoolVmResourceProfileUsage: id string, reservedForPool long, reservationUsedForVms long, reservationUsedForChildPools long
SharesInfo: shares int, level SharesLevel
VmPlacementPolicy: tagsToAttach? string[]
`;
