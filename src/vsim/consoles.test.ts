import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket, { createWebSocketStream } from 'ws';
import { RfbViewer } from '../../test/support/rfb.ts';
import type { VirtualMachineTicket } from '../vsphere/types/vim.gen.ts';
import { ManualClock } from './model/clock.ts';
import { TICKET_MS } from './model/console.ts';
import { powerOff, powerOn, reset } from './model/power.ts';
import { link } from './testing.ts';
import { startVsim } from './vsim.ts';
import { WireClient } from './wire-testing.ts';

async function running(version?: string) {
  const clock = new ManualClock();
  const vsim = await startVsim({ masters: 1, bootMs: 1, clock });
  onTestFinished(() => vsim.close());
  const vm = link(vsim.sim, 'Pc-7');
  vsim.sim.wait(powerOn(vsim.model, vm));
  clock.settle();
  const wire = new WireClient(vsim, version);
  await wire.login();
  const ticket = () => wire.call('AcquireTicket', { type: 'VirtualMachine', value: vm.id }, { ticketType: 'webmks' });
  const open = (url: string, protocols = ['binary']) => new WebSocket(url, protocols, { ca: vsim.certificate });
  /** `open`, or the status that it was refused with. */
  const outcome = async (url: string, protocols?: string[]) => {
    const ws = open(url, protocols);
    const refused = once(ws, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode);
    const answer = await Promise.race([once(ws, 'open').then(() => 'open'), refused]);
    ws.on('error', () => {});
    ws.terminate();
    return answer;
  };
  return { vsim, clock, vm, ticket, open, outcome };
}

const urlOf = (ticket: VirtualMachineTicket) => ticket.url ?? '';

test('a ticket leads to the simulator itself, by both thumbprints of its certificate', async () => {
  const { vsim, ticket } = await running();
  const { host, port } = new URL(vsim.url);
  const got = await ticket();
  expect(got).toMatchObject({ host: '127.0.0.1', port: Number(port), url: `wss://${host}/ticket/${got.ticket}` });
  expect(got.sslThumbprint).toMatch(/^(?:[0-9A-F]{2}:){19}[0-9A-F]{2}$/);
  expect(got.certThumbprintList).toContainEqual(expect.objectContaining({ thumbprint: vsim.fingerprint256, hashAlgorithm: 'SHA-256' }));
});

test('before 7.0 a ticket has neither address nor SHA-256', async () => {
  const { ticket } = await running('6.7');
  const got = await ticket();
  expect([got.url, got.certThumbprintList]).toEqual([undefined, undefined]);
});

test('a ticket is good once, for a while, for WebMKS and while the machine is on', async () => {
  const { vsim, clock, vm, ticket, outcome } = await running();
  const used = await ticket();
  expect(await outcome(urlOf(used), ['vnc'])).toBe(400);
  expect(await outcome(urlOf(used))).toBe('open');
  expect(await outcome(urlOf(used))).toBe(403);
  expect(await outcome(`${urlOf(used)}x`)).toBe(403);
  const late = await ticket();
  clock.advance(TICKET_MS + 1);
  expect(await outcome(urlOf(late))).toBe(403);
  const off = await ticket();
  vsim.sim.wait(powerOff(vsim.model, vm));
  expect(await outcome(urlOf(off))).toBe(403);
});

test('behind it is the screen of the guest: a picture that keys change, and what was typed can be read back', async () => {
  const { vm, ticket, open } = await running();
  const ws = open(urlOf(await ticket()));
  const viewer = await RfbViewer.open(createWebSocketStream(ws));
  expect(viewer.name).toBe('Pc-7');
  const first = await viewer.picture();
  const lit = (pixels: Buffer) => pixels.reduce((sum, byte) => sum + (byte === 255 ? 1 : 0), 0);
  expect(lit(first.pixels)).toBeGreaterThan(500);
  const next = viewer.picture(true);
  viewer.type('l');
  expect(lit((await next).pixels)).toBeGreaterThan(lit(first.pixels));
  viewer.type('s -l\n');
  await viewer.picture();
  expect(vm.guest?.screen.typed).toBe('ls -l\n');
  expect(vm.guest?.screen.keys.slice(0, 2)).toEqual([
    { down: true, keysym: 108 },
    { down: false, keysym: 108 },
  ]);
  ws.terminate();
});

test.each([
  ['off', powerOff],
  ['started anew', reset],
])('a console ends when its machine is %s, and what is no RFB ends it too', async (_how, change) => {
  const { vsim, clock, vm, ticket, open } = await running();
  const ws = open(urlOf(await ticket()));
  await RfbViewer.open(createWebSocketStream(ws, { allowHalfOpen: false }));
  const closed = once(ws, 'close');
  vsim.sim.wait(change(vsim.model, vm));
  if (vm.power !== 'poweredOn') vsim.sim.wait(powerOn(vsim.model, vm));
  clock.settle();
  expect((await closed)[0]).toBe(1000);
  const other = open(urlOf(await ticket()));
  other.once('open', () => other.send(Buffer.from('GET / HTTP/1.1\r\n\r\n')));
  await once(other, 'close');
});
