import { createServer, type Server, type Socket } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { describeError, CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { plain } from '../text.ts';

/** Bytes a viewer may leave untaken before it is dropped: a screen is some MiB. */
const MOST_UNTAKEN = 64 << 20;
const HIGH_WATER = 1 << 20;
const LOOK_AGAIN_MS = 20;

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port number is needed');
  return port;
}

export function addConsole(program: Command, cli: Cli): void {
  program
    .command('console <id>')
    .description("the machine's screen: opens a local port that any VNC viewer can use, until Ctrl-C")
    .option('--port <port>', 'local port; any free one if left out', portNumber, 0)
    .action(async (text: string, options: { port: number }, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      // Asked once before anybody connects, so that one who may not is told at once.
      await session.client.consoleTicket({ params: { id } });
      await serve(session, id, options.port);
    });
}

async function serve(session: Session, id: string, port: number): Promise<void> {
  const viewers = new Set<Socket>();
  const server = createServer((viewer) => {
    viewers.add(viewer);
    viewer.on('close', () => viewers.delete(viewer));
    relay(session, id, viewer).catch((error: unknown) => {
      session.say(`console: ${describeError(error)}`);
      viewer.destroy();
    });
  });
  const bound = await listen(server, port);
  session.answer({ host: '127.0.0.1', port: bound }, `vncviewer 127.0.0.1::${bound}     (Ctrl-C closes it)`);
  await new Promise<void>((resolve) => session.io.onInterrupt(resolve));
  server.close();
  for (const viewer of viewers) viewer.destroy();
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause) =>
      reject(new CarrelError('port-taken', `port ${port} cannot be opened`, { hint: 'leave --port out for any free one', cause })),
    );
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

/** Joins one viewer with the console, until one of them goes. */
async function relay(session: Session, id: string, viewer: Socket): Promise<void> {
  viewer.pause();
  viewer.on('error', () => viewer.destroy());
  const { WebSocket } = await import('undici');
  const { path } = await session.client.consoleTicket({ params: { id } });
  const ws = new WebSocket(session.client.baseUrl.replace(/^http/, 'ws') + path);
  ws.binaryType = 'arraybuffer';
  ws.addEventListener('open', () => viewer.resume());
  ws.addEventListener('message', ({ data }) => {
    viewer.write(Buffer.from(data as ArrayBuffer));
    // This side of a WebSocket cannot be held up, so a viewer that stands still is dropped before it fills the memory.
    if (viewer.writableLength > MOST_UNTAKEN) viewer.destroy();
  });
  ws.addEventListener('close', ({ reason }) => {
    if (reason !== '') session.say(plain(`console: ${reason}`));
    viewer.end();
  });
  ws.addEventListener('error', () => viewer.destroy());
  viewer.on('data', (chunk) => {
    ws.send(chunk);
    if (ws.bufferedAmount < HIGH_WATER) return;
    viewer.pause();
    const wait = setInterval(() => {
      if (ws.bufferedAmount >= HIGH_WATER && !viewer.destroyed) return;
      clearInterval(wait);
      viewer.resume();
    }, LOOK_AGAIN_MS);
  });
  viewer.on('close', () => ws.close());
}
