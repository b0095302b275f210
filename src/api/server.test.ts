import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { TOKENS, WORD_FOR_ANN } from '../../test/support/fake-services.ts';
import { routes } from '../contract/api.ts';
import type { Problem } from '../contract/problem.ts';
import { CarrelError } from '../lib/errors.ts';

const ID = '11111111-1111-4111-8111-111111111111';

/** Only these answer without a token. The list may get shorter, never longer without a thought. */
const WITHOUT_TOKEN = ['health', 'ready', 'openapi'];
/** These take a password or a code in their body, and are refused without. */
const TO_SIGN_IN = ['signIn', 'signInForToken'];

function example(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, key: string) => ({ name: 'starter', number: '1', account: 'ann' })[key] ?? ID);
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ bodyBytes: 4096, requestsPerMinute: 100_000, refusalsPerMinute: 100_000 });
});
afterAll(() => server.close());

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
}

describe('tokens', () => {
  it.each(routes.map((r) => [r.operation, r] as const))('%s asks for a token unless it is one of the listed', async (operation, route) => {
    for (const authorization of [undefined, 'Bearer wrong-token-0123456789', 'Basic YW5uOmFubg==', 'Bearer short']) {
      const upgrade = route.kind === 'websocket' ? { connection: 'Upgrade', upgrade: 'websocket' } : {};
      const headers = { ...upgrade, ...(authorization === undefined ? {} : { authorization }) };
      const response = await server.app.inject({ method: route.method, url: example(route.path), headers });
      if (WITHOUT_TOKEN.includes(operation)) expect(response.statusCode).toBe(200);
      else if (TO_SIGN_IN.includes(operation)) expect(response.statusCode).toBe(400);
      // A plain request never becomes a WebSocket; its sign-in is tested in console.test.ts.
      else if (route.kind === 'websocket') expect(response.statusCode).toBe(400);
      else expect([operation, response.statusCode]).toEqual([operation, 401]);
    }
  });

  it('by the word of another server nothing is answered but what servers ask of each other', async () => {
    const answered: string[] = [];
    for (const route of routes.filter((r) => r.kind !== 'websocket' && r.scope !== 'public')) {
      const headers = { 'x-carrel-on-behalf': WORD_FOR_ANN };
      const { statusCode } = await server.app.inject({ method: route.method, url: example(route.path), headers });
      if (statusCode !== 401) answered.push(route.operation);
      const forged = { 'x-carrel-on-behalf': 'word-for-eve', authorization: `Bearer ${TOKENS.ann}` };
      const wrong = await server.app.inject({ method: route.method, url: example(route.path), headers: forged });
      expect([route.operation, wrong.statusCode]).toEqual([route.operation, 401]);
    }
    expect(answered.sort()).toEqual([
      'checkUpload',
      'connectReservation',
      'imageLineage',
      'lineage',
      'screenshot',
      'serialLog',
      'showMachine',
      'uploadImage',
      'verifyImage',
    ]);
  });

  it('says with a 401 how to sign in', async () => {
    const response = await server.fetch('/api/v1/me');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problemOf(response)).toMatchObject({ code: 'unauthorized', hint: expect.stringContaining('Bearer') });
  });

  it.each(routes.filter((r) => r.scope === 'admin').map((r) => [r.operation, r] as const))('%s is for operators', async (_, route) => {
    const headers = { authorization: `Bearer ${TOKENS.ann}` };
    const response = await server.app.inject({ method: route.method, url: example(route.path), headers });
    expect(response.statusCode).toBe(403);
  });

  it('knows whose token it is', async () => {
    expect(await server.client('ann').me()).toEqual({ account: 'ann', role: 'user', version: '0.0.0-test' });
  });

  it('refuses after too many wrong tokens, and after too many requests', async () => {
    const small = await startTestServer({ requestsPerMinute: 3, refusalsPerMinute: 3 });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) statuses.push((await small.fetch('/api/v1/me', { as: 'ann' })).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      expect((await small.fetch('/api/v1/me', { as: 'bob' })).status).toBe(200);
      const limited = await small.fetch('/api/v1/me', { as: 'ann' });
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      const wrong: number[] = [];
      for (let i = 0; i < 5; i++) wrong.push((await small.fetch('/api/v1/me')).status);
      expect(wrong).toEqual([401, 401, 401, 429, 429]);
      // Health is asked by machines, often.
      expect((await small.fetch('/healthz')).status).toBe(200);
    } finally {
      await small.close();
    }
  });
});

