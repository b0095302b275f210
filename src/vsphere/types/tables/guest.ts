/** What Tools report, guest operations, customization. The format is described in ../parse.ts. */
export const guestTable = `
CustomizationAdapterMapping: macAddress? string, adapter CustomizationIPSettings
CustomizationAutoIpV6Generator < CustomizationIpV6Generator
CustomizationCloudinitPrep < CustomizationIdentitySettings: metadata string, userdata? string
CustomizationCustomIpGenerator < CustomizationIpGenerator: argument? string
CustomizationCustomIpV6Generator < CustomizationIpV6Generator: argument? string
CustomizationCustomName < CustomizationName: argument? string
CustomizationDhcpIpGenerator < CustomizationIpGenerator
CustomizationDhcpIpV6Generator < CustomizationIpV6Generator
CustomizationDisableIpV4 < CustomizationIpGenerator
CustomizationFixedIp < CustomizationIpGenerator: ipAddress string
CustomizationFixedIpV6 < CustomizationIpV6Generator: ipAddress string, subnetMask int
CustomizationFixedName < CustomizationName: name string
CustomizationGlobalIPSettings: dnsSuffixList? string[], dnsServerList? string[]
CustomizationGuiRunOnce: commandList string[]
CustomizationGuiUnattended: password? CustomizationPassword, timeZone int, autoLogon boolean, autoLogonCount int
CustomizationIPSettings: ip CustomizationIpGenerator, subnetMask? string, gateway? string[],
  ipV6Spec? CustomizationIPSettingsIpV6AddressSpec, dnsServerList? string[], dnsDomain? string, primaryWINS? string,
  secondaryWINS? string, netBIOS? CustomizationNetBIOSMode, primary? boolean
CustomizationIPSettingsIpV6AddressSpec: ip CustomizationIpV6Generator[], gateway? string[]
CustomizationIdentification: joinWorkgroup? string, joinDomain? string, domainAdmin? string, domainAdminPassword? CustomizationPassword,
  domainOU? string
CustomizationIdentitySettings
CustomizationIpGenerator
CustomizationIpV6Generator
CustomizationLicenseFilePrintData: autoMode CustomizationLicenseDataMode, autoUsers? int
CustomizationLinuxFlexPrep < CustomizationIdentitySettings
CustomizationLinuxOptions < CustomizationOptions
CustomizationLinuxPrep < CustomizationIdentitySettings: hostName CustomizationName, domain string, timeZone? string, hwClockUTC? boolean,
  scriptText? string, compatibleCustomizationMethod? string, resetPassword? boolean, password? CustomizationPassword,
  extraConfig? OptionValue[]
CustomizationName
CustomizationOptions
CustomizationPassword: value string, plainText boolean
CustomizationPrefixName < CustomizationName: base string
CustomizationSpec: options? CustomizationOptions, identity CustomizationIdentitySettings, globalIPSettings CustomizationGlobalIPSettings,
  nicSettingMap? CustomizationAdapterMapping[], encryptionKey? byte[]
CustomizationSpecInfo: name string, description string, type string, changeVersion? string, lastUpdateTime? dateTime
CustomizationSpecItem: info CustomizationSpecInfo, spec CustomizationSpec
CustomizationStatelessIpV6Generator < CustomizationIpV6Generator
CustomizationSysprep < CustomizationIdentitySettings: guiUnattended CustomizationGuiUnattended, userData CustomizationUserData,
  guiRunOnce? CustomizationGuiRunOnce, identification CustomizationIdentification,
  licenseFilePrintData? CustomizationLicenseFilePrintData, scriptText? string, resetPassword? boolean, extraConfig? OptionValue[]
CustomizationSysprepText < CustomizationIdentitySettings: value string
CustomizationUnknownIpGenerator < CustomizationIpGenerator
CustomizationUnknownIpV6Generator < CustomizationIpV6Generator
CustomizationUnknownName < CustomizationName
CustomizationUserData: fullName string, orgName string, computerName CustomizationName, productId string
CustomizationVirtualMachineName < CustomizationName
CustomizationWinOptions < CustomizationOptions: changeSID boolean, deleteAccounts boolean, reboot? CustomizationSysprepRebootOption
CustomizationWindowsFlexPrep < CustomizationIdentitySettings
GuestAuthentication: interactiveSession boolean
GuestDiskInfo: diskPath? string, capacity? long, freeSpace? long, filesystemType? string, mappings? GuestInfoVirtualDiskMapping[]
GuestFileAttributes: modificationTime? dateTime, accessTime? dateTime, symlinkTarget? string
GuestFileInfo: path string, type string, size long, attributes GuestFileAttributes
GuestInfo: toolsStatus? VirtualMachineToolsStatus, toolsVersionStatus? string, toolsVersionStatus2? string, toolsRunningStatus? string,
  toolsVersion? string, toolsInstallType? string, guestId? string, guestFamily? string, guestFullName? string, guestDetailedData? string,
  hostName? string, ipAddress? string, net? GuestNicInfo[], ipStack? GuestStackInfo[], disk? GuestDiskInfo[], screen? GuestScreenInfo,
  guestState string, appHeartbeatStatus? string, guestKernelCrashed? boolean, appState? string, guestOperationsReady? boolean,
  interactiveGuestOperationsReady? boolean, guestStateChangeSupported? boolean, generationInfo? GuestInfoNamespaceGenerationInfo[],
  hwVersion? string, customizationInfo? GuestInfoCustomizationInfo
GuestInfoCustomizationInfo: customizationStatus string, startTime? dateTime, endTime? dateTime, errorMsg? string
GuestInfoNamespaceGenerationInfo: key string, generationNo int
GuestInfoVirtualDiskMapping: key int
GuestListFileInfo: files? GuestFileInfo[], remaining int
GuestNicInfo: network? string, ipAddress? string[], macAddress? string, connected boolean, deviceConfigId int,
  dnsConfig? NetDnsConfigInfo, ipConfig? NetIpConfigInfo, netBIOSConfig? NetBIOSConfigInfo
GuestPosixFileAttributes < GuestFileAttributes: ownerId? int, groupId? int, permissions? long
GuestProcessInfo: name string, pid long, owner string, cmdLine string, startTime dateTime, endTime? dateTime, exitCode? int
GuestProgramSpec: programPath string, arguments string, workingDirectory? string, envVariables? string[]
GuestScreenInfo: width int, height int
GuestStackInfo: dnsConfig? NetDnsConfigInfo, ipRouteConfig? ~NetIpRouteConfigInfo, ipStackConfig? KeyValue[],
  dhcpConfig? NetDhcpConfigInfo
GuestWindowsFileAttributes < GuestFileAttributes: hidden? boolean, readOnly? boolean, createTime? dateTime
NamePasswordAuthentication < GuestAuthentication: username string, password string
NetBIOSConfigInfo: mode string
NetDhcpConfigInfo: ipv6? NetDhcpConfigInfoDhcpOptions, ipv4? NetDhcpConfigInfoDhcpOptions
NetDhcpConfigInfoDhcpOptions: enable boolean, config? KeyValue[]
NetDnsConfigInfo: dhcp boolean, hostName string, domainName string, ipAddress? string[], searchDomain? string[]
NetIpConfigInfo: ipAddress? NetIpConfigInfoIpAddress[], dhcp? NetDhcpConfigInfo, autoConfigurationEnabled? boolean
NetIpConfigInfoIpAddress: ipAddress string, prefixLength int, origin? string, state? string, lifetime? dateTime
NetworkSummary: network? ref, name string, accessible boolean, ipPoolName string, ipPoolId? int
SAMLTokenAuthentication < GuestAuthentication: token string, username? string
SSPIAuthentication < GuestAuthentication: sspiToken string
TicketedSessionAuthentication < GuestAuthentication: ticket string
`;
