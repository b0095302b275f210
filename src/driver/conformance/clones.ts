import { CLONE_MODES, type CloneMode } from '../../core/image.ts';
import { gate } from '../../core/lineage.ts';
import { noticeOf } from '../../core/notices.ts';
import type { Capabilities, CloneResult, CloneSpec, Master } from '../driver.ts';
import { abortPlan, breaksOff, cancelledInTheMiddle } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';

const STOPPED = ['off', 'suspended'];

const unlistedModes = ({ cloneModes }: Capabilities): CloneMode[] => CLONE_MODES.filter((mode) => !cloneModes.includes(mode));

/** Holds one clone against the rules of promises 3 and 4, with the master's own file list as witness. */
function judge(found: Findings, master: Master, clone: CloneResult): void {
  const what = clone.mode;
  const golden = master.files.map((f) => f.path);
  found.must(clone.chains.length > 0, `${what}: no disk`);
  found.must(/[/\\]$/.test(clone.ownFolder), `${what}: own folder ${clone.ownFolder} has no trailing separator`);
  for (const path of clone.masterPaths) {
    found.must(!path.startsWith(clone.ownFolder), `${what}: ${path} is called a master's but lies in the own folder`);
  }
  for (const chain of clone.chains) {
    const expected = { mode: clone.mode, ownFolder: clone.ownFolder, masterPaths: clone.masterPaths };
    found.same(gate(chain, expected), [], `${what}: the gate`);
    const base = chain.at(-1)?.path ?? '';
    if (clone.mode === 'full') found.same(chain.length, 1, `${what}: disks in the chain`);
    else found.must(golden.includes(base), `${what}: the chain ends at ${base}, not at a disk of the master`);
    if (clone.mode === 'linked') found.same(golden.includes(chain[1]?.path ?? ''), true, `${what}: the leaf's parent is the master`);
    for (const [i, disk] of chain.entries()) found.same(disk.parent, chain[i + 1]?.path, `${what}: parent of ${disk.path}`);
  }
  for (const path of clone.mode === 'full' ? [] : golden.filter((g) => clone.chains.some((c) => c.at(-1)?.path === g))) {
    found.must(clone.masterPaths.includes(path), `${what}: masterPaths lacks ${path}`);
  }
}

async function oneMachine(bench: Bench, found: Findings, machineId: string): Promise<void> {
  const seen = (await bench.inventory()).machines.filter((m) => m.machineId === machineId);
  found.same(seen.length, 1, 'machines of that id in the inventory');
  found.same(await bench.leaks({ machines: [machineId] }), [], 'left over');
}

/** Asked for as an instant clone, and again: a linked one that says so. */
async function linkedInstead(bench: Bench, found: Findings, spec: CloneSpec): Promise<void> {
  const master = await bench.master();
  const clone = await bench.driver.clone(bench.ctx('masterMs'), spec);
  found.same(clone.mode, 'linked', 'instant: mode of what is made instead');
  judge(found, master, clone);
  found.must(
    clone.notes.map(noticeOf).some((notice) => notice?.code === 'linked-instead'),
    'instant: no note says that it is a linked one',
  );
  const again = await bench.driver.clone(bench.ctx('masterMs'), spec);
  found.same([again.mode, paths(again), again.notes], ['linked', paths(clone), clone.notes], 'instant: the second run');
  const seen = await bench.seen(spec.machineId);
  found.same(
    [seen?.mode, STOPPED.includes(seen?.power ?? '')],
    ['linked', true],
    'instant: mode in the inventory, and whether it is stopped',
  );
}

const paths = (clone: CloneResult): string[][] => clone.chains.map((chain) => chain.map((disk) => disk.path));

