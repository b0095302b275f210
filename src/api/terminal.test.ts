/** The terminal over a real WebSocket; a shell in a guest is in shell.test.ts, and both together in the portal's browser test. */
import { PassThrough } from 'node:stream';
import { WebSocket } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestServer, type TestServer } from '../../test/support/test-server.ts';
import { sizeIn } from './terminal.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Closed {
  code: number;
  reason: string;
}

/** Whether a WebSocket is refused. */
function isRefused(path: string): Promise<boolean> {
  const ws = new WebSocket(server.baseUrl.replace('http', 'ws') + path);
  return new Promise((resolve) => {
    ws.addEventListener('open', () => resolve(false));
    ws.addEventListener('error', () => resolve(true));
  });
}

it.each(['', 'x', '[]', '{}', '{"cols":80}', '{"cols":"80","rows":24}', '{"cols":1.5,"rows":24}', '{"cols":80,"rows":1001}'])(
  '%j is no size of a window',
  (text) => expect(sizeIn(text)).toBeUndefined(),
);

describe('terminal', () => {
  /** A shell that gives back what is typed, and writes down the sizes it was given. */
  function fakeShell() {
    const stream = new PassThrough();
    const sizes: string[] = [];
    const shell = {
      stream,
      resize: ({ cols, rows }: { cols: number; rows: number }) => void sizes.push(`${cols}x${rows}`),
      close: () => void stream.destroy(),
    };
    server.world.openShell = ({ cols, rows }) => {
      sizes.push(`${cols}x${rows}`);
      return Promise.resolve(shell);
    };
    return { stream, sizes };
  }

  async function open(
    person: 'ann' | 'bob',
    id: string,
    tail = '',
  ): Promise<{ ws: WebSocket; text: () => string; closed: Promise<Closed> }> {
    const { terminalPath } = await server.client(person).consoleTicket({ params: { id } });
    const ws = new WebSocket(server.baseUrl.replace('http', 'ws') + terminalPath + tail);
    ws.binaryType = 'arraybuffer';
    let text = '';
    ws.addEventListener('message', (e) => (text += Buffer.from(e.data as ArrayBuffer).toString()));
    const closed = new Promise<Closed>((resolve) => ws.addEventListener('close', ({ code, reason }) => resolve({ code, reason })));
    await new Promise<void>((resolve, reject) => {
      ws.addEventListener('open', () => resolve());
      ws.addEventListener('error', () => reject(new Error('refused')));
    });
    return { ws, text: () => text, closed };
  }

  it('carries what is typed and shown, and the size of the window', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const { stream, sizes } = fakeShell();
    const { ws, text, closed } = await open('ann', id, '&cols=100&rows=30');
    ws.send(Buffer.from('Zürich @€'));
    await eventually('the echo', () => text() === 'Zürich @€');
    ws.send(JSON.stringify({ cols: 120, rows: 40 }));
    await eventually('the new size', () => sizes.join() === '100x30,120x40');
    ws.close();
    await closed;
    await eventually('the shell is let go', () => stream.destroyed);
  });

  it('ends with the shell, at a message that is no size, and with the sign-in', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    const first = fakeShell();
    const one = await open('ann', id);
    first.stream.destroy();
    expect(await one.closed).toMatchObject({ code: 1000, reason: 'the session has ended' });
    const second = fakeShell();
    const two = await open('ann', id);
    two.ws.send('{"cols":0,"rows":1e9}');
    expect(await two.closed).toMatchObject({ code: 1003 });
    await eventually('the shell is let go', () => second.stream.destroyed);
    const third = fakeShell();
    const three = await open('ann', id);
    server.world.signOut('ann');
    expect(await three.closed).toMatchObject({ code: 1008, reason: 'the sign-in is over' });
    await eventually('the shell is let go', () => third.stream.destroyed);
  });

  it('a ticket opens the terminal or the screen once, not both; what is refused is refused with a status', async () => {
    const { id } = server.world.addReservation('ann', { state: 'ready' });
    fakeShell();
    const { terminalPath, path } = await server.client('ann').consoleTicket({ params: { id } });
    const ws = new WebSocket(server.baseUrl.replace('http', 'ws') + terminalPath);
    await new Promise((resolve) => ws.addEventListener('open', resolve));
    ws.close();
    expect([await isRefused(path), await isRefused(terminalPath)]).toEqual([true, true]);
    await expect(server.client('bob').consoleTicket({ params: { id } })).rejects.toMatchObject({ status: 404 });
    expect((await server.fetch(`/api/v1/reservations/${id}/terminal`, { as: 'ann' })).status).toBe(400);
  });
});
