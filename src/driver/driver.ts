/**
 * The port between Carrel and whatever runs machines. The engine asks `capabilities`, never a driver's name.
 *
 * Rules that hold for every verb, checked by the conformance suite in this folder:
 * - identity is an id that Carrel chose (`machineId`, `revisionId`), never a name;
 * - a verb that makes something is idempotent by that id: run twice it gives the same thing; a half-made rest of an earlier
 *   try is finished or replaced, never left beside a second one;
 * - a verb that removes something succeeds when it is already gone;
 * - errors are of the closed list in errors.ts;
 * - nothing without our ownership tag is changed;
 * - when `ctx.signal` aborts, the verb rejects soon and leaves nothing that the removing verb would not find.
 */
import type { Duplex } from 'node:stream';
import type { MachineCondition } from '../core/condition.ts';
import type { CloneMode, GuestWay, HardwareProfile, Protocol, RevisionProfile } from '../core/image.ts';
import type { Described } from '../core/brought-image.ts';
import type { DatastoreRoom, ProviderLimits } from '../core/capacity.ts';
import type { DeletionProof, DiskChain, DiskFile } from '../core/lineage.ts';
import type { Ctx } from '../lib/context.ts';
import type { ConsoleTarget, SerialPart } from './console.ts';
import type { Guest } from './guest.ts';

export { type ConsoleTarget, SCREENSHOT_BYTES, SERIAL_PART_BYTES, type SerialPart } from './console.ts';
export type { Credentials, Guest, GuestAddress, GuestReady } from './guest.ts';

export interface Capabilities {
  cloneModes: readonly CloneMode[];
  /** Firmware of the images that instant clones can be made of; left out: any. */
  instantFirmware?: readonly HardwareProfile['firmware'][];
  /** False where no instant clones are made of images with a TPM. */
  instantTpm?: boolean;
  /** Where there can be no instant clone, also where that mode is not listed, one that is asked for becomes a linked one with a note. */
  instantElseLinked?: boolean;
  /** Modes in which a machine can get a larger first disk than its image's; left out: none. */
  growsDisk?: readonly CloneMode[];
  /** A running machine can be captured without stopping it. */
  liveCapture: boolean;
  /** User checkpoints of a machine, disk state only. */
  checkpoints: boolean;
  /** A linked machine can be taken off its master; absent: it cannot, and there is no such verb. */
  unlink?: boolean | undefined;
  /** A machine can be moved to another datastore of its provider; absent: it cannot, and there is no such verb. */
  relocate?: boolean | undefined;
  /** Masters can be sealed anew where they lie now; absent: they cannot, and there is no such verb. */
  reseal?: boolean | undefined;
  /** A revision may have masters on several datastores, made by source `replica`; absent: one each, and that source is refused. */
  replicas?: boolean | undefined;
  suspend: boolean;
  console: 'vnc' | 'webmks' | 'none';
  /** Pictures can be taken of the screens of machines that run; absent: they cannot, and there is no such verb. */
  screenshot?: boolean | undefined;
  /** People can be joined to the serial consoles of machines; absent: they cannot, and there is no such verb. */
  serialConsole?: boolean | undefined;
  /** Images that this provider can make by itself, by recipe name. */
  recipes: readonly string[];
  /** How its guests may be set up; left out: by what a POSIX guest knows. */
  guestWays?: readonly GuestWay[];
  /** How people may come into its guests; left out: by SSH alone. */
  protocols?: readonly Protocol[];
  /** Disk formats that can be imported. */
  importFormats: readonly string[];
  /** How many machines may be started at the same time before all become slower. */
  startSlots: number;
  /** How many disks may be copied as a whole at the same time: full copies, captures, masters. */
  copySlots: number;
  /** A guest that boots takes as much as one that starts, and counts as one until it answers: processors that are imitated. */
  bootTakesSlot?: boolean | undefined;
  /** Facts for people: accelerator and why it was chosen, versions. */
  facts: Readonly<Record<string, string>>;
}

/** Room of the provider as the hypervisor sees it, before anything of ours is placed. Storage in bytes. */
export interface ProviderRoom extends ProviderLimits {
  storageBytes: number;
  storageFreeBytes: number;
  /** All that it may use, also those that are away now; left out where it is one place. */
  datastores?: readonly DatastoreRoom[];
  /** Of that memory, in MiB, and of these vCPUs: what is not to be promised, for parts of ours such as frozen parents hold it, or others do; left out: nothing. */
  heldMemoryMiB?: number;
  heldVcpus?: number;
}

export type PowerState = 'on' | 'off' | 'suspended' | 'crashed';
export type PowerOp = 'on' | 'off' | 'reset' | 'suspend' | 'resume' | 'shutdown';

