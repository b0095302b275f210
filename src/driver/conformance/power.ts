import type { Check } from './check.ts';

/** Power: each operation may be asked twice, and nothing unsafe is ever started. */
export const POWER_CHECKS: readonly Check[] = [
  {
    id: 'power-on-off',
    title: 'on and off give that state, also when it is already so, and nothing is the matter with the machine',
    async run(bench, found) {
      const brief = bench.harness.brief === true;
      // Full and linked clones are started alike.
      for (const mode of bench.caps.cloneModes.filter((each) => !brief || each !== 'full')) {
        const { machineId } = await bench.clone(mode);
        for (const op of ['on', 'on', 'off', 'off', ...(brief ? [] : (['on', 'off'] as const))] as const) {
          found.same(await bench.driver.power(bench.ctx(), machineId, op), op, `${mode}: answer to ${op}`);
          const seen = await bench.seen(machineId);
          found.same(seen?.power, op, `${mode}: inventory after ${op}`);
          found.same(seen?.condition, undefined, `${mode}: condition after ${op}`);
        }
      }
    },
  },
  {
    id: 'power-suspend',
    title: 'suspend and resume work as capabilities say',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.driver.power(bench.ctx(), machineId, 'on');
      if (!bench.caps.suspend) {
        await found.rejects('suspend', ['not-supported'], bench.driver.power(bench.ctx(), machineId, 'suspend'));
        found.same((await bench.seen(machineId))?.power, 'on', 'power after the refusal');
        return;
      }
      for (const [op, state] of [
        ['suspend', 'suspended'],
        ['suspend', 'suspended'],
        ['resume', 'on'],
        ['resume', 'on'],
        ['suspend', 'suspended'],
        ['on', 'on'],
      ] as const) {
        found.same(await bench.driver.power(bench.ctx(), machineId, op), state, `answer to ${op}`);
        found.same((await bench.seen(machineId))?.power, state, `inventory after ${op}`);
      }
    },
  },
  {
    id: 'power-wrong-state',
    title: 'reset, suspend and resume of a machine that is off are refused; shutdown is done already',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      for (const op of bench.caps.suspend ? (['reset', 'suspend', 'resume'] as const) : (['reset'] as const)) {
        await found.rejects(op, ['wrong-state'], bench.driver.power(bench.ctx(), machineId, op));
        found.same((await bench.seen(machineId))?.power, 'off', `power after ${op}`);
      }
      found.same(await bench.driver.power(bench.ctx(), machineId, 'shutdown'), 'off', 'answer to shutdown');
    },
  },
  {
    id: 'power-reset',
    title: 'reset leaves the machine on',
    async run(bench, found) {
      const { machineId } = await bench.clone();
      await bench.driver.power(bench.ctx(), machineId, 'on');
      found.same(await bench.driver.power(bench.ctx(), machineId, 'reset'), 'on', 'answer to reset');
      found.same((await bench.seen(machineId))?.power, 'on', 'inventory');
    },
  },
  {
    id: 'power-shutdown',
    title: 'shutdown asks the guest, and the machine is off in the end',
    async run(bench, found) {
      const machineId = await bench.booted(1);
      await bench.driver.power(bench.ctx('guestMs'), machineId, 'shutdown');
      found.same(await bench.settles(machineId, ['off']), 'off', 'inventory');
    },
  },
  {
    id: 'power-gate',
    title: 'on refuses a machine whose chain breaks the gate',
    skip: (bench) => (bench.harness.tamperChain === undefined ? 'the harness cannot break chains' : undefined),
    async run(bench, found) {
      const master = await bench.ownMaster();
      for (const how of ['leaf-is-master', 'no-parent', 'foreign-parent'] as const) {
        const digest = await bench.digest(master.revisionId);
        const { machineId } = await bench.clone('linked', master);
        await bench.harness.tamperChain?.(machineId, how);
        await found.rejects(how, ['gate-refused'], bench.driver.power(bench.ctx(), machineId, 'on'));
        const seen = await bench.seen(machineId);
        found.must(seen?.power !== 'on', `${how}: it is on`);
        found.same(await bench.digest(master.revisionId), digest, `${how}: golden bytes after the refusal`);
        await bench.driver.destroy(bench.ctx(), machineId);
        found.same(await bench.digest(master.revisionId), digest, `${how}: golden bytes after destroy`);
      }
    },
  },
  {
    id: 'console',
    title: 'console gives a target of the kind that capabilities name',
    async run(bench, found) {
      const machineId = await bench.booted();
      const target = bench.driver.console(bench.ctx(), machineId);
      if (bench.caps.console === 'none') {
        await found.rejects('console', ['not-supported'], target);
        return;
      }
      const got = await target;
      found.same(got.kind, bench.caps.console, 'kind');
      const where = got.kind === 'vnc' ? got.socketPath : got.url;
      found.must(where !== '', 'the target is empty');
      const pinned = got.kind === 'vnc' || /^[0-9A-F]{2}(?::[0-9A-F]{2}){19}(?:(?::[0-9A-F]{2}){12})?$/.test(got.thumbprint);
      found.must(pinned, 'the thumbprint is neither SHA-1 nor SHA-256 as Node prints them');
      const off = await bench.clone();
      await found.rejects('console of a machine that is off', ['wrong-state'], bench.driver.console(bench.ctx(), off.machineId));
    },
  },
  {
    id: 'screenshot',
    title: 'a picture of the screen is a PNG of a machine that runs, and of no other',
    skip: (bench) => (bench.caps.screenshot === true ? undefined : 'no pictures of screens'),
    async run(bench, found) {
      const take = async (id: string) => await bench.driver.screenshot?.(bench.ctx(), id);
      const machineId = await bench.booted();
      // one at a time and two at once
      const taken = [await take(machineId), ...(await Promise.all([take(machineId), take(machineId)]))];
      for (const png of taken) {
        found.must(png?.subarray(1, 4).toString('latin1') === 'PNG', 'it is no PNG');
        const [width, height] = [png?.readUInt32BE(16) ?? 0, png?.readUInt32BE(20) ?? 0];
        found.must(width >= 16 && height >= 16, `it is ${width} by ${height}`);
      }
      const off = await bench.clone();
      await found.rejects('a picture of a machine that is off', ['wrong-state'], take(off.machineId));
    },
  },
];
