import type { CaptureSpec, Credentials, Master } from '../driver.ts';
import { abortPlan, breaksOff, cancelledInTheMiddle } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import type { Findings } from './findings.ts';
import { credentials } from './guest.ts';

const NOTE = '/root/conformance.txt';

const needsWriting = (bench: Bench): string | undefined =>
  bench.harness.guestWrite === undefined || bench.harness.guestRead === undefined ? 'the harness cannot write in the guest' : undefined;

/** A captured master is whole, stands alone, and its machines' chains end at it. */
async function standsAlone(bench: Bench, found: Findings, what: string, master: Master): Promise<void> {
  found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok, `${what}: the master is not whole`);
  const report = await bench.driver.lineage(bench.ctx(), { kind: 'revision', revisionId: master.revisionId });
  const own = master.files.map((f) => f.path);
  const chains = report.chains.filter((c) => c.owner === 'master' && c.id === master.revisionId);
  found.must(chains.length > 0, `${what}: lineage shows no chain of the master`);
  for (const { path } of chains.flatMap((c) => c.chain)) found.must(own.includes(path), `${what}: it stands on ${path}`);
  for (const disk of report.disks.filter((d) => own.includes(d.path) && d.parent !== undefined)) {
    found.must(own.includes(disk.parent ?? ''), `${what}: the parent of ${disk.path} is ${disk.parent}`);
  }
}

/** What a new machine of that master has in a file. */
async function readInClone(bench: Bench, master: Master, path: string): Promise<string | undefined> {
  const { machineId } = await bench.clone('linked', master);
  await bench.boot(machineId);
  const text = await bench.harness.guestRead?.(machineId, path);
  await bench.driver.destroy(bench.ctx(), machineId);
  return text;
}

interface Captured {
  spec: CaptureSpec;
  /** Power of the machine when it was captured: its guest was asked to shut down. */
  before: string;
  master: Master;
  /** What the machine stands on, and its bytes before. */
  golden: Master;
  digest: string | undefined;
  leaf: string | undefined;
  /** What its guest had of its own; nothing where the harness cannot look at accounts. */
  given: Credentials | undefined;
  hostKeys: readonly string[];
}

const CAPTURED = new WeakMap<Bench, Promise<Captured>>();

/** A machine that somebody used and shut down, and what was captured of it: once for all checks that look at that. */
async function captured(bench: Bench): Promise<Captured> {
  const there = CAPTURED.get(bench) ?? capture(bench);
  CAPTURED.set(bench, there);
  return await there;
}

async function capture(bench: Bench): Promise<Captured> {
  const { driver, harness } = bench;
  const golden = await bench.master();
  const digest = await bench.digest(golden.revisionId);
  // It is shut down by this: the first is needed again.
  const machineId = await bench.booted(bench.quick() === 'instant' ? 1 : 0);
  await harness.guestWrite?.(machineId, NOTE, 'captured');
  const { hostKeys } = await driver.guest.ready(bench.ctx('guestMs'), machineId);
  const given = harness.guestAccount === undefined ? undefined : await credentials(bench);
  if (given !== undefined) await driver.guest.handover(bench.ctx('guestMs'), machineId, given);
  await driver.power(bench.ctx('guestMs'), machineId, 'shutdown');
  const before = await bench.settles(machineId, ['off']);
  const leaf = (await driver.readBack(bench.ctx(), machineId)).chains[0]?.[0]?.path;
  const spec = { machineId, revisionId: bench.revisionId() };
  const master = await driver.capture(bench.ctx('masterMs'), spec);
  bench.keep(machineId, spec.revisionId);
  return { spec, before, master, golden, digest, leaf, given, hostKeys };
}

