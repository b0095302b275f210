import { LEFT_OUT_VCLS_WAY, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

runConformance(
  "vCenter, VCL's way",
  async () => await VSphereWorld.make({ driver: { linkedStrategy: 'shared-master' } }),
  LEFT_OUT_VCLS_WAY,
);
