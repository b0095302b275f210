import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startVsim } from './vsim.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../test/support/pyvmomi/tour.py', import.meta.url));

/** Debian's pyvmomi 6.7 is somebody else's idea of the protocol: it must find here what it would find on a vCenter. */
describe('pyvmomi against the simulator', () => {
  it.each(['none', 'real'] as const)(
    'logs in, walks, clones, snapshots, powers on, browses, destroys, waits for updates (latency %s)',
    async (latency) => {
      const { RealClock } = await import('./model/clock.ts');
      const vsim = await startVsim({ masters: 3, vms: 4, latency, clock: new RealClock(latency === 'real' ? 50 : 1) });
      try {
        const master = vsim.sim.master();
        const { hostname, port } = new URL(vsim.url);
        const args = [SCRIPT, hostname, port, vsim.username, vsim.password, master.path, master.snapshot];
        const { stdout } = await run('/usr/bin/python3', args, { timeout: 600_000 });
        const seen = JSON.parse(stdout) as Record<string, unknown>;
        expect(seen).toMatchObject({
          wrongPassword: 'InvalidLogin',
          apiType: 'VirtualCenter',
          chain: ['[ds0] py-clone/py-clone-000001.vmdk', vsim.sim.base().path],
          base: vsim.sim.base().path,
          duplicate: 'py-clone',
          afterSnapshot: 3,
          afterRemove: 2,
          ticketHost: true,
          annotation: 'by pyvmomi',
          destroyed: true,
          masterAlive: 'master-0',
          watched: 8,
        });
        expect(seen['ip']).toMatch(/^10\./);
        expect(seen['mac']).toMatch(/^00:50:56:/);
        expect(seen['names']).toHaveLength(7);
        expect(seen['files']).toContain('py-clone.vmx');
        expect(vsim.model.bugs).toEqual([]);
      } finally {
        await vsim.close();
      }
    },
  );
});