describe("other people's things", () => {
  it('do not exist for those who are not operators', async () => {
    const theirs = server.world.addReservation('bob', { state: 'ready' });
    const job = server.world.addJob('power', 'bob');
    const ann = server.client('ann');
    const params = { id: theirs.id };
    const calls = [
      ann.showReservation({ params }),
      ann.endReservation({ params }),
      ann.extendReservation({ params, body: { for: '1h' } }),
      ann.connectReservation({ params, body: {} }),
      ann.captureReservation({ params, body: {} }),
      ann.powerReservation({ params, body: { op: 'off' } }),
      ann.consoleTicket({ params }),
      ann.showMachine({ params: { id: theirs.machine.id } }),
      ann.showJob({ params: { id: job.id } }),
      ann.listTokens({ params: { account: 'bob' } }),
      ann.createToken({ params: { account: 'bob' }, body: { label: 'x' } }),
      ann.deleteToken({ params: { account: 'bob', token: ID } }),
    ];
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { status: 404, code: 'not-found' } });
    }
    // Word for word what somebody gets who asks for what was never there.
    const missing = await server
      .client('ann')
      .showReservation({ params: { id: ID } })
      .catch((e: Error) => e.message);
    const hidden = await server
      .client('ann')
      .showReservation({ params })
      .catch((e: Error) => e.message);
    expect(String(hidden).replace(theirs.id, '')).toBe(String(missing).replace(ID, ''));
  });

  it('operators see and end them, but get neither password nor screen', async () => {
    const theirs = server.world.addReservation('bob', { state: 'ready' });
    const root = server.client('root');
    const params = { id: theirs.id };
    await expect(root.showReservation({ params })).resolves.toMatchObject({ owner: 'bob' });
    await expect(root.connectReservation({ params, body: {} })).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(root.consoleTicket({ params })).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(root.endReservation({ params })).resolves.toMatchObject({ state: 'ending' });
  });

  it('are in a list only when an operator asks for all', async () => {
    server.world.addReservation('bob');
    const mine = await server.client('ann').listReservations();
    expect(mine.items.every((r) => r.owner === 'ann')).toBe(true);
    await expect(server.client('ann').listReservations({ query: { all: true } })).rejects.toMatchObject({ code: 'not-allowed' });
    const all = await server.client('root').listReservations({ query: { all: true } });
    expect(all.items.some((r) => r.owner === 'bob')).toBe(true);
    await expect(server.client('ann').listMachines({ query: { all: true } })).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('a machine that is nobody’s is an operator’s to see and to end; somebody’s ends with its reservation', async () => {
    const { id } = server.world.addNobodys();
    const [ann, root] = [server.client('ann'), server.client('root')];
    await expect(ann.showMachine({ params: { id } })).rejects.toMatchObject({ code: 'not-found' });
    await expect(ann.endMachine({ params: { id } })).rejects.toMatchObject({ code: 'not-allowed' });
    const [shown] = (await root.listMachines({ query: { all: true } })).items.filter((m) => m.id === id);
    expect(shown).toMatchObject({ state: 'running' });
    expect((await root.listMachines({ query: { all: true, nobodys: true } })).items.map((m) => m.id)).toEqual([id]);
    expect(shown?.reservation ?? shown?.owner).toBeUndefined();
    await expect(root.endMachine({ params: { id } })).resolves.toMatchObject({ id, state: 'destroying' });
    const theirs = server.world.addReservation('bob', { state: 'ready' });
    await expect(root.endMachine({ params: { id: theirs.machine.id } })).rejects.toMatchObject({ code: 'wrong-state' });
  });

  it('an image is changed by its owner and by operators', async () => {
    server.world.addImage('anns', 'ann');
    const params = { name: 'anns', number: 1 };
    for (const person of ['ann', 'root'] as const) {
      await expect(server.client(person).publishRevision({ params, body: {} })).resolves.toMatchObject({ state: 'published' });
    }
    const bob = server.client('bob');
    const copy = (person: 'ann' | 'bob' | 'root') =>
      server.client(person).replicateImage({ params: { name: 'anns' }, body: { provider: 'lab' } });
    for (const person of ['ann', 'root'] as const) await expect(copy(person)).resolves.toHaveProperty('job');
    const describe = (person: 'ann' | 'bob' | 'root') =>
      server.client(person).changeImage({ params: { name: 'anns' }, body: { description: `by ${person}` } });
    for (const person of ['ann', 'root'] as const) await expect(describe(person)).resolves.toHaveProperty('description', `by ${person}`);
    const calls = [
      bob.publishRevision({ params, body: {} }),
      bob.retireRevision({ params }),
      bob.unretireRevision({ params }),
      bob.deleteRevision({ params }),
      copy('bob'),
      describe('bob'),
      bob.changeImage({ params: { name: 'anns' }, body: { labels: { a: 'b' } } }),
      bob.verifyImage({ params: { name: 'anns' }, body: {} }),
      bob.imageLineage({ params: { name: 'anns' } }),
    ];
    for (const result of await Promise.allSettled(calls)) expect(result).toMatchObject({ reason: { code: 'not-allowed' } });
    const own = server.world.addReservation('bob', { state: 'ready' });
    await expect(bob.captureReservation({ params: { id: own.id }, body: { image: 'anns' } })).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(bob.captureReservation({ params: { id: own.id }, body: { image: 'bobs-own' } })).resolves.toMatchObject({
      image: { owner: 'bob' },
    });
  });
});

