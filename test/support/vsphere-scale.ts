/** Our client on our simulator at the size of a large site. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { expect, onTestFinished } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { linkedCloneSpec, onlySnapshot, type Ref, VSphereClient } from '../../src/vsphere/index.ts';
import { childProgram } from './child-program.ts';

const CODE = `import { main } from './src/vsim/program.ts'; process.exit(await main(process.argv.slice(2)));`;
const CLONES = 40;

interface Facts {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  masters: { path: string }[];
}

/** The simulator as a process, with so many machines; what it says of itself, and its peak of memory in bytes when asked. */
async function startLarge(vms: number): Promise<{ facts: Facts; peak: () => number; stop: () => Promise<void> }> {
  const flags = ['--json', '--hosts', '64', '--datastores', '8', '--masters', '1', '--vms', String(vms)];
  const program = await childProgram(CODE, onTestFinished);
  const child = spawn(process.execPath, [program, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    facts: JSON.parse(line) as Facts,
    peak: () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Clones and powers on machines of the master with the inventory kept fresh meanwhile; requests for each. */
async function requestsPerMachine(client: VSphereClient, masterPath: string): Promise<number> {
  const ctx = makeCtx({ timeoutMs: 1_200_000 });
  const { inventory } = client;
  const master = await inventory.find(ctx, masterPath, 'VirtualMachine');
  const snapshot = onlySnapshot(inventory.prop('VirtualMachine', master.ref, 'snapshot'))?.snapshot as Ref;
  const path = String(master.props.get('config.files.vmPathName'));
  const datastore = inventory.all('Datastore').find((d) => path.startsWith(`[${String(d.props.get('name'))}]`));
  const pool = inventory.prop('VirtualMachine', master.ref, 'resourcePool') as Ref;
  const folder = inventory.prop('VirtualMachine', master.ref, 'parent') as Ref;
  const spec = linkedCloneSpec({ snapshot, pool, datastore: datastore?.ref as Ref, config: {} });
  const before = client.session.requests;
  await Promise.all(
    Array.from({ length: CLONES }, async (_, n) => {
      const { result } = await client.run(ctx, 'CloneVM_Task', master.ref, { folder, name: `scale-${n}`, spec });
      await client.run(ctx, 'PowerOnVM_Task', result as Ref, {});
    }),
  );
  return (client.session.requests - before) / CLONES;
}

/** On 64 hosts: so many machines are read, watched and added to within so many bytes of the simulator, and a clone costs no more requests. */
export async function largeSite(machines: number, mostBytes: number): Promise<void> {
  const costs: number[] = [];
  for (const vms of [10, machines]) {
    const { facts, peak, stop } = await startLarge(vms);
    const { url, username, password, fingerprint256 } = facts;
    const client = new VSphereClient({ url, credentials: { kind: 'password', username, password }, trust: { fingerprint256 } });
    try {
      await client.inventory.ready(makeCtx({ timeoutMs: 1_200_000 }));
      expect(client.inventory.all('VirtualMachine')).toHaveLength(vms + 1);
      costs.push(await requestsPerMachine(client, facts.masters[0]?.path as string));
      expect(peak()).toBeLessThan(mostBytes);
    } finally {
      await client.close();
      await stop();
    }
  }
  const [small, large] = costs as [number, number];
  // the wait for the inventory's own changes is among them
  expect(large).toBeLessThanOrEqual(3.5);
  expect(large - small).toBeLessThanOrEqual(1);
}
