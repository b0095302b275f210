import { LEFT_OUT_ON_VSIM, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

runConformance('vSphere on the simulator as vCenter', async () => await VSphereWorld.make(), LEFT_OUT_ON_VSIM);
runConformance('vSphere on the simulator as ESXi', async () => await VSphereWorld.make({ vsim: { kind: 'esxi' } }), LEFT_OUT_ON_VSIM);
