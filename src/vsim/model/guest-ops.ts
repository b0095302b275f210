import type { Guest, GuestProcess, Vm } from './entities.ts';
import { fileNotFound, invalidPower, VimFault } from './fault.ts';
import { guestInfoSet } from './guest.ts';
import { runShell } from '../guest/shell.ts';
import type { Model } from './model.ts';

/** Ended programs stay in the list so long. */
const ENDED_MEMORY_MS = 5 * 60_000;

function ready(m: Model, vm: Vm, user: string, password: string): Guest {
  if (vm.power !== 'poweredOn') throw invalidPower('poweredOn', vm.power);
  const { guest } = vm;
  if (guest === undefined || !guest.opsReady) {
    throw new VimFault('GuestOperationsUnavailable', 'The guest operations agent could not be contacted.');
  }
  if (guest.system.accounts.get(user)?.password !== password) {
    throw new VimFault('InvalidGuestLogin', 'Failed to authenticate with the guest operating system using the supplied credentials.');
  }
  void m;
  return guest;
}

/** GuestAuthManager.ValidateCredentialsInGuest. */
export function validateGuest(m: Model, vm: Vm, user: string, password: string): void {
  ready(m, vm, user, password);
}

/**
 * GuestProcessManager.StartProgramInGuest. The simulated guest has a small shell and the programs that look after accounts
 * (guest/commands.ts), and `vmtoolsd --cmd "info-set KEY VALUE"`; anything else ends with 127, as where it is not installed.
 */
export function startProgram(m: Model, vm: Vm, user: string, password: string, program: string, args: string): number {
  const guest = ready(m, vm, user, password);
  if (program === '')
    throw new VimFault('InvalidArgument', 'A specified parameter was not correct: programPath', { invalidProperty: 'programPath' });
  const process: GuestProcess = {
    pid: guest.nextPid++,
    name: program.split('/').at(-1) ?? program,
    cmdLine: `"${program}" ${args}`,
    owner: user,
    startTime: m.now(),
    endTime: undefined,
    exitCode: undefined,
  };
  guest.processes.push(process);
  m.clock.after(m.latency.about(500), () => {
    process.exitCode = runInGuest(m, vm, guest, user, program, args);
    process.endTime = m.now();
  });
  return process.pid;
}

function runInGuest(m: Model, vm: Vm, guest: Guest, user: string, program: string, args: string): number {
  const info = /(?:^|\/)(?:vmtoolsd|vmware-rpctool)$/.test(program) ? /info-set (\S+) (.*?)["']?$/.exec(args) : null;
  if (info === null) return runShell(guest.system, user, `${program} ${args}`).code;
  if (vm.power === 'poweredOn') guestInfoSet(m, vm, info[1] as string, info[2] as string);
  return 0;
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

export function assertGuestWritable(m: Model, vm: Vm, user: string, password: string, path: string, overwrite: boolean): void {
  const guest = ready(m, vm, user, password);
  if (guest.system.files.has(path) && !overwrite)
    throw new VimFault('FileAlreadyExists', `The file ${path} already exists`, { file: path });
}

/** What a PUT to the transfer URL does. */
export function writeGuestFile(vm: Vm, path: string, content: Buffer): void {
  vm.guest?.system.files.set(path, content);
}
