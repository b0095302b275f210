import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { createServer as createTls } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { CarrelError } from '../../lib/errors.ts';
import { selfSigned } from '../../lib/self-signed.ts';
import { VSphereClient } from '../client.ts';
import type { SessionOptions } from '../session/options.ts';
import { ANSWERED, ref, type ScriptServer, scriptServer } from '../testing.ts';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).toReversed()) await end();
});

async function script(handlers: Parameters<typeof scriptServer>[0] = {}): Promise<ScriptServer> {
  const server = await scriptServer(handlers);
  open.push(() => server.stop());
  return server;
}

function client(options: SessionOptions): VSphereClient {
  const c = new VSphereClient(options);
  open.push(() => c.close());
  return c;
}

async function listen(server: Server): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (s) => sockets.add(s));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    for (const s of sockets) s.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const options = (port: number, more: Partial<SessionOptions> = {}): SessionOptions => ({
  url: `https://127.0.0.1:${port}/sdk`,
  credentials: { kind: 'password', username: 'user', password: 'pass' },
  trust: { fingerprint256: '00'.repeat(32) },
  ...more,
});

/** The error of a connect, and that it came in time. */
async function connectError(c: VSphereClient, deadlineMs = 5_000): Promise<CarrelError> {
  const error: unknown = await c.connect(makeCtx({ timeoutMs: deadlineMs })).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(CarrelError);
  expect((error as CarrelError).message).toMatch(/\w{3,}/);
  return error as CarrelError;
}

test('a wrong password', async () => {
  const server = await script();
  const c = client(server.options({ credentials: { kind: 'password', username: 'user', password: 'wrong' } }));
  const error = await connectError(c);
  expect(error.code).toBe('vsphere-login');
  expect(error.message).toContain('user');
  expect(error.hint).toContain('password');
  // the account must not be locked by callers that try again
  await connectError(c);
  expect(server.calls.filter((m) => m === 'Login')).toHaveLength(1);
});

test('a wrong fingerprint prints both', async () => {
  const server = await script();
  const wrong = selfSigned().fingerprint256;
  const error = await connectError(client(server.options({ trust: { fingerprint256: wrong } })));
  expect(error.code).toBe('vsphere-fingerprint');
  expect(error.message).toContain(wrong);
  expect(error.message).toContain(server.fingerprint256);
  expect(server.calls).toEqual([]);
});

test('the right fingerprint in another notation, and the right CA, are let in', async () => {
  const server = await script();
  const plain = server.fingerprint256.replaceAll(':', '').toLowerCase();
  expect((await client(server.options({ trust: { fingerprint256: plain } })).connect(makeCtx())).apiType).toBe('VirtualCenter');
  expect((await client(server.options({ trust: { ca: server.cert } })).connect(makeCtx())).apiType).toBe('VirtualCenter');
});

test('a certificate that no trusted authority signed', async () => {
  const server = await script();
  expect((await connectError(client(server.options({ trust: { system: true } })))).code).toBe('vsphere-untrusted');
  expect((await connectError(client(server.options({ trust: { ca: selfSigned().cert } })))).code).toBe('vsphere-untrusted');
  expect(server.calls).toEqual([]);
});

test('a fingerprint that is none, an address that is none, an address without TLS', () => {
  expect(() => client(options(1, { trust: { fingerprint256: 'abc' } }))).toThrow(expect.objectContaining({ code: 'vsphere-config' }));
  expect(() => client({ ...options(1), url: 'vcenter' })).toThrow(expect.objectContaining({ code: 'vsphere-config' }));
  expect(() => client({ ...options(1), url: 'http://127.0.0.1/sdk' })).toThrow(expect.objectContaining({ code: 'vsphere-not-tls' }));
});

test('a port that speaks HTTP instead of HTTPS', async () => {
  const http = createHttp((_, response) => response.end('hello'));
  const error = await connectError(client(options(await listen(http))));
  expect(error.code).toBe('vsphere-not-tls');
  expect(error.hint).toContain('HTTPS');
});

test('a web page instead of SOAP', async () => {
  const page = (_: unknown, { response }: { response: { setHeader(n: string, v: string): void; end(t: string): void } }) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!DOCTYPE html><html><body>Welcome</body></html>');
    return ANSWERED;
  };
  const server = await script({ RetrieveServiceContent: page });
  const error = await connectError(client(server.options()));
  expect(error.code).toBe('vsphere-not-soap');
  expect(error.message).toContain('text/html');
  const xml = await script({
    RetrieveServiceContent: (_, { response }) => {
      response.setHeader('content-type', 'text/xml');
      response.end('<rss><channel/></rss>');
      return ANSWERED;
    },
  });
  expect((await connectError(client(xml.options()))).code).toBe('vsphere-not-soap');
});

test('a host that hangs after accept', async () => {
  const port = await listen(createServer(() => {}));
  const c = client(options(port, { connectTimeoutMs: 1_000 }));
  const error = await connectError(c);
  expect(error.code).toBe('vsphere-hung');
  expect(error.message).toContain('connect');
  // the caller's own deadline comes first if it is shorter
  expect((await connectError(client(options(port)), 300)).code).toBe('deadline');
});

