import { CLOUD_WORLD, LEFT_OUT_ON_ESXI, LEFT_OUT_ON_VCENTER, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

runConformance(
  'vSphere on the simulator as vCenter, with cloud images',
  async () => await VSphereWorld.make(CLOUD_WORLD),
  LEFT_OUT_ON_VCENTER,
);
runConformance(
  'vSphere on the simulator as ESXi, with an account in the image',
  async () => await VSphereWorld.make({ vsim: { kind: 'esxi' } }),
  LEFT_OUT_ON_ESXI,
);
