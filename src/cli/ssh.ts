/** What the commands that run the system's ssh and scp share: a key for one call, the host key, and the way to the machine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Connection, Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';
import { makeSshKey } from '../lib/ssh-key.ts';
import { findReservation } from './names.ts';
import type { Session } from './session.ts';

/** Milliseconds within which a machine's own address must take a connection; else the way is through the server. */
const REACHED_MS = 3_000;
/** Seconds between signs of life, so that no proxy in between takes a quiet session for a dead one. */
export const ALIVE_S = 30;

export interface WayOptions {
  throughServer?: boolean;
  direct?: boolean;
}

/** The options by which somebody chooses the way. */
export function addWay(command: Command): Command {
  return command
    .option(
      '--through-server',
      "by way of the server, also where the machine's own address can be reached (default: CARREL_THROUGH_SERVER=1)",
    )
    .option('--direct', "to the machine's own address and no other way");
}

/** Where known_hosts looks a key up; a port of its own is part of the name (sshd(8)). */
export function hostPattern(c: Pick<Connection, 'host' | 'port'>): string {
  return c.port === 22 ? c.host : `[${c.host}]:${c.port}`;
}

/** One key, one host key, and nothing of the person's own settings. `proxy` is a command that leads to the machine. */
function options(dir: string, proxy: string | undefined): string[] {
  return [
    `UserKnownHostsFile="${join(dir, 'known_hosts')}"`,
    'GlobalKnownHostsFile=none',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    'LogLevel=ERROR',
    ...(proxy === undefined ? [] : [`ProxyCommand=${proxy}`, `ServerAliveInterval=${ALIVE_S}`]),
  ].flatMap((o) => ['-o', o]);
}

/** What the system's ssh is called with. `more` are options for this call, as ssh takes them. */
export function sshArguments(
  c: Connection,
  dir: string,
  words: readonly string[],
  { proxy, more = [] }: { proxy?: string | undefined; more?: readonly string[] } = {},
): string[] {
  const named = ['-F', 'none', '-p', String(c.port), '-i', join(dir, 'id_ed25519'), '-l', c.user];
  return [...named, ...options(dir, proxy), ...more, '--', c.host, ...words];
}

/** The same of scp; the paths are complete. */
export function scpArguments(
  c: Connection,
  dir: string,
  paths: readonly string[],
  { proxy, more = [] }: { proxy?: string | undefined; more?: readonly string[] } = {},
): string[] {
  const named = ['-F', 'none', '-P', String(c.port), '-i', join(dir, 'id_ed25519'), '-o', `User=${c.user}`];
  return [...named, ...options(dir, proxy), ...more, '--', ...paths];
}

/**
 * A folder for the key whose path means the same to ssh as to us: ssh expands `%` and `${…}` in the names of files, and no quoting
 * stops it.
 */
export function plainFolder(wanted: string): string {
  return /^[\w/.,:@+-]+$/.test(wanted) ? wanted : '/tmp';
}

/** One word for any shell: ssh gives a ProxyCommand to the person's own. */
export function shellWord(text: string): string {
  return /^[\w/.,:@+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** This very program again, on the same server, as a ProxyCommand for the machine of a reservation; ssh takes `%` for itself. */
export function proxyCommand({ again }: Pick<Session, 'again'>, id: string): string {
  const self = [process.execPath, process.argv[1] ?? 'carrel'];
  return [...self, ...again, 'proxy', id].map(shellWord).join(' ').replaceAll('%', '%%');
}

export function isLoopback(host: string): boolean {
  return /^(localhost|\[?::1\]?|(\[?::ffff:)?127\.\d+\.\d+\.\d+\]?)$/i.test(host);
}

function takesConnections({ host, port }: Pick<Connection, 'host' | 'port'>): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.setTimeout(REACHED_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Whether the way is through the server: as the person says, else where the machine's own address cannot be reached from here. */
export async function goesThroughServer(
  { io, client }: Pick<Session, 'io' | 'client'>,
  c: Pick<Connection, 'host' | 'port'>,
  { throughServer, direct }: WayOptions,
): Promise<boolean> {
  if (throughServer && direct) throw new CarrelError('usage', '--through-server and --direct are two ways; choose one');
  if (throughServer || direct) return throughServer === true;
  if (io.env.CARREL_THROUGH_SERVER === '1') return true;
  // An address of the server's own loopback is nobody's here, or somebody else's.
  if (isLoopback(c.host) && !isLoopback(new URL(client.baseUrl).hostname)) return true;
  return !(await takesConnections(c));
}

export function noHostKey(text: string): CarrelError {
  return new CarrelError('guest-failed', 'the machine has shown no host key, so nobody could tell who answers', {
    hint: `log in by hand with what \`carrel connect ${text}\` shows, if you trust the way there`,
  });
}

/** What a command that runs a program of SSH's works with. */
export interface Ready {
  reservation: Reservation;
  connection: Connection;
  /** A folder that is removed afterwards. */
  dir: string;
  proxy: string | undefined;
}

/** Lets a key made for this call into the machine, and gives back what `work` does; nothing of the key stays here. */
export async function withMachine<T>(session: Session, text: string, way: WayOptions, work: (ready: Ready) => Promise<T>): Promise<T> {
  const reservation = await findReservation(session.client, text);
  const { id } = reservation;
  const key = makeSshKey('carrel');
  const connection = await session.client.connectReservation({ params: { id }, body: { publicKey: key.publicKey } });
  for (const note of connection.notes ?? []) session.say(note.message);
  if (connection.hostKeys.length === 0) throw noHostKey(text);
  const proxy = (await goesThroughServer(session, connection, way)) ? proxyCommand(session, id) : undefined;
  const dir = await mkdtemp(join(plainFolder(tmpdir()), 'carrel-ssh-'));
  try {
    await writeFile(join(dir, 'id_ed25519'), key.privateKey, { mode: 0o600 });
    const lines = connection.hostKeys.map((line) => `${hostPattern(connection)} ${line}\n`);
    await writeFile(join(dir, 'known_hosts'), lines.join(''), { mode: 0o600 });
    return await work({ reservation, connection, dir, proxy });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Runs a program at this terminal; its exit code. Ctrl-C belongs to the program, which ends by itself when it must; with `stopped` it
 * ends the program here, and says so.
 */
export function run(program: string, args: readonly string[], session: Session, stopped?: () => void): Promise<number> {
  let child: ChildProcess | undefined;
  const restore = session.io.onInterrupt(() => {
    if (stopped === undefined) return;
    stopped();
    child?.kill();
  });
  return new Promise<number>((resolve, reject) => {
    child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (cause) =>
      reject(new CarrelError('missing-tool', `${program} could not be started`, { hint: 'apt-get install openssh-client', cause })),
    );
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  }).finally(restore);
}
