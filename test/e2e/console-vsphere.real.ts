/** The screen of a vSphere machine as its person opens it: a server, the simulator as vCenter and as ESXi, and a WebSocket to nobody but the server. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import WebSocket, { createWebSocketStream } from 'ws';
import { makeClient } from '../../src/client/client.ts';
import { refusalIn } from '../../src/client/refusal.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { startServer } from '../../src/main/serve.ts';
import { RealClock } from '../../src/vsim/model/clock.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { startVsim } from '../../src/vsim/vsim.ts';
import { openBrowser, openPage } from '../support/browser.ts';
import { RfbViewer } from '../support/rfb.ts';

/** Where simulated guests answer SSH; another port than those of other tests, which may run beside this. */
const GUEST_SSH_PORT = 2422;

const dataDir = mkdtempSync(join(tmpdir(), 'carrel-console-'));
let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  // PostgreSQL's account must be able to pass through.
  chmodSync(dataDir, 0o711);
  server = await startServer({ dataDir, listen: '127.0.0.1:0', logLevel: 'fatal', qemu: false });
});
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** `label` names provider and image. */
async function setUp(kind: 'vcenter' | 'esxi', label: string = kind) {
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

test.each(['vcenter', 'esxi'] as const)(
  '%s: what is typed reaches the guest, its screen comes back, and it ends with the machine',
  async (kind) => {
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
  },
);

test('in the portal the screen is seen and typed on as any other; a host that goes closes it with 1014', async () => {
  const { vsim, vm, root, ann, name, id, open } = await setUp('vcenter', 'seen');
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { page, faults } = await openPage(browser);
  const { code } = await root.makeLink({ params: { account: name }, body: { kind: 'invitation' } });
  await page.goto(`${server.url}/sign-in#code=${code}`);
  await page.getByLabel(/^Password/).fill('four plain words here');
  await page.getByLabel('The same again').fill('four plain words here');
  await page.getByRole('button', { name: 'Set password and sign in' }).click();
  await page.getByRole('link', { name: 'Connect', exact: true }).first().click();
  const lit = () =>
    page.evaluate(() => {
      interface Canvas {
        width: number;
        height: number;
        getContext(kind: '2d'): { getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray } };
      }
      const { document } = globalThis as unknown as { document: { querySelector(selector: string): Canvas | null } };
      const canvas = document.querySelector('.screen canvas');
      if (canvas === null || canvas.width !== 320) return 0;
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, at) => at % 4 === 0 && value > 100).length;
    });
  const more = (than: number) =>
    waitFor(makeCtx({ timeoutMs: 600_000 }), 20, async () => {
      const now = await lit();
      return now > than ? now : undefined;
    });
  const before = await more(0);
  await page
    .getByRole('application', { name: /^Screen of the machine/ })
    .locator('canvas')
    .focus();
  await page.keyboard.type('who\n');
  await more(before);
  await waitFor(makeCtx({ timeoutMs: 600_000 }), 20, () => (vm.guest?.screen.typed === 'who\n' ? true : undefined));
  expect(page.url()).toContain(id);
  expect(faults).toEqual([]);

  // Why it is refused is said in the person's language, with what to do, and the page goes on by itself once that was done.
  await page.evaluate("localStorage.setItem('carrel.language', 'de')");
  await page.reload();
  await more(0);
  await ann.powerReservation({ params: { id }, body: { op: 'off' } });
  const off = page.getByRole('alert').filter({ hasText: 'Er ist ausgeschaltet' });
  await off.getByText('Schalten Sie ihn unter „Meine Rechner“ ein.').waitFor();
  await page.getByRole('status').getByText('Es wird weiter versucht').waitFor();
  const { pathname } = new URL(page.url());
  await page.goto(server.url + pathname.replace(/screen$/, 'terminal'));
  await off.getByText('Schalten Sie ihn').waitFor();
  await page.getByRole('status').getByText('Es wird weiter versucht').waitFor();
  await page.goto(server.url + pathname);
  await off.waitFor();
  await ann.powerReservation({ params: { id }, body: { op: 'on' } });
  await more(0);
  // noVNC writes down each that it could not open.
  expect(faults.filter((fault) => !fault.includes('code: 4409, reason: wrong-state'))).toEqual([]);

  // An author compares its image's golden disk, by samples first, and then as much as was sealed of it.
  await root.changeAccount({ params: { account: name }, body: { role: 'admin' } });
  await page.goto(`${server.url}/images/seen`);
  await page.getByRole('button', { name: 'Prüfen', exact: true }).click();
  await page.getByText('Die gelesenen Stichproben der Golden Disks sind so').waitFor();
  await page.getByRole('button', { name: 'Jedes Byte vergleichen' }).click();
  // Of so large a disk no more was sealed, which only the whole comparison says.
  await page.getByText('no more than samples was sealed of it').waitFor();
  await page.getByRole('button', { name: 'Jedes Byte vergleichen' }).waitFor({ state: 'detached' });

  // The host goes without a word: another end than the machine's.
  const ws = await open();
  await once(ws, 'open');
  const closed = once(ws, 'close') as Promise<[number, Buffer]>;
  await vsim.close();
  const [closeCode, reason] = await closed;
  expect([closeCode, reason.toString()]).toEqual([1014, 'the connection to the machine broke']);
});
