/**
 * The fault matrix of the vSphere driver: for each way to a machine and each verb that changes something, a fault before, at the start of,
 * inside (after each effect), at the end of and after every call that the verb makes, lost and dropped replies, and the server's and our own
 * end at every step. After recovery: no master changed (all blocks hashed), nothing left over, one machine per id.
 */
import { randomUUID } from 'node:crypto';
import type { CloneMode } from '../../src/core/image.ts';
import { damagedParents } from '../../src/core/lineage.ts';
import { DRIVER_ERRORS } from '../../src/driver/errors.ts';
import type { LinkedStrategy } from '../../src/drivers/vsphere/index.ts';
import { VSphereDriver } from '../../src/drivers/vsphere/index.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { describeError, errorCode } from '../../src/lib/errors.ts';
import { waitFor } from '../../src/lib/retry.ts';
import { RealClock } from '../../src/vsim/model/clock.ts';
import type { Rule } from '../../src/vsim/model/rules.ts';
import { Case, ctx } from './vsphere-cases.ts';
import { VSphereWorld } from './vsphere-harness.ts';

export interface Way {
  name: string;
  kind: 'vcenter' | 'esxi';
  linkedStrategy: LinkedStrategy;
  mode: CloneMode;
}

export const WAYS: readonly Way[] = [
  { name: 'vCenter, linked clone from a snapshot', kind: 'vcenter', linkedStrategy: 'snapshot-clone', mode: 'linked' },
  { name: 'vCenter, child disk', kind: 'vcenter', linkedStrategy: 'child-disk', mode: 'linked' },
  { name: 'vCenter, shared master', kind: 'vcenter', linkedStrategy: 'shared-master', mode: 'linked' },
  { name: 'vCenter, full clone', kind: 'vcenter', linkedStrategy: 'snapshot-clone', mode: 'full' },
  { name: 'ESXi, child disk', kind: 'esxi', linkedStrategy: 'child-disk', mode: 'linked' },
  { name: 'ESXi, shared master', kind: 'esxi', linkedStrategy: 'shared-master', mode: 'linked' },
  { name: 'ESXi, full copy', kind: 'esxi', linkedStrategy: 'child-disk', mode: 'full' },
];

export const VERBS = ['prepareMaster', 'clone', 'capture', 'destroy', 'removeMaster', 'relocate', 'reseal'] as const;
export type Verb = (typeof VERBS)[number];

/**
 * Those that machines made that way know: a lone host moves nothing, nor is moved what is made VCL's way. A new seal is of the master, however
 * machines are made of it: once for each kind of server.
 */
export function verbsOf({ kind, linkedStrategy, mode }: Way): Verb[] {
  const usual = mode === 'linked' && linkedStrategy === (kind === 'vcenter' ? 'snapshot-clone' : 'child-disk');
  const moves = kind === 'vcenter' && linkedStrategy !== 'shared-master';
  return VERBS.filter((verb) => (verb === 'relocate' ? moves : verb !== 'reseal' || usual));
}

/** One thing that happens to a verb: a fault of the simulator, or the end of the server or of our process at the n-th step. */
export type Trouble = { kind: 'fault'; rule: Rule } | { kind: 'vpxd' | 'kill'; step: number; continuousClone: boolean };

export interface Outcome {
  cases: number;
  /** Cases in which the trouble never came, since the verb does not get that far. */
  missed: number;
  failures: string[];
}

const PATIENCE = 6;

/** Something to do and to take back, made anew for each case. */
interface Job {
  run: (driver: VSphereDriver, onStep?: () => void) => Promise<unknown>;
  /** What is wrong although it ended well. */
  check: (driver: VSphereDriver) => Promise<string | undefined>;
  undo: (driver: VSphereDriver) => Promise<unknown>;
  machines: string[];
}

export class Matrix {
  readonly way: Way;
  readonly verb: Verb;
  readonly c: Case;
  readonly outcome: Outcome = { cases: 0, missed: 0, failures: [] };
  #machine: string | undefined;
  #jobs = 0;

  private constructor(way: Way, verb: Verb, c: Case) {
    this.way = way;
    this.verb = verb;
    this.c = c;
  }

  static async make(way: Way, verb: Verb, slow = false): Promise<Matrix> {
    const { kind, linkedStrategy } = way;
    const timing = slow ? { latency: 'real' as const, clock: new RealClock(100), masterBytes: 2 ** 28 } : {};
    const w = await VSphereWorld.make({ vsim: { kind, ...timing }, driver: { linkedStrategy, retryMs: 1 } });
    const master = await w.driver.prepareMaster(ctx(), w.prepareSpec(randomUUID()));
    return new Matrix(way, verb, new Case(w, master, w.goldenDigest(master.files.map((f) => f.path))));
  }

  async close(): Promise<void> {
    await this.c.w.dispose();
  }

