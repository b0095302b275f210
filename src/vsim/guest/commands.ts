/** The programs of a simulated guest. Each changes what a real one would, as far as accounts and files go, and answers its exit code. */
import { cloudClean, cloudStatus, makeHostKeys } from './cloud-state.ts';
import { Frozen, type GuestSystem, MACHINE_ID } from './system.ts';

/** A program that runs, with what it reads and says. */
export interface Process {
  system: GuestSystem;
  user: string;
  args: string[];
  input: string;
  out: string;
  err: string;
}

type Command = (process: Process) => number;

const plain = (args: readonly string[]): string[] => args.filter((arg) => !arg.startsWith('-'));

function fail(process: Process, text: string, code = 1): number {
  process.err += `${text}\n`;
  return code;
}

/** Value of an option such as `-p HASH`. */
const option = (args: readonly string[], name: string): string | undefined => {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
};

const passwdLine = (system: GuestSystem, user: string): string | undefined => {
  const account = system.accounts.get(user);
  return account && `${user}:x:${account.uid}:${account.uid}::${account.home}:/bin/sh`;
};

/** Programs that only root may run: the code for others, undefined for root. */
function onlyRoot(process: Process, name: string): number | undefined {
  return process.system.accounts.get(process.user)?.uid === 0 ? undefined : fail(process, `${name}: Permission denied`);
}

function useradd(process: Process): number {
  const denied = onlyRoot(process, 'useradd');
  if (denied !== undefined) return denied;
  const user = process.args.at(-1) ?? '';
  if (process.system.accounts.has(user)) return fail(process, `useradd: user '${user}' already exists`, 9);
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(user)) return fail(process, `useradd: invalid user name '${user}'`, 3);
  const uid = 1000 + process.system.accounts.size;
  process.system.accounts.set(user, { uid, home: option(process.args, '-d') ?? `/home/${user}`, hash: '!', password: undefined });
  return 0;
}

/** What was written to the one terminal of a guest. */
const TERMINAL = '/dev/pts/0';

/** wall(1), shown to the one terminal that the guest has: `/dev/pts/0` holds what was written there. */
function wall(process: Process): number {
  const before = process.system.files.get(TERMINAL) ?? Buffer.alloc(0);
  process.system.files.set(
    TERMINAL,
    Buffer.concat([before, Buffer.from(`\r\nBroadcast message from ${process.user}:\r\n\r\n${process.input}`)]),
  );
  return 0;
}

function usermod(process: Process): number {
  const denied = onlyRoot(process, 'usermod');
  if (denied !== undefined) return denied;
  const account = process.system.accounts.get(process.args.at(-1) ?? '');
  if (account === undefined) return fail(process, `usermod: user '${process.args.at(-1)}' does not exist`, 6);
  const hash = option(process.args, '-p');
  if (hash !== undefined) Object.assign(account, { hash, password: undefined });
  return 0;
}

/** `chpasswd`: lines of `NAME:PASSWORD`; by argument too, as VMware's own scripts have it. With `-e` they hold hashes. */
function chpasswd(process: Process): number {
  const denied = onlyRoot(process, 'chpasswd');
  if (denied !== undefined) return denied;
  const hashed = process.args.includes('-e');
  for (const line of [...process.input.split('\n'), ...plain(process.args)].filter((l) => l !== '')) {
    const [, user, password] = /^([^:]+):(.*)$/.exec(line) ?? [];
    const account = process.system.accounts.get(user ?? '');
    if (account === undefined || password === undefined) return fail(process, `chpasswd: line ${line.split(':')[0]}: user does not exist`);
    if (hashed) Object.assign(account, { hash: password, password: undefined });
    else account.password = password;
  }
  return 0;
}

function id(process: Process): number {
  const user = plain(process.args)[0] ?? process.user;
  const account = process.system.accounts.get(user);
  if (account === undefined) return fail(process, `id: '${user}': no such user`);
  const short = process.args.some((arg) => /^-[ug]$/.test(arg));
  process.out += `${process.args.includes('-un') ? user : short ? account.uid : `uid=${account.uid}(${user}) gid=${account.uid}(${user})`}\n`;
  return 0;
}

