import { createHash } from 'node:crypto';
import type { CloneMode, RevisionProfile } from '../../../core/image.ts';
import type { AnyValue, OptionValue } from '../../../vsphere/index.ts';
import { extraConfig, isA } from '../../../vsphere/index.ts';

/**
 * What Carrel writes into the configuration of its own machines and masters (`extraConfig`). The tag and the instance UUID must agree:
 * a copy that an administrator makes in the client carries our tag too, but has an instance UUID of its own, and is not ours.
 */
export const TAG = {
  installation: 'carrel.installation',
  /** `machine`, `master`, or `frozen`: what instant clones are made of. */
  kind: 'carrel.kind',
  /** The instance UUID that it must have. */
  id: 'carrel.id',
  revision: 'carrel.revision',
  mode: 'carrel.mode',
  created: 'carrel.created',
  /** Disks of the master that this machine stands on, as JSON: it keeps them when the master is moved later. */
  parents: 'carrel.parents',
  /** How many disks it has when it is finished. */
  disks: 'carrel.disks',
  /** `1`: its root snapshot is Carrel's own (VCL's way) and no checkpoint of anybody. */
  root: 'carrel.root',
  /** What tells its guest from others, as JSON: written when the guest was ready for the first time. */
  identity: 'carrel.identity',
  profile: 'carrel.profile',
  /** What a master's golden disks were when it was finished, as JSON; a master without it is half. */
  seal: 'carrel.seal',
  /** `1`: the master was somebody's machine before and is given back when its revision goes. */
  adopted: 'carrel.adopted',
  /** Disks in the machine's folder before it began to be taken off its master, as JSON; absent when that is not under way. */
  unlink: 'carrel.unlink',
  relocate: 'carrel.relocate',
  note: 'carrel.note',
  /** Instance UUID of the frozen parent that an instant clone was made of. */
  frozen: 'carrel.frozen',
  /** `1`: an instant clone whose card is not plugged in yet. It runs from the start, and waits so for its first power-on. */
  held: 'carrel.held',
  /** Why the machine is a linked clone although an instant one was asked for. */
  instead: 'carrel.instead',
  /** `1`: vCenter is still to be told how Sysprep sets it up. Without that it would start under its image's name and passwords. */
  customize: 'carrel.customize',
} as const;

const ALL_TAGS = Object.values(TAG);

/** Name of the snapshot that a master, or a machine made VCL's way, stands on. */
export const ROOT_SNAPSHOT = 'carrel-root';

/** One extent's file as it was sealed. Hashes are SHA-256, cut to 132 bits; `-` is a drawn block of zeros. */
export interface SealedExtent {
  path: string;
  bytes: number;
  /** Of both ends and of the blocks that the seal's id draws. */
  samples: string[];
  /** Of equal parts that together are the whole file; absent where only samples were taken. */
  parts?: string[] | undefined;
}

/** What a disk's bytes were, or why nobody could read them. */
export type Content = { id: string; extents: SealedExtent[] } | { unread: string };

export interface SealedDisk {
  path: string;
  bytes: number;
  /** Of descriptor and bytes together (`sealHash` of `storage/contents.ts`); of the descriptor alone where no bytes were read. */
  sha256: string;
  contentId: string | undefined;
  /** Where not even the descriptor could be read: of what the hypervisor says of the disk. */
  byInventory?: boolean | undefined;
  /** Absent in seals from before bytes were read. */
  content?: Content | undefined;
  /** What tells its datastore whatever it is called: the server's reference, and the URL that names the volume. Absent in older seals. */
  datastore?: { moref: string; url: string } | undefined;
}

export interface Seal {
  sealedAt: string;
  disks: SealedDisk[];
  virtualBytes: number;
  facts: Record<string, string>;
  /** What the golden disks were in earlier seals: who knows them by these may have missed that they were sealed anew. */
  before?: { path: string; sha256: string }[] | undefined;
}

/** The golden disks of a seal, as the port tells of them. */
export function filesOf(seal: Seal | undefined): { path: string; bytes: number; sha256: string }[] {
  return (seal?.disks ?? []).map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
}

export interface GuestIdentity {
  /** SHA-256 of each host key. */
  hostKeys: string[];
  machineId?: string | undefined;
}

export interface Adopted {
  template: boolean;
  /** The server's reference of the resource pool that it was in; a template is in none. */
  pool?: string | undefined;
}

/** `1` was written where nobody noted what it had been: servers take a template's tags only while it is none, so it was a machine. */
function adoptedOf(text: string | undefined): Adopted | undefined {
  if (text === undefined || text === '') return undefined;
  return text === '1' ? { template: false } : (json<Adopted>(text) ?? { template: false });
}

export interface Tags {
  installation: string | undefined;
  kind: string | undefined;
  id: string | undefined;
  revisionId: string | undefined;
  mode: CloneMode | undefined;
  created: string | undefined;
  parents: readonly string[];
  disks: number | undefined;
  root: boolean;
  identity: GuestIdentity | undefined;
  profile: RevisionProfile | undefined;
  seal: Seal | undefined;
  /** Of a master that is somebody's machine, taken as it lay: what it is to be when it is given back. */
  adopted: Adopted | undefined;
  unlink: readonly string[] | undefined;
  /** The datastore that it was on its way to: what a move that broke off left lies there. */
  relocate: string | undefined;
  note: string | undefined;
  frozen: string | undefined;
  held: boolean;
  instead: string | undefined;
  customize: boolean;
}