/** A machine as the hypervisor shows it. `half` = parts of one exist, the rest is missing. */
export interface SeenMachine {
  machineId: string;
  power: PowerState | 'half';
  /** What keeps it from doing its work although it is there; absent where nothing does, or nothing can be seen. */
  condition?: MachineCondition | undefined;
  mode: CloneMode | undefined;
  revisionId: string | undefined;
  /** The tag inside the VM names this installation. */
  owned: boolean;
  createdAt: string | undefined;
  /** Why nothing may be done with it although it carries our tag: what an operator has to settle. Absent for one that is in order. */
  disputed?: string | undefined;
  /** All places that it stands on (datastores), its parents' too; absent where nobody can say, and where the provider is one place. */
  places?: readonly string[] | undefined;
}

/** Where a machine is at the provider, in the provider's own names. */
export interface Whereabouts {
  /** The host that runs it, or that it is registered on while it is off. */
  host: string;
  /** The datastores that its own files lie on, its home first. Empty where the provider has no such thing. */
  datastores: readonly string[];
  /** What its hypervisor asks of an operator before it lets it go on; absent where it asks nothing. */
  question?: MachineQuestion | undefined;
}

/** In the hypervisor's own words. */
export interface MachineQuestion {
  id: string;
  text: string;
  choices: readonly { key: string; label: string }[];
  /** The key of the answer that the hypervisor suggests. */
  preset?: string | undefined;
}

export interface MachineAnswer {
  /** The question's id. */
  question: string;
  /** The key of one of its choices. */
  choice: string;
}

export interface SeenMaster {
  revisionId: string;
  owned: boolean;
  state: 'sealed' | 'half';
  /** Why it may not be what was sealed, when that shows without reading it (size, times, modes); absent where it does not, or cannot, show. */
  changed?: string | undefined;
  /** As of {@link SeenMachine}. */
  disputed?: string | undefined;
  places?: readonly string[] | undefined;
}

/** Something that belongs to us by tag or place but to no machine and no master: a process, a folder, a file. */
export interface Stray {
  kind: 'process' | 'folder' | 'file';
  ref: string;
  detail: string;
  owned: boolean;
  /** As of {@link SeenMachine}. */
  places?: readonly string[] | undefined;
}

export interface Inventory {
  /** False if any part could not be read; then absence in it means nothing (promise 5). */
  complete: boolean;
  /**
   * Which places could be read whole and which could not, where the provider has several and not all could be read. What is seen to stand on the former
   * alone is judged as in a complete reading. Left out: of nothing can be said that it was read whole.
   */
  places?: { read: readonly string[]; unread: readonly string[] } | undefined;
  machines: readonly SeenMachine[];
  masters: readonly SeenMaster[];
  strays: readonly Stray[];
}

export type MasterSource =
  | { kind: 'recipe'; recipe: string }
  /** A file that was uploaded and lies in a staging folder of ours. `claimed` is the format its owner says it has. */
  | {
      kind: 'file';
      path: string;
      claimed: string | undefined;
      /** Sentences about the file for people, kept with the master's facts. */
      notes?: readonly string[];
      /** What its machine had: given where it can be had, else left out; which of both is said in the notes. */
      described?: Described;
      profile: Partial<RevisionProfile['hardware']> & Partial<RevisionProfile['guest']>;
    }
  /** A machine or template that is at the provider already, by its path there. `adopt` takes it as it lies, `copy` leaves it alone. */
  | {
      kind: 'vm';
      path: string;
      how: 'copy' | 'adopt';
      profile: Partial<RevisionProfile['hardware']> & Partial<RevisionProfile['guest']>;
    }
  /**
   * The revision's own master here, copied to a further datastore: that one, or the one with most room that has none. One that is there already
   * is the answer. `not-found` (no master here, no such datastore), `no-space`. A try that fails leaves nothing.
   */
  | { kind: 'replica'; datastore?: string | undefined };

export interface MasterSpec {
  revisionId: string;
  source: MasterSource;
}

export interface Master {
  revisionId: string;
  profile: RevisionProfile;
  /** Golden disks (and what else must not change), each with its SHA-256 in hex; the first is the system disk. */
  files: readonly { path: string; bytes: number; sha256: string }[];
  virtualBytes: number;
  /**
   * Facts worth keeping with the revision (package versions, build times in ms); no secrets. `unclean` = why a capture may hold what
   * belongs to a person or to its machine (keys, passwords, files): then it is not handed out without a word of whoever answers for it.
   */
  facts: Readonly<Record<string, string>>;
}

export interface MasterCheck {
  revisionId: string;
  ok: boolean;
  files: readonly {
    path: string;
    expectedSha256: string;
    actualSha256: string | undefined;
    problem: string | undefined;
    /** How much of it was compared; every byte where this is absent. */
    compared?: MasterCompared | undefined;
    /** Why no more than that; for people. */
    note?: string | undefined;
  }[];
}

