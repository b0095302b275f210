import { randomUUID } from 'node:crypto';
import { Queue } from './endpoint/queue.ts';
import { PACE, SLOWER } from './options.ts';
import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../test/support/vsphere-cases.ts';
import { CLOUD_WORLD, type VSphereWorldOptions } from '../../../test/support/vsphere-harness.ts';
import { RealClock } from '../../vsim/model/clock.ts';

/** How many times as fast as real time; 1 is what docs/benchmarks.md's table is measured with. */
const SPEED = Number(process.env.CARREL_REQUESTS_SPEED ?? 10);
/** Those that stand there already; 3000 is what that table is measured with. */
const OTHERS = Number(process.env.CARREL_REQUESTS_OTHERS ?? 300);
/** Datastores of the second row; the first has one. */
const DATASTORES = Number(process.env.CARREL_REQUESTS_DATASTORES ?? 40);
const MACHINES = Number(process.env.CARREL_REQUESTS_MACHINES ?? 60);

/** What each machine costs by itself, from its clone to its end. */
const OWN = ['CloneVM_Task', 'ReconfigVM_Task', 'PowerOffVM_Task', 'UnregisterVM', 'DeleteDatastoreFile_Task'];

/** What those share who ask at the same time, and how much slower than reads each goes out. The list of tasks changes with a read's turn; a wait is broken off between two updates. */
const SHARED: Record<string, number> = {
  RetrievePropertiesEx: 1,
  WaitForUpdatesEx: SLOWER.updates,
  ModifyListView: 1,
  CancelWaitForUpdates: SLOWER.updates,
  SearchDatastore_Task: SLOWER.folders,
};

/** Folders are searched for two reasons, each at a pace of its own: whether a master's disks are what they were, and which folders have a machine's name. */
const REASONS: Record<string, number> = { SearchDatastore_Task: 2 };

/** Requests of each kind, beside the pace's, that start and end a world. */
const ONCE = 3;

/**
 * A count of all requests says how quick this machine is: the slower, the more turns the pace gives meanwhile. So what is each machine's own is
 * counted, and what is shared is held against the turns that there were; docs/benchmarks.md has the sum, at rest.
 */
test.each([
  [0, 1, 'the account of its image', {}],
  // datastores cost nothing: only a try after another looks on each for what that may have left
  [OTHERS, DATASTORES, 'an account of its own', CLOUD_WORLD],
] as const)(
  'a machine of a class costs five requests of its own and one in its guest, all else is shared: with %i other machines in the inventory, %i datastores and %s',
  async (vms, datastores, access, { vsim, driver }: VSphereWorldOptions) => {
    // many times as fast as it is, and the pace with it: faster still, and requests take so long beside the rest that far more share one
    const clock = new RealClock(SPEED);
    const pace = { ...PACE, everyMs: PACE.everyMs / SPEED };
    // The pause between two tries to log in is three times that: three simulated seconds, as it is.
    await inWorld(
      {
        vsim: { ...vsim, latency: 'real', hosts: 4, bootMs: 20_000, masterBytes: 2 ** 28, clock, vms, datastores },
        driver: { ...driver, retryMs: 2_000 / SPEED, pace },
      },
      async (c) => {
        const slots = new Queue(c.w.capabilities.startSlots);
        const before = new Map(c.w.vsim.stats.byMethod);
        const begun = performance.now();
        await Promise.all(
          Array.from({ length: MACHINES }, async () => {
            const machineId = randomUUID();
            await slots.run(ctx(), async () => {
              await c.driver.clone(ctx(), { ...c.spec(machineId), first: true });
              await c.driver.power(ctx(), machineId, 'on');
            });
            await c.driver.guest.ready(ctx(), machineId);
            await c.driver.destroy(ctx(), machineId);
          }),
        );
        const tookMs = performance.now() - begun;
        const counted = [...c.w.vsim.stats.byMethod].map(([method, n]) => [method, n - (before.get(method) ?? 0)] as const);
        const made = Object.fromEntries(counted.filter(([, n]) => n > 0));
        const each = Object.values(made).reduce((n, x) => n + x, 0) / MACHINES;
        process.stdout.write(
          `requests a machine, ${vms} others, ${datastores} datastores: ${each.toFixed(2)} in ${tookMs.toFixed(0)} ms ${JSON.stringify(made)}\n`,
        );
        const { StartProgramInGuest: inGuest = 0, PowerOnVM_Task: alone = 0, PowerOnMultiVM_Task: together = 0, ...rest } = made;
        // whoever is switched on at the same moment goes together
        expect(alone + 2 * together).toBeLessThanOrEqual(MACHINES);
        expect(Object.fromEntries(Object.entries(rest).filter(([method]) => !(method in SHARED)))).toEqual(
          Object.fromEntries(OWN.map((method) => [method, MACHINES])),
        );
        // An account that cloud-init makes is not there at once: who came before tells the others how long it takes.
        if (access === 'the account of its image') expect(inGuest).toBe(MACHINES);
        for (const [method, slower] of Object.entries(SHARED)) {
          const turns = (tookMs / (pace.everyMs * slower) + pace.burst) * (REASONS[method] ?? 1) + ONCE;
          expect([method, Math.max(0, (made[method] ?? 0) - turns)]).toEqual([method, 0]);
        }
        await c.nothingLeft();
      },
    );
  },
);

/** Machines that do the same at the same moment share what can be shared, whatever the speed of the computer: the pace is slow beside what it has to do. */
test('a machine costs at most 8 requests from its clone until it is gone, where a hundred do each step together', async () => {
  const count = 100;
  const driver = { pace: { everyMs: 1_000, burst: 1 }, retryMs: 1_000 };
  await inWorld({ vsim: { hosts: 4 }, driver }, async (c) => {
    const before = c.w.vsim.stats.requests;
    const ids = Array.from({ length: count }, () => randomUUID());
    const all = async (step: (id: string) => Promise<unknown>): Promise<void> => void (await Promise.all(ids.map(step)));
    await all(async (id) => await c.driver.clone(ctx(), { ...c.spec(id), first: true }));
    await all(async (id) => await c.driver.power(ctx(), id, 'on'));
    await all(async (id) => await c.driver.guest.ready(ctx(), id));
    await all(async (id) => await c.driver.destroy(ctx(), id));
    const each = (c.w.vsim.stats.requests - before) / count;
    process.stdout.write(`requests a machine, each step together: ${each.toFixed(2)}\n`);
    expect(each).toBeLessThanOrEqual(8);
    await c.nothingLeft();
  });
});
