import type { Ctx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import type { CloneResult, Master } from '../driver.ts';
import { abortPlan, breaksOff, cancelledInTheMiddle } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';

const NOTE = '/root/note';

const absent = (bench: Bench): string | undefined =>
  bench.caps.unlink === true ? undefined : 'machines cannot be taken off their masters';

async function unlinked(bench: Bench, machineId: string): Promise<CloneResult> {
  const result = await bench.driver.unlink?.(bench.ctx('masterMs'), machineId);
  if (result === undefined) throw new Error('the capability is listed, and there is no such verb');
  return result;
}

/** Read anew, by what the storage shows: one disk a chain, in the machine's own folder, in its lineage as in what the verb answered. */
export async function standsAlone(bench: Bench, found: Findings, result: CloneResult): Promise<void> {
  const { machineId } = result;
  const read = await bench.driver.readBack(bench.ctx(), machineId);
  const report = await bench.driver.lineage(bench.ctx(), { kind: 'machine', machineId });
  for (const [what, chains] of [
    ['the answer', result.chains],
    ['what is read back', read.chains],
    ['its lineage', report.chains.map((c) => c.chain)],
  ] as const) {
    found.must(chains.length > 0, `${what} shows no disk`);
    for (const chain of chains) {
      found.same(chain.length, 1, `disks of a chain in ${what}`);
      for (const { path } of chain) found.must(path.startsWith(read.ownFolder), `${what}: ${path} is not in ${read.ownFolder}`);
    }
  }
  found.same([result.mode, read.mode, (await bench.seen(machineId))?.mode], ['full', 'full', 'full'], 'mode');
}

export const diskPaths = ({ chains }: CloneResult): string[][] => chains.map((chain) => chain.map((disk) => disk.path));

/** As it was, by its bytes and by what the driver says of it. */
export async function goldenIs(bench: Bench, found: Findings, master: Master, digest: string | undefined): Promise<void> {
  found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
  found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok, 'verifyMaster finds the master changed');
}

/**
 * Gives linked machines disks of their own by a call that is broken off: the next try, which `isWhole` makes and looks at, ends it, or the machine
 * goes. Nothing is left, and the golden disks are as they were.
 */
export async function brokenOff(
  bench: Bench,
  found: Findings,
  what: string,
  begin: (machineId: string) => Promise<{ call: (ctx: Ctx) => Promise<unknown>; isWhole: () => Promise<void> }>,
): Promise<void> {
  const master = await bench.master();
  const digest = await bench.digest(master.revisionId);
  for (const { nth, again } of abortPlan(bench)) {
    const { machineId } = await bench.clone();
    const { call, isWhole } = await begin(machineId);
    await breaksOff(found, what, call(cancelledInTheMiddle(nth, bench.harness.timeouts.masterMs)));
    if (again) {
      await isWhole();
      found.same(await bench.leaks({ machines: [machineId] }), [], 'left over by the second try');
    }
    await bench.driver.destroy(bench.ctx(), machineId);
    found.same(await bench.leaks(), [], 'left over');
  }
  await goldenIs(bench, found, master, digest);
}

/** A machine that stands on its master no more: only that machine changes, and all of it is there. */
export const UNLINK_CHECKS: readonly Check[] = [
  {
    id: 'unlink-unlisted',
    title: 'machines are not taken off their masters where that is not listed',
    skip: (bench) => (bench.caps.unlink === true ? 'it is listed' : undefined),
    async run(bench, found) {
      if (bench.driver.unlink === undefined) return;
      const { machineId } = await bench.clone();
      await found.rejects('unlink', ['not-supported'], bench.driver.unlink(bench.ctx(), machineId));
      found.same((await bench.driver.readBack(bench.ctx(), machineId)).mode, 'linked', 'mode');
    },
  },
  {
    id: 'unlink',
    title: 'a machine that is taken off its master keeps its content, stands on nothing, and needs its master no more',
    skip: absent,
    async run(bench, found) {
      const { driver, harness } = bench;
      const master = await bench.ownMaster();
      const digest = await bench.digest(master.revisionId);
      const { machineId } = await bench.clone('linked', master);
      const sibling = (await bench.clone('linked', master)).machineId;
      const { pastGuest: past } = bench;
      if (past) await harness.diskWrite?.(machineId, 'homework');
      else {
        await bench.boot(machineId);
        await harness.guestWrite?.(machineId, NOTE, 'homework');
        await driver.power(bench.ctx(), machineId, 'off');
      }
      const first = await unlinked(bench, machineId);
      await standsAlone(bench, found, first);
      await goldenIs(bench, found, master, digest);
      found.same((await driver.readBack(bench.ctx(), sibling)).mode, 'linked', 'mode of another machine of that master');
      const again = await unlinked(bench, machineId);
      found.same(diskPaths(again), diskPaths(first), 'disks after it was asked for again');
      found.same(await bench.leaks({ machines: [machineId, sibling], masters: [master.revisionId] }), [], 'left over');
      await driver.destroy(bench.ctx(), sibling);
      await driver.removeMaster(bench.ctx('masterMs'), master.revisionId);
      if (past) {
        found.same(await harness.diskRead?.(machineId), 'homework', 'what was written on it, without its master');
        found.same(await driver.power(bench.ctx(), machineId, 'on'), 'on', 'power without its master');
      } else {
        await bench.boot(machineId);
        if (harness.guestRead !== undefined)
          found.same(await harness.guestRead(machineId, NOTE), 'homework', 'its file, without its master');
      }
      await driver.destroy(bench.ctx(), machineId);
      found.same(await bench.leaks(), [], 'left over in the end');
    },
  },
  {
    id: 'unlink-refused',
    title: 'a machine that runs, or has checkpoints, is not taken off its master, and stays as it is',
    skip: absent,
    async run(bench, found) {
      const { driver } = bench;
      const { machineId, chains } = await bench.clone();
      const refused = async (what: string) => await found.rejects(what, ['wrong-state'], unlinked(bench, machineId));
      await driver.power(bench.ctx(), machineId, 'on');
      await refused('unlink of one that runs');
      found.same((await bench.seen(machineId))?.power, 'on', 'power of one that runs');
      await driver.power(bench.ctx(), machineId, 'off');
      const below = chains[0]?.at(-1)?.path;
      const base = async () => (await driver.readBack(bench.ctx(), machineId)).chains[0]?.at(-1)?.path;
      if (bench.caps.checkpoints) {
        await driver.checkpoint(bench.ctx(), machineId, 'before');
        await refused('unlink of one with a checkpoint');
        found.same((await driver.checkpoints(bench.ctx(), machineId)).length, 1, 'checkpoints');
      }
      found.same(await base(), below, 'what it stands on');
      found.same((await driver.readBack(bench.ctx(), machineId)).mode, 'linked', 'mode');
    },
  },
  {
    id: 'unlink-broken-off',
    title: 'broken off anywhere, it is finished by the next try, or the machine goes, and nothing is left',
    skip: absent,
    async run(bench, found) {
      await brokenOff(bench, found, 'unlink', async (machineId) => ({
        call: async (ctx) => await bench.driver.unlink?.(ctx, machineId),
        isWhole: async () => await standsAlone(bench, found, await unlinked(bench, machineId)),
      }));
      await bench.driver.unlink?.(bench.ctx(), bench.machineId()).then(
        () => found.must(false, 'a machine that is not there was taken off its master'),
        (error: unknown) => found.must(isCode(error, 'not-found'), 'a machine that is not there is not said to be'),
      );
    },
  },
];
