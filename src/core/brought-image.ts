/** What is taken to be so of an image that somebody brought as a file, where nobody says. */
import type { GuestProfile, GuestWay, HardwareProfile, RevisionProfile } from './image.ts';

type Asked = { [K in keyof (HardwareProfile & GuestProfile)]?: (HardwareProfile & GuestProfile)[K] | undefined };

/** Enough for a cloud image of a usual distribution. */
const DEFAULT_PROFILE: RevisionProfile = {
  hardware: { vcpus: 1, memoryMiB: 1024, firmware: 'bios', display: true },
  guest: { os: 'unknown', user: 'root', sshPort: 22, agent: 'none', bootTimeoutS: 300 },
};

/** Why what was said of an image's hardware cannot be, or undefined if it can. */
export function hardwareProblem({ firmware, secureBoot }: Asked): string | undefined {
  return secureBoot === true && firmware === 'bios'
    ? 'secure boot is a thing of EFI firmware, and this image is to start with a BIOS'
    : undefined;
}

/** Why a disk with such sectors, in bytes, cannot hang or be started as was said, or undefined if it can. */
export function sectorProblem(sectorBytes: number, { diskBus, firmware }: Asked): { message: string; hint: string } | undefined {
  if (sectorBytes === 512) return undefined;
  const its = `it holds a disk with sectors of ${sectorBytes} bytes, and`;
  if (diskBus === 'sata') return { message: `${its} those on SATA have 512`, hint: 'say --disk-bus virtio, pvscsi or lsilogicsas' };
  if (firmware === 'bios') return { message: `${its} a BIOS starts from none but of 512`, hint: 'say --firmware efi, or nothing of it' };
  return undefined;
}

/** What the description beside a disk says that its machine had, and that not every provider can give. */
export interface Described {
  secureBoot?: true;
  tpm?: true;
}

/** Of what is described, that on which nobody has said anything. */
export function stillProposed({ secureBoot, tpm }: Asked, said: Asked): Described {
  return {
    ...(secureBoot === true && said.secureBoot === undefined && said.firmware !== 'bios' ? { secureBoot } : {}),
    ...(tpm === true && said.tpm === undefined ? { tpm } : {}),
  };
}

const WINDOWS: Partial<Record<GuestWay, Pick<GuestProfile, 'user' | 'bootTimeoutS'>>> = {
  // Sysprep sets this account's password; it restarts the guest, and takes minutes.
  sysprep: { user: 'Administrator', bootTimeoutS: 1800 },
  // The account that cloudbase-init makes where nobody says one.
  'cloudbase-init': { user: 'Admin', bootTimeoutS: 900 },
};

/** Why what was said of how to reach a guest cannot be, or undefined if it can. */
export function guestProblem({ access, protocol }: Asked): string | undefined {
  return access !== undefined && WINDOWS[access] !== undefined && protocol === 'ssh'
    ? `machines that are set up by ${access} are reached by Remote Desktop, not by SSH`
    : undefined;
}

/** What was said, and how people come in and by which account where the way into the guest says it and nobody else does. */
export function withGuestDefaults(said: Asked): Asked {
  const windows = said.access === undefined ? undefined : WINDOWS[said.access];
  return { ...(windows === undefined ? {} : { ...windows, protocol: 'rdp' }), ...defined(said) };
}

/** The profile of a file's image: what was said of it, and enough for the rest. */
export function profileOfFile(said: Asked): RevisionProfile {
  const asked = withGuestDefaults(said);
  const { hardware, guest } = DEFAULT_PROFILE;
  return {
    hardware: {
      vcpus: asked.vcpus ?? hardware.vcpus,
      memoryMiB: asked.memoryMiB ?? hardware.memoryMiB,
      firmware: asked.secureBoot === true ? 'efi' : (asked.firmware ?? hardware.firmware),
      ...(asked.secureBoot === true ? { secureBoot: true } : {}),
      ...(asked.tpm === true ? { tpm: true } : {}),
      display: asked.display ?? hardware.display,
      ...(asked.cpu === undefined ? {} : { cpu: asked.cpu }),
      ...(asked.diskBus === undefined ? {} : { diskBus: asked.diskBus }),
      ...(asked.sectorBytes === undefined ? {} : { sectorBytes: asked.sectorBytes }),
      ...(asked.nic === undefined ? {} : { nic: asked.nic }),
    },
    guest: {
      os: asked.os ?? guest.os,
      user: asked.user ?? guest.user,
      sshPort: asked.sshPort ?? guest.sshPort,
      agent: asked.agent ?? guest.agent,
      ...(asked.access === undefined ? {} : { access: asked.access }),
      ...(asked.protocol === undefined ? {} : { protocol: asked.protocol }),
      bootTimeoutS: asked.bootTimeoutS ?? guest.bootTimeoutS,
    },
  };
}

/** Without what is there and undefined, which would hide what stands for it. */
function defined(asked: Asked): Asked {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}
