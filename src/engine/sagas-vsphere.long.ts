/** Every saga over the vSphere driver, on the simulator as vCenter and as ESXi. */
import { describe } from 'vitest';
import { vsphereBenchDriver } from '../../test/support/bench-world.ts';
import { sagaSuite } from '../../test/support/saga-suite.ts';

describe.each(['vcenter', 'esxi'] as const)('%s', (kind) => {
  sagaSuite({
    on: (whenOver) => vsphereBenchDriver(whenOver, { vsim: { kind } }),
    without: kind === 'vcenter' ? [] : ['provision (instant)'],
  });
});
