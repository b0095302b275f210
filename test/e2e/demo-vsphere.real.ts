/** `make demo-vsphere`, on a vCenter; on a lone host: demo-vsphere.long.ts. */
import { test } from 'vitest';
import { demoProvesItself } from '../support/demo-vsphere.ts';

test('on a simulated vcenter it proves itself, with linked clones by snapshot-clone', () => demoProvesItself('vcenter', 'snapshot-clone'));
