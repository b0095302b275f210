import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';

/** What one machine may take of the host. */
export interface CgroupLimits {
  memoryBytes: number;
  /** In cores; 1.5 = one and a half. */
  cpus: number;
  pids: number;
}

const ROOT = '/sys/fs/cgroup';
/** Period of the CPU quota in microseconds, the kernel's default. */
const PERIOD_US = 100_000;

/** Longest wait for a group to become free, in milliseconds. */
const REMOVE_MS = 2_000;

/** Which files hold the limits, in each of the two generations of the interface. */
function plan(root: string, version: 1 | 2, limits: CgroupLimits): { folder: string; values: [string, string][] }[] {
  const quota = String(Math.round(limits.cpus * PERIOD_US));
  const memory = String(limits.memoryBytes);
  if (version === 2) {
    const values: [string, string][] = [
      ['memory.max', memory],
      ['cpu.max', `${quota} ${PERIOD_US}`],
      ['pids.max', String(limits.pids)],
    ];
    return [{ folder: root, values }];
  }
  return [
    { folder: join(root, 'memory'), values: [['memory.limit_in_bytes', memory]] },
    { folder: join(root, 'cpu'), values: [['cpu.cfs_quota_us', quota]] },
    { folder: join(root, 'pids'), values: [['pids.max', String(limits.pids)]] },
  ];
}

/**
 * Limits by control groups, version 2 or 1, where we may write there. `group` is our own name under the root; each machine gets a group
 * below it.
 */
export class Cgroups {
  private readonly root: string;
  private readonly group: string;
  private version: 1 | 2 | undefined;

  constructor(group: string, root = ROOT) {
    this.group = group;
    this.root = root;
  }

  /** Finds out whether limits can be set; says in words which way. */
  async open(): Promise<string> {
    this.version = (await exists(join(this.root, 'cgroup.controllers'))) ? 2 : (await exists(join(this.root, 'memory'))) ? 1 : undefined;
    if (this.version === undefined) return 'none (no control groups here)';
    try {
      for (const { folder } of this.folders('')) await mkdir(folder, { recursive: true });
      if (this.version === 2) await this.delegate();
      return `cgroup v${this.version}`;
    } catch {
      this.version = undefined;
      return 'address space only (control groups are not writable)';
    }
  }

  get usable(): boolean {
    return this.version !== undefined;
  }

  /** Puts a process under its limits; false when that did not work, which the caller says but does not fail for. */
  async place(name: string, pid: number, limits: CgroupLimits): Promise<boolean> {
    if (this.version === undefined) return false;
    try {
      for (const { folder, values } of this.folders(name, limits)) {
        await mkdir(folder, { recursive: true });
        for (const [file, value] of values) await writeFile(join(folder, file), value);
        await writeFile(join(folder, 'cgroup.procs'), String(pid));
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Takes a machine's groups away, once the kernel has let go of its last process, which may take a moment after its end. */
  async remove(name: string): Promise<void> {
    if (this.version === undefined) return;
    const ctx = makeCtx({ timeoutMs: REMOVE_MS });
    for (const { folder } of this.folders(name)) {
      await waitFor(ctx, 5, async () => await removed(folder)).catch(() => {});
    }
  }

  /** Takes away the groups that hold no process: rests of machines that ended while nobody looked. */
  async prune(): Promise<void> {
    if (this.version === undefined) return;
    for (const { folder } of this.folders('')) {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) if (entry.isDirectory()) await rmdir(join(folder, entry.name)).catch(() => {});
    }
  }

  /** Takes our own group away if no machine is left in it. */
  async close(): Promise<void> {
    if (this.version === undefined) return;
    for (const { folder } of this.folders('')) await rmdir(folder).catch(() => {});
  }

  private folders(name: string, limits: CgroupLimits = { memoryBytes: 0, cpus: 0, pids: 0 }) {
    return plan(this.root, this.version ?? 1, limits).map((each) => ({ ...each, folder: join(each.folder, this.group, name) }));
  }

  /** Version 2 hands controllers down only when each level says so. */
  private async delegate(): Promise<void> {
    for (const folder of [this.root, join(this.root, this.group)]) {
      const file = join(folder, 'cgroup.subtree_control');
      const have = (await readFile(file, 'utf8')).trim().split(/\s+/);
      const missing = ['memory', 'cpu', 'pids'].filter((controller) => !have.includes(controller));
      if (missing.length > 0) await writeFile(file, missing.map((controller) => `+${controller}`).join(' '));
    }
  }
}

/** True once the group is gone; undefined while something is still in it. */
async function removed(folder: string): Promise<true | undefined> {
  return rmdir(folder).then(
    () => true as const,
    (error: { code?: string }) => (error.code === 'EBUSY' ? undefined : true),
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
