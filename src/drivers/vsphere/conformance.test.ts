import { VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

runConformance('vSphere on the simulator as vCenter', async () => await VSphereWorld.make());
runConformance('vSphere on the simulator as ESXi', async () => await VSphereWorld.make({ vsim: { kind: 'esxi' } }));
