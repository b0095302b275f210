/** `carrel vsim --inventory FILE --fault …`: what the file says is what a client sees, and the faults strike. The file is the README's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../../src/lib/context.ts';
import { asDevices, diskChain, disksOf, download, isFault, linkedCloneSpec, type Ref, VSphereClient } from '../../src/vsphere/index.ts';
import { LAUNCHER, ROOT } from '../support/server.ts';

const ctx = makeCtx();

async function vsim(...args: string[]) {
  const child = spawn(LAUNCHER, ['vsim', '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const facts = JSON.parse(line) as { url: string; username: string; password: string; fingerprint256: string; masters: object[] };
  const client = new VSphereClient({
    url: facts.url,
    credentials: { kind: 'password', username: facts.username, password: facts.password },
    trust: { fingerprint256: facts.fingerprint256 },
  });
  onTestFinished(() => client.close());
  return { client, facts };
}

test('the inventory of a file is what a client sees, and faults of the command line strike', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'inventory-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'lab.json');
  writeFileSync(file, /^```json\n([^]*?)^```/m.exec(readFileSync(join(ROOT, 'src/vsim/README.md'), 'utf8'))?.[1] ?? '');
  const fault = 'before method=CloneVM_Task fault=FileLocked message="Somebody has it." file=x';
  const { client, facts } = await vsim('--inventory', file, '--fault', fault, '--fault', 'status method=CurrentTime status=503');
  expect(facts.masters).toEqual([{ path: '/Europe/Labs/Berlin/vm/golden/debian-12', snapshot: 'golden' }]);

  await client.inventory.ready(ctx);
  const paths = (type: Parameters<typeof client.inventory.all>[0]) =>
    client.inventory
      .all(type)
      .map((e) => client.inventory.pathOf(e.ref) ?? '')
      .toSorted((a, b) => (a < b ? -1 : 1));
  const berlin = '/Europe/Labs/Berlin';
  expect(paths('Datacenter')).toEqual(['/Bonn', berlin]);
  expect(paths('ComputeResource')).toEqual([
    '/Bonn/host/esx06',
    `${berlin}/host/Servers`,
    `${berlin}/host/Students`,
    `${berlin}/host/esx05`,
  ]);
  expect(paths('Datastore')).toEqual(['/Bonn/datastore/bonn', `${berlin}/datastore/fast`, `${berlin}/datastore/large`]);
  const vms = ['class/seat-1', 'class/seat-2', 'class/seat-3', 'golden/debian-12', 'golden/windows', 'wiki'];
  expect(paths('VirtualMachine')).toEqual(vms.map((path) => `${berlin}/vm/${path}`));

  // Each has its own: of a data center the datastores, of a cluster what its hosts see.
  const names = async (type: 'Datacenter' | 'ClusterComputeResource', path: string, of: 'datastore' | 'network') => {
    const { ref } = await client.inventory.find(ctx, path, type);
    const { props } = await client.read(ctx, type, ref, [of]);
    return (props[of] as Ref[]).map((r) => client.inventory.get(r)?.props.get('name'));
  };
  expect(await names('Datacenter', '/Bonn', 'datastore')).toEqual(['bonn']);
  expect(await names('Datacenter', berlin, 'datastore')).toEqual(['fast', 'large']);
  expect(await names('ClusterComputeResource', `${berlin}/host/Servers`, 'datastore')).toEqual(['large']);
  expect(await names('ClusterComputeResource', `${berlin}/host/Students`, 'network')).toContain('lab');

  const master = await client.inventory.find(ctx, `${berlin}/vm/golden/debian-12`, 'VirtualMachine');
  const folder = (await client.inventory.find(ctx, `${berlin}/vm/class`)).ref;
  const datastore = (await client.inventory.find(ctx, `${berlin}/datastore/large`)).ref;
  const cluster = await client.inventory.find(ctx, `${berlin}/host/Servers`, 'ComputeResource');
  const pool = client.inventory.prop('ComputeResource', cluster.ref, 'resourcePool') as Ref;
  const { props } = await client.read(ctx, 'VirtualMachine', master.ref, ['snapshot.currentSnapshot', 'config.files.vmPathName']);
  const spec = linkedCloneSpec({ snapshot: props['snapshot.currentSnapshot'] as Ref, pool, datastore, config: {} });
  // This cluster has no DRS, so nobody else says on which host: of its two one is in maintenance.
  const host = client.inventory.all('HostSystem').find((e) => e.props.get('name') === 'esx03')?.ref;
  const location = { ...spec.location, host };
  const clone = () => client.run(ctx, 'CloneVM_Task', master.ref, { folder, name: 'more', spec: { ...spec, location } });
  const refused: unknown = await clone().catch((error: unknown) => error);
  expect(isFault(refused, 'FileLocked')).toBe(true);
  expect(String(refused)).toContain('Somebody has it.');
  const { result } = await clone();
  const made = await client.read(ctx, 'VirtualMachine', result as Ref, ['config.hardware.device', 'runtime.host']);
  expect(disksOf(asDevices(made.props['config.hardware.device'])).map((disk) => diskChain(disk).at(-1))).toEqual([
    '[large] debian-12/debian-12.vmdk',
    '[large] debian-12/debian-12_1.vmdk',
  ]);
  expect(client.inventory.get(made.props['runtime.host'] as Ref)?.props.get('name')).toBe('esx03');

  await expect(client.currentTime(ctx)).rejects.toThrow(/503/);
  expect(await client.currentTime(ctx)).toBeInstanceOf(Date);

  // Files are asked for by data center, and a datastore is in one.
  const vmx = (datacenter: string, path: string) =>
    download(ctx, client, path, { datacenter }, async (bytes) => (await bytes.toArray()).join(''));
  expect(await vmx('Europe/Labs/Berlin', props['config.files.vmPathName'] as string)).toContain('displayName = "debian-12"');
  await expect(vmx('Bonn', props['config.files.vmPathName'] as string)).rejects.toMatchObject({ code: 'vsphere-not-found' });
});
