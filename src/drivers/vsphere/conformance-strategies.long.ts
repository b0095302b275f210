import {
  CLOUD_WORLD,
  LEFT_OUT_ON_ESXI,
  LEFT_OUT_ON_VCENTER,
  LEFT_OUT_VCLS_WAY,
  LEFT_OUT_WITH_CHILD_DISKS,
  VSphereWorld,
} from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/**
 * What conformance.test.ts runs in part, verbs broken off at all points that matter; then the strategies that are not the default of their kind of
 * server, that of a lone host which is the furthest from it too.
 */
runConformance('vCenter, with cloud images', async () => await VSphereWorld.make(CLOUD_WORLD), LEFT_OUT_ON_VCENTER);
runConformance('ESXi, with an account in the image', async () => await VSphereWorld.make({ vsim: { kind: 'esxi' } }), LEFT_OUT_ON_ESXI);
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
