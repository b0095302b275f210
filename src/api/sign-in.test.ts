/** Signing in: who is refused how often, and what ends when a sign-in does. */
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { type Person, SESSIONS, TOKENS } from '../../test/support/fake-services.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { routes } from '../contract/api.ts';
import { CarrelError } from '../lib/errors.ts';
import type { ApiOptions } from './server.ts';

async function started(options: Partial<ApiOptions> = {}) {
  const server = await startTestServer(options);
  onTestFinished(() => server.close());
  return server;
}

test('bad tokens from an address do not lock out the good ones from there', async () => {
  const server = await started({ refusalsPerMinute: 3 });
  const bad = { headers: { authorization: 'Bearer wrong-token-0123456789' } };
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await server.fetch('/api/v1/me', bad)).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  for (let i = 0; i < 5; i++) expect((await server.fetch('/api/v1/me', { as: 'ann' })).status).toBe(200);
});

test.each([
  ['by the address that a trusted proxy names', '127.0.0.1', [401, 401, 429, 401]],
  ['by the address of the connection without one', undefined, [401, 401, 429, 429]],
] as const)('refusals are counted %s', async (_, trustProxy, expected) => {
  const server = await started({ refusalsPerMinute: 2, trustProxy });
  const statuses: number[] = [];
  for (const address of ['198.51.100.1', '198.51.100.1', '198.51.100.1', '198.51.100.2'])
    statuses.push((await server.fetch('/api/v1/me', { headers: { 'x-forwarded-for': address } })).status);
  expect(statuses).toEqual(expected);
});

const ID = '11111111-1111-4111-8111-111111111111';
const example = (path: string) =>
  path.replace(/\{(\w+)\}/g, (_, key: string) => ({ name: 'starter', number: '1', account: 'root', provider: 'local' })[key] ?? ID);
const changes = routes.filter((r) => r.method !== 'GET' && r.scope !== 'public');

test('no change that the contract has is done for a page of another site', async () => {
  const server = await started();
  expect(changes.length).toBeGreaterThan(20);
  for (const route of changes) {
    for (const query of ['', '?ticket=x']) {
      const answer = await server.app.inject({
        method: route.method,
        url: example(route.path) + query,
        headers: { cookie: `carrel-0=${SESSIONS.root}`, origin: 'https://evil.example' },
      });
      expect([route.operation, answer.statusCode, answer.json()]).toMatchObject([
        route.operation,
        403,
        { hint: expect.stringContaining('X-Carrel-CSRF') },
      ]);
    }
  }
  expect(server.world.calls.map((call) => call.name).filter((name) => name !== 'verifySession')).toEqual([]);
});

test('every answer says that it is for no frame and no guessing, and none sends anybody elsewhere', async () => {
  const server = await started({ refusalsPerMinute: 1000 });
  const odd = [
    '/',
    '//evil.example',
    '/%2f%2fevil.example',
    '/\\evil.example/',
    '/sign-in?next=https://evil.example',
    '/assets/../../x',
    '/api/v1/me/',
  ];
  for (const url of [...odd, ...routes.filter((r) => r.method === 'GET' && r.kind !== 'sse').map((r) => example(r.path))]) {
    for (const headers of [{}, { accept: 'text/html' }, { cookie: `carrel-0=${SESSIONS.root}` }]) {
      const answer = await server.app.inject({ url, headers });
      expect([url, answer.headers.location, answer.statusCode >= 300 && answer.statusCode < 400]).toEqual([url, undefined, false]);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
      });
      expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    }
  }
});

test('an event stream ends when its person is signed out; those of others go on', async () => {
  const server = await started();
  const anns = await server.fetch('/api/v1/events', { as: 'ann' });
  const bobs = await server.fetch('/api/v1/events', { as: 'bob' });
  server.world.signOut('ann');
  expect(await anns.text()).toContain('event: hello');
  const mark = server.world.addReservation('bob').id;
  const reader = (bobs.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  while (!text.includes(mark)) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
});

/** A machine's side that says nothing. */
async function vncAt(server: TestServer): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-vnc-'));
  const vnc = createServer((socket) => socket.on('error', () => {}));
  onTestFinished(() => {
    vnc.close();
    rmSync(dir, { recursive: true });
  });
  server.world.consoleSocket = join(dir, 'vnc.sock');
  await new Promise<void>((resolve) => vnc.listen(server.world.consoleSocket, resolve));
}

interface Opened {
  ws: WebSocket;
  closed: Promise<[number, string]>;
}

/** Undefined if it was refused. */
async function openConsole(server: TestServer, as: Person): Promise<Opened | undefined> {
  const { id } = server.world.addReservation(as, { state: 'ready' });
  const ws = new WebSocket(`${server.baseUrl.replace('http', 'ws')}/api/v1/reservations/${id}/console`, {
    headers: { authorization: `Bearer ${TOKENS[as]}` },
  });
  const closed = new Promise<[number, string]>((resolve) => ws.addEventListener('close', (e) => resolve([e.code, e.reason])));
  const open = await new Promise<boolean>((resolve) => {
    ws.addEventListener('open', () => resolve(true));
    ws.addEventListener('error', () => resolve(false));
  });
  return open ? { ws, closed } : undefined;
}

