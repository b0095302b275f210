import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGovmomi } from '../../test/support/govmomi.ts';
import { RealClock } from './model/clock.ts';
import { startVsim } from './vsim.ts';

const run = promisify(execFile);

/** Debian's govmomi is somebody else's idea of the protocol, and a stricter one about types than pyvmomi. */
describe('govmomi against the simulator', () => {
  let program = '';
  beforeAll(async () => {
    program = await buildGovmomi();
  });

  it.each(['none', 'real'] as const)(
    'logs in, walks, clones, snapshots, powers on, browses, destroys, waits for updates (latency %s)',
    async (latency) => {
      const vsim = await startVsim({ masters: 3, vms: 4, latency, clock: new RealClock(latency === 'real' ? 50 : 1) });
      try {
        const master = vsim.sim.master();
        const env = { ...process.env, TOUR_USER: vsim.username, TOUR_PASSWORD: vsim.password };
        const { stdout } = await run(program, ['tour', vsim.url, master.path, master.snapshot], { timeout: 600_000, env });
        const seen = JSON.parse(stdout) as Record<string, unknown>;
        expect(seen).toMatchObject({
          apiType: 'VirtualCenter',
          apiVersion: '8.0.3.0',
          vms: 7,
          hosts: 4,
          datastores: 2,
          chain: ['[ds0] go-clone/go-clone-000001.vmdk', vsim.sim.base().path],
          afterSnapshot: 3,
          powerUpdates: 1,
          ticket: true,
          files: ['go-clone-000001.vmdk', 'go-clone-000002.vmdk'],
          afterRemove: 2,
          destroyed: true,
        });
        expect(seen['second']).toContain('already exists');
        expect(seen['ip']).toMatch(/^10\./);
        expect(vsim.model.bugs).toEqual([]);
      } finally {
        await vsim.close();
      }
    },
  );
});