/** Every byte; samples of them; only the descriptor and what else the hypervisor writes when it writes to a disk. */
export type MasterCompared = 'bytes' | 'samples' | 'descriptor';

export interface CloneSpec {
  machineId: string;
  revisionId: string;
  mode: CloneMode;
  hardware: Pick<HardwareProfile, 'vcpus' | 'memoryMiB'>;
  hostname: string;
  /**
   * How large its first disk is to be, in bytes, a multiple of 1 MiB; as large as the master's if left out. `not-supported` in a mode that
   * `growsDisk` does not list, and for less than the master has: then nothing is made.
   */
  diskBytes?: number | undefined;
  /** Where it is to lie if there is room, of several datastores, by name; elsewhere if not: {@link CloneResult.datastore} says where it does. */
  datastore?: string | undefined;
  /**
   * Nobody ever asked for a machine of this id before: what lies there of an earlier try need not be looked for where that costs requests. The driver
   * looks where this is left out, and a machine that is there all the same is found as ever.
   */
  first?: boolean | undefined;
}

export interface CloneResult {
  machineId: string;
  mode: CloneMode;
  /** One chain per disk, read back after the clone; the engine's gate judges them. */
  chains: readonly DiskChain[];
  ownFolder: string;
  /** The datastore that it lies on; absent where the provider is one place. */
  datastore?: string | undefined;
  /** Disks that must stay untouched: the master's and, for `instant`, the frozen parent's. */
  masterPaths: readonly string[];
  /** Golden disks of all copies of its revision there, where a clone may have made one itself; absent: there is one copy, which is recorded. */
  masterFiles?: Master['files'] | undefined;
  /** Sentences for the user, such as why something took another way. */
  notes: readonly string[];
}

export interface Checkpoint {
  name: string;
  createdAt: string;
}

export type LineageScope = { kind: 'machine'; machineId: string } | { kind: 'revision'; revisionId: string } | { kind: 'all' };

export interface LineageReport {
  complete: boolean;
  /** Every chain in scope, leaf first, foreign ones included. */
  chains: readonly { owner: 'machine' | 'master' | 'frozen' | 'foreign'; id: string; chain: DiskChain }[];
  /** All disks seen, also those no chain uses. */
  disks: readonly DiskFile[];
}

/** How a machine is now: `condition` as of {@link SeenMachine}. */
export type DriverEvent = { kind: 'machine'; machineId: string; power: PowerState; condition?: MachineCondition | undefined };

export interface CaptureSpec {
  machineId: string;
  /** The draft revision that the capture makes. */
  revisionId: string;
}

export interface Driver {
  readonly kind: string;
  /** Looks at the provider and learns what it can do; called once before anything else, again after a reconnect. */
  open(ctx: Ctx): Promise<Capabilities>;
  /** Lets go of connections. Machines go on running. */
  close(): Promise<void>;

  inventory(ctx: Ctx): Promise<Inventory>;
  /** Calls back when a machine's power state or condition changes by itself; returns how to stop that. */
  watch(onEvent: (event: DriverEvent) => void): () => void;
  room(ctx: Ctx): Promise<ProviderRoom>;
  /**
   * Where a machine is as far as the driver knows without asking: free of charge, for lists of hundreds. Somebody else may move it at any
   * time (vMotion), so nothing is decided by it. Undefined for what it does not know.
   */
  whereabouts(machineId: string): Whereabouts | undefined;

  /** Answers what {@link Whereabouts.question} shows; absent where nothing is asked. `wrong-state`: it is not asked that, or that is no answer. */
  answer?(ctx: Ctx, machineId: string, answer: MachineAnswer): Promise<void>;

  /**
   * Refuses hardware that an image's machines could not be given here, by what is installed: firmware, TPMs. Absent: all of it is there.
   * `missing-tool` with what brings it, `not-supported`.
   */
  checkHardware?(ctx: Ctx, hardware: Partial<HardwareProfile>): Promise<void>;

  /** Makes the sealed master of a revision. */
  prepareMaster(ctx: Ctx, spec: MasterSpec): Promise<Master>;
  /**
   * Reads golden disks and compares with what was sealed. A driver for which every byte is too much compares samples, unless `full` is asked for
   * and the seal has more. `unavailable` where that cannot be read: what nobody read is not called changed.
   */
  verifyMaster(ctx: Ctx, revisionId: string, options?: { full?: boolean | undefined }): Promise<MasterCheck>;
  /**
   * Seals a revision's masters anew as they lie now (under a datastore's new name, or with more of them hashed than there was), after every
   * hash that there is was compared with what is read now. `recorded` is what whoever asks knows of them: each as a master here was sealed, now or
   * before it was sealed anew. `files` of the answer are those of all its masters here. `master-changed` with what differs, and nothing is
   * written; `not-found`; `unavailable` where it cannot be read, or the seal would cover less than it has.
   */
  resealMaster?(ctx: Ctx, revisionId: string, recorded: readonly Pick<Master['files'][number], 'path' | 'sha256'>[]): Promise<Master>;
  /** Removes a master; `has-children` with `details.children` if any disk, ours or not, stands on it. */
  removeMaster(ctx: Ctx, revisionId: string): Promise<DeletionProof>;

