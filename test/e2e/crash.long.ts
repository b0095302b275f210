/** Promise 6 over real QEMU: the server killed before and after each step of every saga. */
import { onQemu } from '../support/crash-qemu.ts';
import { crashSuite } from '../support/crash-suite.ts';

crashSuite(onQemu());
