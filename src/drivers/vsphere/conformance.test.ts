/**
 * Verbs are broken off at three points here, and on a lone host those that make no machine and no master of an import only in
 * conformance-strategies.long.ts, which does so at all points that matter.
 */
import { CLOUD_WORLD, LEFT_OUT_ON_ESXI, LEFT_OUT_ON_VCENTER, VSphereWorld } from '../../../test/support/vsphere-harness.ts';
import { runConformance } from '../../driver/conformance/index.ts';

const POINTS = { points: [1, 3, 6] };

const LONG = [
  'master-fails',
  'clone-fails',
  'reseal-broken-off',
  'capture-broken-off',
  'capture-fails',
  'unlink-broken-off',
  'destroy-broken-off',
];

runConformance(
  'vSphere on the simulator as vCenter, with cloud images',
  async () => Object.assign(await VSphereWorld.make(CLOUD_WORLD), POINTS),
  LEFT_OUT_ON_VCENTER,
);
runConformance(
  'vSphere on the simulator as ESXi, with an account in the image',
  async () => Object.assign(await VSphereWorld.make({ vsim: { kind: 'esxi' } }), POINTS),
  LEFT_OUT_ON_ESXI,
  LONG,
);
