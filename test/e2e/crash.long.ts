/** Promise 6 over real QEMU: the server killed before and after each step of every saga. */
import { crashSuite } from '../support/crash-suite.ts';

crashSuite('all');
