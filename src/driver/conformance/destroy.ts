import { type DeletionProof, damagedParents } from '../../core/lineage.ts';
import type { CloneResult } from '../driver.ts';
import { abortPlan, breaksOff, cancelledInTheMiddle } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';

/** The proof must say what really happened: chains read before, own files removed, every parent still the same. */
function judgeProof(found: Findings, what: string, clone: CloneResult, proof: DeletionProof): void {
  found.same(proof.machineId, clone.machineId, `${what}: machine of the proof`);
  found.same(damagedParents(proof), [], `${what}: damaged parents`);
  const before = proof.chainsBefore.flat().map((disk) => disk.path);
  const removed = proof.removed.map((file) => file.path);
  for (const chain of clone.chains) {
    const [leaf, ...below] = chain;
    found.must(before.includes(leaf?.path ?? ''), `${what}: chainsBefore lacks ${leaf?.path}`);
    found.must(removed.includes(leaf?.path ?? ''), `${what}: removed lacks ${leaf?.path}`);
    for (const disk of below) {
      const parent = proof.parents.find((p) => p.path === disk.path);
      found.same([parent?.existsBefore, parent?.existsAfter], [true, true], `${what}: parent ${disk.path} in the proof`);
    }
  }
  for (const path of removed) found.must(path.startsWith(clone.ownFolder), `${what}: removed ${path}, outside its own folder`);
  for (const time of [proof.startedAt, proof.finishedAt]) found.must(!Number.isNaN(Date.parse(time)), `${what}: ${time} is no time`);
}

async function isGone(bench: Bench, found: Findings, what: string, machineId: string): Promise<void> {
  found.same(await bench.seen(machineId), undefined, `${what}: in the inventory`);
  found.same(await bench.leaks(), [], `${what}: left over`);
}

/** Destroy: takes away the machine's own files and nothing else, in whatever state it is. */
export const DESTROY_CHECKS: readonly Check[] = [
  {
    id: 'destroy-proof',
    title: 'destroy takes the machine away, proves that its parents are untouched, and may be run twice',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      for (const mode of bench.caps.cloneModes) {
        const clone = await bench.clone(mode);
        judgeProof(found, mode, clone, await bench.driver.destroy(bench.ctx(), clone.machineId));
        await isGone(bench, found, mode, clone.machineId);
        found.same(await bench.digest(master.revisionId), digest, `${mode}: golden bytes`);
        const again = await bench.driver.destroy(bench.ctx(), clone.machineId);
        found.same(again.removed, [], `${mode}: removed by the second run`);
        found.same(damagedParents(again), [], `${mode}: damaged by the second run`);
      }
    },
  },
  {
    id: 'destroy-in-every-state',
    title: 'destroy works while the machine is on or suspended, and with checkpoints',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      for (const state of ['on', ...(bench.caps.suspend ? ['suspended'] : []), ...(bench.caps.checkpoints ? ['checkpointed'] : [])]) {
        const clone = await bench.clone();
        if (state === 'checkpointed') await bench.driver.checkpoint(bench.ctx(), clone.machineId, 'before');
        await bench.driver.power(bench.ctx(), clone.machineId, 'on');
        if (state === 'suspended') await bench.driver.power(bench.ctx(), clone.machineId, 'suspend');
        const now = await bench.driver.readBack(bench.ctx(), clone.machineId);
        const proof = await bench.driver.destroy(bench.ctx(), clone.machineId);
        if (state !== 'checkpointed') judgeProof(found, state, now, proof);
        found.same(damagedParents(proof), [], `${state}: damaged parents`);
        await isGone(bench, found, state, clone.machineId);
      }
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
    },
  },
  {
    id: 'destroy-broken-off',
    title: 'destroy broken off or failed can be run again',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      for (const { nth } of abortPlan(bench).filter((p) => p.again)) {
        const clone = await bench.clone();
        await bench.driver.power(bench.ctx(), clone.machineId, 'on');
        await breaksOff(found, 'destroy', bench.driver.destroy(cancelledInTheMiddle(nth, bench.harness.timeouts.verbMs), clone.machineId));
        found.same(damagedParents(await bench.driver.destroy(bench.ctx(), clone.machineId)), [], 'damaged parents');
        await isGone(bench, found, 'after the second run', clone.machineId);
      }
      for (const when of bench.harness.failNext === undefined ? [] : (['before', 'middle', 'after'] as const)) {
        const clone = await bench.clone();
        await bench.harness.failNext?.('destroy', when);
        await bench.driver.destroy(bench.ctx(), clone.machineId).then(
          () => found.must(false, `${when}: the planted failure did not come out`),
          () => undefined,
        );
        await bench.driver.destroy(bench.ctx(), clone.machineId);
        await isGone(bench, found, `failed ${when}, then run again`, clone.machineId);
      }
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
    },
  },
  {
    id: 'destroy-siblings',
    title: 'destroy leaves the other machines of the same master as they were',
    async run(bench, found) {
      const [first, second] = [await bench.clone(), await bench.clone()];
      await bench.driver.power(bench.ctx(), second.machineId, 'on');
      await bench.driver.destroy(bench.ctx(), first.machineId);
      found.same((await bench.seen(second.machineId))?.power, 'on', 'power of the other');
      const still = await bench.driver.readBack(bench.ctx(), second.machineId);
      const paths = (c: CloneResult): string[] => c.chains.flat().map((d) => d.path);
      found.same(paths(still), paths(second), 'disks of the other');
      found.same(await bench.leaks({ machines: [second.machineId] }), [], 'left over');
    },
  },
  {
    id: 'destroy-child-on-leaf',
    title: 'destroy is refused while a foreign disk stands on the machine, and names that disk',
    async run(bench, found) {
      const clone = await bench.clone();
      const foreign = await bench.plantForeign(clone.chains[0]?.[0]?.path);
      const error = await found.rejects('destroy', ['has-children'], bench.driver.destroy(bench.ctx(), clone.machineId));
      const children = JSON.stringify((error as { details?: { children?: unknown } } | undefined)?.details?.children ?? []);
      found.must(children.includes(JSON.stringify(foreign.diskPath)), `details.children is ${children}, without ${foreign.diskPath}`);
      found.must(await foreign.unchanged(), 'the foreign machine was changed');
      const still = await bench.driver.readBack(bench.ctx(), clone.machineId);
      found.same(still.chains[0]?.[0]?.path, clone.chains[0]?.[0]?.path, 'leaf after the refusal');
    },
  },
];
