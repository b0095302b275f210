/** What virtual hardware and guest an image's machines have. */
import { Type } from 'typebox';
import { named, oneOf } from './route.ts';

export const CpuLevel = oneOf(
  ['x86-64', 'x86-64-v2', 'x86-64-v3'],
  'The processor that the guest finds where it is imitated (no KVM): `x86-64-v2` if left out.',
);
export const DiskBus = oneOf(['virtio', 'sata', 'pvscsi', 'lsilogicsas'], 'What the system disk hangs on: `virtio` if left out.');
export const NetworkCard = oneOf(['virtio', 'e1000', 'e1000e', 'vmxnet3'], 'The network card: `virtio` if left out.');

export const HardwareProfile = named(
  'HardwareProfile',
  Type.Object({
    vcpus: Type.Integer(),
    memoryMiB: Type.Integer(),
    firmware: oneOf(['bios', 'efi']),
    secureBoot: Type.Optional(Type.Boolean({ description: 'Its EFI firmware runs only what is signed.' })),
    tpm: Type.Optional(Type.Boolean({ description: 'Each machine has a TPM 2.0 of its own, empty at first; captures leave it out.' })),
    display: Type.Boolean(),
    cpu: Type.Optional(CpuLevel),
    diskBus: Type.Optional(DiskBus),
    nic: Type.Optional(NetworkCard),
    sectorBytes: Type.Optional(
      Type.Integer({ description: 'Bytes of a sector of the system disk, as its partition table has them; 512 if left out.' }),
    ),
  }),
);

export const GuestAccess = oneOf(
  ['cloud-init', 'guest-operations', 'sysprep', 'cloudbase-init'],
  '`sysprep` (vCenter only) and `cloudbase-init` (vSphere only): Windows, set up by what each machine is given, with the password of an account. `cloud-init`: each machine gets its host name, identity and an account for Carrel by it. `guest-operations` (vSphere only): by an account that the image has and the provider knows.',
);

export const Protocol = oneOf(
  ['ssh', 'rdp'],
  'How people come in: by SSH (if left out), or by Remote Desktop on port 3389 and not by SSH (on vSphere).',
);

export const GuestProfile = named(
  'GuestProfile',
  Type.Object({
    os: Type.String(),
    user: Type.String({ description: 'The account that people log in to.' }),
    sshPort: Type.Integer(),
    agent: oneOf(['carrel', 'qga', 'none']),
    access: Type.Optional(GuestAccess),
    protocol: Type.Optional(Protocol),
    bootTimeoutS: Type.Integer({ description: 'Seconds.' }),
  }),
);