export function readTags(config: AnyValue | undefined): Tags {
  const map = new Map<string, string>();
  for (const option of Array.isArray(config) ? config : []) {
    if (isA(option, 'OptionValue') && option.key.startsWith('carrel.') && typeof option.value === 'string')
      map.set(option.key, option.value);
  }
  const mode = map.get(TAG.mode);
  return {
    installation: map.get(TAG.installation),
    kind: map.get(TAG.kind),
    id: map.get(TAG.id),
    revisionId: map.get(TAG.revision),
    mode: mode === 'linked' || mode === 'full' || mode === 'instant' ? mode : undefined,
    created: map.get(TAG.created),
    parents: json<string[]>(map.get(TAG.parents)) ?? [],
    disks: map.has(TAG.disks) ? Number(map.get(TAG.disks)) : undefined,
    root: map.get(TAG.root) === '1',
    identity: json<GuestIdentity>(map.get(TAG.identity)),
    profile: json<RevisionProfile>(map.get(TAG.profile)),
    seal: json<Seal>(map.get(TAG.seal)),
    adopted: adoptedOf(map.get(TAG.adopted)),
    unlink: json<string[]>(map.get(TAG.unlink)),
    relocate: map.get(TAG.relocate) || undefined,
    note: map.get(TAG.note),
    frozen: map.get(TAG.frozen),
    held: map.get(TAG.held) === '1',
    instead: map.get(TAG.instead),
    customize: map.get(TAG.customize) === '1',
  };
}

function json<T>(text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** The tags of a new machine or master; every other tag is cleared, since clones inherit what their source had. */
export function writeTags(tags: Partial<Record<keyof typeof TAG, string>>): OptionValue[] {
  const all = Object.fromEntries(ALL_TAGS.map((key) => [key, '']));
  for (const [name, value] of Object.entries(tags)) if (value !== undefined) all[TAG[name as keyof typeof TAG]] = value;
  return extraConfig(all);
}

/** Some tags changed, the others left. */
export function changeTags(tags: Partial<Record<keyof typeof TAG, string>>): OptionValue[] {
  return extraConfig(Object.fromEntries(Object.entries(tags).map(([name, value]) => [TAG[name as keyof typeof TAG], value])));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Names of one installation: what it makes, on the inventory and on datastores, can be told by them when no machine is left to ask. */
export class Names {
  readonly prefix: string;
  readonly #installationId: string;

  constructor(installationId: string) {
    this.#installationId = installationId;
    this.prefix = `carrel-${digest(installationId).slice(0, 8)}-`;
  }

  machine(machineId: string): string {
    return `${this.prefix}m-${machineId}`;
  }

  /** A revision has one master per datastore. */
  master(revisionId: string, datastore: string): string {
    return `${this.prefix}r-${revisionId}-${digest(datastore).slice(0, 6)}`;
  }

  /** A revision has frozen parents by `key`, six hex digits that say for what: {@link Names.frozenKey}. */
  frozen(revisionId: string, key: string): string {
    return `${this.prefix}f-${revisionId}-${key}`;
  }

  /** What frozen parents are told apart by: host, datastore, size, and a number where an earlier one still has clones. */
  frozenKey(facts: readonly (string | number)[]): string {
    return digest(facts.join('/')).slice(0, 6);
  }

  /** The instance UUID of a master, the same whoever makes it: the key by which two workers find that they make the same thing. */
  masterUuid(revisionId: string, datastore: string): string {
    return this.#uuid(`${revisionId}/${datastore}`);
  }

  /** As of {@link masterUuid}. */
  frozenUuid(revisionId: string, key: string): string {
    return this.#uuid(`frozen/${revisionId}/${key}`);
  }

  #uuid(what: string): string {
    const h = digest(`${this.#installationId}/${what}`);
    const variant = ((Number.parseInt(h.charAt(16), 16) & 3) | 8).toString(16);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-8${h.slice(13, 16)}-${variant}${h.slice(17, 20)}-${h.slice(20, 32)}`;
  }

  /** What a folder of that name belongs to; vSphere appends `_1`, `_2` … when a name is taken. */
  parse(folder: string): { kind: 'machine' | 'master' | 'frozen'; id: string; base: string } | undefined {
    if (!folder.startsWith(this.prefix)) return undefined;
    const base = folder.replace(/_\d+$/, '');
    const m = /^(m|r|f)-([0-9a-fA-F-]{36})(-[0-9a-f]{6})?$/.exec(base.slice(this.prefix.length));
    if (m === null || (m[1] === 'm') !== (m[3] === undefined)) return undefined;
    const kind = ({ m: 'machine', r: 'master', f: 'frozen' } as const)[m[1] as 'm' | 'r' | 'f'];
    return { kind, id: m[2] as string, base };
  }
}
