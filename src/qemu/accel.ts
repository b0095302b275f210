import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Ctx, sleep, withTimeout } from '../lib/context.ts';
import { type Accel, accelArgs } from './argv.ts';
import { QmpClient } from './qmp.ts';
import { type Account, withLimits } from './run-tool.ts';
import { KERNEL_ARGS } from './kernel-args.ts';

/**
 * Which acceleration to use, found by booting a tiny guest with each. That /dev/kvm exists, may be opened, and even that QEMU starts on it,
 * proves nothing: under software-nested virtualization a kernel's ring 0 is interpreted, a hundred times slower than TCG, and stops at the
 * first instruction that the interpreter lacks.
 */

/** Longest boot that still counts, in milliseconds; a usable host needs well under two seconds. */
export const PROBE_LIMIT_MS = 5_000;
/** What the helper guest says on its serial line when it is up. */
const READY = 'CARREL-PROBE-READY';

export interface ProbeResult {
  /** Milliseconds from start to the guest's word; undefined when it did not come. */
  ms: number | undefined;
  reason: string;
}

export interface AccelDecision {
  accel: Accel;
  reason: string;
  /** What each was found to do. */
  kvm: ProbeResult;
  tcg: ProbeResult;
  /** What the decision holds for: this boot of the host, this QEMU, this account. */
  hostBoot: string;
  qemuVersion: string;
  account: string;
}

export interface ProbeOptions {
  binary: string;
  kernel: string;
  initrd: string;
  /** A folder that QEMU's account may write to, with a short path: it holds a socket for a moment. */
  folder: string;
  /** Account for an acceleration; with KVM its group is that of the device. */
  account: (accel: Accel) => Account | undefined;
  limitMs?: number;
}

/** Why KVM cannot even be tried, or undefined. */
export async function kvmObstacle(account: Account | undefined): Promise<string | undefined> {
  const device = await stat('/dev/kvm').catch(() => undefined);
  if (device === undefined) return 'this host has no /dev/kvm';
  if (account === undefined) {
    return access('/dev/kvm', constants.R_OK | constants.W_OK).then(
      () => undefined,
      () => '/dev/kvm may not be opened by this account',
    );
  }
  if ((device.mode & 0o006) === 0o006) return undefined;
  // Group root would give QEMU more than the device.
  if ((device.mode & 0o060) === 0o060 && device.gid !== 0) return undefined;
  return `/dev/kvm may not be opened by the account ${account.name}`;
}

/** Boots the helper guest once. */
export async function probe(ctx: Ctx, accel: Accel, options: ProbeOptions): Promise<ProbeResult> {
  const limitMs = options.limitMs ?? PROBE_LIMIT_MS;
  const socket = join(options.folder, `p-${accel}`);
  await rm(socket, { force: true });
  const started = performance.now();
  const child = start(accel, socket, options);
  const bounded = withTimeout(ctx, limitMs);
  try {
    const reason = await Promise.race([spoke(child), died(child), brokeDown(bounded, socket), timeUp(bounded, limitMs)]);
    const ms = Math.round(performance.now() - started);
    return reason === READY ? { ms, reason: `a guest was up after ${ms} ms` } : { ms: undefined, reason };
  } finally {
    child.kill('SIGKILL');
    await rm(socket, { force: true });
  }
}

function start(accel: Accel, socket: string, options: ProbeOptions): ChildProcess {
  const account = options.account(accel);
  const args = [
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', '-machine', 'q35', '-m', '128M', '-smp', '1'],
    ...accelArgs(accel, { level: 'x86-64', tbSizeMiB: 32 }),
    ['-kernel', options.kernel, '-initrd', options.initrd, '-append', `console=ttyS0 quiet ${KERNEL_ARGS} carrel.task=probe`],
    ['-chardev', 'stdio,id=ser,signal=off', '-serial', 'chardev:ser'],
    ['-chardev', `socket,id=qmp,path=${socket.replaceAll(',', ',,')},server=on,wait=off`, '-mon', 'chardev=qmp,mode=control'],
  ].flat();
  return spawn('prlimit', withLimits(options.binary, args, {}), {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
}

function spoke(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.setEncoding('latin1').on('data', (chunk: string) => {
      text = (text + chunk).slice(-4096);
      if (text.includes(READY)) resolve(READY);
    });
  });
}

function died(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-2000);
    });
    child.once('error', (error) => resolve(`QEMU could not be started: ${error.message}`));
    child.once('close', () => resolve(`QEMU ended: ${said.trim().split('\n').at(-1)?.slice(0, 200) ?? ''}`));
  });
}

/** Watches the monitor: a virtual CPU that cannot go on leaves QEMU alive, in the state `internal-error`. */
async function brokeDown(ctx: Ctx, socket: string): Promise<string> {
  const never = new Promise<string>(() => {});
  try {
    let qmp: QmpClient | undefined;
    while (qmp === undefined) {
      qmp = await QmpClient.connect(ctx, socket).catch(() => undefined);
      if (qmp === undefined) await sleep(ctx, 20);
    }
    for (;;) {
      if ((await qmp.runState(ctx)) === 'internal-error') {
        qmp.close();
        return 'its virtual CPU stopped with an internal error';
      }
      await sleep(ctx, 100);
    }
  } catch {
    return await never;
  }
}

function timeUp(ctx: Pick<Ctx, 'signal'>, limitMs: number): Promise<string> {
  return new Promise((resolve) => {
    ctx.signal.addEventListener('abort', () => resolve(`no guest was up within ${limitMs} ms`), { once: true });
  });
}

/** Tries both and takes the faster; TCG when neither came up, since it works everywhere, if slowly. */
export async function decideAccel(
  ctx: Ctx,
  options: ProbeOptions,
  facts: { qemuVersion: string; account: string },
): Promise<AccelDecision> {
  const obstacle = await kvmObstacle(options.account('tcg'));
  const kvm = obstacle === undefined ? await probe(ctx, 'kvm', options) : { ms: undefined, reason: obstacle };
  const tcg = await probe(ctx, 'tcg', options);
  return { ...choose(kvm, tcg), kvm, tcg, hostBoot: await hostBoot(), ...facts };
}

export function choose(kvm: ProbeResult, tcg: ProbeResult): { accel: Accel; reason: string } {
  if (kvm.ms !== undefined && (tcg.ms === undefined || kvm.ms <= tcg.ms)) return { accel: 'kvm', reason: `KVM: ${kvm.reason}` };
  if (kvm.ms !== undefined && tcg.ms !== undefined) {
    return { accel: 'tcg', reason: `KVM took ${kvm.ms} ms to boot a guest, TCG ${tcg.ms} ms` };
  }
  return { accel: 'tcg', reason: `not KVM: ${kvm.reason}; TCG: ${tcg.reason}` };
}

/** An id of the host's present boot: after another boot the kernel, its modules or the hypervisor below may be others. */
export async function hostBoot(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** The stored decision if it still holds. */
export async function readDecision(file: string, facts: { qemuVersion: string; account: string }): Promise<AccelDecision | undefined> {
  try {
    const stored = JSON.parse(await readFile(file, 'utf8')) as AccelDecision;
    const holds = stored.hostBoot === (await hostBoot()) && stored.qemuVersion === facts.qemuVersion && stored.account === facts.account;
    return holds && (stored.accel === 'kvm' || stored.accel === 'tcg') ? stored : undefined;
  } catch {
    return undefined;
  }
}

export async function storeDecision(file: string, decision: AccelDecision): Promise<void> {
  await writeFile(file, `${JSON.stringify(decision, undefined, 1)}\n`, { mode: 0o600 });
}
