import { LEFT_OUT_WITH_CHILD_DISKS, LEFT_OUT_VCLS_WAY, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/** Strategies on vCenter that are not its default. */
runConformance(
  'vCenter with child disks',
  async () => await VSphereWorld.make({ driver: { linkedStrategy: 'child-disk' } }),
  LEFT_OUT_WITH_CHILD_DISKS,
);
runConformance(
  "vCenter, VCL's way",
  async () => await VSphereWorld.make({ driver: { linkedStrategy: 'shared-master' } }),
  LEFT_OUT_VCLS_WAY,
);
