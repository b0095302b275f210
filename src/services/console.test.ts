import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ConsoleTarget } from '../driver/index.ts';
import { selfSigned } from '../lib/self-signed.ts';
import { openConsole } from './console.ts';

/** A host as ESXi is one: a ticket is good once; who comes with another is refused. What it is asked for is written down. */
const tls = selfSigned(['localhost']);
const { fingerprint, fingerprint256 } = new X509Certificate(tls.cert);
const good = new Set<string>();
const asked: string[] = [];
let host: Server;
let port: number;
let behave: (ws: WebSocket) => void;

beforeAll(async () => {
  host = createServer({ key: tls.key, cert: tls.cert });
  const sockets = new WebSocketServer({ noServer: true });
  host.on('upgrade', (request, socket, head) => {
    asked.push(request.url ?? '');
    if (good.delete(request.url ?? '')) sockets.handleUpgrade(request, socket, head, (ws) => behave(ws));
    else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  port = (host.address() as AddressInfo).port;
});
afterAll(() => {
  host.closeAllConnections();
  host.close();
});

const never = new AbortController().signal;
let tickets = 0;

function target(more: Partial<Extract<ConsoleTarget, { kind: 'webmks' }>> = {}, valid = true): ConsoleTarget {
  const path = `/ticket/${++tickets}`;
  if (valid) good.add(path);
  return { kind: 'webmks', url: `wss://127.0.0.1:${port}${path}`, thumbprint: fingerprint256, ...more };
}

const open = (of: ConsoleTarget) => openConsole(async () => of, never);

test.each([
  ['SHA-256', fingerprint256],
  ['SHA-1', fingerprint],
])(
  'a host with the certificate that the ticket names (%s): bytes both ways, and the end of one is that of the other',
  async (_kind, thumbprint) => {
    behave = (ws) => ws.on('message', (data: Buffer) => (data.toString() === 'end' ? ws.close() : ws.send(data)));
    const stream = await open(target({ thumbprint }));
    stream.write('hello');
    expect(String((await once(stream, 'data'))[0])).toBe('hello');
    stream.write('end');
    await once(stream, 'close');
    expect(stream.errored).toBeNull();
  },
);

test('a host with another certificate is refused in a sentence, and never sees the ticket', async () => {
  const before = asked.length;
  const thumbprint = fingerprint256.replace(/^../, fingerprint256.startsWith('00') ? '11' : '00');
  await expect(open(target({ thumbprint }))).rejects.toMatchObject({
    code: 'no-permission',
    message: `127.0.0.1:${port} shows another certificate than the one that vSphere names for its console`,
  });
  expect(asked.slice(before)).toEqual([]);
});

test('a ticket that leads nowhere is replaced by a fresh one, once (H39)', async () => {
  behave = (ws) => ws.send('here');
  let found = 0;
  const stream = await openConsole(async () => target({}, ++found === 2), never);
  expect(String((await once(stream, 'data'))[0])).toBe('here');
  stream.destroy();
  const refused = openConsole(async () => (found++, target({}, false)), never);
  await expect(refused).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('did not take the ticket') });
  expect(found).toBe(4);
});

test('a host that cannot be reached, and an address that is no WebSocket over TLS, are said', async () => {
  await expect(open(target({ url: 'wss://127.0.0.1:9/ticket/x' }))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('127.0.0.1:9, cannot be reached from the Carrel server'),
  });
  await expect(open(target({ url: `ws://127.0.0.1:${port}/ticket/x` }))).rejects.toMatchObject({ code: 'not-supported' });
});

test('a host that goes without a word breaks the stream, and who gives up waiting leaves no connection', async () => {
  behave = (ws) => ws.terminate();
  const stream = await open(target());
  stream.resume();
  const [error] = (await once(stream, 'error')) as [unknown];
  expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('broke') });
  await expect(openConsole(async () => target(), AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
});

test('the host is held up while nobody reads', async () => {
  const chunk = Buffer.alloc(1 << 20);
  let ws: WebSocket | undefined;
  behave = (opened) => {
    ws = opened;
    for (let n = 0; n < 64; n++) opened.send(chunk);
  };
  const stream = await open(target());
  stream.once('readable', () => {});
  // 64 MiB do not fit into the sockets between: the rest waits where it was made.
  await once(stream, 'readable');
  expect(stream.readableLength).toBeLessThan(4 << 20);
  expect(ws?.bufferedAmount).toBeGreaterThan(16 << 20);
  let got = 0;
  stream.on('data', (data: Buffer) => {
    got += data.length;
    if (got === 64 * chunk.length) stream.destroy();
  });
  await once(stream, 'close');
  expect(got).toBe(64 * chunk.length);
});
