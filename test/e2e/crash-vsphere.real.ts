/**
 * Promise 6 over a simulated vCenter: the server killed when vCenter has just made or removed something and nobody has heard of it, and vCenter itself
 * restarted where it has just made something. Step by step, write by write, captures too, and as ESXi: crash-vsphere.long.ts.
 */
import { crashSuite } from '../support/crash-suite.ts';
import { killedAt, restartedAt, VSpherePlace } from '../support/crash-vsphere.ts';

const place = new VSpherePlace('vcenter', 2343);
const crashes = crashSuite(place, []);
const COPIED = { method: 'CloneVM_Task', n: 1 };
const REMOVED = { method: 'DeleteDatastoreFile_Task', n: 1 };

killedAt(crashes, place, [
  ['provision', COPIED],
  ['end', REMOVED],
]);
restartedAt(crashes, place, [['provision', COPIED]]);