  /**
   * Makes a machine, powered off (for `instant`: paused, or running where nobody reaches it, which counts as suspended until it is switched on). Where
   * there can be no instant clone of that image it may be a linked one, with a note that says why; never anything else than was asked for. Does not judge the chain; the engine does, by what is read back.
   */
  clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult>;
  /** Reads a machine's chains anew. */
  readBack(ctx: Ctx, machineId: string): Promise<CloneResult>;
  /** `on` refuses with `gate-refused` when the machine's chain breaks the gate: the driver checks again by itself. */
  power(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState>;
  checkpoint(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint>;
  checkpoints(ctx: Ctx, machineId: string): Promise<readonly Checkpoint[]>;
  /** The machine is off afterwards, whatever it was. `wrong-state` where one that runs must be switched off first; `not-found`. */
  revert(ctx: Ctx, machineId: string, name: string): Promise<void>;
  /**
   * Forgets a checkpoint; what the machine has now stays as it is, and so do the others. One that is not there is no error. Nothing is ever
   * written below the machine's own disks: `gate-refused` where that could not be done otherwise, `has-children` where somebody else's disk
   * stands on one of it.
   */
  deleteCheckpoint(ctx: Ctx, machineId: string, name: string): Promise<void>;
  /**
   * Gives a linked machine disks of its own that stand on nothing, so that it needs its master no more; its mode is `full` afterwards, its content
   * what it was. One that stands on nothing already is no error. `wrong-state` while it is not off or has checkpoints, `gate-refused` where what it
   * stands on could be written to, `no-space`.
   */
  unlink?(ctx: Ctx, machineId: string): Promise<CloneResult>;
  /**
   * Moves a machine that is off to another datastore, by its name, with its content. There it has disks of its own that stand on nothing, as after
   * {@link unlink}; golden disks are not moved. One that lies there with such disks is no error, one that stands on its master there is `wrong-state`.
   * `not-found` for a datastore that is not used; `wrong-state`, `gate-refused`, `no-space` as of `unlink`.
   */
  relocate?(ctx: Ctx, machineId: string, datastore: string): Promise<CloneResult>;
  /** Flattens a machine's disks into the sealed master of a new revision, without anything that is the machine's own. */
  capture(ctx: Ctx, spec: CaptureSpec): Promise<Master>;
  /** Takes a machine away, whatever state it is in, and proves that what it stood on is still there. */
  destroy(ctx: Ctx, machineId: string): Promise<DeletionProof>;
  /** Takes away a stray that carries our tag. */
  sweep(ctx: Ctx, stray: Stray): Promise<void>;
  lineage(ctx: Ctx, scope: LineageScope): Promise<LineageReport>;

  readonly guest: Guest;
  console(ctx: Ctx, machineId: string): Promise<ConsoleTarget>;
  /**
   * The machine's screen as it is now: a PNG of at most {@link SCREENSHOT_BYTES}. Looks only: the guest sees nothing of it. `wrong-state` while it is
   * off, `not-supported` of a machine without a screen. Absent where `capabilities` say so.
   */
  screenshot?(ctx: Ctx, machineId: string): Promise<Buffer>;
  /**
   * What the machine wrote on its serial console from `after` on (the newest if undefined), at most {@link SERIAL_PART_BYTES}; whatever state
   * it is in. Where there is nothing after that yet, it is waited for at most `waitMs`. `not-supported` where the provider keeps none; `not-found`.
   */
  serialLog(ctx: Ctx, machineId: string, options: { after?: number | undefined; waitMs?: number | undefined }): Promise<SerialPart>;
  /**
   * Joins with a machine's serial console: what it writes from now on, byte for byte, and what is typed at it. Any number may be joined at once, and
   * each hears all. Nobody who reads slowly holds the guest up: bytes are left out then, and the place says so. It ends with the machine's run,
   * not with a reset. `wrong-state` while the machine is off, `busy` where it runs and cannot be controlled. Absent where `capabilities` say so.
   */
  serialConsole?(ctx: Ctx, machineId: string): Promise<Duplex>;
}

/** Kind of what stands in for the driver of a provider that was written off: what it is not asked for is not there. */
export const WRITTEN_OFF = 'written-off';