/** Golden disks: promise 1, and what capture and checkpoints make of a machine's own disks. */
export const GOLDEN_CHECKS: readonly Check[] = [
  {
    id: 'golden-writes',
    title: 'what a clone writes is its own: neither the master nor another machine sees it',
    skip: needsWriting,
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const other = await bench.booted(1);
      // In a brief run those that checks share are instant ones.
      const dear = bench.harness.brief === true ? [] : bench.caps.cloneModes.filter((m) => m === 'instant');
      const modes = bench.harness.cheap ? bench.caps.cloneModes : dear;
      const writers = bench.harness.cheap ? [] : [await bench.booted(0)];
      for (const mode of modes) {
        const { machineId } = await bench.clone(mode);
        await bench.boot(machineId);
        writers.push(machineId);
      }
      for (const [i, machineId] of writers.entries()) {
        await bench.harness.guestWrite?.(machineId, NOTE, `written by ${i}`);
        found.same(await bench.harness.guestRead?.(machineId, NOTE), `written by ${i}`, `file in machine ${i}`);
      }
      for (const [i, machineId] of writers.entries()) {
        found.same(await bench.harness.guestRead?.(machineId, NOTE), `written by ${i}`, `file in machine ${i}, after the others wrote`);
      }
      found.same(await bench.harness.guestRead?.(other, NOTE), undefined, 'file in a machine that wrote nothing');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok, 'verifyMaster finds the master changed');
    },
  },
  {
    id: 'checkpoint-unlisted',
    title: 'checkpoints that capabilities do not list are refused',
    skip: (bench) => (bench.caps.checkpoints ? 'there are checkpoints' : undefined),
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await found.rejects('checkpoint', ['not-supported'], bench.driver.checkpoint(bench.ctx(), machineId, 'before'));
      await found.rejects('revert', ['not-supported'], bench.driver.revert(bench.ctx(), machineId, 'before'));
      await found.rejects('deleteCheckpoint', ['not-supported'], bench.driver.deleteCheckpoint(bench.ctx(), machineId, 'before'));
    },
  },
  {
    id: 'checkpoint-list',
    title: 'a checkpoint is listed once however often it is made; its machine still passes the gate and can be reverted',
    skip: (bench) => (bench.caps.checkpoints ? undefined : 'no checkpoints'),
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const { machineId } = await bench.clone();
      const names = async (): Promise<string[]> => (await bench.driver.checkpoints(bench.ctx(), machineId)).map((c) => c.name);
      found.same(await names(), [], 'checkpoints of a new machine');
      await bench.driver.checkpoint(bench.ctx(), machineId, 'first');
      await bench.driver.checkpoint(bench.ctx(), machineId, 'first');
      await bench.driver.checkpoint(bench.ctx(), machineId, 'second');
      found.same(await names(), ['first', 'second'], 'checkpoints, oldest first');
      await bench.driver.power(bench.ctx(), machineId, 'on');
      await bench.driver.power(bench.ctx(), machineId, 'off');
      await bench.driver.revert(bench.ctx(), machineId, 'first');
      await bench.driver.revert(bench.ctx(), machineId, 'first');
      found.must((await names()).includes('first'), 'the checkpoint is gone after revert');
      await found.rejects('revert to an unknown name', ['not-found'], bench.driver.revert(bench.ctx(), machineId, 'no-such'));
      await bench.driver.power(bench.ctx(), machineId, 'on');
      await bench.driver.destroy(bench.ctx(), machineId);
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
  {
    id: 'checkpoint-delete',
    title:
      'revert brings back the files of a checkpoint; one that is deleted is gone, and machine, other checkpoints and golden disk are as they were',
    skip: (bench) => (bench.caps.checkpoints ? needsWriting(bench) : 'no checkpoints'),
    async run(bench, found) {
      const master = await bench.master();
      const digest = await bench.digest(master.revisionId);
      const { driver } = bench;
      const { machineId } = await bench.clone(bench.quick());
      const names = async (): Promise<string[]> => (await driver.checkpoints(bench.ctx(), machineId)).map((c) => c.name);
      const { harness, pastGuest: past } = bench;
      const write = async (text: string): Promise<void> =>
        await (past ? harness.diskWrite?.(machineId, text) : harness.guestWrite?.(machineId, NOTE, text));
      const content = async (): Promise<string | undefined> =>
        await (past ? harness.diskRead?.(machineId) : harness.guestRead?.(machineId, NOTE));
      // Past its guest it is off meanwhile.
      const boot = async (): Promise<void> => {
        if (!past) await bench.boot(machineId);
      };
      await driver.deleteCheckpoint(bench.ctx(), machineId, 'never made');
      await boot();
      await write('one');
      await driver.checkpoint(bench.ctx(), machineId, 'first');
      await write('two');
      await driver.checkpoint(bench.ctx(), machineId, 'second');
      await write('three');
      await driver.power(bench.ctx(), machineId, 'off');
      await driver.deleteCheckpoint(bench.ctx(), machineId, 'first');
      await driver.deleteCheckpoint(bench.ctx(), machineId, 'first');
      found.same(await names(), ['second'], 'checkpoints after the first was deleted');
      if (harness.brief !== true || past) {
        await boot();
        found.same(await content(), 'three', 'file after a checkpoint was deleted');
        await driver.power(bench.ctx(), machineId, 'off');
      }
      await found.rejects('revert to a deleted one', ['not-found'], driver.revert(bench.ctx(), machineId, 'first'));
      await driver.revert(bench.ctx(), machineId, 'second');
      await boot();
      found.same(await content(), 'two', 'file after a revert to the one that stayed');
      await driver.power(bench.ctx(), machineId, 'on');
      await driver.deleteCheckpoint(bench.ctx(), machineId, 'second');
      found.same((await bench.seen(machineId))?.power, 'on', 'power of a machine that runs while one is deleted');
      if (past) await driver.power(bench.ctx(), machineId, 'off');
      found.same(await content(), 'two', 'file after all were deleted');
      found.same(await names(), [], 'checkpoints after all were deleted');
      await driver.power(bench.ctx(), machineId, 'off');
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes');
      await driver.destroy(bench.ctx(), machineId);
      found.same(await bench.digest(master.revisionId), digest, 'golden bytes after the end');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
  {
    id: 'capture-stopped',
    title: 'capture of a stopped machine gives a master that stands alone; the machine and its master stay as they were',
    async run(bench, found) {
      const { spec, before, master, golden, digest, leaf } = await captured(bench);
      const { machineId } = spec;
      found.same(before, 'off', 'power before capture');
      found.same(master.revisionId, spec.revisionId, 'revision of the result');
      await standsAlone(bench, found, 'captured', master);
      found.same((await bench.driver.capture(bench.ctx('masterMs'), spec)).files, master.files, 'files of a second run');
      const after = await bench.driver.readBack(bench.ctx(), machineId);
      found.same(after.chains[0]?.[0]?.path, leaf, "the machine's leaf after capture");
      found.same((await bench.seen(machineId))?.power, 'off', 'power after capture');
      found.same(await bench.digest(golden.revisionId), digest, 'golden bytes of the first master');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
  {
    id: 'capture-clean',
    title: "a captured master has what was written, and nothing that was the machine's own: no account of a reservation, no host keys",
    skip: (bench) => (bench.harness.guestAccount === undefined ? 'the harness cannot look at accounts' : undefined),
    async run(bench, found) {
      const { spec, master, given, hostKeys } = await captured(bench);
      // It is needed no more. Where boots are dear it is one of those that checks share.
      if (bench.harness.cheap) await bench.driver.destroy(bench.ctx(), spec.machineId);
      const { machineId } = await bench.clone('linked', master);
      await bench.boot(machineId);
      const ready = await bench.driver.guest.ready(bench.ctx('guestMs'), machineId);
      for (const key of hostKeys) found.must(!ready.hostKeys.includes(key), `the clone shows the captured machine's host key ${key}`);
      const account = await bench.harness.guestAccount?.(machineId, given?.user ?? '');
      found.same(account, { passwordLocked: true, authorizedKeys: [] }, 'account in the clone');
      if (needsWriting(bench) === undefined)
        found.same(await bench.harness.guestRead?.(machineId, NOTE), 'captured', 'file in a clone of it');
    },
  },
  {
    id: 'capture-running',
    title: 'capture of a running machine works as capabilities say, and the machine goes on',
    async run(bench, found) {
      const machineId = await bench.booted();
      await bench.harness.guestWrite?.(machineId, NOTE, 'captured alive');
      const capture = bench.driver.capture(bench.ctx('masterMs'), { machineId, revisionId: bench.revisionId() });
      if (bench.caps.liveCapture) {
        const master = await capture;
        await standsAlone(bench, found, 'captured alive', master);
        if (bench.harness.cheap && needsWriting(bench) === undefined) {
          found.same(await readInClone(bench, master, NOTE), 'captured alive', 'file in a clone of it');
        }
      } else {
        await found.rejects('capture', ['wrong-state', 'not-supported'], capture);
      }
      found.same((await bench.seen(machineId))?.power, 'on', 'power after capture');
      if (needsWriting(bench) === undefined) {
        found.same(await bench.harness.guestRead?.(machineId, NOTE), 'captured alive', 'file in the machine after capture');
      }
    },
  },
  {
    id: 'capture-broken-off',
    title: 'capture broken off shows no sealed master; it can be run again',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      for (const { nth } of abortPlan(bench).filter((p) => p.again && (bench.harness.cheap || p.nth > 1))) {
        const spec = { machineId, revisionId: bench.revisionId() };
        const broken = await breaksOff(
          found,
          'capture',
          bench.driver.capture(cancelledInTheMiddle(nth, bench.harness.timeouts.masterMs), spec),
        );
        const state = (await bench.inventory()).masters.find((m) => m.revisionId === spec.revisionId)?.state;
        if (broken) found.must(state !== 'sealed', 'sealed although it was broken off');
        const master = await bench.driver.capture(bench.ctx('masterMs'), spec);
        found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok, 'not whole after the second run');
        found.same(await bench.leaks({ machines: [machineId], masters: [spec.revisionId] }), [], 'left over');
        await bench.driver.removeMaster(bench.ctx('masterMs'), spec.revisionId);
      }
    },
  },
  {
    id: 'capture-fails',
    title: 'capture that fails at any point can be run again, or its rest removed at once',
    skip: (bench) => (bench.harness.failNext === undefined ? 'the harness cannot make verbs fail' : undefined),
    async run(bench, found) {
      const { machineId } = await bench.clone();
      for (const when of ['before', 'middle', 'after'] as const) {
        for (const again of [true, false]) {
          const spec = { machineId, revisionId: bench.revisionId() };
          await bench.harness.failNext?.('capture', when);
          await bench.driver.capture(bench.ctx('masterMs'), spec).then(
            () => found.must(false, `${when}: the planted failure did not come out`),
            () => undefined,
          );
          if (again) {
            const master = await bench.driver.capture(bench.ctx('masterMs'), spec);
            found.must(
              (await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok,
              `${when}: not whole after the second run`,
            );
            found.same(await bench.leaks({ machines: [machineId], masters: [spec.revisionId] }), [], `${when}: left over`);
          }
          await bench.driver.removeMaster(bench.ctx('masterMs'), spec.revisionId);
          found.same(await bench.leaks({ machines: [machineId] }), [], `${when}: left over after removeMaster`);
        }
      }
    },
  },
];
