/** connect, ssh, console */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Connection } from '../../contract/reservations.ts';
import { CarrelError } from '../../lib/errors.ts';
import { findReservation, type OpenSession, type Session } from '../session.ts';
import { facts } from '../table.ts';

export function addConnectCommands(program: Command, open: OpenSession): void {
  program
    .command('connect <id>')
    .description('address, user and password of a machine; made for this reservation alone')
    .option('--key <file>', 'an SSH public key to let in as well')
    .action(async (id: string, options: { key?: string }, command: Command) => {
      const session = open(command);
      const { id: whole } = await findReservation(session.client, id);
      const publicKey = options.key === undefined ? undefined : readKey(options.key);
      const c = await session.client.connectReservation({ params: { id: whole }, body: publicKey === undefined ? {} : { publicKey } });
      session.answer(
        c,
        facts([
          ['ssh', c.sshCommand],
          ['user', c.user],
          ['password', c.password],
          ...c.hostKeys.map((key): [string, string] => ['host key', key]),
          ['until', c.endsAt],
        ]),
      );
    });

  program
    .command('ssh <id> [command...]')
    .description('log in, or run one command (after --), with a key made for this call and the host key checked')
    .allowUnknownOption()
    .action(async (id: string, words: string[], _options: object, command: Command) => {
      process.exitCode = await ssh(open(command), id, words);
    });

  program
    .command('console <id>')
    .description("the machine's screen: opens a local port that any VNC viewer can use, until Ctrl-C")
    .option('--port <n>', 'local port; any free one if left out', '0')
    .action(async (id: string, options: { port: string }, command: Command) => {
      const port = Number(options.port);
      if (!Number.isInteger(port) || port < 0 || port > 65_535) command.error(`error: "${options.port}" is no port`);
      await serveConsole(open(command), id, port);
    });
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CarrelError('bad-request', `the key file ${file} cannot be read`, { cause });
  }
}

/** Runs the system's ssh and returns its exit code, which is that of the remote command. */
async function ssh(session: Session, id: string, words: readonly string[]): Promise<number> {
  const { id: whole } = await findReservation(session.client, id);
  const dir = mkdtempSync(join(tmpdir(), 'carrel-ssh-'));
  try {
    const keyFile = join(dir, 'id_ed25519');
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'carrel', '-f', keyFile], { encoding: 'utf8' });
    if (made.error || made.status !== 0) {
      throw new CarrelError('missing-tool', 'ssh-keygen could not make a key', {
        hint: 'apt-get install openssh-client',
        cause: made.error ?? made.stderr,
      });
    }
    const publicKey = readFileSync(`${keyFile}.pub`, 'utf8').trim();
    const c = await session.client.connectReservation({ params: { id: whole }, body: { publicKey } });
    const known = join(dir, 'known_hosts');
    writeFileSync(known, c.hostKeys.map((key) => `${hostPattern(c)} ${key}\n`).join(''));
    const options = [
      `UserKnownHostsFile=${known}`,
      'GlobalKnownHostsFile=none',
      `StrictHostKeyChecking=${c.hostKeys.length > 0 ? 'yes' : 'accept-new'}`,
      'IdentitiesOnly=yes',
      'PasswordAuthentication=no',
      'LogLevel=ERROR',
    ];
    const args = ['-p', String(c.port), '-i', keyFile, '-l', c.user, ...options.flatMap((o) => ['-o', o])];
    return await run('ssh', [...args, c.host, ...(words.length > 0 ? ['--', ...words] : [])]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const hostPattern = (c: Connection) => (c.port === 22 ? c.host : `[${c.host}]:${c.port}`);

function run(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (cause) =>
      reject(new CarrelError('missing-tool', `${program} could not be started`, { hint: 'apt-get install openssh-client', cause })),
    );
    child.on('close', (code) => resolve(code ?? 1));
    // Ctrl-C belongs to the session inside.
    process.on('SIGINT', () => {});
  });
}

async function serveConsole(session: Session, id: string, port: number): Promise<void> {
  const { id: whole } = await findReservation(session.client, id);
  // Asked once before anybody connects, so that a machine that has no console is told at once.
  await session.client.consoleTicket({ params: { id: whole } });
  const server = createServer((socket) => {
    relay(session, whole, socket).catch((error: unknown) => {
      process.stderr.write(`console: ${error instanceof Error ? error.message : String(error)}\n`);
      socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', (cause) =>
      reject(new CarrelError('conflict', `port ${port} cannot be opened`, { hint: 'leave --port out for any free one', cause })),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as { port: number }).port;
  session.answer({ host: '127.0.0.1', port: bound }, `vncviewer 127.0.0.1::${bound}     (Ctrl-C closes it)`);
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  server.close();
  process.exit(0);
}

async function relay(session: Session, id: string, socket: Socket): Promise<void> {
  const { WebSocket } = await import('undici');
  const { path } = await session.client.consoleTicket({ params: { id } });
  const ws = new WebSocket(session.client.baseUrl.replace(/^http/, 'ws') + path);
  ws.binaryType = 'arraybuffer';
  socket.pause();
  ws.onopen = () => socket.resume();
  socket.on('data', (chunk) => {
    ws.send(chunk);
    // The viewer sends little; what piles up means that the other side stands still.
    if (ws.bufferedAmount > 1 << 20) socket.pause();
    else socket.resume();
  });
  ws.onmessage = ({ data }) => void socket.write(Buffer.from(data as ArrayBuffer));
  ws.onclose = () => socket.end();
  ws.onerror = () => socket.destroy();
  socket.on('close', () => ws.close());
  socket.on('error', () => ws.close());
}