/** Clones: every listed mode works as its name says, one machine per id whatever happens in between. */
export const CLONE_CHECKS: readonly Check[] = [
  {
    id: 'clone-modes',
    title: 'each clone mode listed gives a stopped machine whose chain is of that mode',
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      found.must(bench.caps.cloneModes.length > 0, 'no clone mode is listed');
      for (const mode of bench.caps.cloneModes) {
        const clone = await bench.clone(mode);
        found.same(clone.mode, mode, 'mode of the result');
        judge(found, master, clone);
        const seen = await bench.seen(clone.machineId);
        found.same([seen?.mode, seen?.revisionId, seen?.owned], [mode, master.revisionId, true], `${mode}: in the inventory`);
        found.must(STOPPED.includes(seen?.power ?? ''), `${mode}: ${seen?.power} right after the clone`);
      }
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
    },
  },
  {
    id: 'clone-unlisted-modes',
    title:
      'a clone mode that is not listed is refused and makes nothing; an instant one becomes a linked one with a note where that is promised',
    skip: (bench) => (unlistedModes(bench.caps).length === 0 ? 'every mode is listed' : undefined),
    async run(bench, found) {
      const master = await bench.master();
      const kept: string[] = [];
      for (const mode of unlistedModes(bench.caps)) {
        const spec = bench.spec(master, mode);
        if (mode === 'instant' && bench.caps.instantElseLinked === true) {
          await linkedInstead(bench, found, spec);
          kept.push(spec.machineId);
          continue;
        }
        await found.rejects(mode, ['not-supported'], bench.driver.clone(bench.ctx('masterMs'), spec));
        found.same(await bench.seen(spec.machineId), undefined, `${mode}: in the inventory`);
      }
      found.same(await bench.leaks({ machines: kept }), [], 'left over');
    },
  },
  {
    id: 'clone-disk-size',
    title:
      "a first disk is made as large as asked for in the modes listed, never smaller than the master's, and nothing of the master grows",
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const plain = await bench.clone();
      const has = plain.chains[0]?.at(-1)?.virtualBytes ?? 0;
      const larger = has + 64 * 2 ** 20;
      const grows = bench.caps.growsDisk ?? [];
      const refused = async (mode: CloneMode, diskBytes: number) => {
        const spec = { ...bench.spec(master, mode), diskBytes };
        await found.rejects(`${mode}, ${diskBytes} bytes`, ['not-supported'], bench.driver.clone(bench.ctx('masterMs'), spec));
        found.same(await bench.seen(spec.machineId), undefined, `${mode}: in the inventory`);
      };
      const made = [plain.machineId];
      for (const mode of bench.caps.cloneModes) {
        if (!grows.includes(mode)) {
          await refused(mode, larger);
          continue;
        }
        // Golden disks of a simulator may be smaller than one MiB.
        await refused(mode, has - 4096);
        const spec = { ...bench.spec(master, mode), diskBytes: larger };
        const sizes = ({ chains }: CloneResult) => chains[0]?.map((disk) => disk.virtualBytes);
        const expected = mode === 'full' ? [larger] : [larger, has];
        const clone = await bench.driver.clone(bench.ctx('masterMs'), spec);
        found.same(sizes(clone), expected, `${mode}: sizes of its chain`);
        judge(found, master, clone);
        found.same(sizes(await bench.driver.clone(bench.ctx('masterMs'), spec)), expected, `${mode}: sizes after the second run`);
        found.same(sizes(await bench.driver.readBack(bench.ctx(), spec.machineId)), expected, `${mode}: sizes read back`);
        made.push(spec.machineId);
      }
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      found.same(await bench.leaks({ machines: made }), [], 'left over');
    },
  },
  {
    id: 'clone-idempotent',
    title: 'clone run twice gives the same machine, whatever it is doing by then',
    async run(bench, found) {
      const master = await bench.master();
      for (const mode of bench.caps.cloneModes) {
        const spec = bench.spec(master, mode);
        const first = await bench.driver.clone(bench.ctx('masterMs'), spec);
        const second = await bench.driver.clone(bench.ctx('masterMs'), spec);
        found.same(paths(second), paths(first), `${mode}: disks of the second run`);
        await oneMachine(bench, found, spec.machineId);
        await bench.driver.power(bench.ctx(), spec.machineId, 'on');
        const third = await bench.driver.clone(bench.ctx('masterMs'), spec);
        found.same(paths(third), paths(first), `${mode}: disks of the third run`);
        found.same((await bench.seen(spec.machineId))?.power, 'on', `${mode}: power after the third run`);
        await bench.driver.destroy(bench.ctx(), spec.machineId);
      }
    },
  },
  {
    id: 'clone-other-spec',
    title: 'clone under the id of a machine of another mode is refused, and that machine stays',
    skip: (bench) => (bench.caps.cloneModes.length < 2 ? 'there is one mode only' : undefined),
    async run(bench, found) {
      const master = await bench.master();
      const [mode, other] = bench.caps.cloneModes as ['linked', 'full'];
      const spec = bench.spec(master, mode);
      const first = await bench.driver.clone(bench.ctx('masterMs'), spec);
      await found.rejects('clone', ['already-exists'], bench.driver.clone(bench.ctx('masterMs'), { ...spec, mode: other }));
      found.same(paths(await bench.driver.readBack(bench.ctx(), spec.machineId)), paths(first), 'disks');
      await oneMachine(bench, found, spec.machineId);
    },
  },
  {
    id: 'clone-at-once',
    title: 'two clones of one id at the same time give one machine',
    async run(bench, found) {
      const spec = bench.spec(await bench.master(), bench.caps.cloneModes[0] ?? 'linked');
      const call = (): Promise<unknown> => bench.driver.clone(bench.ctx('masterMs'), spec);
      const results = await Promise.allSettled([call(), call()]);
      found.must(
        results.some((r) => r.status === 'fulfilled'),
        'neither succeeded',
      );
      for (const r of results) if (r.status === 'rejected') await found.rejects('the loser', ['busy'], Promise.reject(r.reason as Error));
      await oneMachine(bench, found, spec.machineId);
      judge(found, await bench.master(), await bench.driver.readBack(bench.ctx(), spec.machineId));
    },
  },
  {
    id: 'clone-broken-off',
    title: 'clone broken off leaves a half machine at most; the next run replaces it and destroy takes it away',
    async run(bench, found) {
      const master = await bench.master();
      for (const mode of bench.caps.cloneModes) {
        for (const { nth, again } of abortPlan(bench)) {
          const spec = bench.spec(master, mode);
          const cancelled = cancelledInTheMiddle(nth, bench.harness.timeouts.masterMs);
          await breaksOff(found, 'clone', bench.driver.clone(cancelled, spec));
          const seen = await bench.seen(spec.machineId);
          found.same(await bench.leaks({ machines: seen === undefined ? [] : [spec.machineId] }), [], 'left over after breaking off');
          if (again) {
            judge(found, master, await bench.driver.clone(bench.ctx('masterMs'), spec));
            await oneMachine(bench, found, spec.machineId);
          }
          await bench.driver.destroy(bench.ctx(), spec.machineId);
          found.same(await bench.leaks(), [], 'left over after destroy');
        }
      }
    },
  },
  {
    id: 'clone-fails',
    title: 'clone that fails at any point can be run again, or destroyed at once',
    skip: (bench) => (bench.harness.failNext === undefined ? 'the harness cannot make verbs fail' : undefined),
    async run(bench, found) {
      const master = await bench.master();
      for (const mode of bench.caps.cloneModes) {
        for (const when of ['before', 'middle', 'after'] as const) {
          for (const again of [true, false]) {
            const spec = bench.spec(master, mode);
            await bench.harness.failNext?.('clone', when);
            await bench.driver.clone(bench.ctx('masterMs'), spec).then(
              () => found.must(false, `${mode}, ${when}: the planted failure did not come out`),
              () => undefined,
            );
            if (again) {
              judge(found, master, await bench.driver.clone(bench.ctx('masterMs'), spec));
              await oneMachine(bench, found, spec.machineId);
            }
            await bench.driver.destroy(bench.ctx(), spec.machineId);
            found.same(await bench.leaks(), [], `${mode}, ${when}: left over after destroy`);
          }
        }
      }
    },
  },
  {
    id: 'clone-read-back',
    title: 'readBack gives what clone gave, read anew',
    async run(bench, found) {
      const master = await bench.master();
      for (const mode of bench.caps.cloneModes) {
        const clone = await bench.clone(mode);
        const again = await bench.driver.readBack(bench.ctx(), clone.machineId);
        found.same(
          [paths(again), again.mode, again.ownFolder, [...again.masterPaths].sort()],
          [paths(clone), mode, clone.ownFolder, [...clone.masterPaths].sort()],
          `${mode}: readBack`,
        );
        judge(found, master, again);
      }
    },
  },
];