function mv(process: Process): number {
  const [from = '', to = ''] = plain(process.args);
  const { files } = process.system;
  const content = files.get(from);
  if (content === undefined) return fail(process, `mv: cannot stat '${from}': No such file or directory`);
  files.delete(from);
  files.set(to, content);
  return 0;
}

function rm(process: Process): number {
  const { files } = process.system;
  const deep = process.args.some((arg) => /^-\w*r/.test(arg));
  const force = process.args.some((arg) => /^-\w*f/.test(arg));
  for (const path of plain(process.args)) {
    const below = deep ? [...files.keys()].filter((file) => file.startsWith(`${path}/`)) : [];
    const gone = [path, ...below].filter((file) => files.delete(file));
    if (gone.length === 0 && !force) return fail(process, `rm: cannot remove '${path}': No such file or directory`);
  }
  return 0;
}

function cat(process: Process): number {
  const paths = plain(process.args);
  if (paths.length === 0) process.out += process.input;
  for (const path of paths) {
    const content = process.system.files.get(path);
    if (content === undefined) return fail(process, `cat: ${path}: No such file or directory`);
    process.out += content.toString('utf8');
  }
  return 0;
}

function printf(process: Process): number {
  const [format = '', ...values] = process.args;
  let next = 0;
  process.out += format.replace(/\\n|%s|%%/g, (m) => (m === '\\n' ? '\n' : m === '%%' ? '%' : (values[next++] ?? '')));
  return 0;
}

