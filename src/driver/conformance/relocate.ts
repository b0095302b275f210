import type { CloneResult } from '../driver.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';
import { brokenOff, diskPaths, goldenIs, standsAlone } from './unlink.ts';

const NOTE = '/root/note';

function absent(bench: Bench): string | undefined {
  if (bench.caps.relocate !== true) return 'machines cannot be moved to another datastore';
  return bench.harness.otherDatastore === undefined ? 'the harness has no other datastore' : undefined;
}

async function relocated(bench: Bench, machineId: string, to: string): Promise<CloneResult> {
  const result = await bench.driver.relocate?.(bench.ctx('masterMs'), machineId, to);
  if (result === undefined) throw new Error('the capability is listed, and there is no such verb');
  return result;
}

async function other(bench: Bench, machineId: string): Promise<string> {
  return (await bench.harness.otherDatastore?.(machineId)) ?? '';
}

/** On that datastore, as far as the driver says where machines are, with disks of its own that stand on nothing. */
async function liesThere(bench: Bench, found: Findings, result: CloneResult, to: string): Promise<void> {
  await standsAlone(bench, found, result);
  const at = bench.driver.whereabouts(result.machineId)?.datastores ?? [];
  if (at.length > 0) found.same(at, [to], 'datastores of the machine');
}

/** A machine that lies elsewhere now: only that machine changes, and all of it is there. */
export const RELOCATE_CHECKS: readonly Check[] = [
  {
    id: 'relocate',
    title: 'a machine that is moved keeps its content, has disks of its own there and leaves nothing behind; one that runs is not moved',
    skip: absent,
    async run(bench, found) {
      const { driver, harness } = bench;
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const { machineId } = await bench.clone();
      const sibling = (await bench.clone()).machineId;
      const to = await other(bench, machineId);
      await bench.boot(machineId);
      await harness.guestWrite?.(machineId, NOTE, 'homework');
      await found.rejects('relocate of one that runs', ['wrong-state'], relocated(bench, machineId, to));
      found.same((await bench.seen(machineId))?.power, 'on', 'power of one that runs');
      await driver.power(bench.ctx(), machineId, 'off');
      const first = await relocated(bench, machineId, to);
      await liesThere(bench, found, first, to);
      await goldenIs(bench, found, master, digest);
      found.same((await driver.readBack(bench.ctx(), sibling)).mode, 'linked', 'mode of another machine of that master');
      found.same(diskPaths(await relocated(bench, machineId, to)), diskPaths(first), 'disks after it was asked for again');
      found.same(await bench.leaks({ machines: [machineId, sibling] }), [], 'left over');
      await bench.boot(machineId);
      if (harness.guestRead !== undefined) found.same(await harness.guestRead(machineId, NOTE), 'homework', 'its file');
      for (const id of [machineId, sibling]) await driver.destroy(bench.ctx(), id);
      found.same(await bench.leaks(), [], 'left over in the end');
      await found.rejects('relocate of nothing', ['not-found'], relocated(bench, bench.machineId(), to));
    },
  },
  {
    id: 'relocate-broken-off',
    title: 'broken off anywhere, the move is finished by the next try, or the machine goes, and nothing is left on either datastore',
    skip: absent,
    async run(bench, found) {
      await brokenOff(bench, found, 'relocate', async (machineId) => {
        const to = await other(bench, machineId);
        return {
          call: async (ctx) => await bench.driver.relocate?.(ctx, machineId, to),
          isWhole: async () => await liesThere(bench, found, await relocated(bench, machineId, to), to),
        };
      });
    },
  },
];
