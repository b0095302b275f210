/** Event streams, uploads and consoles: everything that is not one JSON answer. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pino } from 'pino';
import { WebSocket } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TOKENS } from '../../test/support/fake-services.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import type { Client } from '../client/client.ts';
import { refusalIn } from '../client/refusal.ts';
import type { EventData } from '../contract/system.ts';
import { unwrap } from '../intake/unwrap.ts';
import { CarrelError } from '../lib/errors.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ heartbeatMs: 20, stallMs: 300 });
});
afterAll(() => server.close());

/** The next `n` events besides `hello`, of which a stream that was opened anew brings another. */
async function takeReal(stream: AsyncGenerator<EventData>, n: number): Promise<EventData[]> {
  const found: EventData[] = [];
  while (found.length < n) {
    const [event] = await take(stream, 1);
    if (event === undefined) break;
    if (event.kind !== 'hello') found.push(event);
  }
  return found;
}

/** The next `n` events of a stream that is open already. */
async function take(stream: AsyncGenerator<EventData>, n: number): Promise<EventData[]> {
  const found: EventData[] = [];
  while (found.length < n) {
    const { value, done } = await stream.next();
    if (done) break;
    found.push(value as EventData);
  }
  return found;
}

describe('events', () => {
  const over: AbortController[] = [];
  afterEach(() => over.splice(0).forEach((c) => c.abort()));

  function open(client: Client, options: { all?: boolean; lastEventId?: string; reconnectMs?: number } = {}): AsyncGenerator<EventData> {
    const controller = new AbortController();
    over.push(controller);
    return client.events({ signal: controller.signal, ...options });
  }

  it('begin with hello, and bring what happens after it', async () => {
    const stream = open(server.client('ann'));
    expect(await take(stream, 1)).toMatchObject([{ kind: 'hello', body: { resumed: false } }]);
    const { id } = server.world.addReservation('ann');
    server.world.makeReady(id);
    const seen = await take(stream, 6);
    expect(seen.map((e) => e.body.stage)).toEqual(['queued', 'placing', 'cloning', 'starting', 'booting', 'ready']);
    expect(seen.every((e) => e.kind === 'reservation' && e.subject === id)).toBe(true);
  });

  it("bring one's own only; an operator who asks gets all", async () => {
    await expect(take(open(server.client('ann'), { all: true }), 1)).rejects.toMatchObject({ code: 'not-allowed' });
    const anns = open(server.client('ann'));
    const all = open(server.client('root'), { all: true });
    await take(anns, 1);
    await take(all, 1);
    const bobs = server.world.addReservation('bob').id;
    server.world.emit('machine', 'm-of-operators', {});
    const own = server.world.addReservation('ann').id;
    expect((await take(anns, 1)).map((e) => e.subject)).toEqual([own]);
    expect((await take(all, 3)).map((e) => e.subject)).toEqual([bobs, 'm-of-operators', own]);
  });

  it('resume after the last one seen, by header and by query', async () => {
    const first = server.world.addReservation('ann').id;
    const after = String(Number(server.world.lastEventId()) - 1);
    const stream = open(server.client('ann'), { lastEventId: after });
    expect(await take(stream, 2)).toMatchObject([{ kind: 'hello', id: after, body: { resumed: true } }, { subject: first }]);
    const controller = new AbortController();
    const response = await server.fetch(`/api/v1/events?lastEventId=${after}`, { as: 'ann', signal: controller.signal });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes(first)) text += new TextDecoder().decode((await reader.read()).value);
    controller.abort();
    expect(text).toContain(`id: ${after}\nevent: hello\n`);
  });

  it('say so when some are lost', async () => {
    for (let i = 0; i < 3; i++) server.world.addReservation('ann');
    server.world.forgetEventsBefore(Number(server.world.lastEventId()));
    const seen = await take(open(server.client('ann'), { lastEventId: '0' }), 3);
    server.world.forgetEventsBefore(1);
    expect(seen.map((e) => e.kind)).toEqual(['hello', 'gap', 'reservation']);
  });

  it.each(['-1', 'abc', '9223372036854775808', '1; drop table event', '1'.repeat(30)])('refuse to resume after %j', async (lastEventId) => {
    await expect(take(open(server.client('ann'), { lastEventId }), 1)).rejects.toMatchObject({ code: 'bad-request', status: 400 });
  });

  it('send a sign of life while nothing happens', async () => {
    const controller = new AbortController();
    const response = await server.fetch('/api/v1/events', { as: 'ann', signal: controller.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    while (!text.includes(': still here')) text += new TextDecoder().decode((await reader.read()).value);
    controller.abort();
  });

  it('let go of a reader that has left', async () => {
    await eventually('the readers of earlier tests have gone', () => server.world.waitingReaders === 0);
    const stream = open(server.client('ann'));
    await take(stream, 1);
    await eventually('a reader', () => server.world.waitingReaders === 1);
    await stream.return(undefined);
    await eventually('no reader', () => server.world.waitingReaders === 0);
  });

  it('drop a reader that stands still, who then misses nothing', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const other = await startTestServer({ stallMs: 100, log: pino(sink) });
    const socket = connect(Number(new URL(other.baseUrl).port), '127.0.0.1');
    socket.on('error', () => {});
    try {
      socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKENS.ann}\r\n\r\n`);
      await new Promise<void>((resolve) => socket.once('data', () => resolve()));
      socket.pause();
      // More than every buffer on the way takes. Others are served meanwhile.
      const big = 'x'.repeat(1 << 18);
      const stream = open(other.client('ann'));
      await take(stream, 1);
      for (let i = 0; i < 100; i++) other.world.emit('reservation', 'r', { big, i }, 'ann');
      expect((await takeReal(stream, 100)).map((e) => e.body.i)).toEqual([...Array(100).keys()]);
      await eventually('it is dropped', () => lines.some((line) => line.includes('event stream dropped')));
      const rest = await takeReal(open(other.client('ann'), { lastEventId: '0' }), 100);
      expect(rest.map((e) => e.body.i)).toEqual([...Array(100).keys()]);
    } finally {
      socket.destroy();
      over.forEach((c) => c.abort());
      await other.close();
    }
  });

  it('the client goes on by itself after a break, and misses nothing', async () => {
    const other = await startTestServer();
    let cut: Socket | undefined;
    // A way to the server that can be cut.
    const proxy = createServer((socket) => {
      cut = socket;
      const upstream = connect(Number(new URL(other.baseUrl).port), '127.0.0.1');
      socket.pipe(upstream).pipe(socket);
      for (const s of [socket, upstream]) s.on('error', () => {}).on('close', () => [socket, upstream].forEach((x) => x.destroy()));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    try {
      const { makeClient } = await import('../client/client.ts');
      const { port } = proxy.address() as { port: number };
      const client = makeClient({ baseUrl: `http://127.0.0.1:${port}`, token: TOKENS.ann });
      const stream = open(client, { reconnectMs: 1 });
      await take(stream, 1);
      const first = other.world.addReservation('ann').id;
      expect((await take(stream, 1))[0]?.subject).toBe(first);
      cut?.destroy();
      const second = other.world.addReservation('ann').id;
      expect(await take(stream, 2)).toMatchObject([{ kind: 'hello', body: { resumed: true } }, { subject: second }]);
    } finally {
      over.forEach((c) => c.abort());
      proxy.close();
      await other.close();
    }
  });

  it('end when the server stops', async () => {
    const other = await startTestServer();
    const response = await other.fetch('/api/v1/events', { as: 'ann' });
    await other.close();
    const text = await response.text();
    expect(text).toContain('event: hello');
  });
});

