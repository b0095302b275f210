/** Promise 6 over real QEMU: the server killed where each saga has just changed the world. Before and after each step: crash.long.ts. */
import { crashSuite } from '../support/crash-suite.ts';

crashSuite('some');
