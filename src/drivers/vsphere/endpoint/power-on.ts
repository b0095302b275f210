import { type Ctx, makeCtx, sleep } from '../../../lib/context.ts';
import {
  type AnyValue,
  faultsOf,
  isA,
  isFault,
  localizedFaultError,
  type Ref,
  refKey,
  type RunOptions,
  type TaskResult,
  type VSphereClient,
} from '../../../vsphere/index.ts';
import type { Site } from './site.ts';

/** How long one waits for others where so much is asked that reads have to wait as well, in milliseconds: a power-on takes seconds. */
const GATHER_MS = 50;
/** Longest time of what is asked for all of them, in milliseconds; each machine's own task takes as long as it takes. */
const CALL_MS = 600_000;

type Watch = Pick<RunOptions, 'onProgress' | 'onTask'>;

/** One machine that is to be switched on. */
interface Waiting {
  ctx: Pick<Ctx, 'signal'>;
  ref: Ref;
  watch: Watch;
  resolve: (result: TaskResult) => void;
  reject: (error: unknown) => void;
}

/**
 * Switches machines on: those of a cluster that come at the same moment by one PowerOnMultiVM_Task, which gives each a task of its own. Whoever
 * is alone, and every machine of a lone host, goes by PowerOnVM_Task. So does what the joint call does not do: where DRS only recommends, and
 * where it is refused as a whole, for one machine that is gone must not keep the others off. Each hears of its own fault.
 */
export class PowerOns {
  readonly #client: VSphereClient;
  readonly #site: Site;
  #waiting: Waiting[] = [];
  /** The server does not know the joint call, the account may not make it, or DRS only recommends: it is not asked for again. */
  #alone: boolean;

  constructor(client: VSphereClient, site: Site) {
    this.#client = client;
    this.#site = site;
    this.#alone = site.compute.type !== 'ClusterComputeResource';
  }

  /**
   * Until the machine's own task is over. `caller` may end before the server was asked: then the machine is left out. Errors: those of
   * {@link VSphereClient.run} with PowerOnVM_Task.
   */
  async run(ctx: Ctx, caller: Pick<Ctx, 'signal'>, ref: Ref, watch: Watch): Promise<TaskResult> {
    if (this.#alone) return await this.#one(ctx, ref, watch);
    return await new Promise<TaskResult>((resolve, reject) => {
      this.#waiting.push({ ctx: caller, ref, watch, resolve, reject });
      if (this.#waiting.length === 1) void this.#gather(ctx);
    });
  }

  async #gather(ctx: Ctx): Promise<void> {
    // what one read told of goes on in the same turn
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.#client.reads.busy) await sleep(makeCtx(), GATHER_MS);
    const all = this.#waiting;
    this.#waiting = [];
    const still = all.filter((each) => {
      if (each.ctx.signal.aborted) each.reject(each.ctx.signal.reason);
      return !each.ctx.signal.aborted;
    });
    if (still.length > 1) await this.#together(still);
    else for (const each of still) this.#settle(each, this.#one(ctx, each.ref, each.watch));
  }

  async #one(ctx: Ctx, ref: Ref, watch: Watch): Promise<TaskResult> {
    return await this.#client.run(ctx, 'PowerOnVM_Task', ref, {}, watch);
  }

  /** A call whose answer was lost is everybody's error: who comes again looks first. */
  async #together(all: readonly Waiting[]): Promise<void> {
    let told: AnyValue | undefined;
    try {
      const ctx = makeCtx({ timeoutMs: CALL_MS });
      const { result } = await this.#client.run(ctx, 'PowerOnMultiVM_Task', this.#site.datacenter, { vm: all.map(({ ref }) => ref) });
      told = result;
    } catch (error) {
      if (faultsOf(error).length === 0) {
        for (const each of all) each.reject(error);
        return;
      }
      if (isFault(error, 'NotSupported', 'MethodNotFound', 'NoPermission')) this.#alone = true;
    }
    // what an operator would have to approve is not asked for again
    if (isA(told, 'ClusterPowerOnVmResult') && (told.recommendations ?? []).length > 0) this.#alone = true;
    for (const each of all) this.#settle(each, this.#follow(each, told));
  }

  /** What became of one of them. One that was not begun and of which nothing is said is asked for by itself. */
  async #follow({ ref, watch }: Waiting, told: AnyValue | undefined): Promise<TaskResult> {
    const ctx = makeCtx();
    const result = isA(told, 'ClusterPowerOnVmResult') ? told : {};
    const refused = result.notAttempted?.find(({ vm }) => refKey(vm) === refKey(ref));
    if (refused !== undefined) throw localizedFaultError('PowerOnVM_Task', refused.fault);
    const task = result.attempted?.find(({ vm }) => refKey(vm) === refKey(ref))?.task;
    if (task === undefined) return await this.#one(ctx, ref, watch);
    await watch.onTask?.(task);
    return await this.#client.tasks.wait(ctx, task, watch.onProgress);
  }

  #settle({ resolve, reject }: Waiting, work: Promise<TaskResult>): void {
    work.then(resolve, reject);
  }
}
