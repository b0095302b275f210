/** Methods. `read` marks those that change nothing, so that the session may send them again after a new login. The format is described in ../parse.ts. */
export const methodTable = `
# ServiceInstance
read RetrieveServiceContent(): ServiceContent
read CurrentTime(): dateTime
# SessionManager
call Login(userName string, password string, locale? string): UserSession
call Logout()
call LoginByToken(locale? string): UserSession
read SessionIsActive(sessionID string, userName string): boolean
call AcquireCloneTicket(): string
call CloneSession(cloneTicket string): UserSession
read AcquireGenericServiceTicket(spec SessionManagerServiceRequestSpec): SessionManagerGenericServiceTicket
call TerminateSession(sessionId string[])
# PropertyCollector
call CreateFilter(spec PropertyFilterSpec, partialUpdates boolean): ref
call CreatePropertyCollector(): ref
call DestroyPropertyCollector()
read RetrievePropertiesEx(specSet PropertyFilterSpec[], options RetrieveOptions): RetrieveResult?
call ContinueRetrievePropertiesEx(token string): RetrieveResult
call CancelRetrievePropertiesEx(token string)
read RetrieveProperties(specSet PropertyFilterSpec[]): ObjectContent[]
call WaitForUpdatesEx(version? string, options? WaitOptions): UpdateSet?
call WaitForUpdates(version? string): UpdateSet
call CheckForUpdates(version? string): UpdateSet?
call CancelWaitForUpdates()
# PropertyFilter
call DestroyPropertyFilter()
# ViewManager
call CreateContainerView(container ref, type? string[], recursive boolean): ref
call CreateListView(obj? ref[]): ref
call CreateInventoryView(): ref
# View
call DestroyView()
call ModifyListView(add? ref[], remove? ref[]): ref[]
call ResetListView(obj? ref[]): ref[]
# SearchIndex
read FindByUuid(datacenter? ref, uuid string, vmSearch boolean, instanceUuid? boolean): ref?
read FindAllByUuid(datacenter? ref, uuid string, vmSearch boolean, instanceUuid? boolean): ref[]
read FindByInventoryPath(inventoryPath string): ref?
read FindChild(entity ref, name string): ref?
read FindByDatastorePath(datacenter ref, path string): ref?
read FindByDnsName(datacenter? ref, dnsName string, vmSearch boolean): ref?
read FindByIp(datacenter? ref, ip string, vmSearch boolean): ref?
# Task
call CancelTask()
call SetTaskState(state TaskInfoState, result? any, fault? LocalizedMethodFault)
call SetTaskDescription(description LocalizableMessage)
call UpdateProgress(percentDone int)
# TaskManager
call CreateTask(obj ref, taskTypeId string, initiatedBy? string, cancelable boolean, parentTaskKey? string,
  activationId? string): TaskInfo
call CreateCollectorForTasks(filter TaskFilterSpec): ref
call ReadNextTasks(maxCount int): TaskInfo[]
call ReadPreviousTasks(maxCount int): TaskInfo[]
# HistoryCollector
call RewindCollector()
call ResetCollector()
call DestroyCollector()
call SetCollectorPageSize(maxCount int)
# EventManager
read QueryEvents(filter EventFilterSpec, eventViewSpec? EventManagerEventViewSpec): Event[]
call CreateCollectorForEvents(filter EventFilterSpec): ref
call ReadNextEvents(maxCount int): Event[]
call ReadPreviousEvents(maxCount int): Event[]
call LogUserEvent(entity ref, msg string)
call PostEvent(eventToPost Event, taskInfo? TaskInfo)
# AuthorizationManager
read HasPrivilegeOnEntities(entity ref[], sessionId string, privId? string[]): EntityPrivilege[]
read HasPrivilegeOnEntity(entity ref, sessionId string, privId? string[]): boolean[]
read FetchUserPrivilegeOnEntities(entities ref[], userName string): UserPrivilegeResult[]
read HasUserPrivilegeOnEntities(entities ref[], userName string, privId? string[]): EntityPrivilege[]
read RetrieveEntityPermissions(entity ref, inherited boolean): Permission[]
read RetrieveAllPermissions(): Permission[]
read RetrieveRolePermissions(roleId int): Permission[]
call SetEntityPermissions(entity ref, permission? Permission[])
call ResetEntityPermissions(entity ref, permission? Permission[])
call RemoveEntityPermission(entity ref, user string, isGroup boolean)
call AddAuthorizationRole(name string, privIds? string[]): int
call RemoveAuthorizationRole(roleId int, failIfUsed boolean)
call UpdateAuthorizationRole(roleId int, newName string, privIds? string[])
# OptionManager
read QueryOptions(name? string): OptionValue[]
call UpdateOptions(changedValue OptionValue[])
# CustomFieldsManager
call AddCustomFieldDef(name string, moType? string, fieldDefPolicy? PrivilegePolicyDef, fieldPolicy? PrivilegePolicyDef): CustomFieldDef
call RemoveCustomFieldDef(key int)
call RenameCustomFieldDef(key int, name string)
call SetField(entity ref, key int, value string)
# ExtensibleManagedObject
call setCustomValue(key string, value string)
# ManagedEntity
call Rename_Task(newName string): ref
call Destroy_Task(): ref
call Reload()
# Folder
call CreateFolder(name string): ref
call CreateVM_Task(config VirtualMachineConfigSpec, pool ref, host? ref): ref
call RegisterVM_Task(path string, name? string, asTemplate boolean, pool? ref, host? ref): ref
call MoveIntoFolder_Task(list ref[]): ref
call CreateDatacenter(name string): ref
call CreateClusterEx(name string, spec ClusterConfigSpecEx): ref
call AddStandaloneHost_Task(spec HostConnectSpec, compResSpec? ComputeResourceConfigSpec, addConnected boolean, license? string): ref
call CreateDVS_Task(spec DVSCreateSpec): ref
call CreateStoragePod(name string): ref
# Datacenter
call PowerOnMultiVM_Task(vm ref[], option? OptionValue[]): ref
# ComputeResource
call ReconfigureComputeResource_Task(spec ComputeResourceConfigSpec, modify boolean): ref
call AddHost_Task(spec HostConnectSpec, asConnected boolean, resourcePool? ref, license? string): ref
call MoveHostInto_Task(host ref, resourcePool? ref): ref
call MoveInto_Task(host ref[]): ref
read RecommendHostsForVm(vm ref, pool? ref): ClusterHostRecommendation[]
call ApplyRecommendation(key string)
call CancelRecommendation(key string)
read PlaceVm(placementSpec PlacementSpec): PlacementResult
# HostSystem
call EnterMaintenanceMode_Task(timeout int, evacuatePoweredOffVms? boolean, maintenanceSpec? HostMaintenanceSpec): ref
call ExitMaintenanceMode_Task(timeout int): ref
call DisconnectHost_Task(): ref
call ReconnectHost_Task(cnxSpec? HostConnectSpec, reconnectSpec? ~HostSystemReconnectSpec): ref
call RebootHost_Task(force boolean): ref
call ShutdownHost_Task(force boolean): ref
# ResourcePool
call CreateResourcePool(name string, spec ResourceConfigSpec): ref
call DestroyChildren()
call UpdateConfig(name? string, config? ResourceConfigSpec)
call MoveIntoResourcePool(list ref[])
call CreateChildVM_Task(config VirtualMachineConfigSpec, host? ref): ref
call ImportVApp(spec ImportSpec, folder? ref, host? ref): ref
# HostNetworkSystem
call AddVirtualSwitch(vswitchName string, spec? HostVirtualSwitchSpec)
call RemoveVirtualSwitch(vswitchName string)
call AddPortGroup(portgrp HostPortGroupSpec)
call RemovePortGroup(pgName string)
# DistributedVirtualSwitch
call CreateDVPortgroup_Task(spec DVPortgroupConfigSpec): ref
call AddDVPortgroup_Task(spec DVPortgroupConfigSpec[]): ref
call ReconfigureDvs_Task(spec DVSConfigSpec): ref
read FetchDVPorts(criteria? DistributedVirtualSwitchPortCriteria): DistributedVirtualPort[]
call ReconfigureDVPort_Task(port DVPortConfigSpec[]): ref
call ReconfigureDVPortgroup_Task(spec DVPortgroupConfigSpec): ref
# EnvironmentBrowser
read QueryConfigOptionDescriptor(): VirtualMachineConfigOptionDescriptor[]
`;
