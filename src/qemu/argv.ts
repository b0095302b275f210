/** The command line of one QEMU, from typed parts. Pure, so that what a machine is made of can be read and tested. */

export type Accel = 'kvm' | 'tcg';

/**
 * Processors by level of the x86-64 psABI. Named models: what a guest finds, and what a saved memory image needs to fit, stays when QEMU is
 * upgraded. The oldest level is the quickest to imitate.
 */
const CPU_MODELS = { 'x86-64': 'qemu64', 'x86-64-v2': 'Nehalem-v1', 'x86-64-v3': 'Haswell-v2' } as const;
export type CpuLevel = keyof typeof CPU_MODELS;
export type DiskBus = 'virtio' | 'sata' | 'pvscsi' | 'lsilogicsas';
export type SectorBytes = 512 | 4096;
export type NetworkCard = 'virtio' | 'e1000' | 'e1000e' | 'vmxnet3';

/** Arguments for how the processor is had: the host's own, or one that is imitated. Sizes in MiB. */
export function accelArgs(accel: Accel, { level, tbSizeMiB }: { level: CpuLevel; tbSizeMiB: number }): string[] {
  return accel === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', `tcg,tb-size=${tbSizeMiB}`, '-cpu', CPU_MODELS[level]];
}

export interface QemuPaths {
  qmp: string;
  guestAgent: string;
  identity: string;
  vnc: string;
  /** What the guest writes on its first serial port; whoever is connected reads it, else it is lost. QEMU's own `logfile` would grow without an end. */
  serial: string;
  /** Written by QEMU, removed by it at an orderly end: a rest of it tells a crash from a shutdown. */
  pidFile: string;
}

export interface QemuMachine {
  /** Versioned, such as `pc-q35-7.2`: what a saved memory image needs to fit. */
  machineType: string;
  accel: Accel;
  /** Where it is imitated. */
  cpu: CpuLevel;
  diskBus: DiskBus;
  /** Of the system disk, as the guest sees them, in bytes: 512 where it hangs on SATA, which has no others. */
  sectorBytes: SectorBytes;
  nic: NetworkCard;
  /** Translation cache of TCG in MiB; 32 halves the memory of a small guest and costs no boot time. */
  tbSizeMiB: number;
  vcpus: number;
  memoryMiB: number;
  /** File that holds the guest's memory: shared when it is to be kept, private (copy on write) when it is only read. */
  memoryFile?: { path: string; share: boolean } | undefined;
  /** Name in the process list: carries whose it is. */
  name: string;
  uuid: string;
  mac: string;
  /** System disk: a qcow2 that this machine may write. */
  disk: string;
  kernel?: { path: string; initrd: string | undefined; cmdline: string } | undefined;
  /** Flash memory of an EFI guest: code that is only read, and variables of its own; undefined = SeaBIOS. `smm` is for code that wants system management mode. */
  firmware?: { code: string; codeFormat: 'raw' | 'qcow2'; variables: string; smm: boolean } | undefined;
  /** Port of the guest that a port of 127.0.0.1 is forwarded to. */
  sshGuestPort: number;
  /** No way out of the guest but the forwarded port. */
  restrictNetwork: boolean;
  display: boolean;
  /** A guest's own agent for its clipboard (spice-vdagent) may share that with whoever sees its screen: {@link sharesClipboard}. */
  clipboard: boolean;
  /** File that the guest reads as fw_cfg `opt/carrel/id`. */
  identityFile: string;
  /** The open descriptor that leads to swtpm; undefined = no TPM. */
  tpmFd?: number | undefined;
  /** Image of a CD for the guest's first boot, which it may only read; undefined = none. */
  seed?: string | undefined;
  paths: QemuPaths;
  /** Wait for a saved state instead of booting. */
  incoming: boolean;
}

/** In QEMU's option syntax a comma inside a value is written twice. */
export function escapeOption(value: string): string {
  return value.replaceAll(',', ',,');
}

/** Seccomp: no new programs, no way to more rights, no changes of priority. Everything QEMU needs it gets by file descriptor or path. */
export const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

function socket(id: string, path: string): string {
  return `socket,id=${id},path=${escapeOption(path)},server=on,wait=off`;
}

/** For the helper guest. */
export const applianceAccel = (accel: Accel): string[] => accelArgs(accel, { level: 'x86-64', tbSizeMiB: 32 });

