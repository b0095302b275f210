/** A server, the simulator as vCenter and as ESXi, and the screen of a machine there, by a WebSocket to nobody but the server. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import WebSocket, { createWebSocketStream } from 'ws';
import { makeClient } from '../../src/client/client.ts';
import { refusalIn } from '../../src/client/refusal.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { startServer } from '../../src/main/serve.ts';
import { RealClock } from '../../src/vsim/model/clock.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { startVsim } from '../../src/vsim/vsim.ts';
import { RfbViewer } from './rfb.ts';

/** Where simulated guests answer SSH; another port than those of other tests, which may run beside this. */
const GUEST_SSH_PORT = 2422;

let dataDir: string;
export let server: Awaited<ReturnType<typeof startServer>>;

/** Its server starts before the tests of a file, and goes with them. */
export function withConsoleServer(): void {
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'carrel-console-'));
    // PostgreSQL's account must be able to pass through.
    chmodSync(dataDir, 0o711);
    server = await startServer({ dataDir, listen: '127.0.0.1:0', logLevel: 'fatal', qemu: false });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
}

/** A machine that is ready; `label` names provider and image. */
export async function setUp(kind: 'vcenter' | 'esxi', label: string = kind) {
  const vsim = await startVsim({ ...CLOUD_IMAGE, kind, masters: 1, bootMs: 1, guestSshPort: GUEST_SSH_PORT, clock: new RealClock(4) });
  onTestFinished(() => vsim.close());
  const root = makeClient({ baseUrl: server.url, token: server.token });
  const { url, username, password, fingerprint256 } = vsim;
  await root.addProvider({ body: { name: label, kind, url, username, password, trust: { fingerprint256 } } });
  const source = {
    provider: label,
    vm: vsim.sim.master().path,
    how: 'copy',
    user: 'student',
    sshPort: GUEST_SSH_PORT,
    publish: true,
  } as const;
  const { revision } = await root.importVm({ params: { name: label }, body: source });
  const settled = <T extends { state: string }>(look: () => Promise<T>, passing: string) =>
    waitFor(makeCtx({ timeoutMs: 600_000 }), 20, async () => {
      const now = await look();
      return now.state === passing ? undefined : now;
    });
  const { number } = revision;
  expect(await settled(() => root.showRevision({ params: { name: label, number } }), 'preparing')).toMatchObject({ state: 'published' });
  const name = `ann-${label}`;
  await root.createAccount({ body: { name, role: 'user' } });
  const { token } = await root.createToken({ params: { account: name }, body: { label: 'test' } });
  const ann = makeClient({ baseUrl: server.url, token });
  const { id } = await ann.reserve({ body: { image: label, for: '1h' } });
  const ready = await settled(() => ann.showReservation({ params: { id } }), 'preparing');
  expect(ready).toMatchObject({ state: 'ready' });
  const vm = vsim.model.byInstanceUuid(ready.machine.id);
  if (vm === undefined) throw new Error('the simulator does not have the machine');
  const open = async () => {
    const { path } = await ann.consoleTicket({ params: { id } });
    return new WebSocket(server.url.replace('http', 'ws') + path);
  };
  /** What a browser is told instead of its screen. */
  const refusal = async () => {
    const ws = await open();
    const told = once(ws, 'message') as Promise<[Buffer, boolean]>;
    const [code] = (await once(ws, 'close')) as [number];
    const why = refusalIn((await told)[0].toString('utf8'));
    expect(code).toBe(4000 + (why?.status ?? 0));
    return { status: why?.status, code: why?.code, detail: why?.message };
  };
  return { vsim, vm, root, name, ann, id, open, refusal, settled };
}

/** What is typed reaches the guest, its screen comes back, a ticket that says other than the host is refused, and all ends with the machine. */
export async function screenIsThePersons(kind: 'vcenter' | 'esxi'): Promise<void> {
  const { vsim, vm, ann, id, open, refusal, settled } = await setUp(kind);
  const ws = await open();
  const closed = once(ws, 'close') as Promise<[number, Buffer]>;
  const viewer = await RfbViewer.open(createWebSocketStream(ws));
  expect(viewer.name).toBe(vm.name);
  const first = await viewer.picture();
  const next = viewer.picture(true);
  viewer.type('Hello, guest\n');
  expect((await next).pixels.equals(first.pixels)).toBe(false);
  // An answer after the last key: it has been heard.
  await viewer.picture();
  expect(vm.guest?.screen.typed).toBe('Hello, guest\n');

  // What the ticket says is what is believed: a host that shows another certificate, or none that answers.
  vsim.model.ticketSays = { thumbprint: Array(32).fill('00').join(':') };
  expect(await refusal()).toMatchObject({ status: 502, detail: expect.stringContaining('shows another certificate') });
  vsim.model.ticketSays = { thumbprint: '' };
  expect(await refusal()).toMatchObject({ status: 422, detail: expect.stringContaining('names no certificate') });
  vsim.model.ticketSays = { port: 9 };
  expect(await refusal()).toMatchObject({ status: 503, detail: expect.stringContaining(':9, cannot be reached from the Carrel server') });
  vsim.model.ticketSays = {};

  const tickets = () => vsim.stats.byMethod.get('AcquireTicket') ?? 0;
  const before = tickets();
  const second = await open();
  await once(second, 'open');
  expect(tickets()).toBe(before + 1);
  const secondClosed = once(second, 'close') as Promise<[number, Buffer]>;
  await ann.endReservation({ params: { id } });
  for (const [code, reason] of await Promise.all([closed, secondClosed])) {
    expect([code, reason.toString()]).toEqual([1000, 'the console has ended']);
  }
  await settled(() => ann.showReservation({ params: { id } }), 'ending');
  expect(vsim.model.bugs).toEqual([]);
}
