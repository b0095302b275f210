import { createHash } from 'node:crypto';
import { CarrelError } from '../../lib/errors.ts';
import { driverError } from '../../driver/errors.ts';
import { type FakeMachine, type FakeState, mergedFiles } from './state.ts';
import type { FakeWorld } from './world.ts';

const IDENTITY = '/etc/carrel/identity';
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key.pub';
const SHADOW = '/etc/shadow.d/';

const keysPath = (user: string): string => `${user === 'root' ? '/root' : `/home/${user}`}/.ssh/authorized_keys`;

/** Whether a guest file is the machine's own and must not be captured: identity, host keys, accounts of a reservation. */
export function isOwnFile(path: string): boolean {
  return (
    path.startsWith('/etc/carrel/') || path.startsWith('/etc/ssh/') || path.startsWith(SHADOW) || path.endsWith('/.ssh/authorized_keys')
  );
}

/** Writes into a disk as a guest does: its content changes, its file grows, its generation counts up. */
export function writeDisk(state: FakeState, diskPath: string, path: string, text: string): void {
  const disk = state.disks[diskPath];
  if (disk === undefined) throw driverError('crashed', `the disk ${diskPath} is not there`);
  if (disk.sealed) throw driverError('no-permission', `the disk ${diskPath} is read-only`);
  disk.files[path] = text;
  disk.generation += 1;
  disk.bytes += Buffer.byteLength(path) + Buffer.byteLength(text);
}

/** First boot: a machine that finds another's identity, or none, makes its own. */
export function makeIdentity(state: FakeState, machine: FakeMachine): void {
  const leaf = machine.disks[0];
  if (leaf === undefined || mergedFiles(state, leaf)[IDENTITY] === machine.machineId) return;
  const key = createHash('sha256').update(`host key of ${machine.machineId}`).digest('base64');
  writeDisk(state, leaf, IDENTITY, machine.machineId);
  writeDisk(state, leaf, HOST_KEY, `ssh-ed25519 ${key}`);
}

export function hostKeys(state: FakeState, machine: FakeMachine): string[] {
  const key = mergedFiles(state, machine.disks[0] ?? '')[HOST_KEY];
  return key === undefined ? [] : [key];
}

export function setAccount(state: FakeState, machine: FakeMachine, user: string, passwordHash: string, keys: readonly string[]): void {
  const leaf = machine.disks[0] ?? '';
  writeDisk(state, leaf, SHADOW + user, passwordHash);
  writeDisk(state, leaf, keysPath(user), keys.join('\n'));
}

function running(state: Readonly<FakeState>, machineId: string): FakeMachine {
  const machine = state.machines[machineId];
  if (machine?.power !== 'on') throw new CarrelError('wrong-state', `the guest of ${machineId} does not run`);
  return machine;
}

/** A running guest writes a file. */
export function guestWrite(world: FakeWorld, machineId: string, path: string, text: string): void {
  world.change((state) => writeDisk(state, running(state, machineId).disks[0] ?? '', path, text));
}

/** A running guest reads a file, through all its layers; undefined if none has it. */
export function guestRead(world: FakeWorld, machineId: string, path: string): string | undefined {
  return mergedFiles(world.state, running(world.state, machineId).disks[0] ?? '')[path];
}

export function guestAccount(world: FakeWorld, machineId: string, user: string): { passwordLocked: boolean; authorizedKeys: string[] } {
  const files = mergedFiles(world.state, running(world.state, machineId).disks[0] ?? '');
  const hash = files[SHADOW + user] ?? '!';
  return { passwordLocked: hash.startsWith('!'), authorizedKeys: (files[keysPath(user)] ?? '').split('\n').filter((k) => k !== '') };
}
