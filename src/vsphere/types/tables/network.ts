/** Standard and distributed networks. The format is described in ../parse.ts. */
export const networkTable = `
DVPortConfigInfo: name? string, scope? ref[], description? string, setting? DVPortSetting, configVersion string
DVPortConfigSpec: operation string, key? string, name? string, scope? ref[], description? string, setting? DVPortSetting,
  configVersion? string
DVPortSetting: blocked? BoolPolicy, vmDirectPathGen2Allowed? BoolPolicy, inShapingPolicy? DVSTrafficShapingPolicy,
  outShapingPolicy? DVSTrafficShapingPolicy, vendorSpecificConfig? DVSVendorSpecificConfig, networkResourcePoolKey? StringPolicy,
  filterPolicy? ~DvsFilterPolicy
DVPortState: runtimeInfo? ~DVPortStatus, stats ~DistributedVirtualSwitchPortStatistics,
  vendorSpecificState? DistributedVirtualSwitchKeyedOpaqueBlob[]
DVPortgroupConfigInfo: key string, name string, numPorts int, distributedVirtualSwitch? ref, defaultPortConfig? DVPortSetting,
  description? string, type string, backingType? string, policy DVPortgroupPolicy, portNameFormat? string, scope? ref[],
  vendorSpecificConfig? DistributedVirtualSwitchKeyedOpaqueBlob[], configVersion? string, autoExpand? boolean,
  vmVnicNetworkResourcePoolKey? string, uplink? boolean, transportZoneUuid? string, transportZoneName? string, logicalSwitchUuid? string,
  segmentId? string, subnetId? string
DVPortgroupConfigSpec: configVersion? string, name? string, numPorts? int, portNameFormat? string, defaultPortConfig? DVPortSetting,
  description? string, type? string, backingType? string, scope? ref[], policy? DVPortgroupPolicy,
  vendorSpecificConfig? DistributedVirtualSwitchKeyedOpaqueBlob[], autoExpand? boolean, vmVnicNetworkResourcePoolKey? string,
  transportZoneUuid? string, transportZoneName? string, logicalSwitchUuid? string, segmentId? string, subnetId? string
DVSConfigInfo: uuid string, name string, numStandalonePorts int, numPorts int, maxPorts int, uplinkPortPolicy DVSUplinkPortPolicy,
  uplinkPortgroup? ref[], defaultPortConfig DVPortSetting, host? ~DistributedVirtualSwitchHostMember[],
  productInfo DistributedVirtualSwitchProductSpec, targetInfo? DistributedVirtualSwitchProductSpec, extensionKey? string,
  vendorSpecificConfig? DistributedVirtualSwitchKeyedOpaqueBlob[], policy? ~DVSPolicy, description? string, configVersion string,
  contact DVSContactInfo, switchIpAddress? string, createTime dateTime, networkResourceManagementEnabled boolean,
  defaultProxySwitchMaxNumPorts? int, healthCheckConfig? ~DVSHealthCheckConfig[],
  infrastructureTrafficResourceConfig? ~DvsHostInfrastructureTrafficResource[],
  netResourcePoolTrafficResourceConfig? ~DvsHostInfrastructureTrafficResource[], networkResourceControlVersion? string,
  vmVnicNetworkResourcePool? DVSVmVnicNetworkResourcePool[], pnicCapacityRatioForReservation? int
DVSConfigSpec: configVersion? string, name? string, numStandalonePorts? int, maxPorts? int, uplinkPortPolicy? DVSUplinkPortPolicy,
  uplinkPortgroup? ref[], defaultPortConfig? DVPortSetting, host? ~DistributedVirtualSwitchHostMemberConfigSpec[], extensionKey? string,
  description? string, policy? ~DVSPolicy, vendorSpecificConfig? DistributedVirtualSwitchKeyedOpaqueBlob[], contact? DVSContactInfo,
  switchIpAddress? string, defaultProxySwitchMaxNumPorts? int,
  infrastructureTrafficResourceConfig? ~DvsHostInfrastructureTrafficResource[],
  netResourcePoolTrafficResourceConfig? ~DvsHostInfrastructureTrafficResource[], networkResourceControlVersion? string
DVSCreateSpec: configSpec DVSConfigSpec, productInfo? DistributedVirtualSwitchProductSpec, capability? ~DVSCapability
DVSSummary: name string, uuid string, numPorts int, productInfo? DistributedVirtualSwitchProductSpec, hostMember? ref[], vm? ref[],
  host? ref[], portgroupName? string[], description? string, contact? DVSContactInfo, numHosts? int
DVSVmVnicNetworkResourcePool: key string, name? string, description? string, configVersion string,
  allocationInfo? DvsVmVnicResourceAllocation
DistributedVirtualPort: key string, config DVPortConfigInfo, dvsUuid string, portgroupKey? string, proxyHost? ref,
  connectee? ~DistributedVirtualSwitchPortConnectee, conflict boolean, conflictPortKey? string, state? DVPortState, connectionCookie? int,
  lastStatusChange dateTime, hostLocalPort? boolean, externalId? string, segmentPortId? string
DistributedVirtualSwitchKeyedOpaqueBlob: key string, opaqueData string
DistributedVirtualSwitchPortConnection: switchUuid string, portgroupKey? string, portKey? string, connectionCookie? int
DistributedVirtualSwitchPortCriteria: connected? boolean, active? boolean, uplinkPort? boolean, nsxPort? boolean, scope? ref,
  portgroupKey? string[], inside? boolean, portKey? string[], host? ref[]
DvsVmVnicResourceAllocation: reservationQuota? long
HostIpRouteConfig: defaultGateway? string, gatewayDevice? string, ipV6DefaultGateway? string, ipV6GatewayDevice? string
HostPortGroupSpec: name string, vlanId int, vswitchName string, policy HostNetworkPolicy
HostVirtualSwitchSpec: numPorts int, bridge? ~HostVirtualSwitchBridge, policy? HostNetworkPolicy, mtu? int
OpaqueNetworkCapability: networkReservationSupported boolean
OpaqueNetworkSummary < NetworkSummary: opaqueNetworkId string, opaqueNetworkType string
VMwareDVSConfigInfo < DVSConfigInfo: vspanSession? ~VMwareVspanSession[], pvlanConfig? VMwareDVSPvlanMapEntry[], maxMtu int,
  linkDiscoveryProtocolConfig? ~LinkDiscoveryProtocolConfig, ipfixConfig? ~VMwareIpfixConfig,
  lacpGroupConfig? ~VMwareDvsLacpGroupConfig[], lacpApiVersion? string, multicastFilteringMode? string, networkOffloadSpecId? string,
  networkOffloadConfig? ~VmwareDistributedVirtualSwitchNetworkOffloadConfig, realTimeConfig? ~VmwareDistributedVirtualSwitchRealTimeConfig
VMwareDVSConfigSpec < DVSConfigSpec: pvlanConfigSpec? VMwareDVSPvlanConfigSpec[], vspanConfigSpec? ~VMwareDVSVspanConfigSpec[],
  maxMtu? int, linkDiscoveryProtocolConfig? ~LinkDiscoveryProtocolConfig, ipfixConfig? ~VMwareIpfixConfig, lacpApiVersion? string,
  multicastFilteringMode? string, networkOffloadSpecId? string, networkOffloadConfig? ~VmwareDistributedVirtualSwitchNetworkOffloadConfig,
  realTimeConfig? ~VmwareDistributedVirtualSwitchRealTimeConfig
VMwareDVSPortSetting < DVPortSetting: vlan? VmwareDistributedVirtualSwitchVlanSpec, qosTag? IntPolicy,
  uplinkTeamingPolicy? VmwareUplinkPortTeamingPolicy, securityPolicy? DVSSecurityPolicy, ipfixEnabled? BoolPolicy, txUplink? BoolPolicy,
  lacpPolicy? VMwareUplinkLacpPolicy, macManagementPolicy? ~DVSMacManagementPolicy, VNI? IntPolicy
VMwareDVSPvlanConfigSpec: pvlanEntry VMwareDVSPvlanMapEntry, operation string
VMwareDVSPvlanMapEntry: primaryVlanId int, secondaryVlanId int, pvlanType string
VmwareDistributedVirtualSwitchPvlanSpec < VmwareDistributedVirtualSwitchVlanSpec: pvlanId int
VmwareDistributedVirtualSwitchTrunkVlanSpec < VmwareDistributedVirtualSwitchVlanSpec: vlanId? NumericRange[]
VmwareDistributedVirtualSwitchVlanIdSpec < VmwareDistributedVirtualSwitchVlanSpec: vlanId int
VmwareDistributedVirtualSwitchVlanSpec < InheritablePolicy
DVPortgroupPolicy: blockOverrideAllowed boolean, shapingOverrideAllowed boolean, vendorConfigOverrideAllowed boolean,
  livePortMovingAllowed boolean, portConfigResetAtDisconnect boolean, networkResourcePoolOverrideAllowed? boolean,
  trafficFilterOverrideAllowed? boolean
DVSContactInfo: name? string, contact? string
DVSFailureCriteria < InheritablePolicy: checkSpeed? StringPolicy, speed? IntPolicy, checkDuplex? BoolPolicy, fullDuplex? BoolPolicy,
  checkErrorPercent? BoolPolicy, percentage? IntPolicy, checkBeacon? BoolPolicy
DVSNameArrayUplinkPortPolicy < DVSUplinkPortPolicy: uplinkPortName string[]
DVSSecurityPolicy < InheritablePolicy: allowPromiscuous? BoolPolicy, macChanges? BoolPolicy, forgedTransmits? BoolPolicy
DVSTrafficShapingPolicy < InheritablePolicy: enabled? BoolPolicy, averageBandwidth? LongPolicy, peakBandwidth? LongPolicy,
  burstSize? LongPolicy
DVSUplinkPortPolicy
DVSVendorSpecificConfig < InheritablePolicy: keyValue? DistributedVirtualSwitchKeyedOpaqueBlob[]
DistributedVirtualSwitchProductSpec: name? string, vendor? string, version? string, build? string, forwardingClass? string,
  bundleId? string, bundleUrl? string
LongPolicy < InheritablePolicy: value? long
VMwareDVSPortgroupPolicy < DVPortgroupPolicy: vlanOverrideAllowed boolean, uplinkTeamingOverrideAllowed boolean,
  securityPolicyOverrideAllowed boolean, ipfixOverrideAllowed? boolean, macManagementOverrideAllowed? boolean
VMwareUplinkLacpPolicy < InheritablePolicy: enable? BoolPolicy, mode? StringPolicy
VMwareUplinkPortOrderPolicy < InheritablePolicy: activeUplinkPort? string[], standbyUplinkPort? string[]
VmwareUplinkPortTeamingPolicy < InheritablePolicy: policy? StringPolicy, reversePolicy? BoolPolicy, notifySwitches? BoolPolicy,
  rollingOrder? BoolPolicy, failureCriteria? DVSFailureCriteria, uplinkPortOrder? VMwareUplinkPortOrderPolicy
`;
