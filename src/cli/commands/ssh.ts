import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Connection } from '../../contract/reservations.ts';
import { CarrelError } from '../../lib/errors.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { makeSshKey } from '../../lib/ssh-key.ts';

export function addSsh(program: Command, cli: Cli): void {
  program
    .command('ssh <id> [command...]')
    .description("log in, or run one command (after --); the exit code is the command's own")
    .allowUnknownOption()
    .action(async (id: string, words: string[], _options: object, command: Command) => {
      const session = cli.open(command);
      session.io.setExitCode(await ssh(session, id, words));
    });
}

/** Where known_hosts looks a key up; a port of its own is part of the name (sshd(8)). */
export function hostPattern(c: Pick<Connection, 'host' | 'port'>): string {
  return c.port === 22 ? c.host : `[${c.host}]:${c.port}`;
}

/** What the system's ssh is called with: one key, one host key, and nothing of the person's own settings. */
export function sshArguments(c: Connection, dir: string, words: readonly string[]): string[] {
  const options = [
    `UserKnownHostsFile="${join(dir, 'known_hosts')}"`,
    'GlobalKnownHostsFile=none',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'PreferredAuthentications=publickey',
    'LogLevel=ERROR',
  ];
  const named = ['-F', 'none', '-p', String(c.port), '-i', join(dir, 'id_ed25519'), '-l', c.user];
  return [...named, ...options.flatMap((o) => ['-o', o]), '--', c.host, ...words];
}

/**
 * A folder for the key whose path means the same to ssh as to us: ssh expands `%` and `${…}` in the names of files, and no quoting
 * stops it.
 */
export function plainFolder(wanted: string): string {
  return /^[\w/.,:@+-]+$/.test(wanted) ? wanted : '/tmp';
}

/** Runs the system's ssh with a key made for this call, and returns its exit code, which is that of the remote command. */
async function ssh(session: Session, text: string, words: readonly string[]): Promise<number> {
  const { id } = await findReservation(session.client, text);
  const key = makeSshKey('carrel');
  const c = await session.client.connectReservation({ params: { id }, body: { publicKey: key.publicKey } });
  if (c.hostKeys.length === 0) {
    throw new CarrelError('guest-failed', 'the machine has shown no host key, so nobody could tell who answers', {
      hint: `log in by hand with what \`carrel connect ${text}\` shows, if you trust the way there`,
    });
  }
  const dir = await mkdtemp(join(plainFolder(tmpdir()), 'carrel-ssh-'));
  try {
    await writeFile(join(dir, 'id_ed25519'), key.privateKey, { mode: 0o600 });
    await writeFile(join(dir, 'known_hosts'), c.hostKeys.map((line) => `${hostPattern(c)} ${line}\n`).join(''), { mode: 0o600 });
    return await run('ssh', sshArguments(c, dir, words), session);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], session: Session): Promise<number> {
  // Ctrl-C belongs to the session inside; ssh ends by itself when it must.
  const restore = session.io.onInterrupt(() => {});
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    child.on('error', (cause) =>
      reject(new CarrelError('missing-tool', `${program} could not be started`, { hint: 'apt-get install openssh-client', cause })),
    );
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  }).finally(restore);
}
