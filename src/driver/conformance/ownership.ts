import { dirname } from 'node:path';
import type { Driver, Stray } from '../driver.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';
import { credentials } from './guest.ts';
import type { Foreign } from './harness.ts';

type Call = readonly [verb: string, call: () => Promise<unknown>];

/** Every verb that acts on one machine, as calls on that id. */
async function verbsOn(bench: Bench, driver: Driver, id: string): Promise<Call[]> {
  const ctx = () => bench.ctx();
  const given = await credentials(bench);
  const { caps } = bench;
  return [
    ['readBack', () => driver.readBack(ctx(), id)],
    ['power on', () => driver.power(ctx(), id, 'on')],
    ['power off', () => driver.power(ctx(), id, 'off')],
    ['power reset', () => driver.power(ctx(), id, 'reset')],
    ...(caps.checkpoints ? [['checkpoint', () => driver.checkpoint(ctx(), id, 'x')] as const] : []),
    ...(caps.checkpoints ? [['checkpoints', () => driver.checkpoints(ctx(), id)] as const] : []),
    ...(caps.checkpoints ? [['deleteCheckpoint', () => driver.deleteCheckpoint(ctx(), id, 'x')] as const] : []),
    ...(caps.checkpoints ? [['revert', () => driver.revert(ctx(), id, 'x')] as const] : []),
    ...(caps.relocate === true ? [['relocate', async () => await driver.relocate?.(ctx(), id, 'ds1')] as const] : []),
    ...(caps.unlink === true ? [['unlink', async () => await driver.unlink?.(ctx(), id)] as const] : []),
    ['capture', () => driver.capture(ctx(), { machineId: id, revisionId: bench.revisionId() })],
    ['guest.ready', () => driver.guest.ready(ctx(), id)],
    ['guest.address', () => driver.guest.address(ctx(), id)],
    ['guest.handover', () => driver.guest.handover(ctx(), id, given)],
    ['guest.revoke', () => driver.guest.revoke(ctx(), id, given.user)],
    ...(driver.screenshot === undefined ? [] : [['screenshot', () => driver.screenshot?.(ctx(), id) ?? Promise.resolve()] as const]),
    ...(driver.serialConsole === undefined
      ? []
      : [['serialConsole', () => driver.serialConsole?.(ctx(), id) ?? Promise.resolve()] as const]),
    ...(caps.console === 'none' ? [] : [['console', () => driver.console(ctx(), id)] as const]),
  ];
}

async function sameForeign(found: Findings, foreign: Foreign, after: string): Promise<void> {
  found.must(await foreign.unchanged(), `the foreign machine was changed by ${after}`);
}

