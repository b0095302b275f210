/**
 * TPMs of machines: each is a machine's own, empty at first. What it holds lies in a folder of the machine's that only its swtpm writes to;
 * checkpoints keep it, captures do not: what was sealed with it is for that machine alone.
 */
import { chown, lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { driverError } from '../../driver/errors.ts';
import { makeCtx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { findTool } from '../../lib/find-tool.ts';
import { type FoundProcess, killProcess, type ProcessId, waitGone } from '../../qemu/process.ts';
import type { Account } from '../../qemu/run-tool.ts';
import { findSwtpms, startSwtpm, type Swtpm, SWTPM, SWTPM_STATE } from '../../qemu/swtpm.ts';
import { readForeign } from './foreign-file.ts';
import { grantFile, type Host, pathExists } from './host.ts';
import type { Layout } from './layout.ts';
import type { MasterRecord } from './records.ts';

/** What is kept with a file of a checkpoint is called after it. */
const KEPT = '.tpm';

/** Far above what a TPM of swtpm can hold: its NV memory is some 130 KiB (libtpms, `NV_MEMORY_SIZE`). */
const MAX_STATE_BYTES = 4 * 1024 ** 2;

/** How long a TPM gets to end by itself after its QEMU, in ms. */
const END_MS = 3_000;

const folderOf = (machine: string): string => join(machine, 'tpm');

/** Swtpm's own words; opened by us, as QEMU's are. */
export const tpmLog = (machine: string): string => join(machine, 'tpm.log');

export function hasTpm(master: MasterRecord): boolean {
  return master.profile.hardware.tpm === true;
}

/** Whether a file holds what a TPM does, by its name: bytes of the guest's, so that they say nothing about disks. */
export function isTpmState(name: string): boolean {
  return name === SWTPM_STATE || name.endsWith(KEPT);
}

/** Errors: `missing-tool`; `not-supported` where swtpm could not be told where its state lies. */
export function mustHaveTpms(layout: Pick<Layout, 'root'>): void {
  if (findTool(SWTPM) === undefined) {
    throw driverError('missing-tool', 'this image needs a TPM, and swtpm is not installed', { hint: `install it: apt install ${SWTPM}` });
  }
  // Its options have no way to write one.
  if (layout.root.includes(',')) {
    throw driverError('not-supported', `no TPM can be had below ${layout.root}: there is a comma in it`, {
      hint: 'use a data directory without one',
    });
  }
}

/** The folder of a machine's TPM, made if it is not there. Errors: those of {@link mustHaveTpms}, `gate-refused`. */
export async function tpmFolder(host: Host, machine: string): Promise<string> {
  mustHaveTpms(host.layout);
  const folder = folderOf(machine);
  const facts = await lstat(folder).catch(() => undefined);
  if (facts === undefined) await makeFolder(host, folder);
  else if (!facts.isDirectory()) throw driverError('gate-refused', `${folder} is not the folder of a TPM: it leads elsewhere`);
  return folder;
}

async function makeFolder({ account }: Pick<Host, 'account'>, folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (account !== undefined) await chown(folder, account.uid, account.gid);
}

/** What can be done where a TPM does not come up or answer. */
export const tpmHint = (machine: string): string =>
  `swtpm reads and writes ${folderOf(machine)} under the account of QEMU: look at its owner, at AppArmor's profile of swtpm, and at ${tpmLog(machine)}; then switch the machine on again`;

/** Starts a machine's TPM in its own folder. Errors: `crashed` (it ended or does not answer), in its own words where it left any; `missing-tool`. */
export async function startTpm(
  id: string,
  tpm: string,
  { account, folder }: { account: Account | undefined; folder: string },
): Promise<Swtpm> {
  try {
    return await startSwtpm(tpm, { account, logFile: tpmLog(folder) });
  } catch (cause) {
    if (!isCode(cause, 'crashed')) throw cause;
    const said = await tpmSaid(folder);
    throw driverError('crashed', `the TPM of machine ${id} did not start: ${said ?? (cause as Error).message}`, {
      hint: tpmHint(folder),
      cause,
    });
  }
}

/** What a TPM holds at this moment; undefined when it never held anything. */
const readState = (path: string) => readForeign(path, { most: MAX_STATE_BYTES, refusal: () => notAState(path) });

const notAState = (path: string) => driverError('gate-refused', `${path} is not what a TPM holds`);

const keptWith = (machine: string, file: string): string => join(machine, `${file}${KEPT}`);

/** Keeps what the TPM holds now with the file that a checkpoint makes of the present leaf. */
export async function keepTpm(machine: string, file: string): Promise<void> {
  const bytes = await readState(join(folderOf(machine), SWTPM_STATE));
  const kept = keptWith(machine, file);
  if (bytes === undefined) {
    await rm(kept, { force: true });
    return;
  }
  await writeFile(`${kept}.new`, bytes, { mode: 0o600 });
  await rename(`${kept}.new`, kept);
}

/** Puts back what was kept with a checkpoint's file; nothing was kept of a TPM that was empty, and so it is again. Its machine is off. */
export async function restoreTpm(host: Host, machine: string, file: string): Promise<void> {
  const folder = folderOf(machine);
  const kept = await readState(keptWith(machine, file));
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  if (kept !== undefined) {
    // Filled while it is ours, and given away as a whole.
    await mkdir(fresh, { mode: 0o700 });
    await grantFile(host, join(fresh, SWTPM_STATE));
    await writeFile(join(fresh, SWTPM_STATE), kept);
    if (host.account !== undefined) await chown(fresh, host.account.uid, host.account.gid);
  }
  await rm(folder, { recursive: true, force: true });
  if (kept !== undefined) await rename(fresh, folder);
}

/** Removes what was kept for checkpoints that are no more; `files` are those of the others. */
export async function tidyTpms(machine: string, files: readonly string[]): Promise<void> {
  const needed = new Set(files.map((file) => keptWith(machine, file)));
  for (const name of await readdir(machine)) {
    const path = join(machine, name);
    if (name.endsWith(KEPT) && !needed.has(path)) await rm(path, { force: true });
  }
}

/**
 * Why a TPM did not come up, in its own words: QEMU has none for it but that it did not. Undefined where it said nothing. That its QEMU went
 * away it says too, and that is no reason.
 */
export async function tpmSaid(machine: string): Promise<string | undefined> {
  const text = await readFile(tpmLog(machine), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.replace(/^swtpm: /, '').trim());
  return lines.find((line) => line !== '' && !line.startsWith('Data client disconnected'))?.slice(0, 400);
}

/** The TPM of a machine that was found running: as it was written down, else as the process list shows it. */
export async function tpmOf(machine: string, recorded: ProcessId | undefined): Promise<ProcessId | undefined> {
  if (recorded !== undefined) return recorded;
  return (await runningFor(machine))[0];
}

/** Of a machine without a TPM's folder there is none: the process list is not read for it. */
async function runningFor(machine: string): ReturnType<typeof findSwtpms> {
  const folder = folderOf(machine);
  return (await pathExists(folder)) ? await findSwtpms((path) => path === folder) : [];
}

/** Proves that no TPM of a machine runs whose QEMU is gone: it ends by itself, and is ended where it does not. */
export async function endTpm(machine: string): Promise<void> {
  for (const each of await runningFor(machine)) {
    await waitGone(makeCtx({ timeoutMs: END_MS }), each).catch(async () => await killProcess(each));
  }
}

/** Ends TPMs that were started for a QEMU which never was: a server that ended in between left them. */
export async function endStrayTpms(layout: Layout, running: readonly FoundProcess[]): Promise<void> {
  const wanted = new Set(running.map(({ tail }) => folderOf(join(layout.machines, tail))));
  const isOurs = (folder: string) => dirname(dirname(folder)) === layout.machines && !wanted.has(folder);
  for (const each of await findSwtpms(isOurs)) await killProcess(each);
}
