import { afterEach, expect, test } from 'vitest';
import { makeCtx } from '../../../lib/context.ts';
import { startVsim, type Vsim } from '../../../vsim/vsim.ts';
import { VSphereClient } from '../../../vsphere/index.ts';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function connected(): Promise<{ vsim: Vsim; client: VSphereClient }> {
  const vsim = await startVsim({ masters: 1, vms: 2 });
  const client = new VSphereClient({
    url: vsim.url,
    credentials: { kind: 'password', username: vsim.username, password: vsim.password },
    trust: { fingerprint256: vsim.fingerprint256 },
  });
  open.push(() => vsim.close());
  open.push(() => client.close());
  await client.inventory.ready(makeCtx({ timeoutMs: 600_000 }));
  return { vsim, client };
}

test('after sync the inventory shows what changed before, at two requests and without reading everything again', async () => {
  const { vsim, client } = await connected();
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const { vm } = vsim.sim.master();
  for (let round = 0; round < 20; round++) {
    vm.name = `called-${round}`;
    vsim.model.changed(vm, 'name');
    await client.inventory.sync(ctx);
    expect(client.inventory.prop('VirtualMachine', { type: 'VirtualMachine', value: vm.id }, 'name')).toBe(`called-${round}`);
  }
  const by = vsim.stats.byMethod;
  const count = (method: string): number => (by instanceof Map ? (by.get(method) ?? 0) : ((by as Record<string, number>)[method] ?? 0));
  expect(count('CreateFilter')).toBe(2);
  expect(count('CancelWaitForUpdates')).toBeLessThanOrEqual(20);
});

test('many that sync at once share a round', async () => {
  const { client } = await connected();
  const ctx = makeCtx({ timeoutMs: 600_000 });
  await client.inventory.sync(ctx);
  const before = client.session.requests;
  await Promise.all(Array.from({ length: 50 }, () => client.inventory.sync(ctx)));
  expect(client.session.requests - before).toBeLessThanOrEqual(6);
});

test('sync ends with its context', async () => {
  const { vsim, client } = await connected();
  vsim.fault({ point: 'delay', method: 'CancelWaitForUpdates', delayMs: 60_000 });
  const controller = new AbortController();
  const waiting = client.inventory.sync(makeCtx({ signal: controller.signal }));
  setImmediate(() => controller.abort());
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
});

test('sync ends when the client is closed', async () => {
  const { vsim, client } = await connected();
  vsim.fault({ point: 'delay', method: 'CancelWaitForUpdates', delayMs: 60_000 });
  const waiting = client.inventory.sync(makeCtx());
  const rejected = expect(waiting).rejects.toMatchObject({ code: 'vsphere-closed' });
  await client.close();
  await rejected;
});