test('a console ends when its person is signed out', async () => {
  const server = await started();
  await vncAt(server);
  const console = await openConsole(server, 'ann');
  server.world.signOut('ann');
  expect(await console?.closed).toEqual([1008, 'the sign-in is over']);
});

test('a console by cookie opens for the page of this address only; by token a foreign page does not open it either', async () => {
  const server = await started();
  await vncAt(server);
  const { id } = server.world.addReservation('ann', { state: 'ready' });
  const { host, port } = new URL(server.baseUrl);
  const cookie = `carrel-${port}=${SESSIONS.ann}`;
  const open = async (headers: Record<string, string>) => {
    const ws = new WebSocket(`ws://${host}/api/v1/reservations/${id}/console`, { headers });
    const opened = await new Promise<boolean>((resolve) => {
      ws.addEventListener('open', () => resolve(true));
      ws.addEventListener('error', () => resolve(false));
    });
    ws.close();
    return opened;
  };
  const token = `Bearer ${TOKENS.ann}`;
  expect(await open({ cookie, origin: server.baseUrl })).toBe(true);
  expect(await open({ authorization: token })).toBe(true);
  for (const origin of [
    'https://evil.example',
    'null',
    `https://${host}`,
    `http://127.0.0.1:${Number(port) + 1}`,
    `${server.baseUrl}.evil.example`,
  ]) {
    expect([origin, await open({ cookie, origin })]).toEqual([origin, false]);
    expect([origin, await open({ authorization: token, origin })]).toEqual([origin, false]);
  }
  expect(await open({ cookie })).toBe(false);
  expect(await open({ cookie: `carrel-${port}=${SESSIONS.bob}`, origin: server.baseUrl })).toBe(false);
  // Each that was opened or refused gave its place back, so that as many again may be.
  expect(await open({ cookie, origin: server.baseUrl })).toBe(true);
});

test('one person cannot take all places for consoles; one that ends, or is refused later, gives its place back', async () => {
  const server = await started({ consoles: { perPerson: 1, inAll: 2 } });
  await vncAt(server);
  server.world.failures.set('openConsole', new CarrelError('wrong-state', 'it is off'));
  expect(await openConsole(server, 'ann')).toBeUndefined();
  let anns: Opened | undefined;
  await eventually('the place of the refused one', async () => (anns = await openConsole(server, 'ann')) !== undefined);
  expect(await openConsole(server, 'ann')).toBeUndefined();
  const bobs = await openConsole(server, 'bob');
  expect(bobs).toBeDefined();
  anns?.ws.close();
  await eventually('the place of the ended one', async () => (anns = await openConsole(server, 'ann')) !== undefined);
  for (const each of [anns, bobs]) each?.ws.close();
});

test('one person cannot take all places for event streams, and nobody more than there are', async () => {
  const server = await started({ streams: { perPerson: 2, inAll: 3 } });
  const over = new AbortController();
  const open = async (as: 'ann' | 'bob') => {
    const response = await server.fetch('/api/v1/events', { as, signal: over.signal });
    if (response.status === 200) return 200;
    return [response.status, ((await response.json()) as { detail: string }).detail];
  };
  expect([await open('ann'), await open('ann')]).toEqual([200, 200]);
  expect(await open('ann')).toEqual([429, 'you have 2 event streams open, which is the most']);
  expect(await open('bob')).toBe(200);
  expect(await open('bob')).toEqual([429, '3 event streams are open, which is the most that this server holds']);
  over.abort();
  await eventually('places are given back', async () => {
    const again = new AbortController();
    const { status } = await server.fetch('/api/v1/events', { as: 'ann', signal: again.signal });
    again.abort();
    return status === 200;
  });
});

test('one person cannot take all places for uploads; one that has arrived gives its place back, and so does one that was cut off', async () => {
  const server = await started({ uploads: { perPerson: 1, inAll: 2 } });
  let release = (): void => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const arrived = () => server.world.calls.filter((c) => c.name === 'checkImport').length;
  const send = (name: string, more: { wait?: boolean; bytes?: number } = {}) =>
    server.client('root').uploadImage({
      params: { name },
      query: { format: 'raw' },
      content: (async function* () {
        yield Buffer.alloc(512);
        if (more.wait === true) await held;
        yield Buffer.alloc(512);
      })(),
      bytes: more.bytes ?? 1024,
    });
  const first = send('first', { wait: true });
  await eventually('the first one under way', () => arrived() === 1);
  await expect(send('second')).rejects.toMatchObject({ code: 'rate-limited', message: 'you have 1 uploads open, which is the most' });
  release();
  await first;
  await send('second');
  await expect(send('cut', { bytes: 2048 })).rejects.toThrow();
  await eventually('the place of the one that was cut off', async () => {
    return await send('third').then(
      () => true,
      () => false,
    );
  });
});
