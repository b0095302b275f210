import { type Decl, parseTables } from './parse.ts';
import { coreTable } from './tables/core.ts';
import { deviceTable } from './tables/device.ts';
import { enumTable } from './tables/enum.ts';
import { eventTable } from './tables/event.ts';
import { faultTable } from './tables/fault.ts';
import { guestTable } from './tables/guest.ts';
import { inventoryTable } from './tables/inventory.ts';
import { managerTable } from './tables/manager.ts';
import { methodTable } from './tables/method.ts';
import { vmMethodTable } from './tables/method-vm.ts';
import { networkTable } from './tables/network.ts';
import { objectTable } from './tables/object.ts';
import { storageTable } from './tables/storage.ts';
import { vmTable } from './tables/vm.ts';

/** Every declaration of the tables, in their order. */
export const DECLS: readonly Decl[] = parseTables([
  coreTable,
  inventoryTable,
  vmTable,
  deviceTable,
  storageTable,
  networkTable,
  guestTable,
  eventTable,
  faultTable,
  enumTable,
  objectTable,
  managerTable,
  methodTable,
  vmMethodTable,
]);
