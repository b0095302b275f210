import { DRIVER_ERRORS, type DriverErrorCode, driverError } from '../../../driver/errors.ts';
import { abortError, type Ctx, sleep } from '../../../lib/context.ts';
import { CarrelError, errorCode, isCode } from '../../../lib/errors.ts';
import { backoffMs } from '../../../lib/retry.ts';
import { WITHOUT } from './privileges.ts';
import { faultsOf, findFault, isFault, isOutOfSpace, type NoPermission, type VimTypes } from '../../../vsphere/index.ts';

/** vim faults as errors of the port's closed list, the first that fits (vsphere.md §4.0b). */
const FAULTS: readonly [faults: (keyof VimTypes)[], code: DriverErrorCode, message: string, hint?: string][] = [
  [
    ['RestrictedVersion'],
    'no-permission',
    "the host's licence does not let programs change anything",
    'Give the host a licence with the vSphere API.',
  ],
  // A kind of NoPermission on the wire, but it says nothing about the account: the server restarted or let the session go.
  [['NotAuthenticated'], 'unavailable', 'the session at the server ended'],
  [['MethodDisabled'], 'busy', 'another program has locked this operation', 'Look for backup software that works on the machine.'],
  [['RequestCanceled'], 'unavailable', 'somebody cancelled the task at the server'],
  [['TooManySnapshotLevels'], 'wrong-state', 'the chain of snapshots is too deep'],
  [['DisallowedMigrationDeviceAttached'], 'not-supported', 'a device of the machine does not allow it'],
  [
    ['CannotAccessNetwork'],
    'not-supported',
    'no host that can run it has the network of one of its cards',
    "Let the provider name a network that the cluster's hosts have (`carrel provider set NAME --network …`), or give the hosts that one.",
  ],
  [['NotSupported'], 'not-supported', 'this server cannot do that'],
  [['InsufficientResourcesFault', 'OutOfBounds'], 'no-capacity', 'the cluster has no room for it'],
  [['InvalidDatastore', 'InvalidDatastoreState', 'CannotAccessVmDisk'], 'unavailable', 'the datastore is not reachable from the hosts'],
  [['HostNotConnected', 'HostCommunication', 'HostNotReachable'], 'unavailable', 'the host does not answer'],
  [['TaskInProgress', 'FileLocked', 'ConcurrentAccess'], 'busy', 'something else works on it just now'],
  [['InvalidPowerState', 'ToolsUnavailable', 'GuestOperationsUnavailable'], 'wrong-state', 'not possible in the state it is in'],
  [['InvalidGuestLogin'], 'guest-failed', 'the guest refused the account for guest operations'],
  [['DuplicateName', 'AlreadyExists', 'FileAlreadyExists'], 'already-exists', 'the name is taken by something else'],
  [['FileNotFound'], 'not-found', 'a file is missing on the datastore'],
  [['InvalidLogin'], 'no-permission', 'the account was refused'],
  [['ManagedObjectNotFound'], 'unavailable', 'it changed while it was worked on'],
  [
    ['InvalidArgument', 'InvalidDeviceSpec', 'InvalidVmConfig', 'NotImplemented'],
    'not-supported',
    'the server does not take this configuration',
    'Look at the property that the details name; it comes from the master or from the settings of the provider.',
  ],
  [
    ['CustomizationFault'],
    'not-supported',
    'vCenter does not set up this guest by Sysprep',
    'Are VMware Tools installed in the image, and is its guest OS a Windows for vSphere? Else import it with --access cloudbase-init.',
  ],
  [['InvalidState', 'SystemError'], 'unavailable', 'the server could not do it'],
];

/** Codes of src/vsphere. */
const CODES: Record<string, [DriverErrorCode, string]> = {
  'vsphere-unreachable': ['unavailable', 'the server cannot be reached'],
  'vsphere-hung': ['unavailable', 'the server does not answer'],
  'vsphere-closed': ['unavailable', 'the connection to the server was cut'],
  'vsphere-busy': ['unavailable', 'the server takes no more requests just now'],
  'vsphere-http': ['unavailable', 'the server gave an answer that cannot be read'],
  'vsphere-stale': ['unavailable', 'what is known of the inventory is out of date'],
  'vsphere-fingerprint': ['no-permission', 'the certificate of the server is not the pinned one'],
  'vsphere-untrusted': ['no-permission', 'the certificate of the server is not trusted'],
  'vsphere-not-tls': ['no-permission', 'the server does not speak TLS'],
  'vsphere-login': ['no-permission', 'the server refused the login'],
  'vsphere-not-found': ['not-found', 'the server does not have that'],
  'vsphere-config': ['not-found', 'the provider is not set up for this server'],
};

