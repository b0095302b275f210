/** What is taken to be so of an image that somebody brought as a file, where nobody says. */
import type { GuestProfile, HardwareProfile, RevisionProfile } from './image.ts';

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

/** The profile of a file's image: what was said of it, and enough for the rest. */
export function profileOfFile(asked: Asked): RevisionProfile {
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