  async #job(): Promise<Job> {
    const { c, way } = this;
    const step = (onStep?: () => void) => makeCtx({ timeoutMs: 600_000, ...(onStep === undefined ? {} : { progress: onStep }) });
    if (this.verb === 'clone' || this.verb === 'destroy' || this.verb === 'relocate') {
      const machineId = randomUUID();
      const spec = c.spec(machineId, way.mode);
      const one = async (): Promise<string | undefined> => {
        const count = c.m.findVms((vm) => vm.record.instanceUuid === machineId).length;
        return count === 1 ? undefined : `${count} machines of one id`;
      };
      if (this.verb === 'clone') {
        // as the saga says it: of every other machine its first try is known as that, and later ones never are
        let first = this.#jobs++ % 2 === 1;
        return {
          run: async (driver, onStep) => {
            const asked = { ...spec, first };
            first = false;
            return await driver.clone(step(onStep), asked);
          },
          check: one,
          undo: async (driver) => await driver.destroy(step(), machineId),
          machines: [machineId],
        };
      }
      await c.driver.clone(ctx(), spec);
      if (this.verb === 'relocate') return await this.#move(machineId);
      await c.driver.power(ctx(), machineId, 'on');
      return {
        run: async (driver, onStep) => {
          const damaged = damagedParents(await driver.destroy(step(onStep), machineId));
          if (damaged.length > 0) throw new Error(`damaged: ${JSON.stringify(damaged)}`);
        },
        check: async () => undefined,
        undo: async (driver) => await driver.destroy(step(), machineId),
        machines: [],
      };
    }
    const revisionId = randomUUID();
    const whole = async (driver: VSphereDriver): Promise<string | undefined> =>
      (await driver.verifyMaster(ctx(), revisionId)).ok ? undefined : 'the new master is not whole';
    const undo = async (driver: VSphereDriver) => await driver.removeMaster(step(), revisionId);
    if (this.verb === 'prepareMaster') {
      return {
        run: async (driver, onStep) => await driver.prepareMaster(step(onStep), c.w.prepareSpec(revisionId)),
        check: whole,
        undo,
        machines: [],
      };
    }
    if (this.verb === 'capture') {
      this.#machine ??= (await c.clone(way.mode)).machineId;
      const spec = { machineId: this.#machine, revisionId };
      return { run: async (driver, onStep) => await driver.capture(step(onStep), spec), check: whole, undo, machines: [] };
    }
    const { files } = await c.driver.prepareMaster(ctx(), c.w.prepareSpec(revisionId));
    if (this.verb === 'reseal') {
      return {
        // whoever missed the answer asks by what was recorded before
        run: async (driver, onStep) => await driver.resealMaster(step(onStep), revisionId, files),
        check: whole,
        undo,
        machines: [],
      };
    }
    return {
      run: async (driver, onStep) => await driver.removeMaster(step(onStep), revisionId),
      check: async () => undefined,
      undo,
      machines: [],
    };
  }

