import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { damagedParents } from '../../core/lineage.ts';
import { abortPlan, breaksOff, cancelledInTheMiddle } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** How the inventory shows a master: `sealed`, `half`, `nothing`, or how many there are if it is more than one. */
async function masterState(bench: Bench, revisionId: string): Promise<string> {
  const all = (await bench.inventory()).masters.filter((m) => m.revisionId === revisionId);
  return all.length > 1 ? `${all.length} of them` : (all[0]?.state ?? 'nothing');
}

/** Masters: made once, sealed, verified, and not removed while anything stands on them. */
export const MASTER_CHECKS: readonly Check[] = [
  {
    id: 'master-sealed',
    title: 'prepareMaster seals golden disks and says their SHA-256',
    async run(bench, found) {
      const master = await bench.master();
      found.must(master.files.length > 0, 'a master without files');
      for (const file of master.files) {
        found.must(HEX_SHA256.test(file.sha256), `${file.path}: ${file.sha256} is not a SHA-256 in hex`);
        found.must(file.bytes > 0, `${file.path}: ${file.bytes} bytes`);
      }
      found.must(master.virtualBytes > 0, `virtual size ${master.virtualBytes}`);
      const seen = (await bench.inventory()).masters.find((m) => m.revisionId === master.revisionId);
      found.same([seen?.state, seen?.owned], ['sealed', true], 'in the inventory');
      const check = await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId);
      found.must(check.ok, `verifyMaster: ${JSON.stringify(check.files)}`);
      for (const file of master.files) {
        const verified = check.files.find((f) => f.path === file.path);
        found.same([verified?.expectedSha256, verified?.actualSha256], [file.sha256, file.sha256], `verifyMaster of ${file.path}`);
      }
      found.must((await bench.digest(master.revisionId)) !== undefined, 'the harness finds no golden bytes of it');
    },
  },
  {
    id: 'master-idempotent',
    title: 'prepareMaster run twice gives the same master',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const again = await bench.driver.prepareMaster(bench.ctx('masterMs'), bench.harness.prepareSpec(master.revisionId));
      found.same(again.files, master.files, 'files of the second run');
      found.same(await masterState(bench, master.revisionId), 'sealed', 'in the inventory');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
  {
    id: 'master-broken-off',
    title: 'prepareMaster broken off leaves a half master at most; the next run replaces it and removeMaster takes it away',
    async run(bench, found) {
      for (const { nth, again } of abortPlan(bench)) {
        const revisionId = bench.revisionId();
        const spec = bench.harness.prepareSpec(revisionId);
        const cancelled = cancelledInTheMiddle(nth, bench.harness.timeouts.masterMs);
        const broken = await breaksOff(found, 'prepareMaster', bench.driver.prepareMaster(cancelled, spec));
        const state = await masterState(bench, revisionId);
        if (broken) found.must(state !== 'sealed', 'sealed although it was broken off');
        found.same(await bench.leaks({ masters: state === 'nothing' ? [] : [revisionId] }), [], 'left over after breaking off');
        if (!again) {
          await bench.driver.removeMaster(bench.ctx('masterMs'), revisionId);
          found.same(await bench.leaks(), [], 'left over after removing the half master');
          continue;
        }
        await bench.driver.prepareMaster(bench.ctx('masterMs'), spec);
        found.same(await masterState(bench, revisionId), 'sealed', 'after the second run');
        found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), revisionId)).ok, 'not whole after the second run');
        found.same(await bench.leaks({ masters: [revisionId] }), [], 'left over after the second run');
        await bench.driver.removeMaster(bench.ctx('masterMs'), revisionId);
      }
    },
  },
  {
    id: 'master-fails',
    title: 'prepareMaster that fails at any point can be run again',
    skip: (bench) => (bench.harness.failNext === undefined ? 'the harness cannot make verbs fail' : undefined),
    async run(bench, found) {
      for (const when of ['before', 'middle', 'after'] as const) {
        const spec = bench.harness.prepareSpec(bench.revisionId());
        await bench.harness.failNext?.('prepareMaster', when);
        await bench.driver.prepareMaster(bench.ctx('masterMs'), spec).then(
          () => found.must(false, `${when}: the planted failure did not come out`),
          () => undefined,
        );
        const master = await bench.driver.prepareMaster(bench.ctx('masterMs'), spec);
        found.must(
          (await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok,
          `${when}: not whole after the second run`,
        );
        found.same(await bench.leaks({ masters: [master.revisionId] }), [], `${when}: left over`);
        await bench.driver.removeMaster(bench.ctx('masterMs'), master.revisionId);
      }
    },
  },
  {
    id: 'master-change-found',
    title: 'verifyMaster finds a changed byte',
    skip: (bench) => (bench.harness.tamperMaster === undefined ? 'the harness cannot change golden bytes' : undefined),
    async run(bench, found) {
      const { revisionId } = await bench.ownMaster();
      const before = (await bench.driver.inventory(bench.ctx())).masters.find((m) => m.revisionId === revisionId);
      found.same(before?.changed, undefined, 'what shows of a whole master');
      await bench.harness.tamperMaster?.(revisionId);
      const check = await bench.driver.verifyMaster(bench.ctx('masterMs'), revisionId);
      found.must(!check.ok, 'verifyMaster calls a changed master right');
      const wrong = check.files.filter((f) => f.problem !== undefined && f.actualSha256 !== f.expectedSha256);
      found.must(wrong.length > 0, 'verifyMaster names no file that is wrong');
    },
  },
  {
    id: 'master-remove',
    title: 'removeMaster takes all of it away, proves it, and succeeds when it is already gone',
    async run(bench, found) {
      const master = await bench.ownMaster();
      const proof = await bench.driver.removeMaster(bench.ctx('masterMs'), master.revisionId);
      const removed = proof.removed.map((f) => f.path);
      for (const file of master.files) found.must(removed.includes(file.path), `the proof does not list ${file.path}`);
      found.same(damagedParents(proof), [], 'damaged parents');
      found.same(await masterState(bench, master.revisionId), 'nothing', 'in the inventory');
      found.same(await bench.digest(master.revisionId), undefined, 'golden bytes still there');
      found.same(await bench.leaks(), [], 'left over');
      const again = await bench.driver.removeMaster(bench.ctx('masterMs'), master.revisionId);
      found.same(again.removed, [], 'removed by the second run');
    },
  },
  {
    id: 'master-remove-children',
    title: 'removeMaster is refused while a machine stands on it, and names its disk',
    async run(bench, found) {
      const mode = bench.caps.cloneModes.find((m) => m !== 'full');
      if (mode === undefined) return;
      const master = await bench.ownMaster();
      const digest = await bench.digest(master.revisionId);
      const clone = await bench.clone(mode, master);
      await refusedForChild(bench, found, master.revisionId, clone.chains[0]?.[0]?.path ?? '');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      await bench.driver.destroy(bench.ctx(), clone.machineId);
      await bench.driver.removeMaster(bench.ctx('masterMs'), master.revisionId);
    },
  },
  {
    id: 'master-remove-foreign-children',
    title: 'removeMaster is refused while a foreign disk stands on it, and names that disk',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const foreign = await bench.plantForeign(master.files[0]?.path);
      await refusedForChild(bench, found, master.revisionId, foreign.diskPath);
      found.must(await foreign.unchanged(), 'the foreign machine was changed');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
    },
  },
  {
    id: 'master-bad-source',
    title: 'prepareMaster refuses an unknown recipe and a file that is no image, and leaves nothing',
    async run(bench, found) {
      const unknown = { revisionId: bench.revisionId(), source: { kind: 'recipe' as const, recipe: 'no-such-recipe' } };
      await found.rejects('unknown recipe', ['not-supported'], bench.driver.prepareMaster(bench.ctx('masterMs'), unknown));
      const format = bench.caps.importFormats.find((f) => f !== 'raw');
      const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
      try {
        const path = join(folder, 'upload.img');
        await writeFile(path, 'this is a shopping list, not a disk\n'.repeat(100));
        const source = { kind: 'file' as const, path, claimed: format ?? 'qcow2', profile: {} };
        const bad = bench.driver.prepareMaster(bench.ctx('masterMs'), { revisionId: bench.revisionId(), source });
        await found.rejects('a file that is no image', [format === undefined ? 'not-supported' : 'bad-image'], bad);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      found.same(await bench.leaks(), [], 'left over');
    },
  },
];

async function refusedForChild(bench: Bench, found: Findings, revisionId: string, childPath: string): Promise<void> {
  const error = await found.rejects('removeMaster', ['has-children'], bench.driver.removeMaster(bench.ctx('masterMs'), revisionId));
  const children = JSON.stringify((error as { details?: { children?: unknown } } | undefined)?.details?.children ?? []);
  found.must(children.includes(JSON.stringify(childPath)), `details.children is ${children}, without ${childPath}`);
}
