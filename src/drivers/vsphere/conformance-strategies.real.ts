import { LEFT_OUT_ON_VSIM, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

/** The strategies that are no provider's default. */
runConformance(
  'vCenter with child disks',
  async () => await VSphereWorld.make({ driver: { linkedStrategy: 'child-disk' } }),
  LEFT_OUT_ON_VSIM,
);
/** The machine's snapshot is on the master's disk itself. */
const VCLS_WAY = {
  'guest-identity-instant': LEFT_OUT_ON_VSIM['guest-identity-instant'],
  'checkpoint-unlisted': LEFT_OUT_ON_VSIM['checkpoint-unlisted'],
  unlink: 'machines cannot be taken off their masters',
  'unlink-refused': 'machines cannot be taken off their masters',
  'unlink-broken-off': 'machines cannot be taken off their masters',
};
runConformance("vCenter, VCL's way", async () => await VSphereWorld.make({ driver: { linkedStrategy: 'shared-master' } }), VCLS_WAY);
runConformance(
  "ESXi, VCL's way",
  async () => await VSphereWorld.make({ vsim: { kind: 'esxi' }, driver: { linkedStrategy: 'shared-master' } }),
  VCLS_WAY,
);
