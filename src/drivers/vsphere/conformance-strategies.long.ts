import { LEFT_OUT_WITH_CHILD_DISKS, LEFT_OUT_VCLS_WAY, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/** Strategies that are not the default of their kind of server; that of a lone host which is the furthest from it too. */
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
runConformance(
  "ESXi, VCL's way",
  async () => await VSphereWorld.make({ vsim: { kind: 'esxi' }, driver: { linkedStrategy: 'shared-master' } }),
  LEFT_OUT_VCLS_WAY,
);
