import { readFile } from 'node:fs/promises';
import { runTool } from '../../qemu/run-tool.ts';
import { type Ctx, makeCtx } from '../../lib/context.ts';
import { driverError } from '../../driver/errors.ts';
import { isKvmOnly, newestQ35 } from '../../qemu/find-qemu.ts';
import { machineTypeOf } from './host.ts';

/** QEMU's version, `7.2.22`; `missing-tool` when it is not there. */
export async function readQemuVersion(ctx: Ctx, binary: string): Promise<string> {
  const { stdout } = await runTool(ctx, binary, ['--version']);
  const found = /version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (found === undefined) throw driverError('missing-tool', `${binary} does not say its version`);
  return found;
}

/** The newest machine type that it has. `missing-tool` where it has none that we start. */
export async function readMachineType(ctx: Ctx, binary: string, version: string): Promise<string> {
  if (!isKvmOnly(binary)) return machineTypeOf(version);
  const newest = newestQ35((await runTool(ctx, binary, ['-machine', 'help'])).stdout);
  if (newest === undefined) throw driverError('missing-tool', `${binary} has no machine type q35`);
  return newest;
}

/** Whether it can share a guest's clipboard: some distributions build it without what speaks with spice-vdagent. */
export async function hasVdagent(ctx: Ctx, binary: string): Promise<boolean> {
  const { stdout } = await runTool(ctx, binary, ['-chardev', 'help']).catch(() => ({ stdout: '' }));
  return /^\s*qemu-vdagent$/m.test(stdout);
}

/** Memory of this host in MiB, from /proc/meminfo. */
export async function hostMemoryMiB(): Promise<number> {
  const found = /^MemTotal:\s+(\d+) kB/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  return Math.floor(Number(found ?? 0) / 1024);
}

/** Whether instant clones can work here: memory must be sealable, see sealed-memory.ts. */
export async function canSealMemory(): Promise<boolean> {
  const perl = await runTool(makeCtx({ timeoutMs: 10_000 }), 'perl', ['-e', 'exit 0']).then(
    () => true,
    () => false,
  );
  return perl && process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
}
