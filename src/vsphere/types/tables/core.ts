/** Service content, sessions, tasks, the property collector, permissions and the small types that all areas share. The format is described in ../parse.ts. */
export const coreTable = `
AboutInfo: name string, fullName string, vendor string, version string, patchLevel? string, build string, localeVersion? string,
  localeBuild? string, osType string, productLineId string, apiType string, apiVersion string, instanceUuid? string,
  licenseProductName? string, licenseProductVersion? string
ArrayUpdateSpec: operation ArrayUpdateOperation, removeKey? any
AuthorizationRole: roleId int, system boolean, name string, info Description, privilege? string[]
BoolPolicy < InheritablePolicy: value? boolean
Capability: provisioningSupported boolean, multiHostSupported boolean, userShellAccessSupported boolean, supportedEVCMode? ~EVCMode[],
  supportedEVCGraphicsMode? ~FeatureEVCMode[], networkBackupAndRestoreSupported? boolean, ftDrsWithoutEvcSupported? boolean,
  hciWorkflowSupported? boolean, computePolicyVersion? int, clusterPlacementSupported? boolean, lifecycleManagementSupported? boolean,
  hostSeedingSupported? boolean, scalableSharesSupported? boolean, hadcsSupported? boolean, configMgmtSupported? boolean
ChoiceOption < OptionType: choiceInfo ElementDescription[], defaultIndex? int
CustomFieldDef: key int, name string, type string, managedObjectType? string, fieldDefPrivileges? PrivilegePolicyDef,
  fieldInstancePrivileges? PrivilegePolicyDef
CustomFieldStringValue < CustomFieldValue: value string
CustomFieldValue: key int
Description: label string, summary string
DynamicData
DynamicProperty: name string, val any
ElementDescription < Description: key string
EntityPrivilege: entity ref, privAvailability PrivilegeAvailability[]
EventManagerEventViewSpec
ExtendedDescription < Description: messageCatalogKeyPrefix string, messageArg? KeyAnyValue[]
ExtendedElementDescription < ElementDescription: messageCatalogKeyPrefix string, messageArg? KeyAnyValue[]
ID: id string
ImportSpec: entityConfig? ~VAppEntityConfigInfo, instantiationOst? ~OvfConsumerOstNode
InheritablePolicy: inherited boolean
IntPolicy < InheritablePolicy: value? int
KeyAnyValue: key string, value any
KeyValue: key string, value string
LocalizableMessage: key string, arg? KeyAnyValue[], message? string
LocalizedMethodFault: fault MethodFault, localizedMessage? string
MethodDescription < Description: key string
MissingObject: obj ref, fault LocalizedMethodFault
MissingProperty: path string, fault LocalizedMethodFault
NoPermissionEntityPrivileges: entity ref, privilegeIds? string[]
NumericRange: start int, end int
ObjectContent: obj ref, propSet? DynamicProperty[], missingSet? MissingProperty[]
ObjectSpec: obj ref, skip? boolean, selectSet? SelectionSpec[]
ObjectUpdate: kind ObjectUpdateKind, obj ref, changeSet? PropertyChange[], missingSet? MissingProperty[]
OptionType: valueIsReadonly? boolean
OptionValue: key string, value any
Permission: entity? ref, principal string, group boolean, roleId int, propagate boolean
PrivilegeAvailability: privId string, isGranted boolean
PrivilegePolicyDef: createPrivilege string, readPrivilege string, updatePrivilege string, deletePrivilege string
PropertyChange: name string, op PropertyChangeOp, val any
PropertyFilterSpec: propSet PropertySpec[], objectSet ObjectSpec[], reportMissingObjectsInResults? boolean
PropertyFilterUpdate: filter ref, objectSet? ObjectUpdate[], missingSet? MissingObject[]
PropertySpec: type string, all? boolean, pathSet? string[]
RetrieveOptions: maxObjects? int
RetrieveResult: token? string, objects ObjectContent[]
ScheduledTaskDetail < TypeDescription: frequency string
SelectionSpec: name? string
ServiceContent: rootFolder ref, propertyCollector ref, viewManager? ref, about AboutInfo, setting? ref, userDirectory? ref,
  sessionManager? ref, authorizationManager? ref, serviceManager? ref, perfManager? ref, scheduledTaskManager? ref, alarmManager? ref,
  eventManager? ref, taskManager? ref, extensionManager? ref, customizationSpecManager? ref, guestCustomizationManager? ref,
  customFieldsManager? ref, accountManager? ref, diagnosticManager? ref, licenseManager? ref, searchIndex? ref, fileManager? ref,
  datastoreNamespaceManager? ref, virtualDiskManager? ref, virtualizationManager? ref, snmpSystem? ref, vmProvisioningChecker? ref,
  vmCompatibilityChecker? ref, ovfManager? ref, ipPoolManager? ref, dvSwitchManager? ref, hostProfileManager? ref,
  clusterProfileManager? ref, complianceManager? ref, localizationManager? ref, storageResourceManager? ref, guestOperationsManager? ref,
  overheadMemoryManager? ref, certificateManager? ref, ioFilterManager? ref, vStorageObjectManager? ref, hostSpecManager? ref,
  cryptoManager? ref, healthUpdateManager? ref, failoverClusterConfigurator? ref, failoverClusterManager? ref, tenantManager? ref,
  siteInfoManager? ref, storageQueryManager? ref, directPathProfileManager? ref
SessionManagerGenericServiceTicket: id string, hostName? string, sslThumbprint? string,
  certThumbprintList? VirtualMachineCertThumbprint[], sslCertificate? string, ticketType? string
SessionManagerHttpServiceRequestSpec < SessionManagerServiceRequestSpec: method? string, url string
SessionManagerServiceRequestSpec
SessionManagerVmomiServiceRequestSpec < SessionManagerServiceRequestSpec: method string
StringPolicy < InheritablePolicy: value? string
TagId: nameId? TagIdNameId, uuid? string
TagIdNameId: tag string, category string
TagSpec < ArrayUpdateSpec: id TagId
TaskFilterSpec: entity? TaskFilterSpecByEntity, time? TaskFilterSpecByTime, userName? TaskFilterSpecByUsername, activationId? string[],
  state? TaskInfoState[], alarm? ref, scheduledTask? ref, eventChainId? int[], tag? string[], parentTaskKey? string[],
  rootTaskKey? string[]
TaskFilterSpecByEntity: entity ref, recursion TaskFilterSpecRecursionOption
TaskFilterSpecByTime: timeType TaskFilterSpecTimeOption, beginTime? dateTime, endTime? dateTime
TaskFilterSpecByUsername: systemUser boolean, userList? string[]
TaskInfo: key string, task ref, description? LocalizableMessage, name? string, descriptionId string, entity? ref, entityName? string,
  locked? ref[], state TaskInfoState, cancelled boolean, cancelable boolean, error? LocalizedMethodFault, result? any, progress? int,
  progressDetails? KeyAnyValue[], reason TaskReason, queueTime dateTime, startTime? dateTime, completeTime? dateTime, eventChainId int,
  changeTag? string, parentTaskKey? string, rootTaskKey? string, activationId? string
TaskReason
TaskReasonAlarm < TaskReason: alarmName string, alarm ref, entityName string, entity ref
TaskReasonSchedule < TaskReason: name string, scheduledTask ref
TaskReasonSystem < TaskReason
TaskReasonUser < TaskReason: userName string
TraversalSpec < SelectionSpec: type string, path string, skip? boolean, selectSet? SelectionSpec[]
TypeDescription < Description: key string
UpdateSet: version string, filterSet? PropertyFilterUpdate[], truncated? boolean
UserPrivilegeResult: entity ref, privileges? string[]
UserSession: key string, userName string, fullName string, loginTime dateTime, lastActiveTime dateTime, locale string,
  messageLocale string, extensionSession boolean, ipAddress string, userAgent string, callCount long
WaitOptions: maxWaitSeconds? int, maxObjectUpdates? int
`;
