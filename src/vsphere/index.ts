/** The vSphere client's public face. Servers that speak the same wire use soap/envelope.ts, xml/encode.ts and types/ directly. */
export { type Ctx, type CtxOptions, makeCtx, type ProgressReport, withTimeout } from '../lib/context.ts';
export { CarrelError, describeError, isCode, type RetryClass } from '../lib/errors.ts';
export { type ClientOptions, type RunOptions, type TaskMethod, VSphereClient } from './client.ts';
export {
  faultsOf,
  findFault,
  isFault,
  isOutOfSpace,
  localizedFaultError,
  VimFaultError,
  VSPHERE_ERRORS,
  type VSphereErrorCode,
  vsphereError,
} from './errors.ts';
export { shownCertificate, type ShownCertificate } from './http/certificate.ts';
export { normalizeFingerprint, type Trust } from './http/trust.ts';
export * from './objects/datastores.ts';
export * from './objects/devices.ts';
export * from './objects/events.ts';
export * from './objects/guests.ts';
export * from './objects/machines.ts';
export * from './objects/privileges.ts';
export { type ImportedDisk, type ImportRequest, importMachine } from './objects/nfc.ts';
export { datastoreFileUrl, download, downloadPart, type PartRead, type TransferOptions, upload } from './objects/transfer.ts';
export {
  DEFAULT_WATCH,
  type Entity,
  Inventory,
  type InventoryChange,
  type InventoryState,
  type InventoryWatch,
} from './property/inventory.ts';
export { type Pace, Pacer } from './property/pacer.ts';
export * from './property/paths.ts';
export { SharedRead } from './property/shared-read.ts';
export { type ObjectType, type PathValue, type Read, retrieve } from './property/retrieve.ts';
export type { TaskProgress, TaskResult } from './property/tasks.ts';
export type { SessionOptions, VSphereCredentials } from './session/options.ts';
export { type Call, type CallOptions, SERVICE_INSTANCE } from './session/session.ts';
export type { MethodArgs, MethodName, MethodResult } from './soap/envelope.ts';
export { isA, type Of } from './types/guard.ts';
export { isSubtype } from './types/schema.ts';
export { type AnyValue, type DataObject, isRef, parseRefKey, type RawElement, type Ref, refKey, sameRef, typed } from './types/value.ts';
export type * from './types/vim.gen.ts';
