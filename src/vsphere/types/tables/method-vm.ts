/** Methods of machines, storage and guests. `read` marks those that change nothing. The format is described in ../parse.ts. */
export const vmMethodTable = `
# VirtualMachine
call CloneVM_Task(folder ref, name string, spec VirtualMachineCloneSpec): ref
call InstantClone_Task(spec VirtualMachineInstantCloneSpec): ref
call ReconfigVM_Task(spec VirtualMachineConfigSpec): ref
call PowerOnVM_Task(host? ref): ref
call PowerOffVM_Task(): ref
call ResetVM_Task(): ref
call SuspendVM_Task(): ref
call ShutdownGuest()
call RebootGuest()
call StandbyGuest()
call CreateSnapshot_Task(name string, description? string, memory boolean, quiesce boolean): ref
call CreateSnapshotEx_Task(name string, description? string, memory boolean, quiesceSpec? VirtualMachineGuestQuiesceSpec): ref
call RevertToCurrentSnapshot_Task(host? ref, suppressPowerOn? boolean): ref
call RemoveAllSnapshots_Task(consolidate? boolean, spec? SnapshotSelectionSpec): ref
call ConsolidateVMDisks_Task(): ref
call EstimateStorageForConsolidateSnapshots_Task(): ref
call PromoteDisks_Task(unlink boolean, disks? VirtualDisk[]): ref
call UnregisterVM()
call MarkAsTemplate()
call MarkAsVirtualMachine(pool ref, host? ref)
call RelocateVM_Task(spec VirtualMachineRelocateSpec, priority? VirtualMachineMovePriority): ref
call MigrateVM_Task(pool? ref, host? ref, priority VirtualMachineMovePriority, state? VirtualMachinePowerState): ref
call CustomizeVM_Task(spec CustomizationSpec): ref
read CheckCustomizationSpec(spec CustomizationSpec)
call AnswerVM(questionId string, answerChoice string)
read AcquireTicket(ticketType string): VirtualMachineTicket
read AcquireMksTicket(): VirtualMachineMksTicket
call RefreshStorageInfo()
call reloadVirtualMachineFromPath_Task(configurationPath string): ref
call UpgradeVM_Task(version? string): ref
call MountToolsInstaller()
call UnmountToolsInstaller()
call UpgradeTools_Task(installerOptions? string): ref
call DetachDisk_Task(diskId ID): ref
call AttachDisk_Task(diskId ID, datastore ref, controllerKey? int, unitNumber? int): ref
call CreateScreenshot_Task(): ref
call PutUsbScanCodes(spec UsbScanCodeSpec): int
call SetScreenResolution(width int, height int)
call ResetGuestInformation()
call TerminateVM()
call ExportVm(): ref
read QueryChangedDiskAreas(snapshot? ref, deviceKey int, startOffset long, changeId string): DiskChangeInfo
read ExtractOvfEnvironment(): string
# VirtualMachineSnapshot
call RevertToSnapshot_Task(host? ref, suppressPowerOn? boolean): ref
call RemoveSnapshot_Task(removeChildren boolean, consolidate? boolean): ref
call RenameSnapshot(name? string, description? string)
# CustomizationSpecManager
read GetCustomizationSpec(name string): CustomizationSpecItem
call CreateCustomizationSpec(item CustomizationSpecItem)
call DeleteCustomizationSpec(name string)
read DoesCustomizationSpecExist(name string): boolean
call OverwriteCustomizationSpec(item CustomizationSpecItem)
# GuestCustomizationManager
call CustomizeGuest_Task(vm ref, auth GuestAuthentication, spec CustomizationSpec, configParams? OptionValue[]): ref
call StartGuestNetwork_Task(vm ref, auth GuestAuthentication): ref
call AbortCustomization_Task(vm ref, auth GuestAuthentication): ref
# Datastore
call RefreshDatastore()
call RefreshDatastoreStorageInfo()
call DatastoreEnterMaintenanceMode(): StoragePlacementResult
call DatastoreExitMaintenanceMode_Task(): ref
call UpdateVirtualMachineFiles_Task(mountPathDatastoreMapping DatastoreMountPathDatastorePair[]): ref
# HostDatastoreSystem
call CreateNasDatastore(spec HostNasVolumeSpec): ref
call CreateLocalDatastore(name string, path string): ref
call RemoveDatastore(datastore ref)
# HostDatastoreBrowser
call SearchDatastore_Task(datastorePath string, searchSpec? HostDatastoreBrowserSearchSpec): ref
call SearchDatastoreSubFolders_Task(datastorePath string, searchSpec? HostDatastoreBrowserSearchSpec): ref
# FileManager
call MakeDirectory(name string, datacenter? ref, createParentDirectories? boolean)
call DeleteDatastoreFile_Task(name string, datacenter? ref): ref
call MoveDatastoreFile_Task(sourceName string, sourceDatacenter? ref, destinationName string, destinationDatacenter? ref,
  force? boolean): ref
call CopyDatastoreFile_Task(sourceName string, sourceDatacenter? ref, destinationName string, destinationDatacenter? ref,
  force? boolean): ref
# DatastoreNamespaceManager
call CreateDirectory(datastore ref, displayName? string, policy? string, size? long): string
call DeleteDirectory(datacenter? ref, datastorePath string)
read ConvertNamespacePathToUuidPath(datacenter? ref, namespaceUrl string): string
# VirtualDiskManager
call CreateVirtualDisk_Task(name string, datacenter? ref, spec VirtualDiskSpec): ref
call DeleteVirtualDisk_Task(name string, datacenter? ref): ref
call MoveVirtualDisk_Task(sourceName string, sourceDatacenter? ref, destName string, destDatacenter? ref, force? boolean,
  profile? ~VirtualMachineProfileSpec[]): ref
call CopyVirtualDisk_Task(sourceName string, sourceDatacenter? ref, destName string, destDatacenter? ref, destSpec? VirtualDiskSpec,
  force? boolean): ref
call ExtendVirtualDisk_Task(name string, datacenter? ref, newCapacityKb long, eagerZero? boolean): ref
read QueryVirtualDiskUuid(name string, datacenter? ref): string
call SetVirtualDiskUuid(name string, datacenter? ref, uuid string)
read QueryVirtualDiskGeometry(name string, datacenter? ref): ~HostDiskDimensionsChs
read QueryVirtualDiskFragmentation(name string, datacenter? ref): int
call InflateVirtualDisk_Task(name string, datacenter? ref): ref
call ShrinkVirtualDisk_Task(name string, datacenter? ref, copy? boolean): ref
call ZeroFillVirtualDisk_Task(name string, datacenter? ref): ref
call EagerZeroVirtualDisk_Task(name string, datacenter? ref): ref
call DefragmentVirtualDisk_Task(name string, datacenter? ref): ref
# StorageResourceManager
read RecommendDatastores(storageSpec StoragePlacementSpec): StoragePlacementResult
call ApplyStorageDrsRecommendation_Task(key string[]): ref
call CancelStorageDrsRecommendation(key string[])
# HttpNfcLease
call HttpNfcLeaseComplete()
call HttpNfcLeaseAbort(fault? LocalizedMethodFault)
call HttpNfcLeaseProgress(percent int)
read HttpNfcLeaseGetManifest(): HttpNfcLeaseManifestEntry[]
# GuestAuthManager
read ValidateCredentialsInGuest(vm ref, auth GuestAuthentication)
call AcquireCredentialsInGuest(vm ref, requestedAuth GuestAuthentication, sessionID? long): GuestAuthentication
call ReleaseCredentialsInGuest(vm ref, auth GuestAuthentication)
# GuestProcessManager
call StartProgramInGuest(vm ref, auth GuestAuthentication, spec GuestProgramSpec): long
read ListProcessesInGuest(vm ref, auth GuestAuthentication, pids? long[]): GuestProcessInfo[]
call TerminateProcessInGuest(vm ref, auth GuestAuthentication, pid long)
read ReadEnvironmentVariableInGuest(vm ref, auth GuestAuthentication, names? string[]): string[]
# GuestFileManager
call MakeDirectoryInGuest(vm ref, auth GuestAuthentication, directoryPath string, createParentDirectories boolean)
call DeleteFileInGuest(vm ref, auth GuestAuthentication, filePath string)
call DeleteDirectoryInGuest(vm ref, auth GuestAuthentication, directoryPath string, recursive boolean)
call MoveFileInGuest(vm ref, auth GuestAuthentication, srcFilePath string, dstFilePath string, overwrite boolean)
call MoveDirectoryInGuest(vm ref, auth GuestAuthentication, srcDirectoryPath string, dstDirectoryPath string)
call CreateTemporaryFileInGuest(vm ref, auth GuestAuthentication, prefix string, suffix string, directoryPath? string): string
call CreateTemporaryDirectoryInGuest(vm ref, auth GuestAuthentication, prefix string, suffix string, directoryPath? string): string
read ListFilesInGuest(vm ref, auth GuestAuthentication, filePath string, index? int, maxResults? int,
  matchPattern? string): GuestListFileInfo
call ChangeFileAttributesInGuest(vm ref, auth GuestAuthentication, guestFilePath string, fileAttributes GuestFileAttributes)
call InitiateFileTransferFromGuest(vm ref, auth GuestAuthentication, guestFilePath string): FileTransferInformation
call InitiateFileTransferToGuest(vm ref, auth GuestAuthentication, guestFilePath string, fileAttributes GuestFileAttributes,
  fileSize long, overwrite boolean): string
`;
