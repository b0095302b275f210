/**
 * In a process of its own: clones and powers on machines with our client, or with prepared bytes, and prints what it cost.
 * Usage: vsphere-client.ts ours|replay COUNT WARM PREFIX, with the server as JSON in BENCH_SERVER. The first WARM machines are not counted;
 * then it prints `begin`, and at the end a line of JSON.
 */
import diagnostics from 'node:diagnostics_channel';
import { HttpPool } from '../../src/vsphere/http/pool.ts';
import { decodeReply, encodeRequest, type MethodArgs, type MethodName } from '../../src/vsphere/soap/envelope.ts';
import type { Ref } from '../../src/vsphere/types/value.ts';
import type { RetrieveResult, ServiceContent } from '../../src/vsphere/types/vim.gen.ts';
import type { Cost } from './vsphere-entrants.ts';
import { ctx, openClient, prepare, prepareAlone, type Server, type Source } from './vsphere-source.ts';

/** Clones that are under way at once. */
const IN_FLIGHT = 64;

type Batch = (names: readonly string[]) => Promise<void>;

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

/** Warm-up first, then the same work counted. */
async function measured(batch: Batch, count: number, warm: number, prefix: string): Promise<Cost> {
  await batch(Array.from({ length: warm }, (_, n) => `${prefix}-warm-${n}`));
  process.stdout.write('begin\n');
  const requests = countRequests();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await batch(Array.from({ length: count }, (_, n) => `${prefix}-${n}`));
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, requests: requests() };
}

/** Runs `work` for each, with so many under way. */
async function many<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, items.length) }, worker));
}

function cloneArgs(source: Source, name: string): MethodArgs<'CloneVM_Task'> {
  const location = { pool: source.pool, diskMoveType: 'createNewChildDiskBacking' };
  return { folder: source.folder, name, spec: { location, template: false, powerOn: false, snapshot: source.snapshot } };
}

/** Our client: tasks awaited by the one wait of the update loop. */
async function ours(server: Server, measure: (batch: Batch) => Promise<Cost>): Promise<Cost> {
  const client = openClient(server);
  try {
    const source = await prepare(client, server);
    return await measure((names) =>
      many(names, async (name) => {
        const { result } = await client.run(ctx, 'CloneVM_Task', source.vm, cloneArgs(source, name));
        await client.run(ctx, 'PowerOnVM_Task', result as Ref, {});
      }),
    );
  } finally {
    await client.close();
  }
}

/** Sends bytes over the same connections as our client and looks at nothing but the status: what any client could reach at best. */
class Wire {
  readonly #pool: HttpPool;
  readonly #path: string;
  #cookie = '';

  constructor(server: Server) {
    const url = new URL(server.url);
    this.#path = url.pathname;
    this.#pool = new HttpPool(url, { trust: { fingerprint256: server.fingerprint256 } });
  }

  async send(body: string): Promise<string> {
    const headers = { 'content-type': 'text/xml', soapaction: '"urn:vim25/6.7"', cookie: this.#cookie };
    const reply = await this.#pool.request(ctx, { method: 'POST', path: this.#path, body, headers, timeoutMs: 60_000, what: 'bytes' });
    const set = reply.headers['set-cookie'];
    if (set !== undefined) this.#cookie = (Array.isArray(set) ? set[0] : set)?.split(';')[0] ?? '';
    if (reply.status !== 200) throw new Error(`HTTP ${reply.status}: ${reply.text.slice(0, 300)}`);
    return reply.text;
  }

  async ask<M extends MethodName>(method: M, self: Ref, args: MethodArgs<M>): Promise<unknown> {
    const reply = decodeReply(method, await this.send(encodeRequest(method, self, args)));
    if (reply.fault !== undefined) throw new Error(reply.fault.message);
    return reply.value;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

const NAME = 'NAME-OF-THE-MACHINE';

/** Prepared bytes: every clone, then every power-on, with one read between and reads until all is done. */
async function replay(server: Server, measure: (batch: Batch) => Promise<Cost>): Promise<Cost> {
  const source = await prepareAlone(server);
  const wire = new Wire(server);
  try {
    const content = (await wire.ask('RetrieveServiceContent', { type: 'ServiceInstance', value: 'ServiceInstance' }, {})) as ServiceContent;
    await wire.ask('Login', content.sessionManager as Ref, { userName: server.username, password: server.password });
    const clone = encodeRequest('CloneVM_Task', source.vm, cloneArgs(source, NAME));
    const powerOn = encodeRequest('PowerOnVM_Task', { type: 'VirtualMachine', value: NAME }, {});
    return await measure(async (names) => {
      await many(names, async (name) => void (await wire.send(clone.replace(NAME, name))));
      const vms = await settled(wire, content, source.folder, names, false);
      await many(vms, async (vm) => void (await wire.send(powerOn.replace(NAME, vm))));
      await settled(wire, content, source.folder, names, true);
    });
  } finally {
    await wire.close();
  }
}

/** Reads until all these machines are there (and on); their ids. */
async function settled(wire: Wire, content: ServiceContent, folder: Ref, names: readonly string[], on: boolean): Promise<string[]> {
  const selectSet = [{ _type: 'TraversalSpec' as const, type: 'Folder', path: 'childEntity', skip: false }];
  const propSet = [{ type: 'VirtualMachine', pathSet: ['name', 'runtime.powerState'] }];
  const specSet = [{ propSet, objectSet: [{ obj: folder, skip: true, selectSet }] }];
  const wanted = new Set(names);
  for (;;) {
    const found: string[] = [];
    let result = (await wire.ask('RetrievePropertiesEx', content.propertyCollector, { specSet, options: {} })) as
      | RetrieveResult
      | undefined;
    while (result !== undefined) {
      for (const { obj, propSet: props } of result.objects) {
        const values = new Map((props ?? []).map((p) => [p.name, p.val]));
        if (wanted.has(String(values.get('name'))) && (!on || values.get('runtime.powerState') === 'poweredOn')) found.push(obj.value);
      }
      if (result.token === undefined) break;
      result = (await wire.ask('ContinueRetrievePropertiesEx', content.propertyCollector, { token: result.token })) as RetrieveResult;
    }
    if (found.length >= names.length) return found;
  }
}

const [who, count, warm, prefix] = process.argv.slice(2) as [string, string, string, string];
const server = JSON.parse(process.env['BENCH_SERVER'] as string) as Server;
const cost = await (who === 'ours' ? ours : replay)(server, (batch) => measured(batch, Number(count), Number(warm), prefix));
process.stdout.write(`${JSON.stringify(cost)}\n`);
