/** The screen of a vSphere machine as its person opens it. On a lone host, and in a browser: console-vsphere.long.ts. */
import { test } from 'vitest';
import { screenIsThePersons, withConsoleServer } from '../support/console-vsphere.ts';

withConsoleServer();

test('vcenter: what is typed reaches the guest, its screen comes back, and it ends with the machine', () => screenIsThePersons('vcenter'));