function memoryArgs(m: QemuMachine): string[] {
  // Without "graphics" SeaBIOS, and what uses its screen (boot loaders), writes on the serial port as well; a display there is works as before.
  const flash = m.firmware === undefined ? '' : `,pflash0=code0,pflash1=vars0${m.firmware.smm ? ',smm=on' : ''}`;
  const machine = `${m.machineType},usb=off,dump-guest-core=off,graphics=off${flash}`;
  const size = ['-m', `${m.memoryMiB}M`];
  if (m.memoryFile === undefined) return ['-machine', machine, ...size];
  const { path, share } = m.memoryFile;
  const object = { 'qom-type': 'memory-backend-file', id: 'ram0', size: m.memoryMiB * 1024 ** 2, 'mem-path': path, share };
  return ['-machine', `${machine},memory-backend=ram0`, ...size, '-object', JSON.stringify(object)];
}

/** Flash rather than `-bios`: only there the firmware keeps its variables beyond a restart of QEMU. */
function firmwareArgs({ firmware }: QemuMachine): string[] {
  if (firmware === undefined) return [];
  const node = (name: string, filename: string, readOnly: boolean, driver: 'raw' | 'qcow2' = 'raw') =>
    JSON.stringify({ driver, 'node-name': name, 'read-only': readOnly, file: { driver: 'file', filename } });
  // Or the guest's system could write to the flash past the firmware, and with it change the keys (edk2 `OvmfPkg/README`, SMM support).
  const guarded = firmware.smm ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : [];
  return [
    '-blockdev',
    node('code0', firmware.code, true, firmware.codeFormat),
    '-blockdev',
    node('vars0', firmware.variables, false),
    ...guarded,
  ];
}

function bootArgs(m: QemuMachine): string[] {
  const firmware = firmwareArgs(m);
  if (m.kernel === undefined) return firmware;
  const { path, initrd, cmdline } = m.kernel;
  return [...firmware, '-kernel', path, ...(initrd === undefined ? [] : ['-initrd', initrd]), '-append', cmdline];
}

/** Id of the device that the machine's system disk is. */
export const SYSTEM_DISK = 'vda';

/** For a device that has a disk; nothing where its sectors are as usual, so that saved states and known command lines stay as they are. */
export const sectorOptions = (bytes: SectorBytes): string =>
  bytes === 512 ? '' : `,logical_block_size=${bytes},physical_block_size=${bytes}`;

function diskArgs(m: QemuMachine): string[] {
  const node = {
    driver: 'qcow2',
    'node-name': 'disk0',
    file: { driver: 'file', filename: m.disk },
    discard: 'unmap',
    'detect-zeroes': 'unmap',
  };
  // A full storage pauses the guest instead of showing it write errors.
  const drive = `drive=disk0,id=${SYSTEM_DISK},bootindex=1,werror=enospc${sectorOptions(m.sectorBytes)}`;
  const devices: Record<DiskBus, string[]> = {
    virtio: ['-device', `virtio-blk-pci,${drive}`],
    // Of the machine type's own AHCI controller.
    sata: ['-device', `ide-hd,bus=ide.0,${drive}`],
    pvscsi: ['-device', 'pvscsi,id=scsi0', '-device', `scsi-hd,bus=scsi0.0,${drive}`],
    lsilogicsas: ['-device', 'mptsas1068,id=scsi0', '-device', `scsi-hd,bus=scsi0.0,${drive}`],
  };
  return ['-blockdev', JSON.stringify(node), ...devices[m.diskBus]];
}

/** The last device: the others lie where they lie without it. */
function seedArgs(m: QemuMachine): string[] {
  if (m.seed === undefined) return [];
  const file = { driver: 'file', filename: m.seed };
  const node = { driver: 'raw', 'node-name': 'seed0', 'read-only': true, file };
  return ['-blockdev', JSON.stringify(node), '-device', 'virtio-blk-pci,drive=seed0,id=seed'];
}

/** By the interface of TPM 2.0 that has no other (TCG's "Command Response Buffer"), which Windows, Linux, EDK2 and SeaBIOS know. */
function tpmArgs({ tpmFd }: QemuMachine): string[] {
  if (tpmFd === undefined) return [];
  return ['-chardev', `socket,id=tpm,fd=${tpmFd}`, '-tpmdev', 'emulator,id=tpm0,chardev=tpm', '-device', 'tpm-crb,tpmdev=tpm0'];
}

