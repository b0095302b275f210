/** Made from the contract: no route says anything of what is another person's, nor does anything with it (promise 11). */
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { TOKENS } from '../../test/support/fake-services.ts';
import { routes } from '../contract/api.ts';
import type { Operation } from '../contract/paths.ts';

const MISSING = '11111111-1111-4111-8111-111111111111';

/** Routes with a parameter that are about no person's thing: images are everybody's to see; who may change them is in server.test.ts. */
const EVERYBODYS: readonly Operation[] = [
  'showImage',
  'changeImage',
  'listRevisions',
  'showRevision',
  'replicateImage',
  'proveRevision',
  'publishRevision',
  'retireRevision',
  'unretireRevision',
  'deleteRevision',
  'verifyImage',
  'imageLineage',
];

/** A good body for each route that has one: what is refused is refused for whose it is, not for its form. */
const BODIES: Partial<Record<Operation, object>> = {
  extendReservation: { for: '1h' },
  labelReservation: { labels: { a: 'b' } },
  shortenReservation: { for: '1h' },
  moveReservation: { at: '2099-01-01T10:00Z' },
  connectReservation: {},
  captureReservation: {},
  reimageReservation: {},
  powerReservation: { op: 'off' },
  addCheckpoint: { name: 'one' },
  createToken: { label: 'x' },
};

let server: TestServer;
let theirs: Record<string, string>;
beforeAll(async () => {
  server = await startTestServer({ requestsPerMinute: 100_000, refusalsPerMinute: 100_000 });
  const reservation = server.world.addReservation('bob', { state: 'ready' });
  const series = await server.client('bob').reserveSeries({
    body: { image: 'starter', at: '2099-01-01 10:00', zone: 'UTC', rule: 'FREQ=DAILY;COUNT=2' },
  });
  theirs = {
    reservations: reservation.id,
    machines: reservation.machine.id,
    jobs: server.world.addJob('power', 'bob').id,
    series: series.id,
    accounts: 'bob',
  };
});
afterAll(() => server.close());

const personal = routes.filter((r) => r.path.includes('{') && r.scope !== 'admin' && !EVERYBODYS.includes(r.operation));

/** By hand, since a WebSocket's upgrade is refused with an ordinary answer. */
function ask(method: string, path: string, body: object | undefined, upgrade: boolean): Promise<{ status: number; text: string }> {
  const headers = {
    authorization: `Bearer ${TOKENS.ann}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(upgrade
      ? { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
      : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request(server.baseUrl + path, { method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve({ status: 101, text: '' });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

it.each(personal.map((r) => [r.operation, r] as const))(
  "%s answers for what is another's as for what was never there",
  async (operation, route) => {
    const kind = /^\/api\/v1\/(\w+)\//.exec(route.path)?.[1] as string;
    // A session's id says nothing to anybody, so there is none of another's to ask for.
    const id = kind === 'sessions' ? MISSING : theirs[kind];
    if (id === undefined) throw new Error(`${operation} is about something that this test knows none of: add one of bob's to it`);
    if (route.body !== undefined && BODIES[operation] === undefined) throw new Error(`${operation} needs a row in BODIES`);
    const at = (first: string) => route.path.replace(/\{\w+\}/, first).replace(/\{\w+\}/g, MISSING);
    const upgrade = route.kind === 'websocket';
    const before = JSON.stringify([...server.world.reservations.values()]);
    const other = await ask(route.method, at(id), BODIES[operation], upgrade);
    const never = kind === 'accounts' ? 'nobody-here' : MISSING;
    const missing = await ask(route.method, at(never), BODIES[operation], upgrade);
    expect(other.status).toBe(404);
    // But for the name itself and the number of the request, word for word the same.
    const plain = (text: string, name: string) => text.replaceAll(name, 'X').replace(/"requestId":"[^"]+"/, '');
    expect(plain(other.text, id)).toBe(plain(missing.text, never));
    expect(JSON.stringify([...server.world.reservations.values()])).toBe(before);
  },
);

it('what is everybody’s and what has a body are routes that there are', () => {
  const known = new Set(routes.map((r) => r.operation));
  expect([...EVERYBODYS, ...(Object.keys(BODIES) as Operation[])].filter((operation) => !known.has(operation))).toEqual([]);
});
