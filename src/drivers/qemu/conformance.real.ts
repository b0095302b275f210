import { runConformance } from '../../driver/conformance/index.ts';
import { QemuWorld } from './real-harness.ts';

runConformance('qemu', async () => await QemuWorld.make());
