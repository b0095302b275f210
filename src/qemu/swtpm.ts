/**
 * A TPM 2.0 by swtpm: a process beside its QEMU, which speaks to it through a pair of sockets that has no path. It keeps its state in a folder
 * (man swtpm(8)) and ends with QEMU's end of the pair.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { identify, type ProcessId, spawnWithChannel } from './process.ts';
import type { Account } from './run-tool.ts';

/** The program, and Debian's package. */
export const SWTPM = 'swtpm';

/** The state of a TPM 2.0 in swtpm's folder. It writes another file and renames that to this, so that whoever reads finds a whole one. */
export const SWTPM_STATE = 'tpm2-00.permall';

/** By this argument a process is found again. */
const stateOption = (folder: string) => `dir=${folder},mode=0600`;

export interface Swtpm {
  process: ProcessId;
  /** Our end of the pair: QEMU's, once it is handed over. */
  channel: Socket;
}

/**
 * Starts a TPM whose state lies in `folder`, which `account` can write to; one without a state is manufactured, with seeds of its own.
 * `folder` has no comma. Errors: `missing-tool`, `crashed`.
 */
export async function startSwtpm(folder: string, options: { account: Account | undefined; logFile: string }): Promise<Swtpm> {
  const args = ['socket', '--tpm2', '--tpmstate', stateOption(folder), '--ctrl', 'type=unixio,clientfd=3', '--terminate'];
  return await spawnWithChannel(SWTPM, args, { ...options, limits: {} });
}

/** Living TPMs by the folder of their state, from the process list; also those that nobody speaks to. */
export async function findSwtpms(isOurs: (folder: string) => boolean): Promise<(ProcessId & { folder: string })[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const folder = /^dir=(.*),mode=0600$/.exec(args[args.indexOf('--tpmstate') + 1] ?? '')?.[1];
      // Also while it is still the program that sets its limits: its name is among the arguments of that.
      if (!args.some((arg) => basename(arg) === SWTPM) || folder === undefined || !isOurs(folder)) return undefined;
      const id = await identify(Number(pid));
      return id && { ...id, folder };
    }),
  );
  return found.filter((each) => each !== undefined);
}
