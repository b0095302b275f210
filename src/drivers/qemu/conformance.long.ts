import { runConformance } from '../../driver/conformance/index.ts';
import { NOT_ASKED_OF_QEMU, QemuWorld } from '../../../test/support/qemu-harness.ts';

runConformance('qemu', async () => await QemuWorld.make(), NOT_ASKED_OF_QEMU);
