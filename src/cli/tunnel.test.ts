/** The tunnel with both of its ends, the server's and the command line's, over a real WebSocket; a guest is in test/e2e/tunnel.real.ts. */
import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Person } from '../../test/support/fake-services.ts';
import { TOKENS } from '../../test/support/fake-services.ts';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { CarrelError } from '../lib/errors.ts';
import { openTunnel } from './tunnel.ts';

let server: TestServer;
let guest: Server;
/** What the machine does with a connection. */
let behave: (socket: Socket) => void;
let machineSide: Socket | undefined;

beforeAll(async () => {
  guest = createServer((socket) => {
    machineSide = socket.on('error', () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => guest.listen(0, '127.0.0.1', resolve));
  server = await startTestServer({ tunnels: { perPerson: 2, inAll: 3 } });
  lead(server);
});
afterAll(async () => {
  await server.close();
  await new Promise((resolve) => guest.close(resolve));
});
beforeEach(() => {
  behave = (socket) => socket.pipe(socket);
});

/** Lets the tunnels of a server lead to the guest. */
function lead({ world }: TestServer): void {
  world.openTunnel = () =>
    new Promise((resolve) => {
      const socket = connect((guest.address() as AddressInfo).port, '127.0.0.1', () => resolve(socket.pause()));
    });
}

const ready = (of = server) => of.world.addReservation('ann', { state: 'ready' }).id;
const open = (id: string, of = server, person: Person = 'ann') => openTunnel({ client: of.client(person), fingerprint256: undefined }, id);

it('carries bytes both ways, also what the machine says first', async () => {
  behave = (socket) => {
    socket.write('SSH-2.0-guest\r\n');
    socket.pipe(socket);
  };
  const { stream, closed } = await open(ready());
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  const sent = randomBytes(3 << 20);
  // In pieces, as a pipe brings it: a message of the WebSocket is at most 1 MiB.
  for (let i = 0; i < sent.length; i += 1 << 16) stream.write(sent.subarray(i, i + (1 << 16)));
  await eventually('the echo', () => Buffer.concat(parts).length === 15 + sent.length);
  expect(Buffer.concat(parts).subarray(15).equals(sent)).toBe(true);
  stream.end();
  await closed;
  await eventually("the machine's side is let go", () => machineSide?.destroyed === true);
});

it('neither side is read faster than the other takes it', async () => {
  const much = 64 << 20;
  const chunk = Buffer.alloc(1 << 16);
  /** Writes until all is written, and says how much was taken so far. */
  const push = (to: NodeJS.WritableStream) => {
    const pushed = { bytes: 0 };
    const go = () => {
      while (pushed.bytes < much) {
        pushed.bytes += chunk.length;
        if (!to.write(chunk)) {
          to.once('drain', go);
          return;
        }
      }
    };
    go();
    return pushed;
  };
  const still = async (pushed: { bytes: number }) => {
    let [before, times] = [-1, 0];
    await eventually('the writer is held up', () => {
      times = pushed.bytes === before ? times + 1 : 0;
      before = pushed.bytes;
      return pushed.bytes > 0 && times > 60;
    });
    return pushed.bytes;
  };
  const count = (from: NodeJS.ReadableStream) => {
    const got = { bytes: 0 };
    from.on('data', (part: Buffer) => (got.bytes += part.length));
    return got;
  };

  let fromMachine = { bytes: 0 };
  behave = (socket) => void (fromMachine = push(socket));
  const down = await open(ready());
  expect(await still(fromMachine)).toBeLessThan(much / 2);
  const got = count(down.stream);
  await eventually('all of it came in the end', () => got.bytes >= much);
  down.stream.destroy();

  behave = (socket) => socket.pause();
  const up = await open(ready());
  expect(await still(push(up.stream))).toBeLessThan(much / 2);
  const taken = count(machineSide as Socket);
  (machineSide as Socket).resume();
  await eventually('all of it arrived in the end', () => taken.bytes >= much);
  up.stream.destroy();
  await Promise.all([down.closed, up.closed]);
});

it("ends with the machine's side, the machine, the sign-in and the server, and says which", async () => {
  behave = (socket) => socket.end('bye');
  const first = await open(ready());
  first.stream.resume();
  expect(await first.closed).toMatchObject({ code: 1000 });
  behave = (socket) => socket.pipe(socket);
  const id = ready();
  const second = await open(id);
  server.world.machineOver(id, 'the reservation is ending');
  expect(await second.closed).toEqual({ code: 1001, reason: 'the reservation is ending' });
  await eventually("the machine's side is let go", () => machineSide?.destroyed === true);
  const third = await open(ready());
  server.world.signOut('ann');
  expect(await third.closed).toEqual({ code: 1008, reason: 'the sign-in is over' });
  const other = await startTestServer();
  lead(other);
  const fourth = await open(ready(other), other);
  await other.close();
  expect(await fourth.closed).toEqual({ code: 1001, reason: 'the server is stopping' });
});

it('what is refused is refused with the words of any other request', async () => {
  const id = ready();
  await expect(open(id, server, 'bob')).rejects.toMatchObject({ status: 404, code: 'not-found' });
  await expect(open(id, server, 'root')).rejects.toMatchObject({ status: 403, code: 'not-allowed' });
  server.world.failures.set('openTunnel', new CarrelError('wrong-state', 'it is not ready yet: booting', { hint: 'wait for it' }));
  await expect(open(id)).rejects.toMatchObject({ status: 409, message: 'it is not ready yet: booting', hint: 'wait for it' });
  server.world.failures.set('openTunnel', new CarrelError('host-key', 'what answers is not this machine'));
  await expect(open(id)).rejects.toMatchObject({ status: 502, code: 'guest-failed' });
  expect((await server.fetch(`/api/v1/reservations/${id}/tunnel`, { as: 'ann' })).status).toBe(400);
  const gone = await startTestServer();
  await gone.close();
  await expect(open(id, gone)).rejects.toMatchObject({ code: 'unreachable' });
});

it('a person has so many tunnels; one that ends, or was refused, gives its place back', async () => {
  const id = ready();
  const [one, two] = [await open(id), await open(id)];
  await expect(open(id)).rejects.toMatchObject({ code: 'rate-limited', message: 'you have 2 tunnels open, which is the most' });
  one.stream.destroy();
  await one.closed;
  let three: Awaited<ReturnType<typeof open>> | undefined;
  await eventually('the place', async () => (three = await open(id).catch(() => undefined)) !== undefined);
  for (const { stream, closed } of [two, three as NonNullable<typeof three>]) {
    stream.destroy();
    await closed;
  }
});

it('a page of another address opens none, by token or ticket', async () => {
  const id = ready();
  const { ticket } = await server.client('ann').consoleTicket({ params: { id } });
  const status = (query: string, headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const ws = new WebSocket(`${server.baseUrl.replace('http', 'ws')}/api/v1/reservations/${id}/tunnel${query}`, { headers });
      ws.on('error', () => {});
      ws.on('open', () => {
        resolve(101);
        ws.close();
      });
      ws.on('unexpected-response', (request, response) => {
        resolve(response.statusCode ?? 0);
        request.destroy();
      });
    });
  const authorization = `Bearer ${TOKENS.ann}`;
  expect(await status('', { authorization, origin: 'https://elsewhere.example' })).toBe(403);
  expect(await status('', { authorization, origin: server.baseUrl })).toBe(101);
  expect(await status(`?ticket=${ticket}`, {})).toBe(401);
});
