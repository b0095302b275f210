import { anyOf, type Ctx, makeCtx, race, sleep, withTimeout } from '../../lib/context.ts';
import { driverError } from '../../driver/errors.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import type { MachineCondition } from '../../core/condition.ts';
import type { PowerState } from '../../driver/driver.ts';
import { mayLackDriver } from '../../qemu/serial-text.ts';
import type { QemuPaths } from '../../qemu/argv.ts';
import { GuestAgent } from '../../qemu/guest-agent.ts';
import { type Announcement, type GuestInfo, LineAgent } from '../../qemu/line-agent.ts';
import { isAlive, type ProcessId } from '../../qemu/process.ts';
import { QmpClient } from '../../qemu/qmp.ts';
import { SerialConsole } from '../../qemu/serial-console.ts';
import { parseUsernet } from '../../qemu/usernet.ts';

/** Characters of a failure's last lines of the serial console. */
export const LAST_LINES = 4096;

/**
 * Our end of one running QEMU: its monitor, its serial console and both virtio-serial ports. The ports are held open for the machine's whole life: with no
 * host attached, qemu-ga and the agent in the guest poll, and fifty idle guests then fill two cores.
 */
export class Runtime {
  readonly id: string;
  readonly process: ProcessId;
  readonly qmp: QmpClient;
  readonly agent: LineAgent;
  readonly guestAgent: GuestAgent;
  readonly serial: SerialConsole;
  /** What the guest last announced; undefined between a boot and its first `ready`. */
  announced: GuestInfo | undefined;
  /** Host keys that the guest answered with when it was given its identity. */
  identity: Promise<readonly string[]> | undefined;
  /** A freeze of its file systems could not be undone. */
  stuckFrozen = false;
  /** The process of its TPM; undefined where it has none. */
  tpm: ProcessId | undefined;
  /** Why QEMU said that it ends, from its SHUTDOWN event. */
  endReason = '';
  private readonly waiters = new Set<() => void>();
  private port: number | undefined;

  private constructor(
    id: string,
    process: ProcessId,
    ends: { qmp: QmpClient; agent: LineAgent; guestAgent: GuestAgent; serial: SerialConsole },
  ) {
    this.id = id;
    this.process = process;
    this.qmp = ends.qmp;
    this.agent = ends.agent;
    this.guestAgent = ends.guestAgent;
    this.serial = ends.serial;
  }

  /**
   * Connects to a QEMU that was just started or found `again`. The log of its serial console is in `folder`. Errors: `crashed` (it ended),
   * `deadline`, `cancelled`.
   */
  static async attach(
    ctx: Ctx,
    id: string,
    process: ProcessId,
    at: { paths: QemuPaths; folder: string; again: boolean },
  ): Promise<Runtime> {
    const { paths, folder, again } = at;
    const qmp = await connectMonitor(ctx, process, paths.qmp);
    let serial: SerialConsole | undefined;
    const made: { runtime?: Runtime } = {};
    const early: Announcement[] = [];
    try {
      // First: what is said before somebody reads is lost.
      serial = await SerialConsole.open(ctx, paths.serial, folder, again);
      const agent = await LineAgent.connect(ctx, paths.identity, (what) => {
        if (made.runtime) made.runtime.hear(what);
        else early.push(what);
      });
      const guestAgent = await GuestAgent.connect(ctx, paths.guestAgent);
      const runtime = new Runtime(id, process, { qmp, agent, guestAgent, serial });
      made.runtime = runtime;
      for (const what of early) runtime.hear(what);
      return runtime;
    } catch (error) {
      qmp.close();
      await serial?.close();
      throw error;
    }
  }

  private hear(what: Announcement): void {
    if (what.kind === 'boot') {
      this.announced = undefined;
      this.guestAgent.forgetSync();
      return;
    }
    this.announced = what.info;
    for (const wake of this.waiters) wake();
  }

  /** The guest is about to start anew: what it said before no longer holds. */
  forget(): void {
    this.serial.forget();
    this.stuckFrozen = false;
    this.announced = undefined;
    this.guestAgent.forgetSync();
  }

  /** Waits for the guest's `ready`. A guest that said it to an earlier Carrel process is asked for it. */
  async waitReady(ctx: Ctx): Promise<GuestInfo> {
    for (;;) {
      if (this.announced !== undefined) return this.announced;
      let wake!: () => void;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      this.waiters.add(wake);
      const over = new AbortController();
      const asking = this.askAgain({ ...ctx, signal: anyOf([ctx.signal, over.signal]) });
      asking.catch(() => {});
      try {
        await race(ctx, Promise.race([woken, this.ended(), asking]));
      } finally {
        over.abort();
        this.waiters.delete(wake);
      }
    }
  }

  /** Asks for what an announcement would have told; one question lies in the port until the guest's agent reads it. */
  private async askAgain(ctx: Ctx): Promise<void> {
    for (;;) {
      await sleep(ctx, 5_000);
      const info = await this.agent.info(ctx, 20_000).catch(() => undefined);
      if (info === undefined || info.hostKeys.length === 0) continue;
      this.announced ??= info;
      return;
    }
  }

