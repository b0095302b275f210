import { expect, test } from 'vitest';
import { makeCtx } from '../../../lib/context.ts';
import { Power } from './power.ts';

const ID = '2d0a6a3e-6b0e-4c0f-9d34-0d6f9a3f1c11';

/** A server that does what it is asked at once and whose inventory tells of it late. */
function lateWorld() {
  const server = { power: 'off', shown: 'poweredOff', syncs: 0 };
  const view = () => ({ ref: { type: 'VirtualMachine', value: 'vm-1' }, connection: 'connected', power: server.power, tags: { id: ID } });
  const inventory = {
    prop: (_type: string, _ref: unknown, path: string) => (path === 'runtime.powerState' ? server.shown : undefined),
    onChange: () => () => {},
    sync: async () => void ((server.syncs += 1), (server.shown = server.power === 'on' ? 'poweredOn' : 'poweredOff')),
  };
  const end = {
    client: { inventory },
    progress: () => {},
    powers: { run: async (_ctx: unknown, work: () => Promise<void>) => await work() },
    powerOn: async () => void (server.power = 'on'),
    task: async () => void (server.power = 'off'),
    drive: async (_ctx: unknown, step: (round: number) => Promise<unknown>) => {
      for (let round = 0; ; round++) {
        const found = await step(round);
        if (found !== undefined) return found;
      }
    },
  };
  const machines = { mustBeWhole: () => {}, violations: () => [] };
  const power = new Power({ end, locate: { machine: async () => view() }, machines, instant: {} } as never);
  return { server, power };
}

test('a machine is on when the task is over; the inventory is not waited for, which would keep the slot of the next one', async () => {
  const { server, power } = lateWorld();
  expect(await power.run(makeCtx(), ID, 'on')).toBe('on');
  expect(server).toEqual({ power: 'on', shown: 'poweredOff', syncs: 0 });
});

test('news of what was switched on here, however late, are nobody else’s doing; whatever comes after them is', async () => {
  const { power } = lateWorld();
  expect(power.isOurs(ID, 'on', true)).toBe(false);
  await power.run(makeCtx(), ID, 'on');
  // A question, a heartbeat: told before the power is.
  expect(power.isOurs(ID, 'off', false)).toBe(true);
  expect(power.isOurs(ID, 'on', true)).toBe(true);
  expect(power.isOurs(ID, 'off', true)).toBe(false);
});

test('a machine that ends before the inventory told that it was on is told of', async () => {
  const { power } = lateWorld();
  await power.run(makeCtx(), ID, 'on');
  expect(power.isOurs(ID, 'off', true)).toBe(false);
  expect(power.isOurs(ID, 'off', false)).toBe(false);
});

test('a machine that is switched off again is no longer one whose start is still to be told of', async () => {
  const { power, server } = lateWorld();
  await power.run(makeCtx(), ID, 'on');
  expect(await power.run(makeCtx(), ID, 'off')).toBe('off');
  expect(server.syncs).toBe(0);
  expect(power.isOurs(ID, 'on', true)).toBe(false);
});