function cut(process: Process): number {
  const flag = (name: string): string | undefined => process.args.find((arg) => arg.startsWith(name))?.slice(2);
  const [delimiter = '\t', field = '1'] = [flag('-d'), flag('-f')];
  process.out += process.input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${line.split(delimiter)[Number(field) - 1] ?? ''}\n`)
    .join('');
  return 0;
}

function getent(process: Process): number {
  const line = process.args[0] === 'passwd' ? passwdLine(process.system, process.args[1] ?? '') : undefined;
  if (line === undefined) return 2;
  process.out += `${line}\n`;
  return 0;
}

/** `-f FILE`, `-s FILE`, `A = B`, `A != B`; `!` before them. */
function test(process: Process): number {
  if (process.args[0] === '!') return test({ ...process, args: process.args.slice(1) }) === 0 ? 1 : 0;
  const {
    system,
    args: [a = '', b = '', c = ''],
  } = process;
  const size = system.files.get(b)?.length;
  if (a === '-f') return size === undefined ? 1 : 0;
  if (a === '-s') return (size ?? 0) > 0 ? 0 : 1;
  if (b === '=') return a === c ? 0 : 1;
  return b === '!=' && a !== c ? 0 : 1;
}

/** A shell pattern's stars. */
const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

/** `find DIR… -name PATTERN`, or `-path`, with `-delete`. */
function find(process: Process): number {
  const folders = process.args.slice(
    0,
    process.args.findIndex((arg) => arg.startsWith('-')),
  );
  const [name, whole] = [option(process.args, '-name'), option(process.args, '-path')];
  for (const path of [...process.system.files.keys()].filter((file) => folders.some((folder) => file.startsWith(`${folder}/`)))) {
    if (name !== undefined && !glob(name).test(path.split('/').at(-1) ?? '')) continue;
    if (whole !== undefined && !glob(whole).test(path)) continue;
    if (process.args.includes('-delete')) process.system.files.delete(path);
    else process.out += `${path}\n`;
  }
  return 0;
}

/** `vmtoolsd --cmd "info-set KEY VALUE"`, `info-get KEY`, `instantclone.freeze`. */
function vmtoolsd(process: Process): number {
  return rpc(process, option(process.args, '--cmd') ?? '');
}

function rpc(process: Process, request: string): number {
  const { machine } = process.system;
  if (request === 'instantclone.freeze' && machine !== undefined) {
    machine.freeze();
    throw new Frozen();
  }
  const [, verb, key = '', value = ''] = /^(info-set|info-get) (\S+) ?(.*)$/.exec(request) ?? [];
  if (machine === undefined || verb === undefined) return fail(process, 'vmtoolsd: unknown command');
  if (verb === 'info-set') machine.infoSet(key, value);
  else {
    const found = machine.infoGet(key);
    if (found === undefined) return fail(process, 'No value found');
    process.out += `${found}\n`;
  }
  return 0;
}

/** Asks for addresses anew; only root may. */
function renew(process: Process): number {
  const denied = onlyRoot(process, 'network');
  if (denied !== undefined) return denied;
  process.system.machine?.renew?.();
  return 0;
}

const restartsNetwork = ([verb, ...units]: readonly string[]): boolean =>
  verb === 'restart' && units.some((unit) => /^(networking|systemd-networkd|NetworkManager)(\.service)?$/.test(unit));

/** A new machine-id, unless there is one that is not empty. */
function machineIdSetup(process: Process): number {
  const denied = onlyRoot(process, 'systemd-machine-id-setup');
  if (denied !== undefined) return denied;
  const { files, machine } = process.system;
  if ((files.get(MACHINE_ID)?.length ?? 0) === 0) files.set(MACHINE_ID, Buffer.from(`${machine?.random(32) ?? ''}\n`));
  return 0;
}

function cloudInit(process: Process): number {
  const denied = process.args[0] === 'status' ? undefined : onlyRoot(process, 'cloud-init');
  if (denied !== undefined) return denied;
  if (process.args[0] === 'clean') cloudClean(process.system);
  const status = cloudStatus(process.system);
  process.out += `status: ${status}\n`;
  return status === 'error' ? 1 : 0;
}

/** `sed -i -E '[/^NAME:/!]s/…/…/' /etc/shadow`: the one file that accounts make up. */
function sed(process: Process): number {
  const denied = onlyRoot(process, 'sed');
  if (denied !== undefined) return denied;
  const [, but, pattern, by] = /^(?:\/\^([^/]*):\/!)?s\/(.*)\/(.*)\/$/.exec(process.args.at(-2) ?? '') ?? [];
  if (process.args.at(-1) !== '/etc/shadow' || pattern === undefined || by === undefined) return fail(process, 'sed: not simulated');
  for (const [user, account] of process.system.accounts) {
    if (user === but) continue;
    const hash = account.password === undefined ? account.hash : '$y$simulated';
    const line = `${user}:${hash}:`;
    const after = line.replace(new RegExp(pattern), by.replaceAll(/\\(\d)/g, '$$$1'));
    if (after !== line) Object.assign(account, { hash: after.split(':')[1], password: undefined });
  }
  return 0;
}

const ok: Command = () => 0;

/** By name. What only changes modes and owners has nothing to do here: nobody else reads these files. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  useradd,
  usermod,
  chpasswd,
  wall,
  id,
  getent,
  mv,
  rm,
  cat,
  printf,
  cut,
  echo: (process) => {
    process.out += `${process.args.join(' ')}\n`;
    return 0;
  },
  hostname: (process) => {
    process.out += `${process.system.hostname}\n`;
    return 0;
  },
  whoami: (process) => {
    process.out += `${process.user}\n`;
    return 0;
  },
  uname: (process) => {
    process.out += process.args.length === 0 ? 'Linux\n' : `Linux ${process.system.hostname} 0 simulated\n`;
    return 0;
  },
  test,
  find,
  sed,
  fstrim: ok,
  vmtoolsd,
  'vmware-rpctool': (process) => rpc(process, process.args.join(' ')),
  dhclient: renew,
  'systemd-machine-id-setup': machineIdSetup,
  'cloud-init': cloudInit,
  'ssh-keygen': ({ system }) => {
    makeHostKeys(system);
    return 0;
  },
  hostnamectl: ({ system, args }) => {
    if (args[0] === 'set-hostname') system.hostname = args[1] ?? system.hostname;
    return 0;
  },
  true: ok,
  false: () => 1,
  mkdir: ok,
  chmod: ok,
  chown: ok,
  sync: ok,
  systemctl: (process) => (restartsNetwork(process.args) ? renew(process) : 0),
};
