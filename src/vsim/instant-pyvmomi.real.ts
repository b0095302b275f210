import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startVsim } from './vsim.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../test/support/pyvmomi/instant.py', import.meta.url));

it("pyvmomi freezes a machine by its guest's own call and forks it twice: both stand on the same file", async () => {
  const vsim = await startVsim({ masters: 1, hosts: 2 });
  try {
    const { hostname, port } = new URL(vsim.url);
    const { guestUser, guestPassword } = vsim.model.options;
    const args = [SCRIPT, hostname, port, vsim.username, vsim.password, vsim.sim.master().path, guestUser, guestPassword];
    const { stdout } = await run('/usr/bin/python3', args, { timeout: 600_000 });
    const source = '[ds0] py-source/py-source-000001.vmdk';
    expect(JSON.parse(stdout)).toEqual({
      tools: 'guestToolsNotRunning',
      power: ['poweredOn', 'poweredOn'],
      frozen: [false, false],
      hosts: 1,
      disks: [
        ['[ds0] py-i1/py-i1-000001.vmdk', source],
        ['[ds0] py-i2/py-i2-000001.vmdk', source],
      ],
      source,
      who: ['py-i1', 'py-i2'],
      uuids: 6,
      suspend: 'InvalidState',
    });
    expect(vsim.model.bugs).toEqual([]);
  } finally {
    await vsim.close();
  }
});
