/**
 * A TPM 2.0 by swtpm: a process beside its QEMU, which speaks to it through a pair of sockets that has no path. It keeps its state in a folder
 * (man swtpm(8)) and ends with QEMU's end of the pair.
 */
import { readdir, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { basename } from 'node:path';
import { makeCtx, race } from '../lib/context.ts';
import { CarrelError } from '../lib/errors.ts';
import { identify, killProcess, type ProcessId, spawnWithChannel } from './process.ts';
import type { Account } from './run-tool.ts';

/** The program, and Debian's package. */
export const SWTPM = 'swtpm';

/** The state of a TPM 2.0 in swtpm's folder. It writes another file and renames that to this, so that whoever reads finds a whole one. */
export const SWTPM_STATE = 'tpm2-00.permall';

/** How long a TPM gets to answer its first question, in ms: far above what a start takes on a busy host. */
export const SWTPM_ANSWER_MS = 10_000;

/** CMD_GET_CAPABILITY, which changes nothing, and is answered by a mask of eight bytes (swtpm, `tpm_ioctl.h`). */
const GET_CAPABILITY = Buffer.from([0, 0, 0, 1]);
const CAPABILITY_BYTES = 8;

/** By this argument a process is found again. */
const stateOption = (folder: string) => `dir=${folder},mode=0600`;

export interface Swtpm {
  process: ProcessId;
  /** Our end of the pair: QEMU's, once it is handed over. */
  channel: Socket;
  /** Resolves when it has ended, while the process that started it lives. */
  ended: Promise<void>;
}

/**
 * Starts a TPM whose state lies in `folder`, which `account` can write to; one without a state is manufactured, with seeds of its own.
 * `folder` has no comma. It has answered once: QEMU waits for its answers without an end, and says nothing meanwhile. Errors: `missing-tool`,
 * `crashed` (it ended, or did not answer within `answerMs`; then no process of it is left).
 */
export async function startSwtpm(
  folder: string,
  { answerMs = SWTPM_ANSWER_MS, ...options }: { account: Account | undefined; logFile: string; answerMs?: number },
): Promise<Swtpm> {
  const args = ['socket', '--tpm2', '--tpmstate', stateOption(folder), '--ctrl', 'type=unixio,clientfd=3', '--terminate'];
  const started = await spawnWithChannel(SWTPM, args, { ...options, limits: {} });
  try {
    await race(makeCtx({ timeoutMs: answerMs }), Promise.race([answer(started.channel), hasEnded(started.ended)]));
    return started;
  } catch (cause) {
    started.channel.destroy();
    await killProcess(started.process);
    if (cause instanceof CarrelError && cause.code === 'crashed') throw cause;
    throw new CarrelError('crashed', `${SWTPM} was started and did not answer within ${answerMs / 1000} s`, { cause });
  }
}

/**
 * Asks what it can do, and waits for the whole answer: whoever gets the channel next would take a rest for the answer to a question of theirs.
 * A channel that breaks tells nothing of its own: its process has ended, which is told by that, or does not answer.
 */
async function answer(channel: Socket): Promise<void> {
  let come = 0;
  await new Promise<void>((resolve) => {
    channel.on('error', () => {});
    channel.on('data', (bytes: Buffer) => {
      come += bytes.length;
      if (come >= CAPABILITY_BYTES) resolve();
    });
    channel.write(GET_CAPABILITY);
  });
  channel.pause();
  channel.removeAllListeners('data').removeAllListeners('error');
}

async function hasEnded(ended: Promise<void>): Promise<never> {
  await ended;
  throw new CarrelError('crashed', `${SWTPM} ended as soon as it was started`);
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