test('a host that hangs after the TLS handshake, or before the end of its reply', async () => {
  const tls = selfSigned();
  const hang = createTls({ key: tls.key, cert: tls.cert }, (s) => s.on('error', () => {}));
  const error = await connectError(
    client(options(await listen(hang), { trust: { fingerprint256: tls.fingerprint256 }, loginTimeoutMs: 300 })),
  );
  expect(error.code).toBe('deadline');
  expect(error.message).toContain('did not answer');
  const server = await script({
    CurrentTime: (_, { response }) => {
      response.write('<?xml version="1.0"?><soapenv:Envelope');
      return ANSWERED;
    },
  });
  const c = client(server.options({ callTimeoutMs: 300 }));
  await c.connect(makeCtx());
  await expect(c.currentTime(makeCtx())).rejects.toMatchObject({ code: 'deadline', message: expect.stringContaining('CurrentTime') });
});

test('a host that closes in the middle of its reply', async () => {
  const server = await script({
    CurrentTime: (_, { response, socket }) => {
      response.setHeader('content-length', '1000');
      response.write('<?xml version="1.0"?><soapenv:Envelope');
      setImmediate(() => socket.destroy());
      return ANSWERED;
    },
  });
  const c = client(server.options());
  await c.connect(makeCtx());
  const error: unknown = await c.currentTime(makeCtx()).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'vsphere-closed', retry: 'later' });
});

test('a call that waits for a free connection has its deadline too, and is not sent afterwards', async () => {
  let release = (): void => {};
  const hung = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = await script({
    CurrentTime: async () => {
      await hung;
      return new Date(0);
    },
    FindByUuid: () => undefined,
  });
  const c = client(server.options({ connections: 1 }));
  await c.connect(makeCtx());
  const first = c.currentTime(makeCtx());
  await expect.poll(() => server.calls).toContain('CurrentTime');
  const args = { uuid: 'u', vmSearch: true };
  const index = ref('SearchIndex', 'si');
  await expect(c.call(makeCtx(), 'FindByUuid', index, args, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'deadline' });
  const control = new AbortController();
  const given = c.call(makeCtx({ signal: control.signal }), 'FindByUuid', index, args);
  const file = { method: 'GET', path: '/folder', timeoutMs: 50, what: 'a file' } as const;
  await expect(c.session.pool.stream(makeCtx(), file, async () => {})).rejects.toMatchObject({ code: 'deadline' });
  control.abort();
  await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  release();
  expect(await first).toEqual(new Date(0));
  await c.currentTime(makeCtx());
  expect(server.calls).not.toContain('FindByUuid');
});

test('nobody there', async () => {
  const port = await listen(createServer());
  await open.pop()?.();
  const c = client(options(port));
  expect((await connectError(c)).code).toBe('vsphere-unreachable');
  // what was to be sent is closed
  const body = Readable.from(['a file']);
  const upload = c.session.pool.request(makeCtx(), { method: 'PUT', path: '/folder/a', body, timeoutMs: 5_000, what: 'a file' });
  await expect(upload).rejects.toMatchObject({ code: 'vsphere-unreachable' });
  expect(body.destroyed).toBe(true);
});

test('an HTTP status that means nothing, a reply that is too large, one that is not UTF-8', async () => {
  const reply = (status: number, body: string | Buffer): Parameters<typeof script>[0] => ({
    CurrentTime: (_, { response }) => {
      response.statusCode = status;
      response.end(body);
      return ANSWERED;
    },
  });
  for (const [handlers, code] of [
    [reply(404, 'no'), 'vsphere-http'],
    [reply(503, 'busy'), 'vsphere-busy'],
    [reply(200, '<a>'.repeat(10_000)), 'vsphere-too-large'],
    [reply(200, Buffer.from([0x3c, 0x61, 0x3e, 0xff])), 'vsphere-xml'],
    [reply(200, '<soapenv:Envelope>'), 'vsphere-xml'],
    [reply(200, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), 'vsphere-xml'],
    [reply(200, `<Envelope><Body>${'<a>'.repeat(2_000)}`), 'vsphere-not-soap'],
    [reply(200, `<Envelope><Body><CurrentTimeResponse>${'<a>'.repeat(2_000)}`), 'vsphere-xml'],
  ] as const) {
    const server = await script(handlers);
    const c = client(server.options({ maxReplyBytes: 20_000 }));
    await c.connect(makeCtx());
    await expect(c.currentTime(makeCtx())).rejects.toMatchObject({ code });
  }
});

test('a caller that gives up', async () => {
  const server = await script({ CurrentTime: () => new Promise(() => {}) });
  const c = client(server.options());
  await c.connect(makeCtx());
  const control = new AbortController();
  const call = c.currentTime(makeCtx({ signal: control.signal }));
  control.abort();
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  await expect(c.currentTime(makeCtx({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'cancelled' });
});
