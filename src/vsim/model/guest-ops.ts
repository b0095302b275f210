import type { Guest, GuestProcess, Vm } from './entities.ts';
import { fileNotFound, invalidArgument, invalidPower, VimFault } from './fault.ts';
import { runShell } from '../guest/shell.ts';
import { type GuestSystem, opensWithPassword } from '../guest/system.ts';
import { isWindows } from './guest.ts';
import { saveSystem } from './guest-disk.ts';
import type { Model } from './model.ts';

/** Ended programs stay in the list so long. */
const ENDED_MEMORY_MS = 5 * 60_000;

function ready(m: Model, vm: Vm, user: string, password: string): Guest {
  if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
  const { guest } = vm;
  if (guest === undefined || !guest.opsReady) {
    throw new VimFault('GuestOperationsUnavailable', 'The guest operations agent could not be contacted.');
  }
  const account = guest.system.accounts.get(user);
  if (account === undefined || !opensWithPassword(account, password)) {
    throw new VimFault('InvalidGuestLogin', 'Failed to authenticate with the guest operating system using the supplied credentials.');
  }
  void m;
  return guest;
}

/** GuestAuthManager.ValidateCredentialsInGuest. */
export function validateGuest(m: Model, vm: Vm, user: string, password: string): void {
  ready(m, vm, user, password);
}

/** What msg.exe showed last, to everybody who has a session. */
export const SHOWN_ON_WINDOWS = 'C:\\shown';

/** `msg.exe * [/TIME:N] "TEXT"`; undefined for any other program. */
function msgExe(system: GuestSystem, program: string, args: string): ReturnType<typeof runShell> | undefined {
  if (!/^C:\\Windows\\System32\\msg\.exe$/i.test(program)) return undefined;
  const text = /^\* (?:\/TIME:\d+ )?"([^"]*)"$/.exec(args)?.[1];
  if (text !== undefined) system.files.set(SHOWN_ON_WINDOWS, Buffer.from(text));
  return { code: text === undefined ? 1 : 0, out: '', err: '' };
}

/**
 * GuestProcessManager.StartProgramInGuest. The simulated guest has a small shell and the programs that look after accounts
 * and machine's identity (guest/commands.ts); anything else ends with 127, as where it is not installed.
 */
export function startProgram(m: Model, vm: Vm, user: string, password: string, program: string, args: string): number {
  const guest = ready(m, vm, user, password);
  if (program === '')
    throw new VimFault('InvalidArgument', 'A specified parameter was not correct: programPath', { invalidProperty: 'programPath' });
  const run = (system: GuestSystem): ReturnType<typeof runShell> =>
    (isWindows(vm) ? msgExe(system, program, args) : undefined) ?? runShell(system, user, `${program} ${args}`);
  const process: GuestProcess = {
    pid: guest.nextPid++,
    name: program.split('/').at(-1) ?? program,
    cmdLine: `"${program}" ${args}`,
    owner: user,
    startTime: m.now(),
    endTime: undefined,
    exitCode: undefined,
    rest: (system) => run(system).code,
  };
  guest.processes.push(process);
  m.clock.after(m.latency.about(500), () => {
    if (vm.frozen) return;
    const { code, rest } = run(guest.system);
    // One that froze its machine never ends there; what is left of it runs in each clone.
    process.rest = rest && ((system) => rest(system, 0));
    if (rest !== undefined) return;
    process.exitCode = code;
    if (vm.guest === guest) saveSystem(m, vm);
    process.endTime = m.now();
  });
  return process.pid;
}

/** GuestProcessManager.ListProcessesInGuest. */
export function listProcesses(m: Model, vm: Vm, user: string, password: string, pids: readonly number[]): GuestProcess[] {
  const guest = ready(m, vm, user, password);
  guest.processes = guest.processes.filter((p) => p.endTime === undefined || p.endTime > m.now() - ENDED_MEMORY_MS);
  return guest.processes.filter((p) => pids.length === 0 || pids.includes(p.pid));
}

export function terminateProcess(m: Model, vm: Vm, user: string, password: string, pid: number): void {
  const process = ready(m, vm, user, password).processes.find((p) => p.pid === pid);
  if (process === undefined) throw new VimFault('GuestProcessNotFound', 'The process does not exist.', { pid });
  process.exitCode ??= 137;
  process.endTime ??= m.now();
}

export function readGuestFile(m: Model, vm: Vm, user: string, password: string, path: string): Buffer {
  const file = ready(m, vm, user, password).system.files.get(path);
  if (file === undefined) throw fileNotFound(path);
  return file;
}

export interface GuestEntry {
  path: string;
  directory: boolean;
  size: number;
}

/**
 * GuestFileManager.ListFilesInGuest: a file, or what a directory has in it, in the order of names; so many from `index` on.
 * Directories are where files or homes are. FileNotFound, InvalidArgument for an index below 0 or a pattern that is none.
 */
export function listGuestFiles(
  m: Model,
  vm: Vm,
  login: readonly [user: string, password: string],
  path: string,
  page: { index: number; max: number; pattern: string | undefined },
): { files: GuestEntry[]; remaining: number } {
  const { system } = ready(m, vm, ...login);
  if (page.index < 0) throw invalidArgument('index');
  const pattern = regular(page.pattern);
  const at = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const file = system.files.get(at);
  const found = file === undefined ? inDirectory(system, at) : [{ path: at, directory: false, size: file.length }];
  if (found === undefined) throw fileNotFound(path);
  const matching = found.filter((entry) => pattern?.test(entry.path) ?? true);
  const files = matching.slice(page.index, page.index + page.max);
  return { files, remaining: Math.max(0, matching.length - page.index - files.length) };
}

function regular(pattern: string | undefined): RegExp | undefined {
  if (pattern === undefined || pattern === '') return undefined;
  try {
    return new RegExp(pattern);
  } catch {
    throw invalidArgument('matchPattern');
  }
}

/** Undefined if there is no such directory. */
function inDirectory(system: GuestSystem, at: string): GuestEntry[] | undefined {
  const prefix = at === '/' ? '/' : `${at}/`;
  const entries = new Map<string, GuestEntry>();
  const below = (path: string, size: number | undefined): void => {
    const [name = '', ...rest] = path.slice(prefix.length).split('/');
    const directory = rest.length > 0 || size === undefined;
    if (name !== '') entries.set(name, { path: name, directory, size: directory ? 4096 : size });
  };
  let known = at === '/';
  for (const { home } of system.accounts.values()) {
    if (home === at) known = true;
    else if (home.startsWith(prefix)) below(home, undefined);
  }
  for (const [path, content] of system.files) if (path.startsWith(prefix)) below(path, content.length);
  if (!known && entries.size === 0) return undefined;
  const self = ['.', '..'].map((path) => ({ path, directory: true, size: 4096 }));
  return [...self, ...[...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1))];
}

export function assertGuestWritable(m: Model, vm: Vm, user: string, password: string, path: string, overwrite: boolean): void {
  const guest = ready(m, vm, user, password);
  if (guest.system.files.has(path) && !overwrite)
    throw new VimFault('FileAlreadyExists', `The file ${path} already exists`, { file: path });
}

/** What a PUT to the transfer URL does. */
export function writeGuestFile(m: Model, vm: Vm, path: string, content: Buffer): void {
  vm.guest?.system.files.set(path, content);
  saveSystem(m, vm);
}