  /** Rejects with `crashed` when QEMU ends; never resolves. */
  async ended(): Promise<never> {
    await this.qmp.closed;
    throw driverError('crashed', 'the machine ended while it was waited for');
  }

  /**
   * Runs what waits for the guest to come up. As soon as the serial console shows that it never will, that ends with `guest-failed` and the
   * reason. Errors that say that the guest is not ready carry the last lines of the console in `details.console`.
   */
  async whileBooting<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
    const over = new AbortController();
    const bounded = { ...ctx, signal: anyOf([ctx.signal, over.signal]) };
    const working = work(bounded);
    working.catch(() => {});
    const failing = this.serial.hopeless(bounded).then((why) => {
      throw driverError('guest-failed', `the guest does not start: ${why}`, {
        hint: mayLackDriver(why)
          ? 'where it grew on other hardware, import it with that: --disk-bus sata, pvscsi or lsilogicsas; else mend the image'
          : 'mend the image and import it again',
      });
    });
    failing.catch(() => {});
    try {
      return await Promise.race([working, failing]);
    } catch (error) {
      throw await this.withConsole(error);
    } finally {
      over.abort();
    }
  }

  /** An error that says that the guest is not ready, with the last lines of the serial console. */
  private async withConsole(error: unknown): Promise<unknown> {
    if (!(error instanceof CarrelError) || !isCode(error, 'guest-failed', 'guest-timeout', 'crashed')) return error;
    // Of a QEMU that ended, what it wrote last may still be on its way.
    if (error.code === 'crashed') await race(makeCtx({ timeoutMs: 2_000 }), this.serial.ended).catch(() => {});
    const console = await this.serial.last(LAST_LINES);
    const { code, message, hint, retry, cause } = error;
    const details = { ...error.details, ...(console === '' ? {} : { console }) };
    return new CarrelError(code, message, { retry, details, cause, ...(hint === undefined ? {} : { hint }) });
  }

  /** Port of 127.0.0.1 that leads to the guest's SSH port; the same for as long as this QEMU lives. */
  async sshPort(ctx: Ctx): Promise<number> {
    if (this.port === undefined) {
      const [forward] = parseUsernet(await this.qmp.human(ctx, 'info usernet'));
      if (forward === undefined || forward.hostPort === 0) throw driverError('internal', 'the machine has no forwarded port');
      this.port = forward.hostPort;
    }
    return this.port;
  }

  /** Whether its TPM ended although QEMU runs, which then ends at the next reset of the guest: it finds none to start anew. */
  async lostTpm(): Promise<boolean> {
    return this.tpm !== undefined && !(await isAlive(this.tpm));
  }

  /** What QEMU says; undefined when it does not answer. */
  async look(ctx: Ctx): Promise<Look | undefined> {
    try {
      const look = lookOf(await this.qmp.runState(withTimeout(ctx, 5_000)));
      if (look.power !== 'on') return look;
      if (this.stuckFrozen) return { ...look, condition: 'frozen' };
      return (await this.lostTpm()) ? { ...look, condition: 'no-tpm' } : look;
    } catch {
      return undefined;
    }
  }

  /** Lets go at once; resolves when nothing of ours is written in the machine's folder any more. */
  async close(): Promise<void> {
    this.agent.close();
    this.guestAgent.close();
    this.qmp.close();
    await this.serial.close();
  }
}

/** Of a machine whose process lives and whose monitor is out of reach. */
export function unreachable(machineId: string): CarrelError {
  return driverError('busy', `machine ${machineId} runs and cannot be controlled: its monitor does not answer`, {
    hint: 'reset it or switch it off; work in it may still go on',
  });
}

/** How a machine is: its power, and what keeps it from working. */
export interface Look {
  power: PowerState;
  condition?: MachineCondition;
}

/** QEMU's run state as that. `io-error` is a full storage: of all errors of the disk QEMU stops for this one alone. */
export function lookOf(state: string): Look {
  switch (state) {
    case 'running':
      return { power: 'on' };
    case 'internal-error':
    case 'guest-panicked':
      return { power: 'crashed', condition: 'crashed' };
    case 'shutdown':
      return { power: 'off' };
    case 'io-error':
      return { power: 'suspended', condition: 'out-of-space' };
    case 'paused':
    case 'suspended':
      return { power: 'suspended', condition: 'suspended' };
    default:
      // It is on its way into one of the others.
      return { power: 'suspended' };
  }
}

/** Tries until QEMU has made its socket, which takes some tens of milliseconds, or is found dead. */
async function connectMonitor(ctx: Ctx, process: ProcessId, path: string): Promise<QmpClient> {
  const bounded = withTimeout(ctx, 30_000);
  for (;;) {
    try {
      return await QmpClient.connect(bounded, path);
    } catch (cause) {
      if (bounded.signal.aborted) throw cause;
      if (!(await isAlive(process))) throw driverError('crashed', 'QEMU ended as soon as it was started', { cause });
    }
    await sleep(bounded, 4);
  }
}

/** A context for work that must be done even when the caller's is over. */
export function cleanupCtx(ctx: Ctx, timeoutMs = 30_000): Ctx {
  return makeCtx({ timeoutMs, log: ctx.log });
}
