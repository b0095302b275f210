import type { Role } from '../contract/roles.ts';

/** Whose request it is. */
export interface Caller {
  accountId: string;
  name: string;
  role: Role;
  /** By what they signed in; neither for the server itself. `expiresAt` null = no end. */
  token?: { id: string; expiresAt: Date | null } | undefined;
  session?: { id: string; byLink: boolean; endsAt: Date; idleEndsAt: Date } | undefined;
  /** Another server of the installation asks for them, and sees to it that they are signed in. */
  onBehalf?: boolean | undefined;
}
