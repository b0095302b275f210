/**
 * The server on somebody else's idea of vSphere: `carrel serve --no-qemu` and govmomi's simulator from Debian, each a process of its own. Its guests
 * have no system, so a machine comes as far as booting; what is asked here is what was made by then, and that nothing of it stays. Who says so is a
 * client of its own, and the folder with the simulator's files.
 * On a lone host, and a clone without a parent: vcsim-server.long.ts.
 */
import { test } from 'vitest';
import { lifeOnVcsim, onVcsim } from '../support/vcsim-server.ts';

onVcsim(() => {
  test('vcenter, child-disk: a linked machine passes the gate, is switched on, and its end leaves nothing', () =>
    lifeOnVcsim('vcenter', 'linked'));
});
