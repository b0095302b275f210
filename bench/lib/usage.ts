/** What processes and folders take of the host. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Proportional set size in bytes: what is shared counts by its sharers, so that sums are true. NaN if it cannot be read. */
export function pssBytes(pid: number): number {
  try {
    const found = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    return found ? Number(found[1]) * 1024 : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** Processor seconds so far, user and system. */
export function cpuSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // USER_HZ is 100 on every Linux that Node runs on.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** Bytes that a folder really takes: allocated blocks, not lengths. */
export function allocatedBytes(path: string): number {
  const facts = lstatSync(path);
  if (!facts.isDirectory()) return facts.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + allocatedBytes(join(path, name)), facts.blocks * 512);
}

export interface Proc {
  pid: number;
  parent: number;
  args: string[];
}

export function processes(): Proc[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return [{ pid: Number(name), parent, args: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') }];
      } catch {
        return [];
      }
    });
}

/** A process and everything below it. */
export function family(pid: number, all: readonly Proc[] = processes()): number[] {
  return [pid, ...all.filter((each) => each.parent === pid).flatMap((each) => family(each.pid, all))];
}
