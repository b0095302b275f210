import { Agent, request } from 'undici';
import { decodeReply, encodeRequest, type MethodArgs, type MethodName, type MethodResult } from '../vsphere/soap/envelope.ts';
import type { Ref } from '../vsphere/types/value.ts';
import type { ServiceContent, TaskInfo } from '../vsphere/types/vim.gen.ts';
import { startVsim, type Vsim, type VsimOptions } from './vsim.ts';

/** A fault as the wire client throws it. */
export class WireFault extends Error {
  readonly fault: string;
  readonly detail: Record<string, unknown>;

  constructor(fault: string, message: string, detail: Record<string, unknown>) {
    super(message);
    this.name = 'WireFault';
    this.fault = fault;
    this.detail = detail;
  }
}

/** The least client that the simulator's own tests need: one call at a time, a cookie, no session logic. */
export class WireClient {
  readonly vsim: Vsim;
  cookie: string | undefined;
  version: string;
  lastStatus = 0;
  content!: ServiceContent;
  readonly #agent: Agent;

  constructor(vsim: Vsim, version = '8.0.3.0') {
    this.vsim = vsim;
    this.version = version;
    this.#agent = new Agent({ connect: { ca: vsim.certificate }, headersTimeout: 60_000, bodyTimeout: 60_000 });
  }

  async post(body: string): Promise<{ status: number; text: string }> {
    const headers: Record<string, string> = { 'content-type': 'text/xml; charset=utf-8', soapaction: `"urn:vim25/${this.version}"` };
    if (this.cookie !== undefined) headers['cookie'] = `vmware_soap_session="${this.cookie}"`;
    const reply = await request(this.vsim.url, { method: 'POST', body, headers, dispatcher: this.#agent });
    this.lastStatus = reply.statusCode;
    const set = reply.headers['set-cookie'];
    const match = /vmware_soap_session="([^"]*)"/.exec(Array.isArray(set) ? (set[0] ?? '') : (set ?? ''));
    if (match !== null) this.cookie = match[1] === '' ? undefined : match[1];
    return { status: reply.statusCode, text: await reply.body.text() };
  }

  async call<M extends MethodName>(method: M, self: Ref, args: MethodArgs<M>, header?: string): Promise<MethodResult<M>> {
    const { status, text } = await this.post(encodeRequest(method, self, args, header === undefined ? {} : { raw: header }));
    if (status === 503) throw new WireFault('503', text, {});
    const reply = decodeReply(method, text);
    if (reply.fault === undefined) return reply.value as MethodResult<M>;
    const { detail, message } = reply.fault;
    throw new WireFault(detail?._type ?? reply.fault.code, message, (detail ?? {}) as Record<string, unknown>);
  }

  async get(
    path: string,
    init: { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: string; auth?: string } = {},
  ): Promise<{ status: number; text: string }> {
    const headers: Record<string, string> = {};
    if (init.auth !== undefined) headers['authorization'] = `Basic ${Buffer.from(init.auth).toString('base64')}`;
    else if (this.cookie !== undefined) headers['cookie'] = `vmware_soap_session="${this.cookie}"`;
    const url = path.startsWith('https:') ? path : new URL(path, this.vsim.url).href;
    const reply = await request(url, { method: init.method ?? 'GET', headers, body: init.body ?? null, dispatcher: this.#agent });
    return { status: reply.statusCode, text: await reply.body.text() };
  }

  async login(password = this.vsim.password): Promise<void> {
    this.content = await this.call('RetrieveServiceContent', { type: 'ServiceInstance', value: 'ServiceInstance' }, {});
    await this.call('Login', this.content.sessionManager as Ref, { userName: this.vsim.username, password });
  }

  /** Reads properties of one object. */
  async read(obj: Ref, ...pathSet: string[]): Promise<Record<string, unknown>> {
    const specSet = [{ propSet: [{ type: obj.type, ...(pathSet.length === 0 ? { all: true } : { pathSet }) }], objectSet: [{ obj }] }];
    const result = await this.call('RetrievePropertiesEx', this.content.propertyCollector, { specSet, options: {} });
    return Object.fromEntries((result?.objects[0]?.propSet ?? []).map((p) => [p.name, p.val]));
  }

  /** Waits for a task with a filter of its own. */
  async task(task: Ref): Promise<TaskInfo> {
    const pc = await this.call('CreatePropertyCollector', this.content.propertyCollector, {});
    await this.call('CreateFilter', pc, {
      spec: { propSet: [{ type: 'Task', pathSet: ['info.state'] }], objectSet: [{ obj: task }] },
      partialUpdates: true,
    });
    for (let version = ''; ; ) {
      const set = await this.call('WaitForUpdatesEx', pc, { version, options: { maxWaitSeconds: 20 } });
      version = set?.version ?? version;
      const state = set?.filterSet?.[0]?.objectSet?.[0]?.changeSet?.find((c) => c.name === 'info.state')?.val;
      if (state === 'success' || state === 'error') break;
    }
    await this.call('DestroyPropertyCollector', pc, {});
    return (await this.read(task, 'info'))['info'] as TaskInfo;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** A simulator and a client that is logged in; `close` ends both. */
export async function wire(options: VsimOptions = {}): Promise<{ vsim: Vsim; client: WireClient; close: () => Promise<void> }> {
  const vsim = await startVsim({ masters: 1, ...options });
  const client = new WireClient(vsim);
  await client.login();
  return {
    vsim,
    client,
    close: async () => {
      await client.close();
      await vsim.close();
    },
  };
}
