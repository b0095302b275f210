/** Enumerations. A value that is not listed is kept as it came. The format is described in ../parse.ts. */
export const enumTable = `
enum ArrayUpdateOperation: add remove edit
enum CustomizationLicenseDataMode: perServer perSeat
enum CustomizationNetBIOSMode: enableNetBIOSViaDhcp enableNetBIOS disableNetBIOS
enum CustomizationSysprepRebootOption: reboot noreboot shutdown
enum DrsBehavior: manual partiallyAutomated fullyAutomated
enum EventFilterSpecRecursionOption: self children all
enum HostLockdownMode: lockdownDisabled lockdownNormal lockdownStrict
enum HostSystemConnectionState: connected notResponding disconnected
enum HostSystemPowerState: poweredOn poweredOff standBy unknown
enum HttpNfcLeaseState: initializing ready done error
enum ManagedEntityStatus: gray green yellow red
enum ObjectUpdateKind: modify enter leave
enum PropertyChangeOp: add remove assign indirectRemove
enum SharesLevel: low normal high custom
enum TaskFilterSpecRecursionOption: self children all
enum TaskFilterSpecTimeOption: queuedTime startedTime completedTime
enum TaskInfoState: queued running success error
enum VirtualAppVAppState: started stopped starting stopping
enum VirtualDeviceConfigSpecFileOperation: create destroy replace
enum VirtualDeviceConfigSpecOperation: add remove edit
enum VirtualMachineConnectionState: connected disconnected orphaned inaccessible invalid
enum VirtualMachineFaultToleranceState: notConfigured disabled enabled needSecondary starting running
enum VirtualMachineMovePriority: lowPriority highPriority defaultPriority
enum VirtualMachinePowerState: poweredOff poweredOn suspended
enum VirtualMachineRecordReplayState: recording replaying inactive
enum VirtualMachineRelocateTransformation: flat sparse
enum VirtualMachineToolsStatus: toolsNotInstalled toolsNotRunning toolsOld toolsOk
enum VirtualSCSISharing: noSharing virtualSharing physicalSharing
`;
