/** Promise 6 over real QEMU: the server killed where it has just changed the world, in two sagas. All of them, step by step: crash.long.ts. */
import { onQemu, WHERE_IT_CHANGES } from '../support/crash-qemu.ts';
import { crashSuite } from '../support/crash-suite.ts';

crashSuite(onQemu(), WHERE_IT_CHANGES);
