/** `make demo-vsphere KIND=esxi`; on a vCenter: demo-vsphere.real.ts. */
import { test } from 'vitest';
import { demoProvesItself } from '../support/demo-vsphere.ts';

test('on a simulated esxi it proves itself, with linked clones by child-disk', () => demoProvesItself('esxi', 'child-disk'));
