import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { PATHS } from '../contract/paths.ts';
import { makeClient } from './client.ts';
import { ApiError, UnreachableError } from './errors.ts';
import { pauseAfter, SseParser } from './events.ts';
import type { Fetch } from './request.ts';

interface Sent {
  url: string;
  init: RequestInit;
}

/** A client whose requests go nowhere but into `sent`. */
function recording(answer: () => Response): { client: ReturnType<typeof makeClient>; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: Fetch = (url, init) => {
    sent.push({ url, init });
    return Promise.resolve(answer());
  };
  return { client: makeClient({ baseUrl: 'http://host:1/', token: 't', fetch }), sent };
}

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

it('opens a stream anew no sooner than the server asks for', () => {
  const refused = (details?: Record<string, unknown>) =>
    new ApiError({ type: 'x', title: 't', status: 429, code: 'rate-limited', detail: 'too many', ...(details ? { details } : {}) });
  expect(pauseAfter(refused({ retryAfterS: 30 }), 500)).toBe(30_000);
  expect(pauseAfter(refused(), 500)).toBe(500);
  expect(pauseAfter(new UnreachableError('http://host', new Error('gone')), 500)).toBe(500);
  expect(pauseAfter(undefined, 500)).toBe(500);
});

it('waits while the server is too busy, for as long as it says, and sends the same again', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const busy = { type: 'x', title: 't', status: 503, code: 'unavailable', detail: 'too many', details: { retryAfterS: 2 } };
  const answers = [json(busy, 503), json(busy, 503), json({ id: 'made' }, 202)];
  const { client, sent } = recording(() => answers.shift() as Response);
  const asked = client.reserve({ body: { image: 'golden' } });
  await vi.advanceTimersByTimeAsync(1_900);
  expect(sent).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(8_000);
  expect(await asked).toEqual({ id: 'made' });
  expect(sent.map((s) => s.init.body)).toEqual(Array.from({ length: 3 }, () => '{"image":"golden"}'));

  const { client: other, sent: once } = recording(() => json({ ...busy, details: {} }, 503));
  await expect(other.reserve({ body: { image: 'golden' } })).rejects.toMatchObject({ status: 503 });
  expect(once).toHaveLength(1);

  const { client: gone } = recording(() => json(busy, 503));
  const over = new AbortController();
  const left = gone.reserve({ body: { image: 'golden' } }, { signal: over.signal });
  const refused = expect(left).rejects.toBeInstanceOf(DOMException);
  await vi.advanceTimersByTimeAsync(100);
  over.abort();
  await refused;
});

describe('requests', () => {
  it('have method, path, query, body and token', async () => {
    const { client, sent } = recording(() => json({ items: [] }));
    await client.listReservations({ query: { limit: 5, past: true } });
    await client.reserve({ body: { image: 'a/b' } });
    await client.showRevision({ params: { name: 'a/b c', number: 2 } });
    expect(sent.map((s) => [s.init.method, s.url, s.init.body])).toEqual([
      ['GET', 'http://host:1/api/v1/reservations?limit=5&past=true', undefined],
      ['POST', 'http://host:1/api/v1/reservations', '{"image":"a/b"}'],
      ['GET', 'http://host:1/api/v1/images/a%2Fb%20c/revisions/2', undefined],
    ]);
    expect(sent.every((s) => (s.init.headers as Record<string, string>).authorization === 'Bearer t')).toBe(true);
  });

  it.each(['', '.', '..'])('%j cannot stand in a path: another operation would be called', async (name) => {
    const { client, sent } = recording(() => json({}));
    await expect(client.deleteRevision({ params: { name, number: 1 } })).rejects.toMatchObject({ code: 'bad-request' });
    expect(sent).toEqual([]);
  });

  it('whatever a name holds, the path has as many parts as it should', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (name) => {
        const { client, sent } = recording(() => json({}));
        await client.showImage({ params: { name } }).catch(() => {});
        const [request] = sent;
        if (request === undefined) return name === '.' || name === '..';
        const parts = new URL(request.url).pathname.split('/');
        return parts.length === 5 && decodeURIComponent(parts[4] as string) === name;
      }),
    );
  });

  it('there is a function for every operation but those that are WebSockets', () => {
    const { client } = recording(() => json({}));
    const missing = Object.keys(PATHS).filter((name) => typeof (client as unknown as Record<string, unknown>)[name] !== 'function');
    expect(missing).toEqual(['console', 'terminal', 'serialConsole', 'tunnel']);
  });
});

describe('errors', () => {
  it('keep what the problem says', async () => {
    const problem = { type: 'x', title: 't', status: 409, code: 'busy', detail: 'held', hint: 'wait', details: { by: 1 } };
    const { client } = recording(() => json(problem, 409));
    const error = await client.listImages().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, code: 'busy', message: 'held', hint: 'wait', details: { by: 1 } });
  });

  it.each([
    ['a page', 502, '<html>', 'internal'],
    ['nothing', 404, '', 'not-found'],
    ['other JSON', 500, '{"error":"x"}', 'internal'],
    ['null', 500, 'null', 'internal'],
  ])('%s in place of a problem', async (_, status, body, code) => {
    const { client } = recording(() => new Response(body, { status }));
    await expect(client.listImages()).rejects.toMatchObject({ status, code });
  });

  it('no answer is an error of its own, with its cause', async () => {
    const cause = new Error('refused');
    const client = makeClient({ baseUrl: 'http://host:1', fetch: () => Promise.reject(cause) });
    const error = await client.listImages().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ code: 'unreachable', url: 'http://host:1', cause });
  });

  it('an answer that breaks off is no answer', async () => {
    const broken = () => new Response('{"items":', { headers: { 'content-type': 'application/json' } });
    await expect(recording(broken).client.listImages()).rejects.toBeInstanceOf(UnreachableError);
  });

  it("the caller's own abort stays what it is", async () => {
    const stop = new AbortController();
    stop.abort();
    const client = makeClient({ baseUrl: 'http://127.0.0.1:1' });
    await expect(client.listImages({}, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('event streams', () => {
  const blocks = [
    { id: '1', event: 'hello', data: '{"a":1}' },
    { id: '2', event: 'job', data: 'two\nlines' },
    { id: undefined, event: undefined, data: 'ünïcode' },
  ];

  it('are read the same however they are cut, and whatever ends a line', () => {
    fc.assert(
      fc.property(fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(200)), (end, cuts) => {
        const lines = [
          ': comment',
          '',
          'retry: 1000',
          '',
          'id: 1',
          'event: hello',
          'data: {"a":1}',
          '',
          'id:2',
          'event:job',
          'data:two',
          'data: lines',
          '',
        ];
        const text = [...lines, ': hb', '', 'data: ünïcode', '', 'data: unfinished', ''].join(end);
        const at = [...new Set(cuts.filter((c) => c < text.length))].sort((a, b) => a - b);
        const parser = new SseParser();
        const found = [0, ...at].flatMap((start, i) => parser.push(text.slice(start, at[i])));
        expect(found).toEqual(blocks);
      }),
    );
  });
});
