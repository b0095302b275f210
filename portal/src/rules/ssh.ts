/** What a person's own SSH wants to know of a machine (ssh_config(5), sshd(8)). */
import type { Connection } from '../../../src/contract/reservations.ts';

type Way = Pick<Connection, 'host' | 'port' | 'user' | 'hostKeys'>;
interface Through {
  id: string;
  hostname: string;
  /** The portal's own origin, which is the server's. */
  server: string;
}

/** An address in brackets would be a pattern of files to some shells. */
const shellWord = (text: string) => (/^[\w/.:-]+$/.test(text) ? text : `'${text}'`);

/**
 * By way of the server, which works from wherever the portal does; the command line must have signed in there. Same name and alias as
 * `carrel ssh-config` gives, without its key: the password shown beside it is asked for.
 */
export function sshConfig({ id, hostname, server }: Through, { user }: Pick<Way, 'user'>): string {
  const proxy = `carrel --url ${shellWord(server)} proxy ${id}`;
  return [`Host ${hostname}.carrel`, `  User ${user}`, `  HostKeyAlias ${id}`, `  ProxyCommand ${proxy}`].join('\n');
}

/** To the machine's own address. Its keys are of this reservation alone: another at the same address later is another machine. */
export function directSshConfig(name: string, { host, port, user }: Way): string {
  return [`Host ${name}`, `  HostName ${host}`, `  Port ${port}`, `  User ${user}`].join('\n');
}

/** For both ways: by the alias, and by the address. A port of its own is part of the name. */
export function knownHosts(id: string, { host, port, hostKeys }: Way): string {
  const pattern = port === 22 ? host : `[${host}]:${port}`;
  return hostKeys.map((key) => `${id},${pattern} ${key}`).join('\n');
}
