import { makeCtx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { waitFor } from '../../lib/retry.ts';
import type { DriverEvent } from '../driver.ts';
import { cancelledAlready } from './abort.ts';
import type { Bench } from './bench.ts';
import type { Check } from './check.ts';
import { credentials } from './guest.ts';

/** The whole: restarts, aborts, events, errors of the closed list, nothing left in the end. */
export const LIFECYCLE_CHECKS: readonly Check[] = [
  {
    id: 'room',
    title: 'room is in whole, sensible numbers',
    async run(bench, found) {
      const { datastores = [], ...room } = await bench.driver.room(bench.ctx());
      const sizes = datastores.flatMap((each) => Object.entries(each).filter(([name]) => name !== 'name'));
      for (const [name, value] of [...Object.entries(room), ...sizes]) {
        found.must(value === undefined || (Number.isInteger(value) && Number(value) >= 0), `${name} is ${String(value)}`);
      }
      found.must(room.memoryMiB > 0 && room.vcpus > 0 && room.machines > 0 && room.storageBytes > 0, `no room: ${JSON.stringify(room)}`);
      found.must(room.storageFreeBytes <= room.storageBytes, 'more storage is free than there is');
      for (const { name, capacityMiB, freeMiB, machinesMiB } of datastores) {
        found.must((machinesMiB ?? 0) <= (capacityMiB ?? 0) - (freeMiB ?? 0) + 1, `machines take more of ${name} than is taken`);
        found.must((capacityMiB === undefined) === (freeMiB === undefined), `of ${name} its size or what is free is known, not both`);
        found.must((freeMiB ?? 0) <= (capacityMiB ?? 0), `more is free on ${name} than there is`);
      }
      found.must(bench.caps.startSlots >= 1, `startSlots is ${bench.caps.startSlots}`);
    },
  },
  {
    id: 'restart',
    title: 'after a crash of ours, machines are found as they were: running, stopped, with their chains and guests',
    async run(bench, found) {
      const master = await bench.master();
      const running = await bench.booted();
      const stopped = (await bench.clone()).machineId;
      const before = await bench.driver.readBack(bench.ctx(), running);
      const address = await bench.driver.guest.address(bench.ctx(), running);
      await bench.restart();
      found.same((await bench.seen(running))?.power, 'on', 'power of the running machine');
      found.same((await bench.seen(stopped))?.power, 'off', 'power of the stopped machine');
      const sealed = (await bench.inventory()).masters.filter((m) => m.revisionId === master.revisionId && m.state === 'sealed' && m.owned);
      found.same(sealed.length, 1, 'sealed masters of the revision');
      const after = await bench.driver.readBack(bench.ctx(), running);
      found.same(
        [after.mode, after.ownFolder, after.masterPaths],
        [before.mode, before.ownFolder, before.masterPaths],
        'what is known of it',
      );
      found.same(
        after.chains.map((c) => c.map((d) => d.path)),
        before.chains.map((c) => c.map((d) => d.path)),
        'its disks',
      );
      found.same(await bench.driver.power(bench.ctx(), running, 'on'), 'on', 'answer to on');
      const ready = await bench.driver.guest.ready(bench.ctx('guestMs'), running);
      found.same(ready.address, address, 'address of the guest');
      found.must((await bench.driver.verifyMaster(bench.ctx('masterMs'), master.revisionId)).ok, 'verifyMaster finds the master changed');
    },
  },
  {
    id: 'abort-before',
    title: 'a verb whose context is over already rejects and does nothing',
    async run(bench, found) {
      const master = await bench.master();
      const { machineId } = await bench.clone();
      const other = bench.spec(master, bench.caps.cloneModes[0] ?? 'linked');
      const revisionId = bench.revisionId();
      const { driver } = bench;
      const ctx = cancelledAlready();
      const given = await credentials(bench);
      const calls: [string, Promise<unknown>][] = [
        ['clone', driver.clone(ctx, other)],
        ['prepareMaster', driver.prepareMaster(ctx, bench.harness.prepareSpec(revisionId))],
        ['capture', driver.capture(ctx, { machineId, revisionId })],
        ['power', driver.power(ctx, machineId, 'on')],
        ['destroy', driver.destroy(ctx, machineId)],
        ['removeMaster', driver.removeMaster(ctx, master.revisionId)],
        ['guest.ready', driver.guest.ready(ctx, machineId)],
        ['guest.handover', driver.guest.handover(ctx, machineId, given)],
        ...(bench.caps.checkpoints ? [['checkpoint', driver.checkpoint(ctx, machineId, 'x')] as [string, Promise<unknown>]] : []),
      ];
      for (const [verb, call] of calls) call.catch(() => verb);
      for (const [verb, call] of calls) await found.rejects(verb, ['cancelled'], call);
      found.same((await bench.seen(machineId))?.power, 'off', 'power of the machine');
      found.same(await bench.seen(other.machineId), undefined, 'the machine that was not to be made');
      found.same(await bench.leaks({ machines: [machineId] }), [], 'left over');
    },
  },
  {
    id: 'abort-waiting',
    title: 'waiting for a guest ends soon after an abort, with cancelled, or with deadline when time is up',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.driver.power(bench.ctx(), machineId, 'on');
      const controller = new AbortController();
      const waiting = bench.driver.guest.ready(makeCtx({ signal: controller.signal }), machineId);
      setImmediate(() => controller.abort());
      const late = Symbol('late');
      const timer = new Promise<symbol>((resolve) => setTimeout(resolve, bench.harness.timeouts.abortMs, late).unref());
      const first = await Promise.race([waiting.catch((error: unknown) => error), timer]);
      found.must(first !== late, `guest.ready did not end within ${bench.harness.timeouts.abortMs} ms of the abort`);
      if (first instanceof Error) found.must(isCode(first, 'cancelled'), `guest.ready ended with ${first.message}`);
      const over = makeCtx({ signal: AbortSignal.abort(new DOMException('time is up', 'TimeoutError')) });
      await found.rejects('guest.ready after its deadline', ['deadline'], bench.driver.guest.ready(over, machineId));
      found.same((await bench.seen(machineId))?.power, 'on', 'power afterwards');
    },
  },
  {
    id: 'watch',
    title: 'watch tells when a machine ends by itself, and nothing after it was stopped',
    skip: (bench) => (bench.harness.crashMachine === undefined ? 'the harness cannot end a machine from outside' : undefined),
    async run(bench, found) {
      const events: DriverEvent[] = [];
      const stop = bench.driver.watch((event) => events.push(event));
      const first = (await bench.clone()).machineId;
      const second = (await bench.clone()).machineId;
      for (const id of [first, second]) await bench.driver.power(bench.ctx(), id, 'on');
      await bench.harness.crashMachine?.(first);
      const told = (): boolean => events.some((e) => e.machineId === first && ['off', 'crashed'].includes(e.power));
      await waitFor(bench.ctx(), 20, () => told() || undefined).catch(() => undefined);
      found.must(told(), 'no event for the machine that ended');
      const power = (await bench.seen(first))?.power ?? 'nothing';
      found.must(['off', 'crashed'].includes(power), `the inventory shows it ${power}`);
      stop();
      const count = events.length;
      await bench.harness.crashMachine?.(second);
      found.must(['off', 'crashed'].includes(await bench.settles(second, ['off', 'crashed'])), 'the second machine goes on');
      found.same(events.length, count, 'events after watching was stopped');
      if (bench.harness.brief === true) await bench.driver.power(bench.ctx(), first, 'on');
      else await bench.boot(first);
      found.same((await bench.seen(first))?.power, 'on', 'power after it was started again');
    },
  },
  {
    id: 'whereabouts',
    title: 'a machine that stands is on a host, as far as the driver knows without asking',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.seen(machineId);
      found.must((bench.driver.whereabouts(machineId)?.host ?? '') !== '', 'no host is told');
    },
  },
  {
    id: 'close',
    title: 'close lets go of connections and leaves machines running',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.driver.power(bench.ctx(), machineId, 'on');
      await bench.driver.close();
      await bench.restart();
      found.same((await bench.seen(machineId))?.power, 'on', 'power');
    },
  },
  {
    id: 'closed-errors',
    title: 'every rejection has a code and a retry class of the closed list',
    async run(bench, found) {
      const { driver } = bench;
      const spec = bench.spec(await bench.master(), bench.caps.cloneModes[0] ?? 'linked');
      const nowhere = { ...spec, revisionId: bench.revisionId() };
      await driver.clone(bench.ctx(), nowhere).catch(() => undefined);
      await driver.power(bench.ctx(), bench.machineId(), 'on').catch(() => undefined);
      await driver.clone(cancelledAlready(), spec).catch(() => undefined);
      found.same(bench.openErrors, [], 'rejections outside the list');
    },
  },
  {
    id: 'nothing-left',
    title: 'when all machines and masters are gone, nothing is left',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.driver.power(bench.ctx(), machineId, 'on');
      await finishAll(bench);
      found.same(bench.tidyErrors, [], 'could not be cleared away');
      const seen = await bench.inventory();
      found.same([seen.machines.filter((m) => m.owned), seen.masters.filter((m) => m.owned)], [[], []], 'in the inventory');
      found.same(await bench.leaks(), [], 'left over');
    },
  },
];

async function finishAll(bench: Bench): Promise<void> {
  await bench.tidy();
  await bench.finish();
}
