/** What calls to vSphere may fail with. Match on `code`, and on the fault's type with {@link isFault}; never on text. */
import { CarrelError, type ErrorOptions, type RetryClass } from '../lib/errors.ts';
import { isSubtype } from './types/schema.ts';
import { isRef, type DataObject, type Ref } from './types/value.ts';
import type { AnyMethodFault, LocalizedMethodFault, VimTypes } from './types/vim.gen.ts';

/** Codes of this client, beside `deadline` and `cancelled` of the context, `vsphere-xml` and `vsphere-not-soap` of the codec. */
export const VSPHERE_ERRORS = {
  'vsphere-unreachable': { retry: 'later', means: 'no connection could be made; nothing was sent' },
  'vsphere-hung': { retry: 'later', means: 'the host accepted the connection and then said nothing; nothing was sent' },
  'vsphere-fingerprint': { retry: 'never', means: 'the certificate is not the pinned one' },
  'vsphere-untrusted': { retry: 'never', means: 'the certificate is not signed by a trusted authority or is for another name' },
  'vsphere-not-tls': { retry: 'never', means: 'the port speaks plain HTTP, or the address asks for it' },
  'vsphere-closed': { retry: 'later', means: 'the connection ended before the reply did; the call may have been carried out' },
  'vsphere-busy': { retry: 'later', means: 'the server takes no more sessions or requests just now' },
  'vsphere-http': { retry: 'never', means: 'an HTTP status that means nothing to a SOAP client' },
  'vsphere-too-large': { retry: 'never', means: 'the reply is larger than allowed' },
  'vsphere-login': { retry: 'never', means: 'user name, password or token were refused' },
  'vsphere-fault': { retry: 'never', means: 'the server answered with a fault' },
  'vsphere-task': { retry: 'never', means: 'a task ended with an error' },
  'vsphere-not-found': { retry: 'never', means: 'nothing has that path or name' },
  'vsphere-config': { retry: 'never', means: 'the address, fingerprint or path as given makes no sense' },
  'vsphere-stale': { retry: 'later', means: 'what is known of the inventory is not up to date just now' },
} as const satisfies Record<string, { retry: RetryClass; means: string }>;

export type VSphereErrorCode = keyof typeof VSPHERE_ERRORS;

/** An error of the list; the retry class comes from it. */
export function vsphereError(code: VSphereErrorCode, message: string, options: Omit<ErrorOptions, 'retry'> = {}): CarrelError {
  return new CarrelError(code, message, { ...options, retry: VSPHERE_ERRORS[code].retry });
}

/**
 * A vim fault: the answer to a call (code `vsphere-fault`) or the end of a task (`vsphere-task`).
 * `fault` holds the typed fault; its `faultCause` chain is also the error's `cause` chain.
 */
export class VimFaultError extends CarrelError {
  readonly fault: AnyMethodFault;
  /** The vim25 type of the fault, such as `FileLocked`. */
  readonly faultType: string;
  /** The method that was called, or the task's `descriptionId`. */
  readonly method: string;
  /** Set if a task ended with this fault. */
  readonly task: Ref | undefined;

  constructor(method: string, fault: AnyMethodFault, message: string, task?: Ref) {
    const inner = fault.faultCause;
    const code: VSphereErrorCode = task ? 'vsphere-task' : 'vsphere-fault';
    super(code, `${method} failed with ${fault._type}${message && message !== fault._type ? ` (${message})` : ''}`, {
      retry: RETRY_LATER.has(fault._type) ? 'later' : 'never',
      details: { fault: fault._type, method, ...(task ? { task: `${task.type}:${task.value}` } : {}), ...plainFields(fault) },
      ...(inner ? { cause: faultCauseError(method, inner) } : {}),
    });
    this.name = 'VimFaultError';
    this.fault = fault;
    this.faultType = fault._type;
    this.method = method;
    this.task = task;
  }
}

/** The class "retry same call" of the fault table in the research notes; callers bound it. */
const RETRY_LATER = new Set(['TaskInProgress', 'VAppTaskInProgress', 'HostCommunication', 'NetworkDisruptedAndConfigRolledBack']);

function faultCauseError(method: string, cause: LocalizedMethodFault): VimFaultError {
  return new VimFaultError(method, cause.fault, cause.localizedMessage ?? '');
}

/** The fault's own simple fields, for logs and stored errors; whole objects would make them unreadable. */
function plainFields(fault: DataObject): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fault)) {
    if (key.startsWith('_')) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') out[key] = value;
    else if (typeof value === 'bigint') out[key] = value.toString();
    else if (isRef(value)) out[key] = `${value.type}:${value.value}`;
  }
  return out;
}

/** A task's error, or a fault inside a property. */
export function localizedFaultError(method: string, error: LocalizedMethodFault, task?: Ref): VimFaultError {
  return new VimFaultError(method, error.fault, error.localizedMessage ?? '', task);
}

/** Every vim fault in the error: its own, its causes, and those of wrapped errors; outermost first. */
export function faultsOf(error: unknown): AnyMethodFault[] {
  const out: AnyMethodFault[] = [];
  let e: unknown = error;
  for (let depth = 0; e instanceof Error && depth < 32; depth++, e = e.cause) {
    if (e instanceof VimFaultError) out.push(e.fault);
  }
  return out;
}

/** The outermost fault of that type or a subtype anywhere in the error's chain. */
export function findFault<T extends keyof VimTypes>(error: unknown, type: T): VimTypes[T] | undefined {
  return faultsOf(error).find((f) => isSubtype(f._type, type)) as VimTypes[T] | undefined;
}

/** Whether the error is or was caused by a fault of one of these types or their subtypes. */
export function isFault(error: unknown, ...types: (keyof VimTypes)[]): boolean {
  return types.some((type) => findFault(error, type) !== undefined);
}

// The one place where text decides: servers report a full datastore also as SystemError, with nothing but its text to tell. Its reason is the
// host's own word, which is not translated.
const NO_SPACE = /no space left on device/i;

/** Whether the datastore was full: NoDiskSpace, or SystemError with that text. */
export function isOutOfSpace(error: unknown): boolean {
  if (isFault(error, 'NoDiskSpace')) return true;
  for (let e: unknown = error, depth = 0; e instanceof Error && depth < 32; depth++, e = e.cause) {
    if (e instanceof VimFaultError && isSubtype(e.faultType, 'SystemError')) {
      const reason = (e.fault as { reason?: unknown }).reason;
      if (NO_SPACE.test(e.message) || (typeof reason === 'string' && NO_SPACE.test(reason))) return true;
    }
  }
  return false;
}
