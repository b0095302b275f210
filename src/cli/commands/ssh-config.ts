/** Blocks for ~/.ssh/config: plain ssh, scp, rsync and editors then reach the machine by a name that stays, through the server. */
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Connection, Reservation } from '../../contract/reservations.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import { makeFolder } from '../../lib/folder.ts';
import { makeSshKey } from '../../lib/ssh-key.ts';
import { configFolder, findLogin } from '../login-file.ts';
import { findReservation } from '../names.ts';
import type { Cli, Session } from '../session.ts';
import { ALIVE_S, noHostKey, proxyCommand } from '../ssh.ts';

export function addSshConfig(program: Command, cli: Cli): void {
  program
    .command('ssh-config [ids...]')
    .description('what ~/.ssh/config needs so that plain ssh, scp, rsync and editors reach your machines, through the server')
    .action(async (texts: string[], _options: object, command: Command) => {
      const session = cli.open(command);
      const folder = keyFolder(session);
      const mine = texts.length === 0 ? (await session.client.listReservations({ query: { limit: 1000 } })).items : [];
      if (texts.length === 0) forgetOthers(folder, mine);
      const some = texts.length === 0 ? mine.filter((r) => r.state === 'ready' && r.machine.state === 'running') : [];
      for (const text of texts) some.push(await findReservation(session.client, text));
      const blocks: Block[] = [];
      for (const reservation of some) blocks.push(await blockOf(session, folder, reservation));
      if (blocks.length === 0) session.say('you have no machine that is ready; the configuration is empty');
      else if (tokenIsInEnvironmentOnly(session))
        session.say(`ssh needs CARREL_TOKEN in its environment for this; \`carrel login ${session.client.baseUrl}\` keeps a token instead`);
      session.answer(
        blocks,
        blocks.map(({ names, settings }) => [`Host ${names.join(' ')}`, ...settings.map((s) => `  ${s}`)].join('\n')).join('\n\n'),
      );
    });
}

interface Block {
  names: string[];
  settings: string[];
}

/** Where keys lie that are good for as long as their reservations are: of each server in a folder of its own, since one knows nothing of another's. */
function keyFolder({ io, client }: Session): string {
  const config = configFolder(io.env);
  if (config === undefined) throw new CarrelError('bad-request', 'there is no home folder to keep the keys in', { hint: 'set HOME' });
  const folder = join(config, 'ssh', new URL(client.baseUrl).host.replaceAll(/[^\w.-]/g, '_'));
  // ssh takes these for its own, and no quoting stops it.
  if (/["\n]|\$\{/.test(folder)) {
    throw new CarrelError('bad-request', `ssh cannot read a file in ${folder}`, {
      hint: 'set XDG_CONFIG_HOME to a folder with a plainer name',
    });
  }
  return folder;
}

/** Keys of reservations that are over open nothing any more. */
function forgetOthers(folder: string, mine: readonly Reservation[]): void {
  let there: string[] = [];
  try {
    there = readdirSync(folder);
  } catch {
    // There is none yet.
  }
  for (const id of there) if (!mine.some((r) => r.id === id)) rmSync(join(folder, id), { recursive: true, force: true });
}

async function blockOf(session: Session, folder: string, { id, hostname }: Reservation): Promise<Block> {
  const dir = join(folder, id);
  const publicKey = lastingKey(dir);
  const connection = await session.client.connectReservation({ params: { id }, body: { publicKey } });
  if (connection.hostKeys.length === 0) throw noHostKey(id.slice(0, 8));
  writeFileSync(join(dir, 'known_hosts'), connection.hostKeys.map((key) => `${id} ${key}\n`).join(''), { mode: 0o600 });
  return {
    names: [`${hostname}.carrel`, `${id.slice(0, 8)}.carrel`],
    settings: settingsFor(connection, id, dir, proxyCommand(session, id)),
  };
}

/** The host key is looked up by the reservation's id, so that nothing else at the same address is taken for it. */
export function settingsFor({ user }: Pick<Connection, 'user'>, id: string, dir: string, proxy: string): string[] {
  const file = (name: string) => `"${join(dir, name).replaceAll('%', '%%')}"`;
  return [
    `User ${user}`,
    `HostKeyAlias ${id}`,
    `ProxyCommand ${proxy}`,
    `IdentityFile ${file('id_ed25519')}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${file('known_hosts')}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
    'UpdateHostKeys no',
    `ServerAliveInterval ${ALIVE_S}`,
  ];
}

/** The public key; asked for again it is the same one. */
function lastingKey(dir: string): string {
  const file = join(dir, 'id_ed25519');
  try {
    readFileSync(file);
    return readFileSync(`${file}.pub`, 'utf8').trim();
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
  const { privateKey, publicKey } = makeSshKey('carrel ssh-config');
  makeFolder(dir, 0o700);
  // The public one last: where it is, the other is whole.
  for (const [name, text] of [
    [file, privateKey],
    [`${file}.pub`, `${publicKey}\n`],
  ] as const) {
    const part = `${name}.${process.pid}`;
    writeFileSync(part, text, { mode: 0o600 });
    renameSync(part, name);
  }
  return publicKey;
}

function tokenIsInEnvironmentOnly({ io, again, client }: Session): boolean {
  return (
    Boolean(io.env.CARREL_TOKEN) &&
    again[0] === '--url' &&
    !again.includes('--token-file') &&
    findLogin(io.env, client.baseUrl) === undefined
  );
}
