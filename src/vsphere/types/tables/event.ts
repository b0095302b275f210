/** Events that the drivers read. An event that is not listed arrives as its nearest listed base with the rest kept. The format is described in ../parse.ts. */
export const eventTable = `
AlarmEventArgument < EntityEventArgument: alarm ref
AlreadyAuthenticatedSessionEvent < SessionEvent
BadUsernameSessionEvent < SessionEvent: ipAddress string
ChangesInfoEventArgument: modified? string, added? string, deleted? string
ClusterEvent < Event
ComputeResourceEventArgument < EntityEventArgument: computeResource ref
CustomizationEvent < VmEvent: logLocation? string
CustomizationFailed < CustomizationEvent: reason? string
CustomizationLinuxIdentityFailed < CustomizationFailed
CustomizationNetworkSetupFailed < CustomizationFailed
CustomizationStartedEvent < CustomizationEvent
CustomizationSucceeded < CustomizationEvent
CustomizationSysprepFailed < CustomizationFailed: sysprepVersion string, systemVersion string
CustomizationUnknownFailure < CustomizationFailed
DatacenterEventArgument < EntityEventArgument: datacenter ref
DatacenterMismatchArgument: entity ref, inputDatacenter? ref
DatastoreEvent < Event: datastore? DatastoreEventArgument
DatastoreEventArgument < EntityEventArgument: datastore ref
DatastoreFileCopiedEvent < DatastoreFileEvent: sourceDatastore DatastoreEventArgument, sourceFile string
DatastoreFileDeletedEvent < DatastoreFileEvent
DatastoreFileEvent < DatastoreEvent: targetFile string, sourceOfOperation? string, succeeded? boolean
DatastoreFileMovedEvent < DatastoreFileEvent: sourceDatastore DatastoreEventArgument, sourceFile string
DatastoreRemovedOnHostEvent < HostEvent: datastore DatastoreEventArgument
DrsVmMigratedEvent < VmMigratedEvent
DrsVmPoweredOnEvent < VmPoweredOnEvent
DvsEventArgument < EntityEventArgument: dvs ref
EnteredMaintenanceModeEvent < HostEvent
EnteringMaintenanceModeEvent < HostEvent
EntityEventArgument < EventArgument: name string
Event: key int, chainId int, createdTime dateTime, userName string, datacenter? DatacenterEventArgument,
  computeResource? ComputeResourceEventArgument, host? HostEventArgument, vm? VmEventArgument, ds? DatastoreEventArgument,
  net? NetworkEventArgument, dvs? DvsEventArgument, fullFormattedMessage? string, changeTag? string
EventArgument
EventEx < Event: eventTypeId string, severity? string, message? string, arguments? KeyAnyValue[], objectId? string, objectType? string,
  objectName? string, fault? LocalizedMethodFault
EventFilterSpec: entity? EventFilterSpecByEntity, time? EventFilterSpecByTime, userName? EventFilterSpecByUsername, eventChainId? int,
  alarm? ref, scheduledTask? ref, disableFullMessage? boolean, category? string[], type? string[], tag? string[], eventTypeId? string[],
  maxCount? int, delayedInit? boolean
EventFilterSpecByEntity: entity ref, recursion EventFilterSpecRecursionOption
EventFilterSpecByTime: beginTime? dateTime, endTime? dateTime
EventFilterSpecByUsername: systemUser boolean, userList? string[]
ExitMaintenanceModeEvent < HostEvent
ExtendedEvent < GeneralEvent: eventTypeId string, managedObject ref, data? ExtendedEventPair[]
ExtendedEventPair: key string, value string
FolderEventArgument < EntityEventArgument: folder ref
GeneralEvent < Event: message string
GeneralUserEvent < GeneralEvent: entity? ManagedEntityEventArgument
HostAddedEvent < HostEvent
HostConnectedEvent < HostEvent
HostConnectionLostEvent < HostEvent
HostDisconnectedEvent < HostEvent: reason? string
HostEvent < Event
HostEventArgument < EntityEventArgument: host ref
HostRemovedEvent < HostEvent
ManagedEntityEventArgument < EntityEventArgument: entity ref
NetworkEventArgument < EntityEventArgument: network ref
ProfileEventArgument < EventArgument: profile ref, name string
ResourcePoolEvent < Event: resourcePool ResourcePoolEventArgument
ResourcePoolEventArgument < EntityEventArgument: resourcePool ref
RoleEventArgument < EventArgument: roleId int, name string
ScheduledTaskEventArgument < EntityEventArgument: scheduledTask ref
SessionEvent < Event
SessionTerminatedEvent < SessionEvent: sessionId string, terminatedUsername string
TaskEvent < Event: info TaskInfo
TaskTimeoutEvent < TaskEvent
TemplateUpgradeEvent < Event: legacyTemplate string
UserLoginSessionEvent < SessionEvent: ipAddress string, userAgent? string, locale string, sessionId string
UserLogoutSessionEvent < SessionEvent: ipAddress? string, userAgent? string, callCount? long, sessionId? string, loginTime? dateTime
VmAcquiredMksTicketEvent < VmEvent
VmAcquiredTicketEvent < VmEvent: ticketType string
VmBeingClonedEvent < VmCloneEvent: destFolder FolderEventArgument, destName string, destHost HostEventArgument
VmBeingCreatedEvent < VmEvent: configSpec? VirtualMachineConfigSpec
VmBeingDeployedEvent < VmEvent: srcTemplate VmEventArgument
VmBeingHotMigratedEvent < VmEvent: destHost HostEventArgument, destDatacenter? DatacenterEventArgument,
  destDatastore? DatastoreEventArgument
VmBeingMigratedEvent < VmEvent: destHost HostEventArgument, destDatacenter? DatacenterEventArgument, destDatastore? DatastoreEventArgument
VmBeingRelocatedEvent < VmRelocateSpecEvent: destHost HostEventArgument, destDatacenter? DatacenterEventArgument,
  destDatastore? DatastoreEventArgument
VmCloneEvent < VmEvent
VmCloneFailedEvent < VmCloneEvent: destFolder FolderEventArgument, destName string, destHost HostEventArgument,
  reason LocalizedMethodFault
VmClonedEvent < VmCloneEvent: sourceVm VmEventArgument
VmConnectedEvent < VmEvent
VmCreatedEvent < VmEvent
VmDasBeingResetEvent < VmEvent: reason? string
VmDeployFailedEvent < VmEvent: destDatastore EntityEventArgument, reason LocalizedMethodFault
VmDeployedEvent < VmEvent: srcTemplate VmEventArgument
VmDisconnectedEvent < VmEvent
VmDiskFailedEvent < VmEvent: disk string, reason LocalizedMethodFault
VmEmigratingEvent < VmEvent
VmEvent < Event: template boolean
VmEventArgument < EntityEventArgument: vm ref
VmFailedMigrateEvent < VmEvent: destHost HostEventArgument, reason LocalizedMethodFault, destDatacenter? DatacenterEventArgument,
  destDatastore? DatastoreEventArgument
VmFailedToPowerOffEvent < VmEvent: reason LocalizedMethodFault
VmFailedToPowerOnEvent < VmEvent: reason LocalizedMethodFault
VmFailedToResetEvent < VmEvent: reason LocalizedMethodFault
VmFailedToSuspendEvent < VmEvent: reason LocalizedMethodFault
VmGuestRebootEvent < VmEvent
VmGuestShutdownEvent < VmEvent
VmGuestStandbyEvent < VmEvent
VmInstanceUuidAssignedEvent < VmEvent: instanceUuid string
VmMacAssignedEvent < VmEvent: adapter string, mac string
VmMacChangedEvent < VmEvent: adapter string, oldMac string, newMac string
VmMessageErrorEvent < VmEvent: message string, messageInfo? VirtualMachineMessage[]
VmMessageEvent < VmEvent: message string, messageInfo? VirtualMachineMessage[]
VmMessageWarningEvent < VmEvent: message string, messageInfo? VirtualMachineMessage[]
VmMigratedEvent < VmEvent: sourceHost HostEventArgument, sourceDatacenter? DatacenterEventArgument,
  sourceDatastore? DatastoreEventArgument
VmOrphanedEvent < VmEvent
VmPoweredOffEvent < VmEvent
VmPoweredOnEvent < VmEvent
VmReconfiguredEvent < VmEvent: configSpec VirtualMachineConfigSpec, configChanges? ChangesInfoEventArgument
VmRegisteredEvent < VmEvent
VmRelocateFailedEvent < VmRelocateSpecEvent: destHost HostEventArgument, reason LocalizedMethodFault,
  destDatacenter? DatacenterEventArgument, destDatastore? DatastoreEventArgument
VmRelocateSpecEvent < VmEvent
VmRelocatedEvent < VmRelocateSpecEvent: sourceHost HostEventArgument, sourceDatacenter? DatacenterEventArgument,
  sourceDatastore? DatastoreEventArgument
VmRemoteConsoleConnectedEvent < VmEvent
VmRemoteConsoleDisconnectedEvent < VmEvent
VmRemovedEvent < VmEvent
VmRenamedEvent < VmEvent: oldName string, newName string
VmResettingEvent < VmEvent
VmResourcePoolMovedEvent < VmEvent: oldParent ResourcePoolEventArgument, newParent ResourcePoolEventArgument
VmResourceReallocatedEvent < VmEvent: configChanges? ChangesInfoEventArgument
VmResumingEvent < VmEvent
VmStartingEvent < VmEvent
VmStoppingEvent < VmEvent
VmSuspendedEvent < VmEvent
VmSuspendingEvent < VmEvent
VmUpgradeCompleteEvent < VmEvent: version string
VmUuidAssignedEvent < VmEvent: uuid string
`;
