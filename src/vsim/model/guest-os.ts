/** Guest operating systems as vSphere knows them (VirtualMachineGuestOsIdentifier), those that people have today. */

type Family = 'windowsGuest' | 'linuxGuest' | 'darwinGuestFamily' | 'otherGuestFamily' | 'solarisGuest';

export interface GuestOs {
  id: string;
  fullName: string;
  family: Family;
  /** Oldest virtual hardware that is offered for it. */
  hardware: number;
  /** What is recommended, in MiB. */
  memoryMiB: number;
  diskMiB: number;
  firmware: 'bios' | 'efi';
  bits: 32 | 64;
}

interface Like {
  family: Family;
  memoryMiB: number;
  diskGiB: number;
  firmware?: 'bios' | 'efi';
}

const LINUX: Like = { family: 'linuxGuest', memoryMiB: 2048, diskGiB: 16 };
const EFI_LINUX: Like = { ...LINUX, firmware: 'efi' };
const WINDOWS: Like = { family: 'windowsGuest', memoryMiB: 4096, diskGiB: 48, firmware: 'efi' };
const SERVER: Like = { family: 'windowsGuest', memoryMiB: 4096, diskGiB: 90, firmware: 'efi' };
const OTHER: Like = { family: 'otherGuestFamily', memoryMiB: 1024, diskGiB: 8 };

