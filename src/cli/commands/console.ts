import { createServer, type Server, type Socket } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { describeError, CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import { patiently } from '../patience.ts';
import type { Cli, Session } from '../session.ts';

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port number is needed');
  return port;
}

/** Seconds; an answer of a shell comes sooner. */
const LINGER_S = 2;

function seconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a number of seconds is needed');
  return Number(text);
}

interface Options {
  port?: number;
  text?: boolean;
  force?: boolean;
  linger?: number;
}

function mustFit({ json }: Session, { text, port, force, linger }: Options): void {
  if (text && json) throw new CarrelError('usage', 'a serial console is bytes and no JSON', { hint: 'leave --json out' });
  if (text && port !== undefined)
    throw new CarrelError('usage', '--text opens no port: it joins this terminal', { hint: 'leave --port out' });
  if (!text && (force || linger !== undefined)) throw new CarrelError('usage', '--force and --linger are for --text alone');
}

export function addConsole(program: Command, cli: Cli): void {
  program
    .command('console <id>')
    .description("the machine's screen: opens a local port that any VNC viewer can use, until Ctrl-C; with --text its serial console, here")
    .option('--port <port>', 'local port; any free one if left out', portNumber)
    .option('--text', 'joins this terminal, or a pipe, with the serial console; Ctrl-] leaves it')
    .option('--force', 'with --text: takes it over from who is there')
    .option(
      '--linger <seconds>',
      'with --text, after the end of a pipe: leaves once the machine was silent for so long; 2 if left out',
      seconds,
    )
    .action(async (text: string, options: Options, command: Command) => {
      const session = cli.open(command);
      mustFit(session, options);
      const { id, hostname } = await findReservation(session.client, text);
      if (options.text) {
        const { joinSerialConsole } = await import('../serial-console.ts');
        return await joinSerialConsole(session, {
          id,
          hostname,
          force: options.force ?? false,
          lingerMs: (options.linger ?? LINGER_S) * 1000,
        });
      }
      // Asked once before anybody connects, so that one who may not is told at once.
      await session.client.consoleTicket({ params: { id } });
      await serve(session, id, options.port ?? 0);
    });
}

async function serve(session: Session, id: string, port: number): Promise<void> {
  const viewers = new Set<Socket>();
  const server = createServer((viewer) => {
    viewers.add(viewer);
    viewer.on('close', () => viewers.delete(viewer));
    join(session, id, viewer).catch((error: unknown) => {
      session.say(`console: ${describeError(error)}`);
      viewer.destroy();
    });
  });
  const bound = await listen(server, port);
  session.answer({ host: '127.0.0.1', port: bound }, `vncviewer 127.0.0.1::${bound}     (Ctrl-C closes it)`);
  const stop = new AbortController();
  const restore = session.io.onInterrupt(() => stop.abort());
  try {
    if (await isOver(session, id, stop.signal)) throw new CarrelError('wrong-state', 'the reservation is over');
  } finally {
    restore();
    stop.abort();
    server.close();
    for (const viewer of viewers) viewer.destroy();
  }
}

/** Comes back once nobody can look at it any more; false when the signal aborts first. Restarts of the server are waited out. */
async function isOver(session: Session, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const event of session.client.events({ signal })) {
      if (event.subject !== id && event.kind !== 'hello' && event.kind !== 'gap') continue;
      const now = await patiently(signal, () => session.client.showReservation({ params: { id } }, { signal }));
      if (now === undefined || now.state === 'ended' || now.state === 'failed') return true;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return false;
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on('error', (cause) =>
      reject(new CarrelError('port-taken', `port ${port} cannot be opened`, { hint: 'leave --port out for any free one', cause })),
    );
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

async function join(session: Session, id: string, viewer: Socket): Promise<void> {
  viewer.pause();
  viewer.on('error', () => viewer.destroy());
  // Loaded when somebody looks: the WebSocket's package is a large one.
  const { relay } = await import('../relay.ts');
  const { path } = await session.client.consoleTicket({ params: { id } });
  const { fingerprint256 } = session;
  const dispatcher = fingerprint256 === undefined ? undefined : (await import('../pinned.ts')).pinnedDispatcher(fingerprint256);
  relay(viewer, session.client.baseUrl.replace(/^http/, 'ws') + path, (reason) => session.say(`console: ${reason}`), dispatcher);
}