/** Ownership: everything is seen, only what is ours is touched (promise 5). */
export const OWNERSHIP_CHECKS: readonly Check[] = [
  {
    id: 'inventory',
    title: 'the inventory is complete and tells what is ours from what is foreign',
    async run(bench, found) {
      const foreign = await bench.plantForeign();
      const { machineId } = await bench.clone();
      const seen = await bench.inventory();
      found.must(seen.complete, 'not complete');
      const mine = seen.machines.filter((m) => m.machineId === machineId);
      found.same(
        mine.map((m) => [m.owned, m.power]),
        [[true, 'off']],
        'our machine',
      );
      found.must(
        mine.every((m) => m.createdAt !== undefined && !Number.isNaN(Date.parse(m.createdAt))),
        'our machine has no time of creation',
      );
      const ids = [foreign.machineId, foreign.strayRef].filter((x) => x !== undefined);
      const shown = [
        ...seen.machines.map((m) => ({ id: m.machineId, owned: m.owned })),
        ...seen.strays.map((s) => ({ id: s.ref, owned: s.owned })),
      ].filter((x) => ids.includes(x.id));
      found.must(ids.length === 0 || shown.length > 0, 'the foreign machine is not shown');
      for (const x of shown) found.must(!x.owned, `the foreign ${x.id} is shown as ours`);
    },
  },
  {
    id: 'foreign-untouched',
    title: 'no verb changes a machine that is not ours',
    async run(bench, found) {
      const master = await bench.master();
      const foreign = await bench.plantForeign();
      const id = foreign.machineId;
      if (id === undefined) return;
      for (const [verb, call] of await verbsOn(bench, bench.driver, id)) {
        if (verb === 'readBack' || verb === 'checkpoints') continue;
        await found.rejects(`${verb} of a foreign machine`, ['not-owned'], call());
        await sameForeign(found, foreign, verb);
      }
      await found.rejects('destroy of a foreign machine', ['not-owned'], bench.driver.destroy(bench.ctx(), id));
      await sameForeign(found, foreign, 'destroy');
      for (const mode of bench.caps.cloneModes) {
        const clone = bench.driver.clone(bench.ctx('masterMs'), bench.spec(master, mode, id));
        await found.rejects(`clone (${mode}) under a foreign id`, ['not-owned', 'already-exists'], clone);
        await sameForeign(found, foreign, 'clone');
      }
    },
  },
  {
    id: 'unknown-ids',
    title: 'an id that nothing has is answered with not-found; removing it succeeds',
    async run(bench, found) {
      const id = bench.machineId();
      for (const [verb, call] of await verbsOn(bench, bench.driver, id)) await found.rejects(verb, ['not-found'], call());
      const revisionId = bench.revisionId();
      await found.rejects('verifyMaster', ['not-found'], bench.driver.verifyMaster(bench.ctx(), revisionId));
      for (const mode of bench.caps.cloneModes) {
        const spec = { ...bench.spec(await bench.master(), mode), revisionId };
        await found.rejects(`clone (${mode}) of an unknown revision`, ['not-found'], bench.driver.clone(bench.ctx(), spec));
      }
      found.same((await bench.driver.destroy(bench.ctx(), id)).removed, [], 'removed by destroy');
      found.same((await bench.driver.removeMaster(bench.ctx(), revisionId)).removed, [], 'removed by removeMaster');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
  {
    id: 'lineage-all',
    title: "lineage 'all' shows masters, our machines and foreign disks, each chain down to its base",
    async run(bench, found) {
      const master = await bench.master();
      const clone = await bench.clone();
      const foreign = await bench.plantForeign(master.files[0]?.path);
      const report = await bench.driver.lineage(bench.ctx(), { kind: 'all' });
      found.must(report.complete, 'not complete');
      const chains = report.chains.map((c) => ({ ...c, paths: c.chain.map((d) => d.path) }));
      const base = master.files[0]?.path;
      const mine = chains.filter((c) => c.owner === 'machine' && c.id === clone.machineId);
      found.same(
        mine.map((c) => c.paths),
        clone.chains.map((c) => c.map((d) => d.path)),
        'chains of our machine',
      );
      const golden = chains.filter((c) => c.owner === 'master' && c.id === master.revisionId).flatMap((c) => c.paths);
      found.must(golden.includes(base ?? ''), `no chain of the master with ${base}`);
      const theirs = chains.filter((c) => c.paths[0] === foreign.diskPath);
      found.same(
        theirs.map((c) => [c.owner, c.paths.at(-1)]),
        [['foreign', base]],
        'chain of the foreign disk',
      );
      const known = new Set(report.disks.map((d) => d.path));
      for (const path of chains.flatMap((c) => c.paths)) found.must(known.has(path), `disks lacks ${path}`);
      const ofRevision = await bench.driver.lineage(bench.ctx(), { kind: 'revision', revisionId: master.revisionId });
      const leaves = ofRevision.chains.map((c) => c.chain[0]?.path);
      for (const leaf of [clone.chains[0]?.[0]?.path, foreign.diskPath, base]) {
        found.must(leaves.includes(leaf), `lineage of the revision lacks the chain of ${leaf}`);
      }
      const ofMachine = await bench.driver.lineage(bench.ctx(), { kind: 'machine', machineId: clone.machineId });
      found.same(
        ofMachine.chains.map((c) => c.chain.map((d) => d.path)),
        clone.chains.map((c) => c.map((d) => d.path)),
        'lineage of the machine',
      );
    },
  },
  {
    id: 'sweep-foreign',
    title: 'sweep takes nothing that is not ours, nor anything that belongs to a machine or a master, whatever it is told',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const clone = await bench.clone();
      const foreign = await bench.plantForeign();
      const golden = master.files[0]?.path ?? '';
      const leaf = clone.chains[0]?.[0]?.path ?? '';
      const tries: [string, Stray['kind']][] = [
        [foreign.strayRef ?? foreign.diskPath, foreign.strayKind ?? 'file'],
        [foreign.diskPath, 'file'],
        [golden, 'file'],
        [dirname(golden), 'folder'],
        [leaf, 'file'],
        [clone.ownFolder, 'folder'],
      ];
      for (const [ref, kind] of tries) {
        await found.rejects(
          `sweep of ${ref}`,
          ['not-owned', 'not-found', 'has-children', 'wrong-state', 'busy'],
          bench.driver.sweep(bench.ctx(), { kind, ref, detail: 'told to be a stray of ours', owned: true }),
        );
      }
      await sameForeign(found, foreign, 'sweep');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      found.same((await bench.driver.readBack(bench.ctx(), clone.machineId)).chains[0]?.[0]?.path, leaf, 'leaf of our machine');
    },
  },
  {
    id: 'sweep-own',
    title: 'a stray of ours is shown, swept away, and may be swept twice',
    skip: (bench) => (bench.harness.plantStray === undefined ? 'the harness cannot plant a stray' : undefined),
    async run(bench, found) {
      const ref = await bench.harness.plantStray?.();
      const stray = (await bench.inventory()).strays.find((s) => s.ref === ref);
      found.same(stray?.owned, true, 'the stray in the inventory');
      if (stray === undefined) return;
      await bench.driver.sweep(bench.ctx(), stray);
      await bench.driver.sweep(bench.ctx(), stray);
      found.same(
        (await bench.inventory()).strays.filter((s) => s.ref === ref),
        [],
        'strays after sweep',
      );
      found.same(await bench.leaks(), [], 'left over');
    },
  },
];
