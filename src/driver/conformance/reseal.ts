import { cancelledInTheMiddle, abortPlan, breaksOff } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';
import type { Ctx } from '../../lib/context.ts';
import type { Master } from '../driver.ts';

type Known = readonly Pick<Master['files'][number], 'path' | 'sha256'>[];

const absent = (bench: Bench): string | undefined => (bench.caps.reseal === true ? undefined : 'masters cannot be sealed anew');

async function resealed(bench: Bench, revisionId: string, recorded: Known, ctx: Ctx = bench.ctx('masterMs')): Promise<Master> {
  const made = await bench.driver.resealMaster?.(ctx, revisionId, recorded);
  if (made === undefined) throw new Error('the capability is listed, and there is no such verb');
  return made;
}

/** One sealed master, whose golden bytes are what they were. */
async function isWhole(bench: Bench, found: Findings, revisionId: string, digest: string | undefined, when: string): Promise<void> {
  const states = (await bench.inventory()).masters.filter((m) => m.revisionId === revisionId).map((m) => m.state);
  found.same(states, ['sealed'], `${when}: in the inventory`);
  found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), revisionId)).ok, `${when}: not whole`);
  found.same(await bench.digest(revisionId), digest, `${when}: golden bytes`);
}

/** Masters that are sealed anew as they lie. */
export const RESEAL_CHECKS: readonly Check[] = [
  {
    id: 'reseal',
    title:
      'a master that is what was sealed is sealed anew and lent as ever; one that is not, or is another than was recorded, keeps its seal',
    skip: absent,
    async run(bench, found) {
      const { driver, harness } = bench;
      const master = await bench.ownMaster();
      const { revisionId } = master;
      const digest = await bench.digest(revisionId);
      const { machineId } = await bench.clone('linked', master);
      const first = await resealed(bench, revisionId, master.files);
      found.same(
        first.files.map(({ path, bytes }) => [path, bytes]),
        master.files.map(({ path, bytes }) => [path, bytes]),
        'golden disks of the new seal',
      );
      await isWhole(bench, found, revisionId, digest, 'sealed anew');
      // who missed that may ask by what was recorded before it
      const second = await resealed(bench, revisionId, master.files);
      await isWhole(bench, found, revisionId, digest, 'once more');
      const other = await bench.clone('linked', master);
      for (const id of [machineId, other.machineId]) await driver.destroy(bench.ctx(), id);
      const strange = second.files.map((file) => ({ ...file, sha256: '0'.repeat(64) }));
      await found.rejects('a seal that was not recorded', ['master-changed'], resealed(bench, revisionId, strange));
      await isWhole(bench, found, revisionId, digest, 'refused');
      found.same(await bench.leaks({ masters: [revisionId] }), [], 'left over');
      await found.rejects('reseal of nothing', ['not-found'], resealed(bench, bench.revisionId(), []));
      if (harness.tamperMaster === undefined) return;
      await harness.tamperMaster(revisionId);
      await found.rejects('a byte that is not what was sealed', ['master-changed'], resealed(bench, revisionId, second.files));
      found.must(!(await driver.verifyMaster(bench.ctx('masterMs'), revisionId)).ok, 'a changed master has a new seal');
    },
  },
  {
    id: 'reseal-broken-off',
    title: 'a new seal that is broken off leaves a master with one of both seals, and the next try ends it',
    skip: absent,
    async run(bench, found) {
      const master = await bench.ownMaster();
      const { revisionId } = master;
      const digest = await bench.digest(revisionId);
      for (const nth of new Set(abortPlan(bench).map((each) => each.nth))) {
        const cancelled = cancelledInTheMiddle(nth, bench.harness.timeouts.masterMs);
        await breaksOff(found, 'resealMaster', resealed(bench, revisionId, master.files, cancelled));
        await isWhole(bench, found, revisionId, digest, `broken off at ${nth}`);
        await resealed(bench, revisionId, master.files);
        await isWhole(bench, found, revisionId, digest, `run again after ${nth}`);
      }
      found.same(await bench.leaks({ masters: [revisionId] }), [], 'left over');
    },
  },
];
