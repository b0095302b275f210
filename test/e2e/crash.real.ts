/** Promise 6 over real QEMU: the server killed once at each step of every saga. Before and after each step: crash.long.ts. */
import { crashSuite } from '../support/crash-suite.ts';

crashSuite('some');
