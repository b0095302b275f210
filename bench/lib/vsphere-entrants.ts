/** The clients that bench/vsphere-clones.ts compares, each cloning and powering on so many machines on a server that is ready. */
import { execFile } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Pool } from 'undici';
import { makeCtx } from '../../src/lib/context.ts';
import { VSphereClient } from '../../src/vsphere/client.ts';
import { makeConnector } from '../../src/vsphere/http/trust.ts';
import { decodeReply, encodeRequest, type MethodArgs, type MethodName } from '../../src/vsphere/soap/envelope.ts';
import type { Ref } from '../../src/vsphere/types/value.ts';
import type { RetrieveResult, ServiceContent } from '../../src/vsphere/types/vim.gen.ts';
import { buildGovmomi } from '../../test/support/govmomi.ts';

export interface Server {
  url: string;
  username: string;
  password: string;
  fingerprint256: string;
  /** Inventory path of the source, its snapshot is made by {@link prepare}. */
  source: string;
  stop: () => Promise<void>;
}

export interface Cost {
  wallMs: number;
  /** Of the client alone. */
  cpuMs: number;
  requests: number;
}

export const SNAPSHOT = 'golden';
const PYTHON = fileURLToPath(new URL('../../test/support/pyvmomi/clones.py', import.meta.url));
/** Clones that our client has under way at once. */
const IN_FLIGHT = 64;
const run = promisify(execFile);
const ctx = makeCtx();

function openClient(server: Server): VSphereClient {
  return new VSphereClient({
    url: server.url,
    credentials: { kind: 'password', username: server.username, password: server.password },
    trust: { fingerprint256: server.fingerprint256 },
  });
}

interface Source {
  vm: Ref;
  folder: Ref;
  pool: Ref;
  snapshot: Ref;
}

/** Finds the source and makes its snapshot if it has none of the benchmark's name. */
async function prepare(client: VSphereClient, server: Server): Promise<Source> {
  const index = await client.manager(ctx, 'searchIndex');
  const find = async (inventoryPath: string): Promise<Ref> => {
    const found = await client.call(ctx, 'FindByInventoryPath', index, { inventoryPath });
    if (found === undefined) throw new Error(`there is no ${inventoryPath}`);
    return found;
  };
  const vm = await find(server.source);
  const folder = await find('/DC0/vm');
  const hosts = await client.read(ctx, 'Folder', await find('/DC0/host'), ['childEntity']);
  const compute = hosts.props.childEntity?.[0];
  if (compute === undefined) throw new Error('the server has no cluster');
  const { resourcePool } = (await client.read(ctx, 'ComputeResource', compute, ['resourcePool'])).props;
  const seen = (await client.read(ctx, 'VirtualMachine', vm, ['snapshot'])).props.snapshot;
  const known = seen?.rootSnapshotList.find((s) => s.name === SNAPSHOT)?.snapshot;
  const made = known ?? (await client.run(ctx, 'CreateSnapshot_Task', vm, { name: SNAPSHOT, memory: false, quiesce: false })).result;
  return { vm, folder, pool: resourcePool as Ref, snapshot: made as Ref };
}

/** The same with a client of its own. */
export async function prepareAlone(server: Server): Promise<Source> {
  const client = openClient(server);
  try {
    return await prepare(client, server);
  } finally {
    await client.close();
  }
}

/** Requests that leave this process through undici. */
function countRequests(): () => number {
  let n = 0;
  const listener = (): void => {
    n++;
  };
  diagnostics.subscribe('undici:request:create', listener);
  return () => {
    diagnostics.unsubscribe('undici:request:create', listener);
    return n;
  };
}

async function measured(work: () => Promise<void>): Promise<Cost> {
  const requests = countRequests();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await work();
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, requests: requests() };
}

