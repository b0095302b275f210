/** What is asked of a guest, through the port. */
import type { Hindrance } from '../core/hindrances.ts';
import type { Ctx } from '../lib/context.ts';

export interface GuestAddress {
  host: string;
  sshPort: number;
  /** Only where people come in by Remote Desktop: then no SSH server was looked for. */
  rdpPort?: number;
}

/** A guest that answered: its address and the SSH host keys it showed, as in known_hosts (`ssh-ed25519 AAAA…`). */
export interface GuestReady {
  address: GuestAddress;
  hostKeys: readonly string[];
}

/** Access for a reservation's people. The password comes as a crypt(3) SHA-512 hash: the driver never sees the word itself. */
export interface Credentials {
  user: string;
  passwordHash: string;
  authorizedKeys: readonly string[];
}

export interface Guest {
  /** Waits for agent, identity (host name, host keys, machine-id, clock, entropy, all its own) and a real SSH banner. */
  ready(ctx: Ctx, machineId: string): Promise<GuestReady>;
  address(ctx: Ctx, machineId: string): Promise<GuestAddress>;
  /**
   * Sets the password and keys of one account; earlier ones are replaced. Answers what in the guest keeps its owner out all the same, as far as anybody
   * can look.
   */
  handover(ctx: Ctx, machineId: string, credentials: Credentials): Promise<readonly Hindrance[]>;
  /**
   * The password of the profile's account where a machine was made with one of its own that cannot be replaced by a hash (Windows); undefined where
   * {@link handover} is the way. Absent: it always is.
   */
  ownPassword?(ctx: Ctx, machineId: string): Promise<string | undefined>;
  /**
   * Shows a line to whoever is logged in to the guest. Absent, or `not-supported`: there is no way to. Others: `wrong-state` (it does not run),
   * `guest-failed` (the guest would not, or nobody is logged in).
   */
  announce?(ctx: Ctx, machineId: string, text: string): Promise<void>;
  /**
   * For how long at least nobody has used the guest, in milliseconds, as the guest itself tells. Absent, or `not-supported`: it cannot be asked.
   * Others: `wrong-state` (it does not run), `guest-failed` (the guest would not tell).
   */
  idleFor?(ctx: Ctx, machineId: string): Promise<number>;
  /** Locks the password and removes the keys again. */
  revoke(ctx: Ctx, machineId: string, user: string): Promise<void>;
}
