/** What cloud-init keeps in a guest's files, and the programs that look at it. */
import { makeSshKey } from '../../lib/ssh-key.ts';
import { type GuestSystem, HOST_KEY } from './system.ts';

/** An image that has this file has cloud-init. */
export const CLOUD_CFG = '/etc/cloud/cloud.cfg';
const STATE = '/var/lib/cloud';
export const INSTANCE = `${STATE}/data/instance-id`;
export const RESULT = `${STATE}/data/result`;

/** What sshd's own unit does at start where keys are missing. */
export function makeHostKeys(system: GuestSystem): void {
  if (!system.files.has(HOST_KEY)) put(system, HOST_KEY, makeSshKey('root@guest').privateKey);
}

/** `cloud-init status`: its text. */
export function cloudStatus(system: GuestSystem): string {
  const result = system.files.get(RESULT)?.toString('utf8');
  return result === undefined ? 'disabled' : result.startsWith('error') ? 'error' : 'done';
}

/** `cloud-init clean`: the next boot is a first one. */
export function cloudClean(system: GuestSystem): void {
  for (const path of system.files.keys()) if (path.startsWith(`${STATE}/`)) system.files.delete(path);
}

/** `cloud-init-per instance NAME PROGRAM…`: whether it has to run, which is once. */
export function oncePerInstance(system: GuestSystem, name: string): boolean {
  const mark = `${STATE}/sem/${system.files.get(INSTANCE)?.toString('utf8') ?? ''}.${name}`;
  if (system.files.has(mark)) return false;
  put(system, mark, '');
  return true;
}

export function put(system: GuestSystem, path: string, text: string): void {
  system.files.set(path, Buffer.from(text));
}