describe('bodies', () => {
  const post = (body: string, type = 'application/json', path = '/api/v1/reservations') =>
    server.fetch(path, { as: 'ann', method: 'POST', body, headers: { 'content-type': type } });

  it.each([
    ['not JSON', '{"image":', 400, 'bad-request'],
    ['empty', '', 400, 'bad-request'],
    ['an array', '[]', 400, 'bad-request'],
    ['null', 'null', 400, 'bad-request'],
    ['a number for a string', '{"image":5}', 400, 'bad-request'],
    ['a string for a number', '{"image":"starter","memoryMiB":"256"}', 400, 'bad-request'],
    ['a fraction', '{"image":"starter","vcpus":1.5}', 400, 'bad-request'],
    ['a number beyond its bound', '{"image":"starter","vcpus":100000}', 400, 'bad-request'],
    ['an unknown member', '{"image":"starter","modee":"full"}', 400, 'bad-request'],
    ['an unknown word', '{"image":"starter","mode":"thin"}', 400, 'bad-request'],
    ['a missing member', '{}', 400, 'bad-request'],
    ['a nested object for a string', `{"image":${'{"a":'.repeat(500)}1${'}'.repeat(500)}}`, 400, 'bad-request'],
    ['deeply nested arrays', '['.repeat(2000) + ']'.repeat(2000), 400, 'bad-request'],
    ['a prototype', '{"image":"starter","__proto__":{"x":1}}', 400, 'bad-request'],
    ['a constructor', '{"image":"starter","constructor":{"prototype":{"x":1}}}', 400, 'bad-request'],
    ['no span of time', '{"image":"starter","for":"soon"}', 400, 'bad-request'],
    ['too long a span of time', '{"image":"starter","for":"99999999d"}', 400, 'bad-request'],
    ['an id that is none', '{"image":"starter","id":"../../etc/passwd"}', 400, 'bad-request'],
    ['too much', JSON.stringify({ image: 'x'.repeat(5000) }), 413, 'too-large'],
  ])('refuses %s', async (_, body, status, code) => {
    const before = server.world.calls.length;
    const response = await post(body);
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
    expect(server.world.calls.slice(before).filter((c) => c.name !== 'verifyToken')).toEqual([]);
  });

  it('says which member is wrong, and how', async () => {
    const detail = async (body: string) => (await problemOf(await post(body))).detail;
    expect(await detail('{"image":"starter","modee":1}')).toContain('modee');
    expect(await detail('{"image":"starter","mode":"thin"}')).toBe('mode must be one of linked, full, instant');
    expect(await detail('{"image":"starter","vcpus":"2"}')).toBe('vcpus must be a whole number');
    expect(await detail('{}')).toBe('the body lacks image');
    expect(await detail('{"image":"starter","id":"x"}')).toMatch(/^id is not written as it should be\. .*UUID/);
    expect(await detail('{"image":"starter","for":"soon"}')).toContain('"soon"');
    expect((await problemOf(await post(JSON.stringify({ image: 'x'.repeat(5000) })))).hint).toBe('It may have 4096 bytes.');
  });

  it('refuses other kinds of content', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/octet-stream', 'multipart/form-data']) {
      const response = await post('{"image":"starter"}', type);
      expect([type, response.status]).toEqual([type, 415]);
    }
    const json = await post('{}', 'application/json', '/api/v1/images/starter/upload?format=raw');
    expect(json.status).toBe(403);
  });

  it('reads numbers and truth values in a query, and refuses what is not one', async () => {
    const get = (query: string) => server.fetch(`/api/v1/reservations?${query}`, { as: 'ann' });
    expect((await get('limit=5&past=true')).status).toBe(200);
    expect(server.world.calls.findLast((c) => c.name === 'listReservations')?.args[0]).toMatchObject({ limit: 5, past: true });
    for (const bad of ['limit=many', 'limit=0', 'limit=1001', 'past=perhaps', 'limit=1&limit=2', 'unknown=1', 'limit=1e99']) {
      expect([bad, (await get(bad)).status]).toEqual([bad, 400]);
    }
  });

  it.each([
    '/api/v1/reservations/nonsense',
    '/api/v1/images/starter/revisions/one',
    '/api/v1/images/starter/revisions/0',
    '/api/v1/images/%00',
    '/api/v1/reservations/%ff',
  ])('refuses %s', async (path) => {
    const response = await server.fetch(path, { as: 'ann' });
    expect([response.status, (await problemOf(response)).code]).toEqual([400, 'bad-request']);
  });

  it.each(['Starter', '..', 'a b', '-x', 'ünïcode', 'x'.repeat(64)])('refuses to make an image called %j', async (name) => {
    const response = server.client('root').buildImage({ params: { name }, body: { recipe: 'starter' } });
    await expect(response).rejects.toMatchObject({ code: 'bad-request' });
  });

  it('answers what is nowhere with a problem too', async () => {
    expect(await problemOf(await server.fetch('/api/v1/nothing', { as: 'ann' }))).toMatchObject({ code: 'not-found' });
    expect(await problemOf(await server.fetch('/', {}))).toMatchObject({ code: 'not-found' });
  });
});

