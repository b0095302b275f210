/** Promise 12 over vSphere: the simulator, as vCenter and as ESXi, restarts under the work. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { restartsIn, WORKS } from '../../test/support/vsphere-outages.ts';

describe.each(['vcenter', 'esxi'] as const)('%s restarts', (kind) => {
  test.each(WORKS)('in the middle of some steps of %s: it goes on by itself, one machine, nothing is left', async (saga) => {
    expect(await restartsIn(onTestFinished, kind, saga, saga === 'provision', 9)).toBeGreaterThan(0);
  });
});
