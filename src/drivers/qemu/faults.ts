import { DRIVER_ERRORS, type DriverErrorCode, driverError } from '../../driver/errors.ts';
import { abortError, type Ctx } from '../../lib/context.ts';
import { CarrelError, errorCode } from '../../lib/errors.ts';

/** Errors of Node and of src/qemu as errors of the port's closed list. */
const AS: Record<string, [DriverErrorCode, string]> = {
  ENOSPC: ['no-space', 'the storage of the data directory is full'],
  EDQUOT: ['no-space', 'the quota of the data directory is used up'],
  EACCES: ['no-permission', 'a file of the data directory may not be touched by this account'],
  EPERM: ['no-permission', 'a file of the data directory may not be touched by this account'],
  EROFS: ['no-permission', 'the data directory is mounted read-only'],
  ELOOP: ['no-permission', 'a path of the data directory leads in a circle of links'],
  EMFILE: ['busy', 'this process has as many files open as it may'],
  ENFILE: ['busy', 'this host has as many files open as it may'],
  ENOMEM: ['busy', 'this host has no memory left'],
  'tool-failed': ['internal', 'a disk tool failed'],
  'qmp-error': ['internal', 'QEMU refused a command'],
  // What cannot pass by itself is never `unavailable`: that is waited for without an end.
  protocol: ['internal', 'QEMU or the agent in the guest answered in a way that cannot be read'],
  'recipe-failed': ['internal', 'the image could not be built'],
};

export function toDriverError(error: unknown): CarrelError {
  const code = errorCode(error);
  if (code in DRIVER_ERRORS) {
    const known = code as DriverErrorCode;
    if (error instanceof CarrelError && error.retry === DRIVER_ERRORS[known].retry) return error;
    const e = error as CarrelError;
    return driverError(known, e.message, {
      ...(e.hint === undefined ? {} : { hint: e.hint }),
      details: e.details ?? {},
      cause: e.cause,
    });
  }
  const [as, message] = AS[code] ?? ['internal', 'a fault in the QEMU driver'];
  return driverError(as, message, { cause: error });
}

/** Runs a verb; whatever it throws leaves as an error of the closed list. */
export async function guarded<T>(ctx: Pick<Ctx, 'signal'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Node's own way of saying that a signal was aborted.
    throw toDriverError(errorCode(error) === 'ABORT_ERR' && ctx.signal.aborted ? abortError(ctx.signal) : error);
  }
}
