/**
 * EFI firmware of machines: its code is a file of this host that QEMU only reads, its variables (boot entries, keys) lie in a store of the
 * machine's own, as flash memory does. A store is copied from the master's, or from the firmware's template where the master has none.
 */
import { lstat, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { driverError } from '../../driver/errors.ts';
import { makeCtx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { findOvmf, type OvmfFiles } from '../../qemu/ovmf.ts';
import { grantFile, type Host, pathExists } from './host.ts';
import type { Masters } from './masters.ts';
import type { MachineRecord, MasterRecord } from './records.ts';

/** A machine's variable store in its folder, and a master's in its own. Raw, never a disk that another stands on. */
export const STORE = 'efivars.fd';

/** How often a store that is being written to is read again. */
const READS = 100;

const hasSecureBoot = ({ profile }: Pick<MasterRecord, 'profile'>): boolean => profile.hardware.secureBoot === true;

/** Files of the host that an image's machines start with; `storeBytes` is the size of a store that is there. Errors: `missing-tool`. */
function ovmfFor(secureBoot: boolean, storeBytes?: number): OvmfFiles {
  const found = findOvmf({ secureBoot, storeBytes });
  if (found !== undefined) return found;
  const others = storeBytes !== undefined && findOvmf({ secureBoot }) !== undefined;
  const what = secureBoot ? 'EFI firmware with secure boot and keys enrolled' : 'EFI firmware';
  throw driverError(
    'missing-tool',
    others
      ? `what its ${what} kept is of another size (${storeBytes} bytes) than any that is installed keeps`
      : `this image needs ${what}, which is not installed`,
    { hint: others ? 'install the firmware that it was made with' : INSTALL },
  );
}

const INSTALL = 'install it: apt install ovmf (Fedora, Arch: edk2-ovmf; openSUSE: qemu-ovmf-x86_64)';

/** Errors: `missing-tool`. */
export function mustHaveFirmware(secureBoot: boolean): void {
  ovmfFor(secureBoot);
}

export interface Firmware {
  /** Read by QEMU alone. */
  code: string;
  codeFormat: OvmfFiles['codeFormat'];
  /** The machine's own; QEMU writes to it. */
  variables: string;
  /** As {@link OvmfFiles} has it: so also where only what is signed runs. */
  smm: boolean;
}

/** Whether a file is a variable store by its name: its bytes are the guest's, so that they say nothing about disks. */
export function isStore(name: string): boolean {
  return name.endsWith(STORE);
}

export function isEfi(master: MasterRecord): boolean {
  return master.profile.hardware.firmware === 'efi';
}

/** The firmware for a machine of an EFI image; a store that is missing in `folder` is made. Errors: `missing-tool`. */
export async function firmwareOf(host: Host, masters: Masters, master: MasterRecord, folder: string): Promise<Firmware> {
  const variables = await ensureStore(host, masters, master, folder);
  const secureBoot = hasSecureBoot(master);
  const { code, codeFormat, smm } = ovmfFor(secureBoot, (await stat(variables)).size);
  return { code, codeFormat, variables, smm };
}

/** The path of a machine's store, which is made if it is not there. Errors: `missing-tool`. */
export async function ensureStore(host: Host, masters: Masters, master: MasterRecord, folder: string): Promise<string> {
  const path = join(folder, STORE);
  if (await pathExists(path)) return path;
  const kept = masters.optional(master, STORE);
  const bytes = kept === undefined ? await readTemplate(host, ovmfFor(hasSecureBoot(master)), path) : await readFile(kept);
  if (kept !== undefined) ovmfFor(hasSecureBoot(master), bytes.length);
  await putStore(host, path, bytes);
  return path;
}

/** What a store begins with, as the guest sees it. A store is raw: it is read and kept as it lies. `store` is where it will be. */
async function readTemplate(host: Host, { variables, variablesFormat, storeBytes }: OvmfFiles, store: string): Promise<Buffer> {
  if (variablesFormat === 'raw') return await readFile(variables);
  const flat = `${store}.flat`;
  await grantFile(host, flat);
  try {
    const ctx = makeCtx({ timeoutMs: 60_000 });
    await host.img.firstSectors(ctx, { path: variables, format: variablesFormat }, Math.ceil(storeBytes / 512), flat);
    return await readFile(flat);
  } finally {
    await rm(flat, { force: true });
  }
}

/** Whole or not at all: a half-written store would be taken for the machine's. */
async function putStore(host: Host, path: string, bytes: Buffer): Promise<void> {
  const fresh = `${path}.new`;
  await grantFile(host, fresh);
  try {
    await writeFile(fresh, bytes);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/**
 * What a store holds at one moment, also while its machine runs; undefined when there is none. QEMU writes each change of the flash through at
 * once: two readings that are the same show what was there between them. Errors: `busy` (it never stands still).
 */
async function readStore(path: string): Promise<Buffer | undefined> {
  try {
    let last = await readFile(path);
    for (let n = 0; n < READS; n++) {
      const again = await readFile(path);
      if (again.equals(last)) return again;
      last = again;
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  throw driverError('busy', "the guest does not stop writing to its firmware's variables", { hint: 'try again, or switch it off first' });
}

/** Copies a machine's store for a capture; false when it has none. Errors: `busy`. */
export async function copyStore(folder: string, to: string): Promise<boolean> {
  const bytes = await readStore(join(folder, STORE));
  if (bytes === undefined) return false;
  await writeFile(to, bytes, { mode: 0o600 });
  return true;
}

/** Where the store is kept that belongs to a file of a checkpoint. */
const keptWith = (folder: string, file: string): string => join(folder, `${file}.${STORE}`);

/** Keeps the store as it is now with the file that a checkpoint makes of the present leaf. Errors: `busy`. */
export async function keepStore(folder: string, file: string): Promise<void> {
  const kept = keptWith(folder, file);
  if (!(await copyStore(folder, `${kept}.new`))) return;
  await rename(`${kept}.new`, kept);
}

/** Puts the store back that was kept with a checkpoint's file; one without leaves the store as it is. */
export async function restoreStore(host: Host, folder: string, file: string): Promise<void> {
  const bytes = await readStore(keptWith(folder, file));
  if (bytes !== undefined) await putStore(host, join(folder, STORE), bytes);
}

/** Removes what was kept for checkpoints that are no more; `files` are those of the others. */
export async function tidyStores(folder: string, files: readonly string[]): Promise<void> {
  const needed = new Set([join(folder, STORE), ...files.map((file) => keptWith(folder, file))]);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (isStore(name) && !needed.has(path)) await rm(path, { force: true });
  }
}

/** Files of a machine that QEMU writes to. */
export function writtenFiles(folder: string, record: Pick<MachineRecord, 'leaf'>): string[] {
  return [join(folder, record.leaf), join(folder, STORE)];
}

/** A file that is a link or has a second name: what is written there is written elsewhere too. */
export async function hasOtherName(path: string): Promise<boolean> {
  return lstat(path).then(
    (facts) => !facts.isFile() || facts.nlink !== 1,
    () => false,
  );
}
