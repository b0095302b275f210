import { LEFT_OUT_ON_VSIM, LEFT_OUT_VCLS_WAY, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/** The strategies that are no provider's default; VCL's way on vCenter, where nobody needs it: conformance-strategies.long.ts. */
runConformance(
  'vCenter with child disks',
  async () => await VSphereWorld.make({ driver: { linkedStrategy: 'child-disk' } }),
  LEFT_OUT_ON_VSIM,
);
runConformance(
  "ESXi, VCL's way",
  async () => await VSphereWorld.make({ vsim: { kind: 'esxi' }, driver: { linkedStrategy: 'shared-master' } }),
  LEFT_OUT_VCLS_WAY,
);
