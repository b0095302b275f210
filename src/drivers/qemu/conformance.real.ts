import { runConformance } from '../../driver/conformance/index.ts';
import { QemuWorld } from '../../../test/support/qemu-harness.ts';

runConformance('qemu', async () => await QemuWorld.make(), {
  // Failures in the middle of a verb are struck into real disks by qemu-driver.real.ts.
  'master-fails': 'the harness cannot make verbs fail',
  'clone-fails': 'the harness cannot make verbs fail',
  'capture-fails': 'the harness cannot make verbs fail',
  'clone-unlisted-modes': 'every mode is listed',
  'checkpoint-unlisted': 'there are checkpoints',
  'unlink-unlisted': 'it is listed',
  // A host has one place for machines.
  relocate: 'machines cannot be moved to another datastore',
  'relocate-broken-off': 'machines cannot be moved to another datastore',
  reseal: 'masters cannot be sealed anew',
  'reseal-broken-off': 'masters cannot be sealed anew',
});
