import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { driverError } from '../../driver/errors.ts';
import type { DriverEvent, PowerState } from '../../driver/driver.ts';
import { type Ctx, makeCtx, withTimeout } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { waitFor } from '../../lib/retry.ts';
import type { QemuPaths } from '../../qemu/argv.ts';
import {
  findProcesses,
  type FoundProcess,
  isAlive,
  killProcess,
  type ProcessId,
  signalProcess,
  spawnDetached,
  waitGone,
} from '../../qemu/process.ts';
import { thawIfFrozen } from '../../qemu/fs-freeze.ts';
import { saysNoSpace } from '../../qemu/run-tool.ts';
import { type Host, pathExists, tagPrefix } from './host.ts';
import { runPathsIn } from './layout.ts';
import { type PidRecord, readJson, writeJson } from './records.ts';
import { type Look, Runtime } from './runtime.ts';
import { SpaceWatch } from './space.ts';
import { endTpm, startTpm, tpmHint, tpmOf, tpmSaid } from './tpm.ts';

/** Memory of QEMU beside the guest's own, in bytes: translation cache, devices, page tables, slirp. Measured 20-60 MiB; with room. */
const OVERHEAD_BYTES = 384 * 1024 ** 2;
/** With no control groups only the address space can be bounded, which counts mappings, not memory. */
const ADDRESS_SPACE_EXTRA = 4 * 1024 ** 3;
/** How often a TPM that was found running is looked at, in ms. */
const TPM_LOOK_MS = 1_000;

export interface Launch {
  /** Machine id, or the name of a frozen parent in the making: what stands behind the tag in the process list. */
  id: string;
  folder: string;
  args: readonly string[];
  memoryMiB: number;
  vcpus: number;
  restored?: boolean;
  /** Open files that QEMU gets as descriptors 3 and up. */
  fds?: readonly number[];
  /** Folder of its TPM, which QEMU then gets as the descriptor behind these; undefined = it has none. */
  tpm?: string | undefined;
}

/** All QEMUs of this installation on this host: started, found again, watched, ended. */
export class Fleet {
  private readonly host: Host;
  private readonly runtimes = new Map<string, Runtime>();
  private readonly listeners = new Set<(event: DriverEvent) => void>();
  private readonly space: SpaceWatch;
  /** Being started or ended just now: their processes and sockets are no sign of anything. */
  private readonly inHand = new Set<string>();
  private readonly adopting = new Map<string, Promise<Runtime | undefined>>();
  private closing = false;
  private readonly over = new AbortController();
  /** Starts a machine again whose guest restarted, where QEMU cannot do that by itself; set by whoever knows how. */
  onGuestReset: ((machineId: string) => Promise<void>) | undefined;

  constructor(host: Host) {
    this.host = host;
    this.space = new SpaceWatch(host.layout.root, host.log);
  }

  get(id: string): Runtime | undefined {
    return this.runtimes.get(id);
  }

