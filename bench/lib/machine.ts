/** On what it was measured. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, totalmem } from 'node:os';

export interface MachineFacts {
  cpu: string;
  cores: number;
  memoryMiB: number;
  kernel: string;
  system: string;
  node: string;
  qemu: string;
}

function tool(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

export function machineFacts(): MachineFacts {
  const cpu = /^model name\s*:\s*(.+)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const system = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  const qemu = /version (\S+)/.exec(tool('qemu-system-x86_64', ['--version']))?.[1] ?? 'none';
  return {
    cpu,
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    system,
    node: process.version,
    qemu,
  };
}

/** With `+` when files of the program differ from it. */
export function commit(): string {
  const id = tool('git', ['rev-parse', '--short=12', 'HEAD']);
  const changed = tool('git', ['status', '--porcelain', '--untracked-files=no', '--', 'src', 'sql', 'bench']);
  return id === '' ? 'unknown' : `${id}${changed === '' ? '' : '+'}`;
}

export interface Load {
  /** Over 1, 5 and 15 minutes. */
  average: number[];
  /** Share of all cores that somebody used during the last second, 0 to 1. */
  busy: number;
}

function cpuTicks(): { idle: number; all: number } {
  const fields = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  return { idle: (fields[3] ?? 0) + (fields[4] ?? 0), all: fields.reduce((sum, each) => sum + each, 0) };
}

/** What others were doing on this machine just before. */
export async function loadNow(): Promise<Load> {
  const before = cpuTicks();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const after = cpuTicks();
  const busy = 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
  return { average: loadavg().map((each) => Number(each.toFixed(2))), busy: Number(busy.toFixed(2)) };
}