const LIST: readonly [id: string, fullName: string, hardware: number, like: Like][] = [
  ['windows7_64Guest', 'Microsoft Windows 7 (64-bit)', 4, { ...WINDOWS, memoryMiB: 2048 }],
  ['windows9Guest', 'Microsoft Windows 10 (32-bit)', 10, { ...WINDOWS, memoryMiB: 2048 }],
  ['windows9_64Guest', 'Microsoft Windows 10 (64-bit)', 10, WINDOWS],
  ['windows11_64Guest', 'Microsoft Windows 11 (64-bit)', 18, { ...WINDOWS, diskGiB: 64 }],
  ['windows7Server64Guest', 'Microsoft Windows Server 2008 R2 (64-bit)', 4, SERVER],
  ['windows8Server64Guest', 'Microsoft Windows Server 2012 (64-bit)', 8, SERVER],
  ['windows9Server64Guest', 'Microsoft Windows Server 2016 (64-bit)', 10, SERVER],
  ['windows2019srv_64Guest', 'Microsoft Windows Server 2019 (64-bit)', 15, SERVER],
  ['windows2019srvNext_64Guest', 'Microsoft Windows Server 2022 (64-bit)', 18, SERVER],
  ['windows2022srvNext_64Guest', 'Microsoft Windows Server 2025 (64-bit)', 20, SERVER],
  ['rhel6_64Guest', 'Red Hat Enterprise Linux 6 (64-bit)', 4, LINUX],
  ['rhel7_64Guest', 'Red Hat Enterprise Linux 7 (64-bit)', 8, LINUX],
  ['rhel8_64Guest', 'Red Hat Enterprise Linux 8 (64-bit)', 13, EFI_LINUX],
  ['rhel9_64Guest', 'Red Hat Enterprise Linux 9 (64-bit)', 17, EFI_LINUX],
  ['centos7_64Guest', 'CentOS 7 (64-bit)', 8, LINUX],
  ['centos8_64Guest', 'CentOS 8 (64-bit)', 13, EFI_LINUX],
  ['centos9_64Guest', 'CentOS 9 (64-bit)', 17, EFI_LINUX],
  ['oracleLinux8_64Guest', 'Oracle Linux 8 (64-bit)', 13, EFI_LINUX],
  ['oracleLinux9_64Guest', 'Oracle Linux 9 (64-bit)', 17, EFI_LINUX],
  ['rockylinux_64Guest', 'Rocky Linux (64-bit)', 18, EFI_LINUX],
  ['almalinux_64Guest', 'AlmaLinux (64-bit)', 18, EFI_LINUX],
  ['sles12_64Guest', 'SUSE Linux Enterprise 12 (64-bit)', 8, LINUX],
  ['sles15_64Guest', 'SUSE Linux Enterprise 15 (64-bit)', 13, EFI_LINUX],
  ['opensuse64Guest', 'SUSE openSUSE (64-bit)', 4, LINUX],
  ['debian10_64Guest', 'Debian GNU/Linux 10 (64-bit)', 13, LINUX],
  ['debian11_64Guest', 'Debian GNU/Linux 11 (64-bit)', 17, EFI_LINUX],
  ['debian12_64Guest', 'Debian GNU/Linux 12 (64-bit)', 18, EFI_LINUX],
  ['ubuntuGuest', 'Ubuntu Linux (32-bit)', 4, LINUX],
  ['ubuntu64Guest', 'Ubuntu Linux (64-bit)', 4, LINUX],
  ['fedora64Guest', 'Red Hat Fedora (64-bit)', 7, EFI_LINUX],
  ['coreos64Guest', 'CoreOS Linux (64-bit)', 11, LINUX],
  ['vmwarePhoton64Guest', 'VMware Photon OS (64-bit)', 13, EFI_LINUX],
  ['amazonlinux2_64Guest', 'Amazon Linux 2 (64-bit)', 13, LINUX],
  ['other3xLinux64Guest', 'Other 3.x or later Linux (64-bit)', 10, LINUX],
  ['other4xLinux64Guest', 'Other 4.x or later Linux (64-bit)', 13, LINUX],
  ['other5xLinux64Guest', 'Other 5.x or later Linux (64-bit)', 18, EFI_LINUX],
  ['other6xLinux64Guest', 'Other 6.x or later Linux (64-bit)', 20, EFI_LINUX],
  ['otherLinuxGuest', 'Other Linux (32-bit)', 4, LINUX],
  ['otherLinux64Guest', 'Other Linux (64-bit)', 4, LINUX],
  ['freebsd13_64Guest', 'FreeBSD 13 (64-bit)', 18, { ...OTHER, diskGiB: 20 }],
  ['freebsd14_64Guest', 'FreeBSD 14 or later versions (64-bit)', 20, { ...OTHER, diskGiB: 20 }],
  ['solaris11_64Guest', 'Oracle Solaris 11 (64-bit)', 8, { ...OTHER, family: 'solarisGuest', memoryMiB: 2048, diskGiB: 16 }],
  [
    'darwin21_64Guest',
    'Apple macOS 12 (64-bit)',
    19,
    { ...OTHER, family: 'darwinGuestFamily', memoryMiB: 4096, diskGiB: 40, firmware: 'efi' },
  ],
  ['vmkernel7Guest', 'VMware ESXi 7.x', 17, { ...OTHER, memoryMiB: 8192, diskGiB: 142, firmware: 'efi' }],
  ['vmkernel8Guest', 'VMware ESXi 8.0 or later', 20, { ...OTHER, memoryMiB: 8192, diskGiB: 142, firmware: 'efi' }],
  ['otherGuest', 'Other (32-bit)', 4, OTHER],
  ['otherGuest64', 'Other (64-bit)', 4, OTHER],
];

export const GUEST_OSES = LIST.map(
  ([id, fullName, hardware, { family, memoryMiB, diskGiB, firmware = 'bios' }]): GuestOs => ({
    id,
    fullName,
    family,
    hardware,
    memoryMiB,
    diskMiB: diskGiB * 1024,
    firmware,
    bits: fullName.includes('32-bit') ? 32 : 64,
  }),
);

const BY_ID = new Map(GUEST_OSES.map((os) => [os.id, os]));

/** What people see of a guest operating system; the identifier itself where it is not in the list. */
export const guestFullName = (id: string): string => BY_ID.get(id)?.fullName ?? id;

export const isGuestId = (id: string): boolean => BY_ID.has(id);
