/** Each verb is broken off at one point; conformance.long.ts does so at all that matter. */
import { runConformance } from '../../driver/conformance/index.ts';
import { NOT_ASKED_OF_QEMU, QemuWorld } from '../../../test/support/qemu-harness.ts';

runConformance('qemu', async () => Object.assign(await QemuWorld.make(), { brief: true }), NOT_ASKED_OF_QEMU);