describe('reserving', () => {
  it('fills in what was left out, and passes on what was said', async () => {
    const made = await server.client('ann').reserve({ body: { image: 'starter' } });
    expect(server.world.calls.findLast((c) => c.name === 'reserve')?.args[1]).toMatchObject({
      forMs: 7_200_000,
      mode: 'linked',
      id: made.id,
    });
    await server.client('ann').reserve({ body: { image: 'starter', for: 'PT90M', mode: 'instant', memoryMiB: 128, vcpus: 2, id: ID } });
    expect(server.world.calls.findLast((c) => c.name === 'reserve')?.args[1]).toMatchObject({
      id: ID,
      forMs: 5_400_000,
      mode: 'instant',
      memoryMiB: 128,
      vcpus: 2,
    });
  });

  it('says what is missing', async () => {
    await expect(server.client('ann').reserve({ body: { image: 'nothing' } })).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('carrel image ls'),
    });
    await expect(server.client('ann').reserve({ body: { image: 'starter', memoryMiB: 500_000 } })).rejects.toMatchObject({
      code: 'no-capacity',
      status: 409,
      details: { resource: 'memoryMiB' },
    });
  });
});

describe('errors', () => {
  it('an unforeseen one tells nothing of itself', async () => {
    server.world.failures.set('listImages', new Error('select * from secret where password = x'));
    const response = await server.fetch('/api/v1/images', { as: 'ann' });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toContain('secret');
    expect((JSON.parse(text) as Problem).requestId).toBe(response.headers.get('x-request-id'));
  });

  it('a foreseen one keeps code, causes and hint', async () => {
    const error = new CarrelError('busy', 'it is being captured', { hint: 'Wait.', cause: new Error('by job 5'), details: { job: '5' } });
    server.world.failures.set('listImages', error);
    await expect(server.client('ann').listImages()).rejects.toMatchObject({
      status: 409,
      code: 'busy',
      message: 'it is being captured: by job 5',
      hint: 'Wait.',
      details: { job: '5' },
    });
  });

  it('readiness is 503 when something is missing', async () => {
    server.world.ready = false;
    const response = await server.fetch('/readyz');
    server.world.ready = true;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, checks: [{ name: 'store', ok: false }] });
  });

  it('an answer holds nothing that the contract does not name', async () => {
    Object.assign(server.world.images.get('starter') as object, { hiddenThing: 'secret' });
    expect(await (await server.fetch('/api/v1/images/starter', { as: 'ann' })).text()).not.toContain('hiddenThing');
  });
});