describe('upload', () => {
  const content = randomBytes(300_000);
  async function* chunks(data: Buffer, size = 65_536): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size);
  }
  const upload = (person: Person, name: string, data: Buffer, bytes = data.length, onProgress?: (n: number) => void) =>
    server.client(person).uploadImage({
      params: { name },
      query: { format: 'raw', user: 'student', memoryMiB: 512, publish: false, description: 'mine' },
      content: chunks(data),
      bytes,
      ...(onProgress === undefined ? {} : { onProgress }),
    });

  it('streams the file to the staging folder and hands it over with what was said of it', async () => {
    const sent: number[] = [];
    const started = await upload('root', 'uploaded', content, content.length, (n) => sent.push(n));
    expect(started).toMatchObject({ image: { name: 'uploaded', owner: 'root' }, revision: { state: 'preparing' } });
    const request = server.world.calls.findLast((c) => c.name === 'importImage')?.args[1] as { path: string };
    expect(request).toMatchObject({
      image: 'uploaded',
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      format: 'raw',
      publish: false,
      description: 'mine',
      hints: { user: 'student', memoryMiB: 512 },
    });
    expect(readFileSync(request.path).equals(content)).toBe(true);
    rmSync(request.path);
    // The next file is for the image that has the name now, whatever that is called when the file is here.
    await upload('root', 'uploaded', content);
    const next = server.world.calls.findLast((c) => c.name === 'importImage')?.args[1] as { path: string };
    expect(next).toMatchObject({ imageId: started.image.id });
    rmSync(next.path);
    expect(sent.at(-1)).toBe(content.length);
  });

  const raw = (
    headers: Record<string, string>,
    body: Buffer | undefined,
    query = 'format=raw',
    path = 'uploaded',
  ): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${server.baseUrl}/api/v1/images/${path}/upload?${query}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKENS.root}`, 'content-type': 'application/octet-stream', ...headers },
      });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, text });
          request.destroy();
        });
      });
      if (body === undefined) request.flushHeaders();
      else request.end(body);
    });

  it.each([
    ['no length', { 'transfer-encoding': 'chunked' }, content, 'format=raw', 411, 'length-required'],
    ['too large a file, before it is sent', { 'content-length': String(2 << 20) }, undefined, 'format=raw', 413, 'too-large'],
    ['an empty file', { 'content-length': '0' }, Buffer.alloc(0), 'format=raw', 422, 'bad-image'],
    [
      'another kind of content',
      { 'content-type': 'text/plain', 'content-length': '3' },
      Buffer.from('abc'),
      'format=raw',
      415,
      'unsupported-media-type',
    ],
    ['secure boot of a BIOS', { 'content-length': '3' }, Buffer.from('abc'), 'firmware=bios&secureBoot=true', 400, 'bad-request'],
    ['an unknown format', { 'content-length': '3' }, Buffer.from('abc'), 'format=iso', 400, 'bad-request'],
    ['an account name with a shell in it', { 'content-length': '3' }, Buffer.from('abc'), 'format=raw&user=%24(id)', 400, 'bad-request'],
  ] as const)('refuses %s', async (_, headers, body, query, status, code) => {
    const answer = await raw(headers, body, query);
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([status, code]);
    expect(readdirSync(server.stagingDir)).toEqual([]);
  });

  it('refuses a name before it takes the file in', async () => {
    const answer = await raw({ 'content-length': '100000' }, undefined, 'format=raw', 'Odd%20Name');
    expect(answer.status).toBe(400);
  });

  const staging = () => ({ dir: server.stagingDir, maxBytes: 1 << 20, maxUnpackedBytes: 1 << 22, keepFreeBytes: 0 });

  it('refuses what would fill the disk', async () => {
    const full = await startTestServer({ staging: { ...staging(), keepFreeBytes: Number.MAX_SAFE_INTEGER } });
    try {
      const answer = await full
        .client('root')
        .uploadImage({ params: { name: 'x' }, query: { format: 'raw' }, content: chunks(content), bytes: content.length })
        .catch((e: unknown) => e);
      expect(answer).toMatchObject({ status: 507, code: 'no-space', hint: expect.stringContaining('carrel image rm') });
    } finally {
      await full.close();
    }
  });

  it('says what is wrong while the file is still being sent, and what is wrong at its end', async () => {
    const judged: [number, number | undefined, string | undefined][] = [];
    const bad = (text: string) => new CarrelError('bad-image', text, { hint: 'Give another.' });
    const inspector = {
      unwrap,
      firstBytes: 100_000,
      first(head: Buffer, length: number | undefined, claimed: string | undefined) {
        judged.push([head.length, length, claimed]);
        if (head[0] === 1) throw bad('it is a web page');
      },
      whole: (path: string) => (readFileSync(path).at(-1) === 2 ? Promise.reject(bad('it is cut off')) : Promise.resolve()),
    };
    const strict = await startTestServer({ staging: { ...staging(), maxBytes: 1 << 30, inspector } });
    const send = (content: AsyncIterable<Uint8Array>, bytes: number) =>
      strict
        .client('root')
        .uploadImage({ params: { name: 'judged' }, query: {}, content, bytes })
        .catch((e: unknown) => e);
    try {
      let refused: () => void = () => {};
      const answered = new Promise<void>((resolve) => (refused = resolve));
      async function* neverEnding() {
        for (let i = 0; i < 4; i++) yield Buffer.alloc(65_536, 1);
        // The rest comes only once the answer is there: it must not wait for it.
        await answered;
      }
      const answer = await send(neverEnding(), 1 << 29);
      refused();
      expect(answer).toMatchObject({ status: 422, code: 'bad-image', message: 'it is a web page', hint: 'Give another.' });
      expect(judged).toEqual([[100_000, 1 << 29, undefined]]);
      const late = Buffer.alloc(150_000, 2);
      expect(await send(chunks(late), late.length)).toMatchObject({ status: 422, code: 'bad-image', message: 'it is cut off' });
      expect(strict.world.images.has('judged')).toBe(false);
      expect(readdirSync(server.stagingDir)).toEqual([]);
    } finally {
      await strict.close();
    }
  });

  it('leaves nothing of an upload that was cut off', async () => {
    const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
    socket.write(
      `POST /api/v1/images/cut/upload?format=raw HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKENS.root}\r\nContent-Type: application/octet-stream\r\nContent-Length: 500000\r\n\r\n`,
    );
    socket.write(content);
    await eventually('a file in staging', () => readdirSync(server.stagingDir).length === 1);
    socket.destroy();
    await eventually('no file in staging', () => readdirSync(server.stagingDir).length === 0);
    expect(server.world.images.has('cut')).toBe(false);
  });

  it('refuses before anything is taken where the provider imports no files', async () => {
    server.world.failures.set('checkImport', new CarrelError('not-supported', 'files cannot be imported there'));
    const calls = () => server.world.calls.filter((c) => c.name === 'importImage').length;
    const before = calls();
    await expect(upload('root', 'early', content)).rejects.toMatchObject({ status: 422, code: 'not-supported' });
    server.world.failures.delete('checkImport');
    expect(calls()).toBe(before);
  });

  it('leaves nothing of a file that the importer refuses', async () => {
    server.world.failures.set('importImage', new CarrelError('bad-image', 'it has a backing file', { hint: 'Flatten it.' }));
    await expect(upload('root', 'bad', content)).rejects.toMatchObject({ status: 422, code: 'bad-image', hint: 'Flatten it.' });
    expect(readdirSync(server.stagingDir)).toEqual([]);
  });

  it('is for operators', async () => {
    await expect(upload('ann', 'anns', content)).rejects.toMatchObject({ status: 403 });
    expect(readdirSync(server.stagingDir)).toEqual([]);
  });
});

describe('console', () => {
  let dir: string;
  let vnc: Server;
  /** What a VNC server would do is not needed: it greets, and gives back what it gets. */
  let behave: (socket: Socket) => void;
  const machineSide: Socket[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'carrel-vnc-'));
    vnc = createServer((socket) => {
      machineSide.push(socket);
      socket.on('error', () => {});
      behave(socket);
    });
    server.world.consoleSocket = join(dir, 'vnc.sock');
    await new Promise<void>((resolve) => vnc.listen(server.world.consoleSocket, resolve));
  });
  afterAll(async () => {
    machineSide.forEach((s) => s.destroy());
    await new Promise((resolve) => vnc.close(resolve));
    rmSync(dir, { recursive: true });
  });

  const echo = (socket: Socket) => {
    socket.write('RFB 003.008\n');
    socket.pipe(socket);
  };

  interface Opened {
    ws: WebSocket;
    received: () => Buffer;
    closed: Promise<{ code: number; reason: string }>;
  }

  function open(path: string, headers: Record<string, string> = {}): Promise<Opened> {
    const ws = new WebSocket(server.baseUrl.replace('http', 'ws') + path, { headers });
    ws.binaryType = 'arraybuffer';
    const parts: Buffer[] = [];
    ws.addEventListener('message', (e) => parts.push(Buffer.from(e.data as ArrayBuffer)));
    const closed = new Promise<{ code: number; reason: string }>((resolve) =>
      ws.addEventListener('close', (e) => resolve({ code: e.code, reason: e.reason })),
    );
    return new Promise((resolve, reject) => {
      ws.addEventListener('open', () => resolve({ ws, received: () => Buffer.concat(parts), closed }));
      ws.addEventListener('error', () => reject(new Error('refused')));
    });
  }

  async function statusOf(path: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(server.baseUrl + path, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
          ...headers,
        },
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      request.on('error', reject);
      request.end();
    });
  }

  it('carries bytes both ways, by ticket', async () => {
    behave = echo;
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const { path } = await server.client('ann').consoleTicket({ params: { id } });
    const { ws, received, closed } = await open(path);
    const sent = randomBytes(200_000);
    ws.send(sent);
    await eventually('the echo', () => received().length === 12 + sent.length);
    expect(received().subarray(0, 12).toString()).toBe('RFB 003.008\n');
    expect(received().subarray(12).equals(sent)).toBe(true);
    ws.close();
    await closed;
    await eventually("the machine's side is let go", () => machineSide.at(-1)?.destroyed === true);
  });

  it('takes a ticket once, and only for its own reservation', async () => {
    behave = echo;
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const other = server.world.addReservation('ann', { state: 'ready' });
    const { path } = await server.client('ann').consoleTicket({ params: { id } });
    expect(await statusOf(path)).toBe(101);
    expect(await statusOf(path)).toBe(401);
    const again = await server.client('ann').consoleTicket({ params: { id } });
    expect(await statusOf(again.path.replace(id, other.id))).toBe(401);
    expect(await statusOf(`/api/v1/reservations/${id}/console`)).toBe(401);
    expect(await statusOf(`/api/v1/reservations/${id}/console?ticket=made-up`)).toBe(401);
    // A request that is no WebSocket does not use it up.
    const third = await server.client('ann').consoleTicket({ params: { id } });
    expect((await server.fetch(third.path)).status).toBe(400);
    expect(await statusOf(third.path)).toBe(101);
  });

  it('by token too, but not for the reservation of another, and not without a machine', async () => {
    behave = echo;
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const path = `/api/v1/reservations/${id}/console`;
    const as = (person: Person) => ({ authorization: `Bearer ${TOKENS[person]}` });
    expect(await statusOf(path, as('ann'))).toBe(101);
    expect(await statusOf(path, as('bob'))).toBe(404);
    expect(await statusOf(path, as('root'))).toBe(403);
    server.world.failures.set('openConsole', new CarrelError('wrong-state', 'it is off'));
    expect(await statusOf(path, as('ann'))).toBe(409);
    const socket = server.world.consoleSocket;
    server.world.consoleSocket = join(dir, 'nothing.sock');
    expect(await statusOf(path, as('ann'))).toBe(503);
    server.world.consoleSocket = socket;
  });

  it('the serial console and the tunnel are the owner’s too, and nobody’s without a token', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    server.world.openSerial = async () => new PassThrough();
    server.world.openTunnel = async () => new PassThrough() as unknown as Socket;
    for (const what of ['serial-console', 'tunnel']) {
      const path = `/api/v1/reservations/${id}/${what}`;
      const as = (person: Person) => statusOf(path, { authorization: `Bearer ${TOKENS[person]}` });
      expect([what, await as('ann'), await as('bob'), await as('root'), await statusOf(path)]).toEqual([what, 101, 404, 403, 401]);
      expect((await server.fetch(path, { as: 'ann' })).status).toBe(400);
    }
  });

  /** What a browser learns of a WebSocket that it opens by a ticket: what came in it, and how it was closed. */
  async function told(path: string) {
    const ws = new WebSocket(server.baseUrl.replace('http', 'ws') + path);
    const messages: unknown[] = [];
    ws.addEventListener('message', ({ data }) => messages.push(data));
    const { code, reason } = await new Promise<{ code: number; reason: string }>((resolve) => ws.addEventListener('close', resolve));
    return { code, reason, messages, why: refusalIn(messages[0]) };
  }

  it.each(['path', 'terminalPath', 'serialPath'] as const)(
    'a browser is told inside the WebSocket of its %s why it is refused',
    async (which) => {
      behave = echo;
      const { id } = server.world.addReservation('ann', { state: 'ready' });
      const ticket = async () => (await server.client('ann').consoleTicket({ params: { id } }))[which];
      const opens = ({ path: 'openConsole', terminalPath: 'openShell', serialPath: 'openSerialConsole' } as const)[which];
      const off = { hint: 'Switch it on.', details: { state: 'off' } };
      server.world.failures.set(opens, new CarrelError('wrong-state', 'it is off', off));
      const refused = await told(await ticket());
      expect(refused).toMatchObject({
        code: 4409,
        reason: 'wrong-state',
        why: { status: 409, code: 'wrong-state', message: 'it is off', ...off },
      });
      expect(refused.messages).toHaveLength(1);
      server.world.failures.set('servedElsewhere', new CarrelError('unavailable', 'served by h2 alone, which is not there'));
      expect(await told(await ticket())).toMatchObject({ code: 4503, why: { message: 'served by h2 alone, which is not there' } });
      // A fault of ours is told as one, and nothing of what it is made of.
      server.world.failures.set(opens, new Error('secret'));
      const fault = await told(await ticket());
      expect(fault).toMatchObject({ code: 4500, why: { code: 'internal' } });
      expect(JSON.stringify(fault)).not.toContain('secret');
      // What is no ticket's is refused before, and so is a page of another site.
      expect((await told(await ticket().then((path) => path.replace(/ticket=.{8}/, 'ticket=12345678')))).code).toBe(1006);
      expect(await statusOf(await ticket(), { origin: 'https://elsewhere.example' })).toBe(403);
    },
  );

  it('too many are told so too, and one that was refused holds no place', async () => {
    behave = echo;
    const { id } = server.world.addReservation('bob', { state: 'ready' });
    const ticket = async () => (await server.client('bob').consoleTicket({ params: { id } })).path;
    server.world.failures.set('openConsole', new CarrelError('unavailable', 'away'));
    expect((await told(await ticket())).code).toBe(4503);
    const held: Opened[] = [];
    for (let i = 0; i < 16; i++) held.push(await open(await ticket()));
    await eventually('all are open', () => held.every(({ received }) => received().length > 0));
    expect(await told(await ticket())).toMatchObject({ code: 4429, why: { code: 'rate-limited', details: { retryAfterS: 30 } } });
    for (const { ws, closed } of held) {
      ws.close();
      await closed;
    }
  });

  it('ends when the machine does, and when text comes', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const path = `/api/v1/reservations/${id}/console`;
    const headers = { authorization: `Bearer ${TOKENS.ann}` };
    behave = (socket) => socket.end('bye');
    expect(await (await open(path, headers)).closed).toMatchObject({ code: 1000 });
    behave = echo;
    const { ws, closed } = await open(path, headers);
    ws.send('text');
    expect(await closed).toMatchObject({ code: 1003 });
  });

  it('does not read the machine faster than the browser takes it', async () => {
    let pushed = 0;
    let blocked = false;
    behave = (socket) => {
      const chunk = Buffer.alloc(1 << 16);
      const push = () => {
        while (pushed < 64 << 20 && !socket.destroyed) {
          pushed += chunk.length;
          if (!socket.write(chunk)) {
            blocked = true;
            socket.once('drain', push);
            return;
          }
        }
      };
      push();
    };
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const { path } = await server.client('ann').consoleTicket({ params: { id } });
    // A browser that has stopped reading: the bytes pile up in the sockets between, and no further.
    const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    let got = 0;
    socket.on('data', (chunk: Buffer) => (got += chunk.length));
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.pause();
    let before = -1;
    let still = 0;
    await eventually('the machine is held up', () => {
      still = pushed === before && blocked ? still + 1 : 0;
      before = pushed;
      return still > 40;
    });
    expect(pushed).toBeLessThan(32 << 20);
    socket.resume();
    await eventually('all of it came in the end', () => got >= 64 << 20);
    socket.destroy();
  });

  it('ends when the server stops', async () => {
    behave = echo;
    const other = await startTestServer();
    other.world.consoleSocket = server.world.consoleSocket;
    const { id } = other.world.addReservation('ann', { state: 'ready' });
    const ws = new WebSocket(`${other.baseUrl.replace('http', 'ws')}/api/v1/reservations/${id}/console`, {
      headers: { authorization: `Bearer ${TOKENS.ann}` },
    });
    const closed = new Promise<number>((resolve) => ws.addEventListener('close', (e) => resolve(e.code)));
    await new Promise<void>((resolve) => ws.addEventListener('open', () => resolve()));
    await other.close();
    expect(await closed).toBe(1001);
  });
});