function networkArgs(m: QemuMachine): string[] {
  // Host port 0: the kernel chooses. A port chosen before is lost to somebody else now and then (1 of 50 measured).
  const forward = `hostfwd=tcp:127.0.0.1:0-:${m.sshGuestPort}`;
  const restrict = `restrict=${m.restrictNetwork ? 'on' : 'off'}`;
  const card = m.nic === 'virtio' ? 'virtio-net-pci' : m.nic;
  return ['-netdev', `user,id=net0,ipv6=off,${restrict},${forward}`, '-device', `${card},netdev=net0,id=nic0,mac=${m.mac},romfile=`];
}

/** Not of a machine whose state is saved or was: QEMU, before 10.1, saves none that has a vdagent, so an instant clone has it from its next boot on. */
const sharesClipboard = (m: QemuMachine): boolean => m.clipboard && m.display && m.memoryFile === undefined && !m.incoming;

/** By QEMU's own end of spice-vdagent, which joins it to VNC's clipboard. A port on a bus that is there, so that every other device lies as before. */
function clipboardArgs(m: QemuMachine): string[] {
  if (!sharesClipboard(m)) return [];
  const port = 'virtserialport,bus=vser0.0,nr=3,chardev=vdagent,name=com.redhat.spice.0';
  return ['-chardev', 'qemu-vdagent,id=vdagent,name=vdagent,clipboard=on,mouse=off', '-device', port];
}

function channelArgs(m: QemuMachine): string[] {
  const { paths } = m;
  return [
    ['-device', 'virtio-serial-pci,id=vser0'],
    ['-chardev', socket('ga', paths.guestAgent), '-device', 'virtserialport,bus=vser0.0,nr=1,chardev=ga,name=org.qemu.guest_agent.0'],
    ['-chardev', socket('id', paths.identity), '-device', 'virtserialport,bus=vser0.0,nr=2,chardev=id,name=carrel.identity.0'],
    ['-chardev', socket('ser', paths.serial), '-serial', 'chardev:ser'],
    ['-chardev', socket('qmp', paths.qmp), '-mon', 'chardev=qmp,mode=control'],
    clipboardArgs(m),
  ].flat();
}

/** All arguments of one machine, without the program's name. The order of devices is part of what a saved state fits to. */
export function qemuArgs(m: QemuMachine): string[] {
  return [
    ['-name', `guest=${escapeOption(m.name)}`, '-uuid', m.uuid],
    ['-nodefaults', '-no-user-config', '-sandbox', SANDBOX],
    ...memoryArgs(m),
    ...accelArgs(m.accel, { level: m.cpu, tbSizeMiB: m.tbSizeMiB }),
    ['-smp', String(m.vcpus)],
    ...bootArgs(m),
    ...diskArgs(m),
    ...networkArgs(m),
    ...channelArgs(m),
    ['-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-pci,rng=rng0,id=vrng0'],
    ['-fw_cfg', `name=opt/carrel/id,file=${escapeOption(m.identityFile)}`],
    // `vnc=` is said, or a path with `=` in it would be read as another option.
    ...(m.display ? ['-device', 'VGA,id=vga0', '-vnc', `vnc=unix:${escapeOption(m.paths.vnc)}`] : ['-display', 'none']),
    ...tpmArgs(m),
    ...seedArgs(m),
    ['-rtc', 'base=utc,clock=host', '-pidfile', m.paths.pidFile, '-msg', 'timestamp=on'],
    // It does nothing until it is told to go on: by then somebody is connected to its serial console, and no word of the boot is lost.
    ['-S', ...(m.incoming ? ['-no-reboot', '-incoming', 'defer'] : [])],
  ].flat();
}

/** Size of the fw_cfg file in bytes: always the same, since a restored machine keeps the size that its parent had. */
export const IDENTITY_FILE_BYTES = 512;

export interface BootIdentity {
  machineId: string;
  hostname: string;
  seedHex: string;
}

/** Content of `opt/carrel/id`, padded with newlines to its fixed size. */
export function identityFileContent(id: BootIdentity): string {
  const text = `machine_id=${id.machineId}\nhostname=${id.hostname}\nseed=${id.seedHex}\n`;
  if (Buffer.byteLength(text) > IDENTITY_FILE_BYTES) throw new RangeError('the identity does not fit its file');
  return text.padEnd(IDENTITY_FILE_BYTES, '\n');
}

/** Longest path of a unix socket on Linux, in bytes (sun_path has 108 with its zero). */
export const MAX_SOCKET_PATH = 107;
