/** The tables of people and how they sign in; see schema.ts. */
import type { Nullable } from './columns.ts';

export type Role = 'user' | 'admin';

export interface AccountTable {
  id: string;
  name: string;
  role: Role;
  createdAt: Date;
  /** Null: it may sign in. */
  offSince: Nullable<Date>;
}

export interface IdentityTable {
  id: string;
  accountId: string;
  /** `local`, or who else vouches for them. */
  issuer: string;
  subject: string;
  /** Of `local` only: argon2id. */
  passwordHash: Nullable<string>;
  createdAt: Date;
  changedAt: Date;
}

export interface SessionTable {
  id: string;
  accountId: string;
  /** SHA-256 of the cookie's secret. */
  hash: Buffer;
  byLink: boolean;
  userAgent: string;
  address: string;
  createdAt: Date;
  lastSeenAt: Date;
  idleEndsAt: Date;
  endsAt: Date;
  endedAt: Nullable<Date>;
}

export type LinkKind = 'first' | 'invitation' | 'reset';

export interface SignInLinkTable {
  id: string;
  accountId: string;
  kind: LinkKind;
  /** SHA-256 of the code. */
  hash: Buffer;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date;
  usedAt: Nullable<Date>;
}

export interface TokenTable {
  id: string;
  accountId: string;
  /** SHA-256 of the token. */
  hash: Buffer;
  label: string;
  createdAt: Date;
  expiresAt: Nullable<Date>;
  lastUsedAt: Nullable<Date>;
}
