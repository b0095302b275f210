/** What is known of the machine that an image is imported from. */
import { withGuestDefaults } from '../../../core/brought-image.ts';
import type { RevisionProfile } from '../../../core/image.ts';
import type { MasterSource } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import type { VirtualMachineConfigInfo } from '../../../vsphere/index.ts';

type VmSource = Extract<MasterSource, { kind: 'vm' }>;

/** Errors: `bad-image`. vCenter refuses Sysprep for a guest that is no Windows; better now than at each clone. */
export function mustBeWindows(name: string, { guestId, guestFullName }: VirtualMachineConfigInfo): void {
  if (/^win/i.test(guestId)) return;
  throw driverError('bad-image', `the guest of ${name} is ${guestFullName} for vSphere, and Sysprep is for Windows`, {
    hint: 'Set its guest OS version in the vSphere Client if it is Windows; else import it with another --access.',
  });
}

/** What the machine has, with what its owner said on top. */
export function profileOf(config: VirtualMachineConfigInfo, said: VmSource['profile']): RevisionProfile {
  const given = withGuestDefaults(said);
  return {
    hardware: {
      vcpus: given.vcpus ?? config.hardware.numCPU,
      memoryMiB: given.memoryMiB ?? config.hardware.memoryMB,
      firmware: given.firmware ?? (config.firmware === 'efi' ? 'efi' : 'bios'),
      display: given.display ?? true,
    },
    guest: {
      os: given.os ?? config.guestFullName,
      user: given.user ?? 'root',
      sshPort: given.sshPort ?? 22,
      agent: given.agent ?? 'none',
      ...(given.access === undefined ? {} : { access: given.access }),
      ...(given.protocol === undefined ? {} : { protocol: given.protocol }),
      bootTimeoutS: given.bootTimeoutS ?? 300,
    },
  };
}
