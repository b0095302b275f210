/** Providers that an operator adds: how they are reached and what of them may be used. */
import type { CapacityLimits } from './capacity.ts';

export const PROVIDER_KINDS = ['vcenter', 'esxi'] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

export const LINKED_STRATEGIES = ['snapshot-clone', 'child-disk', 'shared-master'] as const;

/** How the certificate of an endpoint is judged. There is no way to trust whatever answers. */
export type ProviderTrust = { fingerprint256: string } | { ca: string } | { system: true };

/** Everything about an endpoint but its passwords. Names are those that people see in its inventory. */
export interface ProviderConnection {
  url: string;
  username: string;
  trust: ProviderTrust;
  /** The only one unless given. */
  datacenter?: string;
  /** Cluster, or compute resource of one host; the only one unless given. */
  compute?: string;
  /** Resource pool of it that machines go to; its own unless given. */
  pool?: string;
  /** Folder for machines, made if it is missing; `carrel` unless given. */
  folder?: string;
  /** All unless given. */
  datastores?: string[];
  /** Of each machine's first card; the master's own unless given. */
  network?: string;
  strategy?: (typeof LINKED_STRATEGIES)[number];
  /** What Carrel may use in all; what is left out is the cluster's. */
  limits?: Partial<CapacityLimits>;
  /** Account inside the guests for VMware's guest operations; its password is kept with the other one. */
  guestUser?: string;
}

/** What is sealed. */
export interface ProviderSecret {
  password: string;
  guestPassword?: string;
}

/** `up`: it answers; `down`: it does not, its work waits; `disabled`: an operator wants nothing of it. */
export type ProviderState = 'up' | 'down' | 'disabled';

/** Why `name` cannot be a provider's name, or undefined. Host names fit, since the host's own provider bears its host's. */
export function providerNameProblem(name: string): string | undefined {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return 'letters, digits, dots, dashes and underscores only';
  return name.length > 63 ? 'at most 63 characters' : undefined;
}
