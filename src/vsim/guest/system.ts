/** What a simulated guest has inside: files and accounts, as far as programs that look after accounts see them. */

export interface Account {
  uid: number;
  home: string;
  /** Field of /etc/shadow: a crypt(3) hash, or `!` for one that no password opens. */
  hash: string;
  /** The word itself where somebody set it as a word; VMware's guest operations log in with it. */
  password: string | undefined;
}

export interface GuestSystem {
  hostname: string;
  files: Map<string, Buffer>;
  accounts: Map<string, Account>;
}

/** A guest with its first account, whose home is /root if it is root. */
export function newSystem(hostname: string, user: string, password: string): GuestSystem {
  const accounts = new Map<string, Account>();
  if (user !== 'root') accounts.set('root', { uid: 0, home: '/root', hash: '!', password: undefined });
  accounts.set(user, { uid: user === 'root' ? 0 : 1000, home: user === 'root' ? '/root' : `/home/${user}`, hash: '!', password });
  return { hostname, files: new Map(), accounts };
}

/** Keys that open an account, as they stand in its authorized_keys. */
export function authorizedKeys(system: GuestSystem, user: string): string[] {
  const home = system.accounts.get(user)?.home;
  const file = home === undefined ? undefined : system.files.get(`${home}/.ssh/authorized_keys`);
  return (file?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
}
