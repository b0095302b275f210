/** What a person's own SSH wants to know of a machine (ssh_config(5), sshd(8)). */
import type { Connection } from '../../../src/contract/reservations.ts';

type Way = Pick<Connection, 'host' | 'port' | 'user' | 'hostKeys'>;

/** The machine by its name. Its keys are of this reservation alone: another at the same address later is another machine. */
export function sshConfig(name: string, { host, port, user }: Way): string {
  return [`Host ${name}`, `  HostName ${host}`, `  Port ${port}`, `  User ${user}`].join('\n');
}

/** A port of its own is part of the name. */
export function knownHosts({ host, port, hostKeys }: Way): string {
  const pattern = port === 22 ? host : `[${host}]:${port}`;
  return hostKeys.map((key) => `${pattern} ${key}`).join('\n');
}
