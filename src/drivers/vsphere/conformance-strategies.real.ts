import { LEFT_OUT_VCLS_WAY, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/** The strategy that is the furthest from every provider's default; the others: conformance-strategies.long.ts. */
runConformance(
  "ESXi, VCL's way",
  async () => await VSphereWorld.make({ vsim: { kind: 'esxi' }, driver: { linkedStrategy: 'shared-master' } }),
  LEFT_OUT_VCLS_WAY,
);
