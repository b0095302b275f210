/**
 * EFI firmware for QEMU, found by the descriptions that distributions install beside it (QEMU `docs/interop/firmware.json`). Code and
 * variables of one description belong together: a store that was made for one size of flash is nothing to the code of another (edk2
 * `OvmfPkg/README`, FD_SIZE_4MB).
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isQcow2 } from './qcow2.ts';

export interface OvmfFiles {
  code: string;
  codeFormat: FlashFormat;
  /** What a machine's variables begin with. */
  variables: string;
  variablesFormat: FlashFormat;
  /** Size of a store that begins with it, as the guest sees it. */
  storeBytes: number;
  /** It wants system management mode, and the flash written to from there alone. */
  smm: boolean;
}

/** Fedora has its newer firmware as qcow2 alone. */
export type FlashFormat = 'raw' | 'qcow2';

export interface WantedOvmf {
  /** With keys enrolled, so that it is in force, and for system management mode, where alone they can be changed. */
  secureBoot: boolean;
  /** Size of a store that is there already, in bytes: the firmware must be one whose stores have it. Undefined = any. */
  storeBytes?: number | undefined;
}

/** Where Debian's package `ovmf` puts them, also where it brings no descriptions. */
const FIXED: readonly { secureBoot: boolean; code: string; variables: string }[] = [
  { secureBoot: false, code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  { secureBoot: true, code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd' },
];

/** The folders of descriptions, what counts more first. */
export function descriptionFolders(env: NodeJS.ProcessEnv = process.env): string[] {
  const own = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return [join(own, 'qemu/firmware'), '/etc/qemu/firmware', '/usr/share/qemu/firmware'];
}

/** The first firmware that fits, of those whose files are there; undefined where there is none. */
export function findOvmf(wanted: WantedOvmf, folders = descriptionFolders(), fixed: typeof FIXED = FIXED): OvmfFiles | undefined {
  const all = descriptions(folders);
  const described = all.filter((each) => fits(each, wanted.secureBoot ? 'in force' : 'none'));
  // RHEL has none without: with no keys in its store it refuses nothing.
  const open = wanted.secureBoot ? [] : all.filter((each) => fits(each, 'without keys'));
  const ofDebian = fixed
    .filter((each) => each.secureBoot === wanted.secureBoot)
    .map(({ code, variables, secureBoot: smm }) => ({ code, codeFormat: 'raw', variables, variablesFormat: 'raw', smm }) as const);
  for (const each of [...described.flatMap(filesOf), ...ofDebian, ...open.flatMap(filesOf)]) {
    const storeBytes = flashBytes(each.variables, each.variablesFormat);
    if (flashBytes(each.code, each.codeFormat) === undefined || storeBytes === undefined) continue;
    if ((wanted.storeBytes ?? storeBytes) === storeBytes) return { ...each, storeBytes };
  }
  return undefined;
}

/** Size of the flash memory in a file; undefined where there is none, or none of that format. */
function flashBytes(path: string, format: FlashFormat): number | undefined {
  const bytes = sizeOf(path);
  if (format === 'raw' || bytes === undefined) return bytes;
  const head = Buffer.alloc(QCOW2_HEAD);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, head, 0, head.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return isQcow2(head) ? Number(head.readBigUInt64BE(24)) : undefined;
}

/** Up to the size of the disk that is in it. */
const QCOW2_HEAD = 32;

function sizeOf(path: string): number | undefined {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts?.isFile() === true ? facts.size : undefined;
}

/** What of a description is read; everything in it may be missing or something else. */
interface Description {
  'interface-types'?: unknown;
  mapping?: { device?: unknown; mode?: unknown; executable?: FlashFile; 'nvram-template'?: FlashFile };
  targets?: readonly { architecture?: unknown; machines?: unknown }[];
  features?: unknown;
}
interface FlashFile {
  filename?: unknown;
  format?: unknown;
}

/** In the order of their names, from whichever folder; one hides what has its name in a folder that counts less, also if it is empty. */
function descriptions(folders: readonly string[]): Description[] {
  const byName = new Map<string, string>();
  for (const folder of folders) for (const name of namesIn(folder)) if (!byName.has(name)) byName.set(name, join(folder, name));
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, path]) => read(path))
    .filter((each) => each !== undefined);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

/** One that nobody can read is as one that is not there: another may do. */
function read(path: string): Description | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** For the machines that we start, with exactly what is wanted: keys that nobody asked for would refuse what is not signed. */
function fits(
  { 'interface-types': types, mapping, targets, features }: Description,
  secureBoot: 'in force' | 'without keys' | 'none',
): boolean {
  const has = (feature: string) => list(features).includes(feature);
  const isOurs = list(targets).some((target) => {
    const { architecture, machines } = (target ?? {}) as { architecture?: unknown; machines?: unknown };
    return architecture === 'x86_64' && list(machines).some((name) => typeof name === 'string' && name.startsWith('pc-q35-'));
  });
  const inFlash = mapping?.device === 'flash' && (mapping.mode === undefined || mapping.mode === 'split');
  const is = secureBoot !== 'none';
  const asWanted = has('secure-boot') === is && has('requires-smm') === is && has('enrolled-keys') === (secureBoot === 'in force');
  return list(types).includes('uefi') && isOurs && inFlash && asWanted;
}

function filesOf({ mapping, features }: Description): Omit<OvmfFiles, 'storeBytes'>[] {
  const [code, variables] = [flashFile(mapping?.executable), flashFile(mapping?.['nvram-template'])];
  if (code === undefined || variables === undefined) return [];
  const smm = list(features).includes('requires-smm');
  return [{ code: code.path, codeFormat: code.format, variables: variables.path, variablesFormat: variables.format, smm }];
}

function flashFile(file: FlashFile | undefined): { path: string; format: FlashFormat } | undefined {
  const { filename: path, format } = file ?? {};
  return typeof path === 'string' && (format === 'raw' || format === 'qcow2') ? { path, format } : undefined;
}
