/** A server that was away: what waits for it goes on as soon as it is back. */
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { VSphereClient } from '../client.ts';
import { type Handler, ref, ScriptFault, scriptServer } from '../testing.ts';
import { FakeCollector, update } from './collector-testing.ts';

const ctx = makeCtx({ timeoutMs: 600_000 });
const tree = [update('enter', ref('Folder', 'group-d1'), { name: 'Datacenters' })];

/** A client that knows its inventory; `pauses` are those that it made, none of which takes time. */
async function known(handlers: Record<string, Handler> = {}) {
  const fake = new FakeCollector();
  const server = await scriptServer({ ...fake.handlers(), ...handlers });
  onTestFinished(() => server.stop());
  const pauses: number[] = [];
  const pause = async (_: unknown, ms: number) => {
    pauses.push(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const client = new VSphereClient({ ...server.options(), loop: { pause } });
  onTestFinished(() => client.close());
  const ready = client.inventory.ready(ctx);
  await fake.tell('VirtualMachine', tree);
  await ready;
  return { fake, server, client, pauses };
}

test('the first wait after a failure asks for what there is now, and who waits goes on by its answer; then waits are long again', async () => {
  const { fake, client } = await known();
  expect((await fake.wait()).maxWaitSeconds).toBe(60);
  await fake.fail({ _type: 'HostCommunication' });
  const back = await fake.wait();
  expect([back.version, back.maxWaitSeconds]).toEqual(['1', 0]);
  const synced = client.inventory.sync(ctx);
  fake.waits.shift();
  back.answer(undefined);
  await synced;
  expect((await fake.wait()).maxWaitSeconds).toBe(60);
});

test('however long it was away, it is tried again within five seconds; and a session that is gone with it costs no pause', async () => {
  const { fake, pauses, client } = await known();
  for (let i = 0; i < 12; i++) await fake.fail({ _type: 'HostCommunication' });
  await fake.wait();
  expect(pauses).toHaveLength(12);
  expect(Math.max(...pauses)).toBe(5_000);
  await fake.fail({ _type: 'NotAuthenticated' });
  await fake.tell('VirtualMachine', tree);
  await client.inventory.ready(ctx);
  expect(pauses).toHaveLength(12);
});

test('a server that answers every time that all must be made anew is given pauses', async () => {
  const { fake, pauses } = await known();
  for (let i = 0; i < 6; i++) await fake.fail({ _type: 'InvalidCollectorVersion' });
  await fake.wait();
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000]);
});

test('a cancel that is lost is sent again, and the barrier comes through', async () => {
  let asked = 0;
  const { fake, client } = await known({
    CancelWaitForUpdates: () => {
      if (++asked < 3) throw new ScriptFault({ _type: 'HostCommunication' });
      for (const w of fake.waits.splice(0)) w.refuse(new ScriptFault({ _type: 'RequestCanceled' }));
    },
  });
  await fake.wait();
  const synced = client.inventory.sync(ctx);
  await fake.until(() => fake.waits[0]?.maxWaitSeconds === 0);
  fake.waits.shift()?.answer(undefined);
  await synced;
  expect(asked).toBe(3);
});

test('a wait whose answer has no way back is given up here, once the server took its cancel often enough', async () => {
  let asked = 0;
  const { fake, client } = await known({ CancelWaitForUpdates: () => void asked++ });
  const lost = await fake.wait();
  const synced = client.inventory.sync(ctx);
  await fake.until(() => fake.waits.length === 2);
  const next = fake.waits[1];
  expect([next?.version, next?.maxWaitSeconds]).toEqual([lost.version, 0]);
  fake.waits.splice(0);
  next?.answer(undefined);
  await synced;
  expect(asked).toBe(12);
});
