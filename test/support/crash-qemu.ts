/** This machine's QEMU as the place of crash-suite.ts: machines are processes of their own, which outlive the server. */
import { expect } from 'vitest';
import type { CrashPlace } from './crash-suite.ts';
import { haveAppliance } from './qemu-harness.ts';
import { TestServer } from './server.ts';

/**
 * A kill between the world and its record: with a machine that runs and that nobody has written down yet, and with golden disks of a machine,
 * which goes on without the server. Every saga's points are cut on the fake driver and the simulator (saga-suite.ts), and in crash.long.ts.
 */
export const WHERE_IT_CHANGES = ['provision:start', 'capture:flatten'].map((step) => `${step}:do:after`);

export function onQemu(): CrashPlace {
  const server = new TestServer();
  let alive: number[] = [];

  /** A disk that nobody will boot: making a revision of it is quick. */
  async function second(): Promise<number> {
    const bytes = new Uint8Array(1 << 20).fill(7, 4096);
    // The mark of a boot sector, by which a raw disk is known; without a partition table nobody looks into it.
    bytes.set([0x55, 0xaa], 510);
    const content = new Blob([bytes]);
    const params = { name: 'second' };
    const query = { format: 'raw', agent: 'none', publish: true } as const;
    return (await server.client.uploadImage({ params, query, content, bytes: content.size })).revision.number;
  }

  return {
    server,
    mode: 'instant',
    elsewhere: ['add-master', 'relocate'],
    second,
    ways: (here) => ({
      ...here,
      // Machines that were running go on without the server, unless it was just taking them away.
      capture: {
        ready: async () => {
          await here.capture?.ready?.();
          alive = server.processes();
        },
        begin: () => here.capture?.begin() ?? Promise.resolve(),
        dead: () => expect(server.processes()).toEqual(expect.arrayContaining(alive)),
      },
    }),
    async setUp(env) {
      await haveAppliance(server.dataDir);
      await server.start(env());
      await server.buildStarter();
    },
    dispose: () => server.dispose(),
    start: (env) => server.start(env),
    async check(ready) {
      const traces = server.traces();
      if (ready.length === 0) expect(traces).toEqual([]);
      expect(traces.filter((t) => t.startsWith('machines/')).sort()).toEqual(ready.map((r) => `machines/${r.machine.id}`).sort());
    },
  };
}