describe('headers and logs', () => {
  it('every answer forbids caching, framing and guessing', async () => {
    for (const path of ['/healthz', '/api/v1/images', '/nowhere']) {
      const { headers } = await server.fetch(path, { as: 'ann' });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('the log has one line per request, with its operation and account, and no secret', async () => {
    const lines: string[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    });
    const logged = await startTestServer({ log: pino({ level: 'debug' }, sink) });
    try {
      const { id } = logged.world.addReservation('ann', { state: 'ready' });
      const connection = await logged.client('ann').connectReservation({ params: { id }, body: {} });
      const { ticket, path } = await logged.client('ann').consoleTicket({ params: { id } });
      await logged.fetch(path);
      await logged.fetch('/api/v1/me', { headers: { authorization: 'Bearer wrong-token-0123456789' } });
      await logged.client('root').createToken({ params: { account: 'ann' }, body: { label: 'x' } });
      const text = lines.join('');
      expect(text).toContain('"operation":"connectReservation"');
      expect(text).toContain('"account":"ann"');
      for (const secret of [connection.password, ticket, TOKENS.ann, 'wrong-token', 'crl_']) expect(text).not.toContain(secret);
    } finally {
      await logged.close();
    }
  });

  it('metrics count requests by operation', async () => {
    await server.client('ann').listImages();
    const text = await server.client('root').metrics();
    expect(text).toContain('carrel_http_request_seconds_count{operation="listImages",status="200"}');
    expect(text).toContain('process_resident_memory_bytes');
  });
});

describe('stopping', () => {
  it('waits for an answer that is on its way', async () => {
    const other = await startTestServer();
    let go: (value: unknown) => void = () => {};
    other.world.failures.set('listImages', new Promise((resolve) => (go = resolve)));
    const slow = other.client('ann').listImages();
    await eventually('it has begun', () => other.world.calls.some((c) => c.name === 'listImages'));
    const closed = other.close();
    go(undefined);
    await expect(slow).resolves.toMatchObject({ items: [{ name: 'starter' }] });
    await closed;
  });

  it('cuts off an answer that never comes', async () => {
    const other = await startTestServer({ closeGraceMs: 100 });
    other.world.failures.set('listImages', new Promise(() => {}));
    const hanging = other
      .client('ann')
      .listImages()
      .catch((error: unknown) => error);
    await eventually('it has begun', () => other.world.calls.some((c) => c.name === 'listImages'));
    await other.close();
    expect(await hanging).toMatchObject({ code: 'unreachable' });
  });
});
