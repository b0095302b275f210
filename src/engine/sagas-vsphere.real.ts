/** Every saga over the vSphere driver, on the simulator as vCenter and as ESXi. A part of each is run; sagas-vsphere.long.ts runs all. */
import { describe } from 'vitest';
import { vsphereBenchDriver } from '../../test/support/bench-world.ts';
import { sagaSuite } from '../../test/support/saga-suite.ts';

describe.each([
  ['vcenter', 0],
  ['esxi', 5],
] as const)('%s', (kind, from) => {
  sagaSuite({
    on: (whenOver) => vsphereBenchDriver(whenOver, { vsim: { kind } }),
    without: kind === 'vcenter' ? [] : ['provision (instant)'],
    part: { every: 37, from },
  });
});