  async #move(machineId: string): Promise<Job> {
    const { c } = this;
    const to = await c.w.otherDatastore(machineId);
    const before = c.w.vsim.sim.hash(c.w.vm(machineId));
    return {
      run: async (driver, onStep) =>
        await driver.relocate(makeCtx({ timeoutMs: 600_000, ...(onStep === undefined ? {} : { progress: onStep }) }), machineId, to),
      check: async (driver) => {
        const { chains, ownFolder } = await driver.readBack(ctx(), machineId);
        if (!ownFolder.startsWith(`[${to}]`)) return `it lies in ${ownFolder}`;
        if (chains.some((chain) => chain.length !== 1)) return 'it does not stand on nothing';
        return c.w.vsim.sim.hash(c.w.vm(machineId)) === before ? undefined : 'its content is another';
      },
      undo: async (driver) => await driver.destroy(ctx(600_000), machineId),
      machines: [machineId],
    };
  }

  /** Calls that the verb makes when all is well, with how many of each. The update loop's own are left out. */
  async calls(): Promise<Map<string, number>> {
    const before = new Map(this.c.w.vsim.stats.byMethod);
    const job = await this.#job();
    const start = new Map(this.c.w.vsim.stats.byMethod);
    void before;
    await job.run(this.c.driver);
    const made = new Map<string, number>();
    for (const [method, n] of this.c.w.vsim.stats.byMethod) {
      const more = n - (start.get(method) ?? 0);
      if (more > 0 && !['WaitForUpdatesEx', 'CancelWaitForUpdates', 'ModifyListView'].includes(method)) made.set(method, more);
    }
    await job.undo(this.c.driver);
    return made;
  }

  /** All faults for these calls. */
  faults(calls: ReadonlyMap<string, number>): Trouble[] {
    return [...calls].flatMap(([method, n]) =>
      Array.from({ length: n }, (_, skip) => skip).flatMap((skip) => {
        const points: Rule[] = [
          { point: 'before', method, skip },
          { point: 'reply', method, skip },
          { point: 'drop', method, skip },
        ];
        if (method.endsWith('_Task')) {
          points.push({ point: 'start', method, skip }, { point: 'end', method, skip });
          for (let at = 1; at <= 9; at++) points.push({ point: 'effect', method, skip, at });
        }
        return points.map((rule) => ({ kind: 'fault' as const, rule }));
      }),
    );
  }

  /** Runs one case; `again` goes on after a failure, else it is taken back at once. */
  async run(trouble: Trouble, again: boolean): Promise<void> {
    const job = await this.#job();
    const name = `${this.way.name}, ${this.verb}, ${JSON.stringify(trouble)}, ${again ? 'run again' : 'taken back'}`;
    this.outcome.cases++;
    try {
      const hit = await this.#suffer(job, trouble, again);
      if (!hit) this.outcome.missed++;
      await this.c.unchanged();
      const left = await this.c.w.leaks({
        machines: this.#machine === undefined ? [] : [this.#machine],
        masters: [this.c.master.revisionId],
      });
      if (left.length > 0) this.outcome.failures.push(`${name}: left over: ${left.join(', ')}`);
    } catch (error) {
      this.outcome.failures.push(`${name}: ${describeError(error)}`);
    }
  }

  async #suffer(job: Job, trouble: Trouble, again: boolean): Promise<boolean> {
    const { c } = this;
    let hits = 0;
    let failed = false;
    const end = this.#arm(trouble, () => hits++);
    try {
      await job.run(c.driver, end.onStep);
    } catch (error) {
      failed = true;
      this.#mustBeListed(error);
    } finally {
      end.disarm();
      await end.recover();
    }
    if (failed && again) await this.#patiently(async () => await job.run(c.driver));
    if (!failed || again) {
      const wrong = await job.check(c.driver);
      if (wrong !== undefined) throw new Error(wrong);
    }
    await this.#patiently(async () => await job.undo(c.driver));
    await this.#sweep();
    return hits > 0;
  }

  #arm(trouble: Trouble, onHit: () => void): { onStep?: () => void; disarm: () => void; recover: () => Promise<void> } {
    const { w } = this.c;
    if (trouble.kind === 'fault') {
      const { rules } = this.c.m;
      const undo = w.vsim.fault(trouble.rule);
      const before = rules.empty;
      return {
        disarm: () => {
          if (!before && rules.empty) onHit();
          undo();
        },
        recover: async () => {},
      };
    }
    let steps = 0;
    let gone = false;
    const onStep = (): void => {
      if (++steps !== trouble.step) return;
      onHit();
      gone = true;
      if (trouble.kind === 'vpxd') {
        w.m.options.continuousClone = trouble.continuousClone;
        w.vsim.restart();
      } else void w.driver.close();
    };
    return {
      onStep,
      disarm: () => {},
      recover: async () => {
        await waitFor(ctx(), 2, () => (w.m.tasks.running === 0 && w.m.tasks.queued === 0 ? true : undefined));
        if (gone && trouble.kind === 'kill') await w.restart();
      },
    };
  }

  /** As the engine does with a step that failed: once more, and once more. */
  async #patiently(work: () => Promise<unknown>): Promise<void> {
    for (let n = 1; ; n++) {
      try {
        await work();
        return;
      } catch (error) {
        this.#mustBeListed(error);
        if (n >= PATIENCE) throw error;
      }
    }
  }

  /** What the reconciler takes away: folders of ours beside a machine that another try made. */
  async #sweep(): Promise<void> {
    const seen = await this.c.driver.inventory(ctx());
    for (const stray of seen.strays) await this.#patiently(async () => await this.c.driver.sweep(ctx(), stray));
  }

  #mustBeListed(error: unknown): void {
    const code = errorCode(error);
    if (!(code in DRIVER_ERRORS) || code === 'internal') throw new Error(`an error outside the list: ${code}: ${describeError(error)}`);
  }
}

/** Part of the matrix: every n-th case of each way and verb, counted from an offset that is different for each. */
export async function runPart(way: Way, verb: Verb, every: number, ends: boolean): Promise<Outcome> {
  const matrix = await Matrix.make(way, verb);
  try {
    const faults = matrix.faults(await matrix.calls());
    const all = faults.flatMap((trouble) => [true, false].map((again) => ({ trouble, again })));
    const offset = (WAYS.indexOf(way) * 7 + VERBS.indexOf(verb) * 3) % every;
    for (const [i, { trouble, again }] of all.entries()) if (i % every === offset) await matrix.run(trouble, again);
  } finally {
    await matrix.close();
  }
  if (ends) await runEnds(way, verb, matrix.outcome);
  return matrix.outcome;
}

/** The server restarted, and our process killed, at each step, with tasks that take time. */
async function runEnds(way: Way, verb: Verb, outcome: Outcome): Promise<void> {
  const matrix = await Matrix.make(way, verb, true);
  try {
    for (const kind of ['vpxd', 'kill'] as const) {
      for (const continuousClone of kind === 'vpxd' && way.kind === 'vcenter' ? [true, false] : [true]) {
        for (let step = 1; step <= 12; step++) {
          const missed = matrix.outcome.missed;
          for (const again of [true, false]) await matrix.run({ kind, step, continuousClone }, again);
          if (matrix.outcome.missed - missed === 2) break;
        }
      }
    }
  } finally {
    await matrix.close();
  }
  outcome.cases += matrix.outcome.cases;
  outcome.missed += matrix.outcome.missed;
  outcome.failures.push(...matrix.outcome.failures);
}
