/** Promise 6 over vSphere's simulator, as vCenter and as ESXi: the server killed before and after each step of every saga, and at each write of it. */
import { describe } from 'vitest';
import { crashSuite } from '../support/crash-suite.ts';
import { atEveryWrite, VSpherePlace } from '../support/crash-vsphere.ts';

describe.each([
  ['vcenter', 2341],
  ['esxi', 2342],
] as const)('%s', (kind, port) => {
  const place = new VSpherePlace(kind, port);
  atEveryWrite(crashSuite(place), place);
});
