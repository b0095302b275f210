import type { CloneMode } from '../core/image.ts';
import { CarrelError, type ErrorOptions, type RetryClass } from '../lib/errors.ts';

/**
 * The closed list of what a driver may answer with. Anything else is a bug in the driver and is treated as `internal`.
 * `retry` says whether the engine's step tries again (`later`), the placement tries elsewhere, or nobody does.
 */
export const DRIVER_ERRORS = {
  'not-supported': { retry: 'never', means: 'this provider cannot do that' },
  'not-found': { retry: 'never', means: 'the machine, master or checkpoint is not there' },
  'already-exists': { retry: 'never', means: 'something else has that identity' },
  'not-owned': { retry: 'never', means: 'it does not carry our ownership tag, so it is not touched' },
  'has-children': { retry: 'never', means: 'other disks stand on it' },
  'gate-refused': { retry: 'never', means: 'its writes could reach a master, so it is not powered on' },
  'not-linked': { retry: 'never', means: 'a linked clone came back without a parent' },
  'master-changed': { retry: 'never', means: "the master's bytes are not what was published" },
  'bad-image': { retry: 'never', means: 'the file is not an image that can be used' },
  'wrong-state': { retry: 'never', means: 'not possible in the power state it is in' },
  'no-space': { retry: 'elsewhere', means: 'the storage is full' },
  'no-capacity': { retry: 'elsewhere', means: 'the provider has no room for it' },
  'guest-timeout': { retry: 'elsewhere', means: 'the guest did not answer in time' },
  'guest-failed': { retry: 'never', means: 'the guest refused what was asked of it' },
  busy: { retry: 'later', means: 'something else holds it just now' },
  unavailable: { retry: 'later', means: 'the provider does not answer' },
  'missing-tool': { retry: 'never', means: 'a program that is needed is not installed' },
  'no-permission': { retry: 'never', means: 'the account may not do that' },
  'written-off': { retry: 'elsewhere', means: 'an operator wrote the provider off' },
  crashed: { retry: 'elsewhere', means: 'the hypervisor process ended by itself' },
  deadline: { retry: 'later', means: 'it took longer than it may' },
  cancelled: { retry: 'never', means: 'it was cancelled' },
  internal: { retry: 'never', means: 'a fault in Carrel' },
} as const satisfies Record<string, { retry: RetryClass; means: string }>;

export type DriverErrorCode = keyof typeof DRIVER_ERRORS;

/** An error of the closed list; the retry class comes from the table. */
export function driverError(code: DriverErrorCode, message: string, options: Omit<ErrorOptions, 'retry'> = {}): CarrelError {
  return new CarrelError(code, message, { ...options, retry: DRIVER_ERRORS[code].retry });
}

/**
 * `no-space` before a machine's disks are copied as a whole, with how much is missing. `needed` and `free` in bytes, `free` without what is to
 * stay free there; `where` is the storage in the provider's words.
 */
export function noRoomForCopy(machineId: string, where: string, needed: number, free: number): CarrelError {
  return noRoom(`machine ${machineId}`, where, needed, free);
}

/** The same of golden disks. */
export function noRoomForMaster(revisionId: string, where: string, needed: number, free: number): CarrelError {
  return noRoom(`revision ${revisionId}`, where, needed, free);
}

/** `not-supported`: a clone of that mode has its image's disk, whatever is asked for. */
export function noLargerDisk(mode: CloneMode): CarrelError {
  return driverError('not-supported', `a ${mode} clone here has a disk as large as its image's`, {
    hint: 'Ask for --mode full, or leave --disk out.',
  });
}

/** `not-supported`: what lies beyond the end would be cut off. Sizes in bytes. */
export function diskTooSmall(revisionId: string, asked: number, has: number): CarrelError {
  const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return driverError(
    'not-supported',
    `the disk of revision ${revisionId} has ${mib(has)}, and a machine's is never smaller: not ${mib(asked)}`,
    {
      hint: 'Ask for a larger one, or leave --disk out.',
      details: { asked, has },
    },
  );
}

function noRoom(whose: string, where: string, needed: number, free: number): CarrelError {
  const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const message = `a whole copy of the disks of ${whose} needs ${mib(needed)} on ${where}; ${mib(needed - free)} of that are missing`;
  return driverError('no-space', message, { hint: 'Free space there first.', details: { needed, free } });
}