  watch(listener: (event: DriverEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Starts a QEMU and connects to it. When that fails, it is dead again before the error leaves. */
  async start(ctx: Ctx, launch: Launch): Promise<Runtime> {
    const paths = await this.prepareRun(launch.folder);
    this.inHand.add(launch.id);
    try {
      return await this.launch(ctx, launch, paths);
    } finally {
      this.inHand.delete(launch.id);
    }
  }

  private async launch(ctx: Ctx, launch: Launch, paths: QemuPaths): Promise<Runtime> {
    const { host } = this;
    const memory = launch.memoryMiB * 1024 ** 2;
    const { account } = host;
    const tpm = launch.tpm === undefined ? undefined : await startTpm(launch.id, launch.tpm, { account, folder: launch.folder });
    const process = await spawnDetached(host.qemuBinary, launch.args, {
      account: host.launchAccount(),
      logFile: qemuLog(launch.folder),
      extraFds: launch.fds ?? [],
      handOver: tpm?.channel,
      limits: host.cgroups.usable ? {} : { memoryBytes: memory + ADDRESS_SPACE_EXTRA },
    }).catch(async (error: unknown) => {
      if (tpm !== undefined) await killProcess(tpm.process);
      throw error;
    });
    try {
      for (const { pid } of tpm === undefined ? [process] : [process, tpm.process]) {
        await host.cgroups.place(launch.id, pid, { memoryBytes: memory + OVERHEAD_BYTES, cpus: launch.vcpus + 0.5, pids: 256 });
      }
      await writeJson(pidFile(launch.folder), {
        format: 1,
        ...process,
        startedAt: new Date().toISOString(),
        restored: launch.restored ?? false,
        ...(tpm === undefined ? {} : { tpm: tpm.process }),
      });
      const runtime = await Runtime.attach(ctx, launch.id, process, { paths, folder: launch.folder, again: false });
      if (launch.restored !== true) await runtime.qmp.execute(ctx, 'cont');
      runtime.tpm = tpm?.process;
      this.adoptRuntime(runtime, launch.folder);
      void tpm?.ended.then(() => this.tellLook(runtime));
      return runtime;
    } catch (error) {
      await killProcess(process);
      if (tpm !== undefined) await killProcess(tpm.process);
      await this.clean(launch.id, launch.folder);
      throw await this.explain(ctx, error, launch);
    }
  }

  /** Connects to a QEMU that outlived an earlier Carrel process; undefined when none runs or it does not answer. */
  async adopt(ctx: Ctx, id: string, folder: string): Promise<Runtime | undefined> {
    const process = await this.findProcess(id, folder);
    if (process === undefined) return undefined;
    const { qmp, serial, identity, guestAgent } = runPathsIn(join(folder, 'run'));
    for (const path of [qmp, serial, identity, guestAgent]) {
      if (await pathExists(path)) continue;
      this.host.log.warn({ machineId: id, path }, 'a running machine cannot be controlled: its socket is gone');
      return undefined;
    }
    try {
      const runtime = await Runtime.attach(withTimeout(ctx, 10_000), id, process, {
        paths: runPathsIn(join(folder, 'run')),
        folder,
        again: true,
      });
      runtime.tpm = await tpmOf(folder, (await this.pidRecord(folder))?.tpm);
      this.adoptRuntime(runtime, folder);
      void this.watchTpm(runtime);
      // What happened to it meanwhile; a process of ours that ended in the middle of a capture left it frozen.
      this.tellLook(runtime);
      void thawIfFrozen(runtime.guestAgent, { onStuck: (stuck) => this.setStuck(runtime, stuck) });
      return runtime;
    } catch (error) {
      this.host.log.warn({ err: error, machineId: id }, 'a running machine does not answer on its monitor');
      return undefined;
    }
  }

  /** The process that runs `id`: by its pid file, else by its tag in the process list. */
  async findProcess(id: string, folder: string): Promise<ProcessId | undefined> {
    const recorded = await this.pidRecord(folder);
    if (recorded !== undefined && (await isAlive(recorded))) return recorded;
    return (await this.processes()).find((each) => each.tail === id);
  }

  /** Whether the machine's present QEMU was restored from a frozen parent. */
  async isRestored(folder: string): Promise<boolean> {
    return (await this.pidRecord(folder))?.restored ?? false;
  }

  private async pidRecord(folder: string): Promise<PidRecord | undefined> {
    return await readJson<PidRecord & { format: 1 }>(pidFile(folder)).catch(() => undefined);
  }

  /** Every living QEMU that carries our tag. */
  async processes(): Promise<FoundProcess[]> {
    return await findProcesses(tagPrefix(this.host.installationId));
  }

  async power(ctx: Ctx, id: string, folder: string): Promise<PowerState> {
    return (await this.look(ctx, id, folder)).power;
  }

  /**
   * How a machine is, from its process and monitor, or from what an ended QEMU left behind. One that runs and that nobody is connected to is
   * connected to if it can be.
   */
  async look(ctx: Ctx, id: string, folder: string): Promise<Look> {
    const runtime = this.runtimes.get(id) ?? (await this.adoptAgain(ctx, id, folder));
    if (runtime !== undefined && (await isAlive(runtime.process))) {
      const seen = await runtime.look(ctx);
      if (seen?.condition === 'out-of-space') this.space.wait(runtime);
      if (seen !== undefined) return seen;
    }
    if ((await this.findProcess(id, folder)) !== undefined) {
      return this.inHand.has(id) ? { power: 'on' } : { power: 'on', condition: 'unreachable' };
    }
    return (await pathExists(runPathsIn(join(folder, 'run')).pidFile)) ? { power: 'crashed', condition: 'crashed' } : { power: 'off' };
  }

  private async adoptAgain(ctx: Ctx, id: string, folder: string): Promise<Runtime | undefined> {
    if (this.inHand.has(id) || !(await pathExists(runPathsIn(join(folder, 'run')).qmp))) return undefined;
    const before = this.adopting.get(id);
    if (before !== undefined) return await before;
    const adopting = this.adopt(ctx, id, folder).finally(() => this.adopting.delete(id));
    this.adopting.set(id, adopting);
    return await adopting;
  }

  /** A machine's file systems did not come free after a freeze, or came free after that. */
  setStuck(runtime: Runtime, stuck: boolean): void {
    runtime.stuckFrozen = stuck;
    if (stuck) this.host.log.warn({ machineId: runtime.id }, 'a guest whose file systems were frozen for a capture does not thaw');
    this.tellLook(runtime);
  }

  /**
   * Ends a machine's QEMU at once and proves that it is gone. `flush` lets QEMU close its disks in order first; a delete does not need it.
   */
  async end(ctx: Ctx, id: string, folder: string, flush: boolean): Promise<void> {
    this.inHand.add(id);
    try {
      await this.endNow(ctx, id, folder, flush);
    } finally {
      this.inHand.delete(id);
    }
  }

  private async endNow(ctx: Ctx, id: string, folder: string, flush: boolean): Promise<void> {
    const runtime = this.runtimes.get(id) ?? (await this.adopting.get(id)?.catch(() => undefined));
    this.runtimes.delete(id);
    if (flush) await this.askToEnd(ctx, runtime, id, folder);
    await runtime?.close();
    // More than one could carry the tag only after a fault of ours; none may survive.
    for (const each of await this.processes()) if (each.tail === id) await killProcess(each);
    const recorded = await this.pidRecord(folder);
    if (recorded !== undefined && (await isAlive(recorded))) await killProcess(recorded);
    await endTpm(folder);
    await this.clean(id, folder);
  }

  /** QEMU closes its disks in order: at its monitor's word, or at a signal where nobody is connected to that. */
  private async askToEnd(ctx: Ctx, runtime: Runtime | undefined, id: string, folder: string): Promise<void> {
    const process = runtime?.process ?? (await this.findProcess(id, folder));
    if (process === undefined) return;
    if (runtime === undefined) await signalProcess(process, 'SIGTERM');
    else await runtime.qmp.execute(ctx, 'quit', {}, 3_000).catch(() => {});
    await waitGone(withTimeout(ctx, 3_000), process).catch(() => {});
  }

  /** Lets go of all connections; the machines go on. */
  async close(): Promise<void> {
    this.closing = true;
    this.over.abort();
    this.space.close();
    const all = [...this.runtimes.values()];
    this.runtimes.clear();
    await Promise.all(all.map((runtime) => runtime.close()));
  }

  private adoptRuntime(runtime: Runtime, folder: string): void {
    this.runtimes.set(runtime.id, runtime);
    runtime.qmp.onEvent(({ event, data }) => {
      if (event === 'RESET') runtime.forget();
      if (event === 'SHUTDOWN') runtime.endReason = String(data['reason'] ?? '');
      if (TELLING.has(event)) this.tellLook(runtime);
    });
    void runtime.qmp.closed.then(() => this.onClosed(runtime, folder));
  }

  private async onClosed(runtime: Runtime, folder: string): Promise<void> {
    // Ended by us, or we are going away ourselves.
    if (this.closing || this.runtimes.get(runtime.id) !== runtime) return;
    await waitGone(makeCtx({ timeoutMs: 5_000 }), runtime.process).catch(() => {});
    if (this.closing || this.runtimes.get(runtime.id) !== runtime) return;
    this.runtimes.delete(runtime.id);
    const alive = await isAlive(runtime.process);
    // What it wrote last may still be on its way.
    if (!alive) await runtime.serial.ended;
    await runtime.close();
    if (alive) {
      this.tell(runtime.id, { power: 'on', condition: 'unreachable' });
      return;
    }
    const crashed = await pathExists(runPathsIn(join(folder, 'run')).pidFile);
    // Without its TPM it ends in the middle of a reset, and says nothing.
    const reset = runtime.endReason === 'guest-reset' || (runtime.endReason === '' && (await runtime.lostTpm()));
    if (!crashed && reset && this.onGuestReset !== undefined) {
      await this.onGuestReset(runtime.id).catch((error: unknown) => {
        this.host.log.warn({ err: error, machineId: runtime.id }, 'a machine whose guest restarted could not be started again');
        this.tell(runtime.id, { power: 'off' });
      });
      return;
    }
    this.tell(runtime.id, crashed ? { power: 'crashed', condition: 'crashed' } : { power: 'off' });
  }

  /** Asks how it is, since an event tells what happened and not what is by now, and tells that. */
  private tellLook(runtime: Runtime): void {
    void runtime.look(makeCtx({ timeoutMs: 5_000 })).then((look) => {
      if (look === undefined || this.closing || this.runtimes.get(runtime.id) !== runtime) return;
      if (look.condition === 'out-of-space') this.space.wait(runtime);
      this.tell(runtime.id, look);
    });
  }

  /** Of a TPM that another process of ours started nobody hears when it ends. */
  private async watchTpm(runtime: Runtime): Promise<void> {
    if (runtime.tpm === undefined || (await runtime.lostTpm())) return;
    const isOver = async () => this.runtimes.get(runtime.id) !== runtime || (await runtime.lostTpm());
    await waitFor({ signal: this.over.signal }, TPM_LOOK_MS, async () => (await isOver()) || undefined).catch(() => {});
    this.tellLook(runtime);
  }

  private tell(machineId: string, look: Look): void {
    for (const listener of this.listeners) listener({ kind: 'machine', machineId, ...look });
  }

  private async prepareRun(folder: string): Promise<QemuPaths> {
    const run = join(folder, 'run');
    await rm(run, { recursive: true, force: true });
    await mkdir(run, { mode: 0o700 });
    const { account } = this.host;
    if (account !== undefined) await chown(run, account.uid, account.gid);
    return runPathsIn(run);
  }

  private async clean(id: string, folder: string): Promise<void> {
    await rm(runPathsIn(join(folder, 'run')).pidFile, { force: true });
    await rm(pidFile(folder), { force: true });
    await this.host.cgroups.remove(id);
  }

  /** A start that failed, in QEMU's own words where it left any. */
  private async explain(ctx: Ctx, error: unknown, { id, folder, tpm: hasTpm }: Launch): Promise<unknown> {
    if (hasTpm !== undefined && isCode(error, 'deadline') && !ctx.signal.aborted) {
      return driverError('crashed', `machine ${id} did not start: QEMU does not answer, as it does where its TPM does not`, {
        hint: tpmHint(folder),
        cause: error,
      });
    }
    if (!isCode(error, 'crashed')) return error;
    const said = await readFile(qemuLog(folder), 'utf8').catch(() => '');
    const last = said.trim().split('\n').at(-1)?.slice(0, 400) ?? '';
    if (saysNoSpace(said)) return driverError('no-space', 'QEMU found no space to start the machine', { cause: error });
    const tpm = last.includes(': tpm-emulator: ') ? await tpmSaid(folder) : undefined;
    if (tpm !== undefined) {
      return driverError('crashed', `the machine's TPM did not start: ${tpm}`, {
        hint: tpmHint(folder),
        cause: error,
      });
    }
    return driverError('crashed', `QEMU did not start: ${last === '' ? 'it said nothing' : last}`, { cause: error });
  }
}

/** Events of QEMU after which a machine may be in another state. */
const TELLING: ReadonlySet<string> = new Set(['STOP', 'RESUME', 'RESET', 'GUEST_PANICKED']);

export function pidFile(folder: string): string {
  return join(folder, 'pid.json');
}

/** QEMU's own messages. In the machine's folder, not in `run`: opened by us, so that QEMU's account cannot put a link in its place. */
export function qemuLog(folder: string): string {
  return join(folder, 'qemu.log');
}
