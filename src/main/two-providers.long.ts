/** One image on this machine's QEMU and on a vCenter at one time, and the vCenter goes away in the middle. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished, test } from 'vitest';
import { quickTools } from '../../test/support/qemu-harness.ts';
import { LIMITS, oneGoesDown } from '../../test/support/two-providers.ts';
import { tagPrefix } from '../drivers/qemu/host.ts';
import { QemuDriver } from '../drivers/qemu/index.ts';
import { findProcesses } from '../qemu/process.ts';

test('one image on QEMU and on a vCenter: reservations are spread; when one goes down all go on, and nothing is left', async () => {
  // Guests answer SSH at another port than the demo's, which may run beside this.
  await oneGoesDown(async ({ id, dir }) => {
    const prefix = tagPrefix(id);
    onTestFinished(async () => {
      for (const { pid } of await findProcesses(prefix)) process.kill(pid, 'SIGKILL');
    });
    const left = async () => [
      ...(await readdir(join(dir, 'machines'))),
      ...(await readdir(join(dir, 'staging'))),
      ...(await findProcesses(prefix)),
    ];
    const driver = new QemuDriver({ dataDir: dir, installationId: id, tools: await quickTools(), limits: LIMITS });
    return { driver, recipe: 'starter', left };
  }, 2322);
});
