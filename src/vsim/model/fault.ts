import type { Entity } from './entities.ts';

/** Values of a fault's own fields; entities become references on the wire. */
export type FaultValue = string | number | boolean | Entity | FaultBody | readonly FaultValue[] | undefined;

/** A fault as data: its vim25 name, its fields and the sentence vSphere would show. */
export interface FaultBody {
  fault: string;
  fields: Record<string, FaultValue>;
  message: string;
}

/** What a call or a task of the simulator fails with. */
export class VimFault extends Error implements FaultBody {
  readonly fault: string;
  readonly fields: Record<string, FaultValue>;

  constructor(fault: string, message: string, fields: Record<string, FaultValue> = {}) {
    super(message);
    this.name = 'VimFault';
    this.fault = fault;
    this.fields = fields;
  }
}

export const fileNotFound = (path: string) => new VimFault('FileNotFound', `File ${path} was not found`, { file: path });
export const fileExists = (path: string) => new VimFault('FileAlreadyExists', `The file ${path} already exists`, { file: path });
export const fileLocked = (path: string) => new VimFault('FileLocked', `Unable to access file ${path} since it is locked`, { file: path });
export const noDiskSpace = (path: string, datastore: string) =>
  new VimFault('NoDiskSpace', `Insufficient disk space on datastore '${datastore}'.`, { file: path, datastore });
export const invalidArgument = (property: string, message?: string) =>
  new VimFault('InvalidArgument', message ?? `A specified parameter was not correct: ${property}`, { invalidProperty: property });
export const notSupported = (message = 'The operation is not supported on the object.') => new VimFault('NotSupported', message);
export const invalidState = (message: string) => new VimFault('InvalidState', message);
export const invalidPower = (requested: string | undefined, existing: string) =>
  new VimFault(
    'InvalidPowerState',
    `The attempted operation cannot be performed in the current state (${existing === 'poweredOn' ? 'Powered on' : existing === 'suspended' ? 'Suspended' : 'Powered off'}).`,
    { requestedState: requested, existingState: existing },
  );
export const invalidDevice = (reason: string, deviceIndex = 0, property = 'virtualDeviceSpec') =>
  new VimFault('InvalidDeviceSpec', `Invalid configuration for device '${deviceIndex}': ${reason}`, { property, deviceIndex });
/** The disk below changed under its child: powering on or opening the chain is refused. */
export const parentModified = (path: string) =>
  new VimFault('GenericVmConfigFault', `The parent virtual disk has been modified since the child was created: ${path}`, {
    reason: `Cannot open the disk '${path}' or one of the snapshot disks it depends on. The parent virtual disk has been modified since the child was created`,
  });
export const gone = (entity: { type: string; id: string }) =>
  new VimFault(
    'ManagedObjectNotFound',
    `The object 'vim.${entity.type}:${entity.id}' has already been deleted or has not been completely created`,
    {
      obj: entity as Entity,
    },
  );
