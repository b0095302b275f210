/** What a program that tests against a simulated vSphere may use. The rest of this folder may change from one version to the next. */
export { ManualClock, RealClock, type SimClock } from './model/clock.ts';
export type {
  Compute,
  Connection,
  Datacenter,
  DatastoreObject,
  Entity,
  Folder,
  Host,
  Net,
  Power,
  ResourcePool,
  Task,
  Vm,
} from './model/entities.ts';
export { type FaultBody, VimFault } from './model/fault.ts';
export { freeze } from './model/freeze.ts';
export { GUEST_KEYS, guestWrite } from './model/guest.ts';
export { type InventoryFile, readInventory } from './model/inventory-file.ts';
export type { Model } from './model/model.ts';
export { CLOUD_IMAGE, DEFAULTS, type DestroySemantics, type ModelOptions } from './model/options.ts';
export type { MadeMaster } from './model/populate.ts';
export type { Rule, RulePoint } from './model/rules.ts';
export { Sim } from './model/simulate.ts';
export { type Flavour, Storage } from './model/storage.ts';
export * from './model/trouble.ts';
export type { Stats } from './server/dispatch.ts';
export { startVsim, type Vsim, type VsimOptions } from './vsim.ts';
