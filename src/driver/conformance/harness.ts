import type { Capabilities, Driver, MasterSpec, Stray } from '../driver.ts';

/**
 * What a driver's folder gives the conformance suite: an opened driver on a world of its own, and means to reach into
 * that world without going through the driver. A hook that is left out skips the checks that need it, with the reason shown.
 */
export interface Harness {
  /** The opened driver; after {@link restart} a new one. */
  readonly driver: Driver;
  /** What `open` answered. */
  readonly capabilities: Capabilities;
  /** True if a boot costs next to nothing; else checks share booted machines and do fewer rounds. */
  readonly cheap: boolean;
  /**
   * Verbs are broken off at one point only, machines are instant clones where any will do, what a disk holds is read past the guest, and what boots
   * once more is not looked at again: that is another run's.
   */
  readonly brief?: boolean;
  /** At which progress reports verbs are broken off, where another run of the suite does so at all that matter. */
  readonly points?: readonly number[];
  readonly timeouts: HarnessTimeouts;

  /** A master of that id from a source that costs little; calling it twice with one id describes the same thing. */
  prepareSpec(revisionId: string): MasterSpec;
  /** Drops the driver as a crash of ours would and opens a new one on the same world. */
  restart(): Promise<void>;
  dispose(): Promise<void>;

  /** SHA-256 over all golden bytes of a master, read from the storage itself; undefined if there is no such master. */
  masterDigest(revisionId: string): Promise<string | undefined>;
  /** What lies or runs in the world and belongs to none of these: folders, files, processes. Foreign things are not counted. */
  leaks(keep: Kept): Promise<readonly string[]>;
  /** Puts a machine that is not ours into the world, its disk on `parentPath` if that is given. */
  plantForeign(parentPath?: string): Promise<Foreign>;

  /** Writes a file inside a running guest and makes it durable there. */
  guestWrite?: ((machineId: string, path: string, text: string) => Promise<void>) | undefined;
  /** Reads a file inside a running guest; undefined if it is not there. */
  guestRead?: ((machineId: string, path: string) => Promise<string | undefined>) | undefined;
  /** Writes on the first disk of a machine that is off, past its guest: what {@link diskRead} gives then. */
  diskWrite?: ((machineId: string, text: string) => Promise<void>) | undefined;
  /** What {@link diskWrite} wrote last, as the disks of a machine that is off have it now. */
  diskRead?: ((machineId: string) => Promise<string | undefined>) | undefined;
  /** What the running guest itself knows of an account. */
  guestAccount?: ((machineId: string, user: string) => Promise<GuestAccount>) | undefined;
  /** Lets the next call of that verb fail at that point, by means outside the driver: a full disk, a killed helper, a fault rule. */
  failNext?: ((verb: FailableVerb, when: FailPoint) => Promise<void>) | undefined;
  /** Breaks a powered-off machine's chain on the storage, so that the gate has something to refuse. */
  tamperChain?: ((machineId: string, how: ChainTamper) => Promise<void>) | undefined;
  /** Changes one byte of a golden disk behind the driver's back. */
  tamperMaster?: ((revisionId: string) => Promise<void>) | undefined;
  /** Ends a running machine from outside: kills its process, powers it off as a foreign administrator. */
  crashMachine?: ((machineId: string) => Promise<void>) | undefined;
  /** Name of a datastore that machines can be on and this one is not. */
  otherDatastore?: ((machineId: string) => Promise<string>) | undefined;
  /** Leaves something behind that carries our tag and belongs to nothing; gives its `ref` as `inventory` shows it. */
  plantStray?: (() => Promise<string>) | undefined;
}

/** Bounds in milliseconds; generous, since they only end what hangs. */
export interface HarnessTimeouts {
  /** One verb on one machine. */
  verbMs: number;
  /** Making, capturing or reading a whole master. */
  masterMs: number;
  /** From power-on to a guest that is ready. */
  guestMs: number;
  /** From an abort to the rejection. */
  abortMs: number;
}

export interface Kept {
  machines: readonly string[];
  masters: readonly string[];
}

export interface Foreign {
  /** Its id as `inventory` shows it, undefined where foreign things are shown as strays only. */
  machineId: string | undefined;
  /** Its leaf disk. */
  diskPath: string;
  /** The stray that `inventory` shows for it, if any, with its `ref`. */
  strayRef?: string | undefined;
  strayKind?: Stray['kind'] | undefined;
  /** Whether all of it is still exactly what was planted, found by independent means. */
  unchanged(): Promise<boolean>;
  remove(): Promise<void>;
}

export interface GuestAccount {
  passwordLocked: boolean;
  authorizedKeys: readonly string[];
}

export type FailableVerb = 'prepareMaster' | 'clone' | 'capture' | 'destroy' | 'removeMaster';
/** `middle` leaves a half-made thing; `after` = the effect is there and the answer is lost. */
export type FailPoint = 'before' | 'middle' | 'after';
export type ChainTamper = 'leaf-is-master' | 'no-parent' | 'foreign-parent';
