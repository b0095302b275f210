/**
 * cloud-init of a simulated guest, with its VMware data source: what it reads from guestinfo, what it does once per instance and what at each
 * boot. Data are JSON (which is YAML as well); user data begin with `#cloud-config`. The real one's order: bootcmd, host name, accounts, SSH, runcmd.
 */
import { gunzipSync } from 'node:zlib';
import { CLOUD_CFG, INSTANCE, makeHostKeys, put, RESULT } from './cloud-state.ts';
import { runShell } from './shell.ts';
import { type GuestSystem, SSH_PASSWORDS, sudoRule } from './system.ts';

interface CloudUser {
  name: string;
  passwd?: string;
  hashed_passwd?: string;
  lock_passwd?: boolean;
  ssh_authorized_keys?: string[];
  sudo?: string | string[];
}

interface CloudConfig {
  users?: (string | CloudUser)[];
  hostname?: string;
  ssh_pwauth?: boolean;
  ssh_deletekeys?: boolean;
  bootcmd?: (string | string[])[];
  runcmd?: (string | string[])[];
}

interface MetaData {
  'instance-id'?: string;
  'local-hostname'?: string;
  'cleanup-guestinfo'?: string[];
}

/** Runs at a boot of a guest that has it. Without data it does nothing at all, as where ds-identify finds no source. */
export function runCloudInit(system: GuestSystem): void {
  if (!system.files.has(CLOUD_CFG)) return;
  const [meta, user] = [value(system, 'metadata'), value(system, 'userdata')];
  if (meta === undefined && user === undefined && value(system, 'vendordata') === undefined) return;
  try {
    const metadata = (meta === undefined ? {} : JSON.parse(meta)) as MetaData;
    const config = user?.startsWith('#cloud-config') === true ? (JSON.parse(user.slice(user.indexOf('\n'))) as CloudConfig) : {};
    // The real one takes the BIOS's UUID where nobody names an instance; that one changes with each copy as well.
    const instance = metadata['instance-id'] ?? 'iid-vmware';
    const fresh = system.files.get(INSTANCE)?.toString('utf8') !== instance;
    put(system, INSTANCE, instance);
    for (const command of config.bootcmd ?? []) run(system, command);
    if (fresh) perInstance(system, config, metadata);
    for (const key of metadata['cleanup-guestinfo'] ?? []) redact(system, key);
    put(system, RESULT, 'done');
  } catch (error) {
    put(system, RESULT, `error: ${(error as Error).message}`);
  }
}

function perInstance(system: GuestSystem, config: CloudConfig, metadata: MetaData): void {
  system.hostname = config.hostname ?? metadata['local-hostname'] ?? system.hostname;
  for (const user of config.users ?? []) if (typeof user !== 'string') makeUser(system, user);
  if (config.ssh_deletekeys !== false) {
    for (const path of system.files.keys()) if (path.startsWith('/etc/ssh/ssh_host_')) system.files.delete(path);
    makeHostKeys(system);
  }
  if (config.ssh_pwauth !== undefined) put(system, SSH_PASSWORDS, `PasswordAuthentication ${config.ssh_pwauth ? 'yes' : 'no'}\n`);
  for (const command of config.runcmd ?? []) run(system, command);
}

/** As the real one: `hashed_passwd` is set for an account that is there already, `passwd` only for a new one; locked unless told otherwise. */
function makeUser(system: GuestSystem, user: CloudUser): void {
  const there = system.accounts.has(user.name);
  if (!there) runShell(system, 'root', `useradd -m '${user.name}'`);
  const account = system.accounts.get(user.name);
  if (account === undefined) throw new Error(`user ${user.name} could not be made`);
  const hash = user.hashed_passwd ?? (there ? undefined : user.passwd);
  if (hash !== undefined) Object.assign(account, { hash, password: undefined });
  if (user.lock_passwd !== false && !account.hash.startsWith('!')) account.hash = `!${account.hash}`;
  if (user.sudo !== undefined) put(system, `/etc/sudoers.d/90-cloud-init-${user.name}`, sudoRule(user.name));
  if (user.ssh_authorized_keys !== undefined) {
    put(system, `${account.home}/.ssh/authorized_keys`, user.ssh_authorized_keys.map((key) => `${key}\n`).join(''));
  }
}

/** An empty value, and the dashes that a redacted key leaves, count as none. */
function value(system: GuestSystem, key: string): string | undefined {
  const raw = system.machine?.infoGet(`guestinfo.${key}`);
  if (raw === undefined || raw === '' || raw === '---') return undefined;
  const encoding = system.machine?.infoGet(`guestinfo.${key}.encoding`);
  if (encoding === 'base64' || encoding === 'b64') return Buffer.from(raw, 'base64').toString('utf8');
  if (encoding === 'gzip+base64' || encoding === 'gz+b64') return gunzipSync(Buffer.from(raw, 'base64')).toString('utf8');
  return raw;
}

function redact(system: GuestSystem, key: string): void {
  system.machine?.infoSet(`guestinfo.${key}`, '---');
  system.machine?.infoSet(`guestinfo.${key}.encoding`, ' ');
}

function run(system: GuestSystem, command: string | string[]): void {
  const line = typeof command === 'string' ? command : command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const { code } = runShell(system, 'root', line);
  if (code !== 0) throw new Error(`a command ended with ${code}`);
}
