/** What a simulated guest has inside: files and accounts, as far as programs that look after accounts see them. */
import { timingSafeEqual } from 'node:crypto';
import { verify } from 'unixcrypt';

export interface Account {
  uid: number;
  home: string;
  /** Field of /etc/shadow: a crypt(3) hash, or `!` for one that no password opens. */
  hash: string;
  /** The word itself where somebody set it as a word. */
  password: string | undefined;
}

/** The virtual hardware as the guest sees it: VMware's backdoor, and a source of chance. */
export interface GuestMachine {
  infoGet: (key: string) => string | undefined;
  infoSet: (key: string, value: string) => void;
  /** So many hex digits. */
  random: (digits: number) => string;
  /** The processors stop here; see {@link Frozen}. */
  freeze: () => void;
  /** Addresses are asked for anew, by DHCP, for the cards as they are now. */
  renew?: (() => void) | undefined;
}

/** What the rest of a script does in the guest that it goes on in, given the code so far; answers its own code. */
export type Rest = (system: GuestSystem, code: number) => number;

/** Thrown where a program froze its machine: whoever goes on does so in a clone. The innermost rest comes first. */
export class Frozen extends Error {
  readonly rests: Rest[] = [];
  /** The shell that called was replaced by what froze: what stood after that runs nowhere. */
  replaced = false;

  constructor() {
    super('the machine is frozen');
  }
}

export interface GuestSystem {
  hostname: string;
  files: Map<string, Buffer>;
  accounts: Map<string, Account>;
  /** Undefined for a system that lies on a disk and does not run. */
  machine?: GuestMachine | undefined;
}

export const MACHINE_ID = '/etc/machine-id';
export const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key';
/** Where cloud images say whether SSH takes passwords, and cloud-init says it anew. */
export const SSH_PASSWORDS = '/etc/ssh/sshd_config.d/50-cloud-init.conf';

/** A guest with its first account, whose home is /root if it is root; another one may use sudo. */
export function newSystem(hostname: string, user: string, password: string, files: Readonly<Record<string, string>> = {}): GuestSystem {
  const accounts = new Map<string, Account>();
  if (user !== 'root') accounts.set('root', { uid: 0, home: '/root', hash: '!', password: undefined });
  if (user !== '')
    accounts.set(user, { uid: user === 'root' ? 0 : 1000, home: user === 'root' ? '/root' : `/home/${user}`, hash: '!', password });
  const given = Object.entries(files).map(([path, text]) => [path, Buffer.from(text)] as const);
  const sudo = user === 'root' || user === '' ? [] : [[`/etc/sudoers.d/${user}`, Buffer.from(sudoRule(user))] as const];
  return { hostname, files: new Map([...sudo, ...given]), accounts };
}

export const sudoRule = (user: string): string => `${user} ALL=(ALL) NOPASSWD:ALL\n`;

/** Programs that a guest does not have, a name a line; for tests of what is run in it. */
export const WITHOUT = '/etc/vsim-without';

export const lacks = ({ files }: GuestSystem, name: string): boolean =>
  files.get(WITHOUT)?.toString('utf8').split('\n').includes(name) === true;

/** Whether the account may become root without a password. */
export function maySudo(system: GuestSystem, user: string): boolean {
  if (system.accounts.get(user)?.uid === 0) return true;
  return [...system.files].some(
    ([path, text]) => path.startsWith('/etc/sudoers.d/') && text.toString('utf8').split('\n').includes(sudoRule(user).trim()),
  );
}

/** Keys that open an account, as they stand in its authorized_keys. */
export function authorizedKeys(system: GuestSystem, user: string): string[] {
  const home = system.accounts.get(user)?.home;
  const file = home === undefined ? undefined : system.files.get(`${home}/.ssh/authorized_keys`);
  return (file?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
}

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
/** Hashes are dear to check, and programs log in at each call: the last word that opened each. */
const opened = new WeakMap<Account, { hash: string; word: string }>();

/** Whether that password opens the account. */
export function opensWithPassword(account: Account, word: string): boolean {
  if (account.password !== undefined) return same(account.password, word);
  const before = opened.get(account);
  if (before !== undefined && before.hash === account.hash && same(before.word, word)) return true;
  if (!account.hash.startsWith('$') || !verify(word, account.hash)) return false;
  opened.set(account, { hash: account.hash, word });
  return true;
}

/** As it lies on a disk. */
export function writeSystem(system: GuestSystem): Buffer {
  const files = [...system.files].map(([path, content]) => [path, content.toString('base64')]);
  return Buffer.from(JSON.stringify({ guest: 1, hostname: system.hostname, files, accounts: [...system.accounts] }));
}

/** Undefined for bytes that are no guest's. */
export function readSystem(bytes: Uint8Array): GuestSystem | undefined {
  try {
    const found = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
      guest?: number;
      hostname: string;
      files: [string, string][];
      accounts: [string, Account][];
    };
    if (found.guest !== 1) return undefined;
    const files = new Map(found.files.map(([path, content]) => [path, Buffer.from(content, 'base64')]));
    return { hostname: found.hostname, files, accounts: new Map(found.accounts) };
  } catch {
    return undefined;
  }
}
