/** Images and revisions: the words and the rules that need no outside. */

export type CloneMode = 'linked' | 'full' | 'instant';
export const CLONE_MODES: readonly CloneMode[] = ['linked', 'full', 'instant'];

/** What kind of virtual hardware a revision's machines get, unless a reservation asks for more. */
export interface HardwareProfile {
  vcpus: number;
  memoryMiB: number;
  firmware: 'bios' | 'efi';
  /** Its EFI firmware runs only what is signed with a key that it knows: Microsoft's, at first. Never with a BIOS. */
  secureBoot?: boolean;
  /** A TPM 2.0 of each machine's own, empty at first: what it holds does not come along at a capture. */
  tpm?: boolean;
  /** False for a guest that has no display driver and is reached by its serial line alone. */
  display: boolean;
  /**
   * Where the processor is imitated, by the levels of the x86-64 psABI; `x86-64-v2` if left out. RHEL 9 wants v2, RHEL 10 v3. With KVM it is
   * the host's own.
   */
  cpu?: 'x86-64' | 'x86-64-v2' | 'x86-64-v3';
  /** What the guest has drivers for: `virtio` if left out. On vSphere, where there is no virtio, a disk that is sent then hangs on pvscsi, and its card is a vmxnet3. */
  diskBus?: 'virtio' | 'sata' | 'pvscsi' | 'lsilogicsas';
  /** Bytes of a sector of the system disk: 512 if left out. Found where an image is brought; never on SATA, and never on vSphere. */
  sectorBytes?: 4096;
  nic?: 'virtio' | 'e1000' | 'e1000e' | 'vmxnet3';
}

/**
 * How to reach the guest. `agent` is what answers inside:
 * `carrel` = Carrel's own agent (identity, clock, entropy) and qemu-guest-agent; `qga` = qemu-guest-agent alone; `none`.
 */
export interface GuestProfile {
  os: string;
  user: string;
  sshPort: number;
  agent: 'carrel' | 'qga' | 'none';
  /**
   * On QEMU: `cloud-init` = each machine has a CD with its identity and an account of Carrel's for it, by which it is ready and handed over
   * where the image has no agent. How Carrel gets into the guest on vSphere: `cloud-init` = by an account that each machine gets for itself, `guest-operations` = by an account
   * that the image has and the provider knows. Left out: the latter where the provider knows one. Windows on vSphere: `sysprep` = vCenter's
   * customization specification sets each machine up, `cloudbase-init` = that program does; Carrel does not get in.
   */
  access?: GuestWay;
  /** How people come in; `ssh` if left out, as in all revisions of before. `rdp` = by Remote Desktop on {@link RDP_PORT}, and not by SSH. */
  protocol?: Protocol;
  /** Longest time from power-on to an SSH banner, or to an answer at the RDP port, before the machine counts as failed, in seconds. */
  bootTimeoutS: number;
}

export type GuestWay = 'cloud-init' | 'guest-operations' | 'sysprep' | 'cloudbase-init';

export type Protocol = 'ssh' | 'rdp';

/** Where Remote Desktop listens (IANA: ms-wbt-server). */
export const RDP_PORT = 3389;

export const protocolOf = ({ protocol }: Pick<GuestProfile, 'protocol'>): Protocol => protocol ?? 'ssh';

export interface RevisionProfile {
  hardware: HardwareProfile;
  guest: GuestProfile;
}

export type RevisionState = 'preparing' | 'draft' | 'published' | 'retired' | 'failed';
export type RevisionEvent = 'prepared' | 'prepareFailed' | 'publish' | 'supersede' | 'retire' | 'unretire';

/** States x events, no gaps; `null` = the event is refused in that state. See docs/spec/revision.md. */
export const REVISION_TABLE: Record<RevisionState, Record<RevisionEvent, RevisionState | null>> = {
  preparing: { prepared: 'draft', prepareFailed: 'failed', publish: null, supersede: null, retire: null, unretire: null },
  draft: { prepared: 'draft', prepareFailed: null, publish: 'published', supersede: null, retire: 'retired', unretire: null },
  published: { prepared: null, prepareFailed: null, publish: 'published', supersede: 'draft', retire: 'retired', unretire: null },
  retired: { prepared: null, prepareFailed: null, publish: null, supersede: null, retire: 'retired', unretire: 'draft' },
  failed: { prepared: null, prepareFailed: 'failed', publish: null, supersede: null, retire: 'retired', unretire: null },
};

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

/**
 * Why a name cannot be used for an image, or undefined if it can. The rule is that of an RFC 1123 host label with dots and
 * underscores inside, so that a name is safe in URLs, file names and host names alike.
 */
export function imageNameProblem(name: string): string | undefined {
  if (NAME.test(name)) return undefined;
  if (name === '') return 'a name is needed';
  if (name.length > 63) return 'at most 63 characters';
  return 'lower-case letters, digits, "-", "_" and "." only, beginning and ending with a letter or digit';
}
