/**
 * Each verb is broken off at one point, and what boots once more is not looked at again (`Harness.brief`); conformance.long.ts does so at all points that matter,
 * and makes those checks too that boot and copy much for what
 * others here see as well.
 */
import { runConformance } from '../../driver/conformance/index.ts';
import { NOT_ASKED_OF_QEMU, QemuWorld } from '../../../test/support/qemu-harness.ts';

const LONG = [
  // The machines that checks share are instant clones here, and guest-identity looks at two of them.
  'guest-identity-instant',
  'capture-running',
  'capture-broken-off',
  'checkpoint-list',
  // As capture-stopped does before it captures.
  'power-shutdown',
  'unlink-broken-off',
  'destroy-in-every-state',
  'destroy-siblings',
  'close',
];

runConformance('qemu', async () => Object.assign(await QemuWorld.make(), { brief: true }), NOT_ASKED_OF_QEMU, LONG);
