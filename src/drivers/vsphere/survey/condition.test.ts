import { expect, test } from 'vitest';
import { ctx, inWorld } from '../../../../test/support/vsphere-cases.ts';
import type { DriverEvent } from '../../../driver/driver.ts';
import { waitFor } from '../../../lib/retry.ts';
import { beat, disconnectHost, setConnection } from '../../../vsim/model/trouble.ts';

test('a machine that stands still or is out of reach is told as what it is, by an event and in the inventory, until that is over', async () => {
  await inWorld({}, async (c) => {
    const { machineId } = await c.clone();
    await c.driver.power(ctx(), machineId, 'on');
    const vm = c.w.vm(machineId);
    const events: DriverEvent[] = [];
    const stop = c.driver.watch((event) => events.push(event));
    const seen = async () => (await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId);
    const becomes = async (power: string, condition: string | undefined) => {
      expect(await seen()).toMatchObject({ power, condition });
      await waitFor(ctx(), 10, async () => (events.at(-1)?.machineId === machineId && events.at(-1)?.condition === condition) || undefined);
    };
    const asks = (text: string | undefined) => {
      vm.question =
        text === undefined
          ? undefined
          : { id: '7', text, choices: [{ key: '0', label: 'button.retry' }], defaultIndex: 0, answer: undefined };
      c.m.changed(vm, 'runtime.question', 'summary.runtime.question');
    };

    asks('msg.hbacommon.outofspace: There is no more space for virtual disk d.vmdk.');
    await becomes('on', 'out-of-space');
    asks('msg.serial.file.open: Replace the file?');
    await becomes('on', 'question');
    asks(undefined);
    await becomes('on', undefined);
    disconnectHost(c.m, vm.host);
    await becomes('on', 'unreachable');
    disconnectHost(c.m, vm.host, true);
    await becomes('on', undefined);
    // Its configuration cannot be read, so it is known by its name alone.
    setConnection(c.m, vm, 'inaccessible');
    await becomes('half', 'unreachable');
    setConnection(c.m, vm, 'connected');
    await becomes('on', undefined);
    stop();
  });
});

test('a guest whose heartbeat stopped hangs once that lasted, until it beats again; one without Tools or that is off does not', async () => {
  const lasting = { hungMs: 0 };
  await inWorld({ driver: lasting }, async (c) => {
    const { machineId } = await c.clone();
    const conditionNow = async () => (await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId)?.condition;
    const vm = c.w.vm(machineId);
    await c.driver.power(ctx(), machineId, 'on');
    expect(vm.guest?.heartbeat).not.toBe('red');
    expect(await conditionNow()).toBeUndefined();
    await c.driver.guest.ready(ctx(), machineId);
    const events: DriverEvent[] = [];
    const stop = c.driver.watch((event) => events.push(event));
    beat(c.m, vm, 'red');
    expect(await conditionNow()).toBe('hung');
    c.w.options.hungMs = 3_600_000;
    expect(await conditionNow()).toBeUndefined();
    c.w.options.hungMs = 0;
    expect(await conditionNow()).toBe('hung');
    beat(c.m, vm, 'yellow');
    expect(await conditionNow()).toBeUndefined();
    await waitFor(ctx(), 10, async () => (events.at(-1)?.condition === undefined && events.length >= 2) || undefined);
    beat(c.m, vm, 'red');
    await c.driver.power(ctx(), machineId, 'off');
    expect(await conditionNow()).toBeUndefined();
    stop();
  });
});

test('a server that is started while a guest hangs sees it too, when it lasted from then on', async () => {
  await inWorld({ driver: { hungMs: 0 } }, async (c) => {
    const { machineId } = await c.clone();
    c.w.vm(machineId).record.extraConfig.set('vsim.hangs', '1');
    await c.driver.power(ctx(), machineId, 'on');
    await waitFor(ctx(), 10, () => c.w.vm(machineId).guest?.heartbeat === 'red' || undefined);
    await c.w.restart();
    const seen = (await c.driver.inventory(ctx())).machines.find((m) => m.machineId === machineId);
    expect(seen).toMatchObject({ power: 'on', condition: 'hung' });
  });
});