/** Runs `work` for 0 to count - 1 with so many under way. */
async function many(count: number, atOnce: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

function cloneArgs(source: Source, name: string): MethodArgs<'CloneVM_Task'> {
  const location = { pool: source.pool, diskMoveType: 'createNewChildDiskBacking' };
  return { folder: source.folder, name, spec: { location, template: false, powerOn: false, snapshot: source.snapshot } };
}

/** Our client: tasks awaited by the one wait of the update loop. */
export async function ours(server: Server, count: number, prefix: string): Promise<Cost> {
  const client = openClient(server);
  try {
    const source = await prepare(client, server);
    return await measured(() =>
      many(count, IN_FLIGHT, async (n) => {
        const { result } = await client.run(ctx, 'CloneVM_Task', source.vm, cloneArgs(source, `${prefix}-${n}`));
        await client.run(ctx, 'PowerOnVM_Task', result as Ref, {});
      }),
    );
  } finally {
    await client.close();
  }
}

export async function pyvmomi(server: Server, count: number, prefix: string, threads: number): Promise<Cost> {
  const { hostname, port } = new URL(server.url);
  const args = [PYTHON, hostname, port, server.username, server.password, server.source, SNAPSHOT, String(count), String(threads), prefix];
  const { stdout } = await run('/usr/bin/python3', args, { timeout: 600_000 });
  return JSON.parse(stdout) as Cost;
}

export async function govmomi(server: Server, count: number, prefix: string, ways: number): Promise<Cost> {
  const program = await buildGovmomi();
  const env = { ...process.env, TOUR_USER: server.username, TOUR_PASSWORD: server.password };
  const args = ['clones', server.url, server.source, SNAPSHOT, String(count), String(ways), prefix, 'power'];
  const { stdout } = await run(program, args, { timeout: 600_000, env });
  return JSON.parse(stdout) as Cost;
}

/** A connection that sends bytes and looks at nothing but the status: what any client could reach at best. */
class Wire {
  readonly #pool: Pool;
  readonly #path: string;
  #cookie = '';

  constructor(server: Server) {
    const { origin, pathname, hostname } = new URL(server.url);
    this.#path = pathname;
    this.#pool = new Pool(origin, { connections: 8, connect: makeConnector(hostname, { fingerprint256: server.fingerprint256 }, 10_000) });
  }

  async send(body: string): Promise<string> {
    const headers = { 'content-type': 'text/xml', soapaction: '"urn:vim25/6.7"', cookie: this.#cookie };
    const reply = await this.#pool.request({ method: 'POST', path: this.#path, body, headers });
    const text = await reply.body.text();
    const set = reply.headers['set-cookie'];
    if (set !== undefined) this.#cookie = (Array.isArray(set) ? set[0] : set)?.split(';')[0] ?? '';
    if (reply.statusCode !== 200) throw new Error(`HTTP ${reply.statusCode}: ${text.slice(0, 300)}`);
    return text;
  }

  async ask<M extends MethodName>(method: M, self: Ref, args: MethodArgs<M>): Promise<unknown> {
    const reply = decodeReply(method, await this.send(encodeRequest(method, self, args)));
    if (reply.fault !== undefined) throw new Error(reply.fault.message);
    return reply.value;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Prepared bytes: every clone, then every power-on, with one read between and reads until all is done. */
export async function replay(server: Server, count: number, prefix: string): Promise<Cost> {
  const source = await prepareAlone(server);
  const wire = new Wire(server);
  try {
    const content = (await wire.ask('RetrieveServiceContent', { type: 'ServiceInstance', value: 'ServiceInstance' }, {})) as ServiceContent;
    await wire.ask('Login', content.sessionManager as Ref, { userName: server.username, password: server.password });
    const bodies = Array.from({ length: count }, (_, n) => encodeRequest('CloneVM_Task', source.vm, cloneArgs(source, `${prefix}-${n}`)));
    return await measured(async () => {
      await many(count, IN_FLIGHT, async (n) => void (await wire.send(bodies[n] as string)));
      const vms = await settled(wire, content, source.folder, prefix, count, false);
      await many(count, IN_FLIGHT, async (n) => void (await wire.send(powerOn(vms[n] as string))));
      await settled(wire, content, source.folder, prefix, count, true);
    });
  } finally {
    await wire.close();
  }
}

const powerOn = (vm: string) => encodeRequest('PowerOnVM_Task', { type: 'VirtualMachine', value: vm }, {});

/** Reads until all clones are there (and on). */
async function settled(wire: Wire, content: ServiceContent, folder: Ref, prefix: string, count: number, on: boolean): Promise<string[]> {
  const selectSet = [{ _type: 'TraversalSpec' as const, type: 'Folder', path: 'childEntity', skip: false }];
  const specSet = [
    {
      propSet: [{ type: 'VirtualMachine', pathSet: ['name', 'runtime.powerState'] }],
      objectSet: [{ obj: folder, skip: true, selectSet }],
    },
  ];
  for (;;) {
    const found: string[] = [];
    let result = (await wire.ask('RetrievePropertiesEx', content.propertyCollector, { specSet, options: {} })) as
      | RetrieveResult
      | undefined;
    while (result !== undefined) {
      for (const { obj, propSet } of result.objects) {
        const values = new Map((propSet ?? []).map((p) => [p.name, p.val]));
        if (String(values.get('name')).startsWith(`${prefix}-`) && (!on || values.get('runtime.powerState') === 'poweredOn'))
          found.push(obj.value);
      }
      if (result.token === undefined) break;
      result = (await wire.ask('ContinueRetrievePropertiesEx', content.propertyCollector, { token: result.token })) as RetrieveResult;
    }
    if (found.length >= count) return found;
  }
}
