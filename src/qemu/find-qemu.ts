/**
 * QEMU where distributions put it. RHEL and its like have one for virtual machines alone, outside of PATH, with machine types of their own
 * name and, in newer ones, without the networking by which people reach machines.
 */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { findTool } from '../lib/find-tool.ts';

/** The program, as most distributions call it. */
export const QEMU = 'qemu-system-x86_64';

const KVM_ONLY = 'qemu-kvm';

/** The program to run, or undefined where there is none. `libexec` is where RHEL has its own. */
export function findQemu(path?: string, libexec = '/usr/libexec'): string | undefined {
  return findTool(QEMU, path) ?? findTool(KVM_ONLY, libexec);
}

/** A QEMU as RHEL builds it: it lacks what others have, and names its machine types after RHEL. */
export function isKvmOnly(binary: string): boolean {
  return basename(binary) === KVM_ONLY;
}

/** What `q35` stands for in what `-machine help` lists: the newest machine type of that QEMU. */
export function newestQ35(help: string): string | undefined {
  return /^q35\s.*\(alias of (\S+)\)/m.exec(help)?.[1];
}

/** Why machines on this QEMU could not be reached, or undefined if they can. */
export function networkProblem(binary: string): string | undefined {
  const { stdout } = spawnSync(binary, ['-netdev', 'help'], { encoding: 'utf8', timeout: 30_000 });
  if (typeof stdout === 'string' && /^user$/m.test(stdout)) return undefined;
  return `${binary} is built without user-mode networking (slirp), by which machines are reached`;
}