/** Whatever was thrown as an error of the closed list. */
export function toDriverError(error: unknown): CarrelError {
  const code = errorCode(error);
  if (code in DRIVER_ERRORS) return asListed(code as DriverErrorCode, error as CarrelError);
  if (isOutOfSpace(error)) return driverError('no-space', 'the datastore is full', { cause: error });
  const denied = isFault(error, 'NotAuthenticated') ? undefined : findFault(error, 'NoPermission');
  if (denied !== undefined) return lacking(error, denied);
  for (const [faults, as, message, hint] of FAULTS) {
    const fault = faults.map((name) => findFault(error, name)).find((f) => f !== undefined);
    if (fault === undefined) continue;
    const property = propertyOf(fault);
    const details = { ...(error as CarrelError).details, fault: fault._type, ...(property === undefined ? {} : { property }) };
    return driverError(as, property === undefined ? message : `${message}: ${property}`, {
      cause: error,
      details,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const known = CODES[code];
  if (known !== undefined) return driverError(known[0], known[1], { cause: error, ...hintOf(error) });
  const [other] = faultsOf(error);
  if (other !== undefined) {
    const details = { ...(error instanceof CarrelError ? error.details : {}), fault: other._type };
    return driverError('unavailable', 'the server refused what was asked of it', { cause: error, details });
  }
  return driverError('internal', 'a fault in the vSphere driver', { cause: error });
}

/** Names the privilege, and what cannot be done without it. Servers from 7.0.3 on may name several and none as the one. */
function lacking(error: unknown, { privilegeId, missingPrivileges }: NoPermission): CarrelError {
  const all = missingPrivileges?.flatMap((missing) => missing.privilegeIds ?? []) ?? [];
  const privileges = privilegeId === undefined || privilegeId === '' ? [...new Set(all)] : [privilegeId];
  const without = privileges.map((privilege) => WITHOUT[privilege]).find((text) => text !== undefined);
  const what = privileges.length === 0 ? 'a privilege' : privileges.join(', ');
  return driverError('no-permission', `the account lacks ${what}${without === undefined ? '' : `: without it ${without}`}`, {
    cause: error,
    details: { ...(error as CarrelError).details, fault: 'NoPermission', ...(privileges.length === 0 ? {} : { privileges }) },
    hint: 'Give its role what is missing; `carrel provider check` says all of it, and where.',
  });
}

/** Which property the server complains of. */
function propertyOf(fault: object): string | undefined {
  const { invalidProperty, property } = fault as { invalidProperty?: unknown; property?: unknown };
  const found = invalidProperty ?? property;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

function hintOf(error: unknown): { hint?: string } {
  const hint = error instanceof CarrelError ? error.hint : undefined;
  return hint === undefined ? {} : { hint };
}

function asListed(code: DriverErrorCode, error: CarrelError): CarrelError {
  if (error.retry === DRIVER_ERRORS[code].retry) return error;
  return driverError(code, error.message, { details: error.details ?? {}, cause: error.cause, ...hintOf(error) });
}

/** Runs a verb; whatever it throws leaves as an error of the closed list. */
export async function guarded<T>(ctx: Pick<Ctx, 'signal'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDriverError(ctx.signal.aborted && !isCode(error, 'deadline', 'cancelled') ? abortError(ctx.signal) : error);
  }
}

/** The call may have been carried out although nobody said so: look before it is sent again (vsphere.md H31, H32, H34). */
export function isLost(error: unknown): boolean {
  if (isCode(error, 'vsphere-closed', 'vsphere-http')) return true;
  const gone = findFault(error, 'ManagedObjectNotFound');
  return gone?.obj?.type === 'Task';
}

/** Nothing was done, and the same call may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (isCode(error, 'vsphere-unreachable', 'vsphere-hung', 'vsphere-busy')) return true;
  return isConfigRolledBack(error) || isFault(error, 'NotAuthenticated', 'TaskInProgress', 'HostCommunication', 'ConcurrentAccess');
}

/** A fault that the tables of types lack. */
function isConfigRolledBack(error: unknown): boolean {
  return faultsOf(error).some((fault) => fault._type === 'NetworkDisruptedAndConfigRolledBack');
}

export interface Patience {
  /** First pause in milliseconds. */
  retryMs: number;
  /** Tries in all. */
  tries: number;
}

/**
 * Drives something to its goal: `step` looks at how things are and does the next thing, until it gives a value. A reply that was lost and a
 * fault that passes mean another look; other errors, and too many looks without an end, are thrown.
 */
export async function drive<T>(
  ctx: Ctx,
  patience: Patience,
  step: (round: number) => Promise<T | undefined>,
  again: (error: unknown) => boolean = () => false,
): Promise<T> {
  let failures = 0;
  for (let round = 0; ; round++) {
    try {
      const value = await step(round);
      if (value !== undefined) return value;
      if (round > 30) throw driverError('busy', 'it does not settle');
    } catch (error) {
      if (ctx.signal.aborted || !(isLost(error) || isPassing(error) || again(error))) throw error;
      if (++failures >= patience.tries) throw error;
      await sleep(ctx, backoffMs(failures, patience.retryMs, patience.retryMs * 20));
    }
  }
}
