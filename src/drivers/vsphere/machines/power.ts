import { describeViolation } from '../../../core/lineage.ts';
import type { PowerOp, PowerState } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, race, withTimeout } from '../../../lib/context.ts';
import { isFault, type Ref, refKey } from '../../../vsphere/index.ts';
import { type Endpoint, SAID, type SafeTask } from '../endpoint/endpoint.ts';
import type { Locate } from '../endpoint/locate.ts';
import type { InstantClones } from './instant.ts';
import type { Machines } from './machines.ts';
import { ownAnswer } from './questions.ts';
import { powerOf, shownPower, type View } from '../inventory/view.ts';

/** How long a guest may take to shut down by itself, in milliseconds. */
const SHUTDOWN_MS = 120_000;

type PowerTask = Extract<SafeTask, 'PowerOnVM_Task' | 'PowerOffVM_Task' | 'ResetVM_Task' | 'SuspendVM_Task'>;

/** Power: each operation looks first, acts if there is something to do, and looks again where the server is not sure. */
export class Power {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #machines: Machines;
  readonly #instant: InstantClones;
  /** Machines whose power we change ourselves now. */
  readonly #busy = new Set<string>();
  /** Machines that a task of ours has switched on and that the inventory did not show so yet when that was over. */
  readonly #unheard = new Set<string>();

  constructor(parts: { end: Endpoint; locate: Locate; machines: Machines; instant: InstantClones }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
    this.#instant = parts.instant;
  }

  async run(ctx: Ctx, machineId: string, op: PowerOp): Promise<PowerState> {
    const key = machineId.toLowerCase();
    this.#busy.add(key);
    this.#unheard.delete(key);
    try {
      return await this.#end.drive(
        ctx,
        async (round) => {
          const view = await this.#locate.machine(ctx, machineId);
          return await this.#step(ctx, view, machineId, op, round);
        },
        (error) => isFault(error, 'InvalidPowerState'),
      );
    } finally {
      this.#busy.delete(key);
    }
  }

  /**
   * Whether a change that the inventory tells of is of our own making: watchers hear of the others. `power` is what it shows now, `told` whether it is
   * the power that changed.
   */
  isOurs(machineId: string, power: PowerState, told: boolean): boolean {
    if (this.#busy.has(machineId)) return true;
    if (!this.#unheard.has(machineId)) return false;
    // Something else of it changed, which came before the news of its power.
    if (power !== 'on' && !told) return true;
    this.#unheard.delete(machineId);
    return power === 'on';
  }

  async #step(ctx: Ctx, view: View, machineId: string, op: PowerOp, round: number): Promise<PowerState | undefined> {
    this.#mustBeReachable(view, machineId);
    switch (op) {
      case 'on':
      case 'resume': {
        if (shownPower(view) === 'on') return 'on';
        if (op === 'resume' && view.power === 'off') throw notNow(machineId, view.power);
        this.mustPassGate(view);
        if (view.tags.held) {
          this.#end.progress(ctx, 'plugging its card in');
          await this.#instant.release(ctx, machineId, view);
          await this.#end.client.inventory.sync(ctx);
          return undefined;
        }
        await this.#task(ctx, view, machineId, 'PowerOnVM_Task');
        // The task succeeded: that is what was to be known. Whoever looks next reads the machine or brings the inventory up to date; to wait for that here
        // would keep the slot of the next machine that is to be switched on.
        if (!this.#shows(view.ref, 'on')) this.#unheard.add(machineId.toLowerCase());
        return 'on';
      }
      case 'off': {
        if (view.power === 'off') return 'off';
        await this.#task(ctx, view, machineId, 'PowerOffVM_Task');
        await this.#seen(ctx, view.ref, 'off');
        return undefined;
      }
      case 'suspend': {
        if (shownPower(view) === 'suspended') return 'suspended';
        if (view.power !== 'on') throw notNow(machineId, view.power);
        await this.#task(ctx, view, machineId, 'SuspendVM_Task');
        await this.#seen(ctx, view.ref, 'suspended');
        return undefined;
      }
      case 'reset': {
        if (shownPower(view) !== 'on') throw notNow(machineId, shownPower(view));
        if (round > 0) return 'on';
        await this.#task(ctx, view, machineId, 'ResetVM_Task');
        return 'on';
      }
      case 'shutdown':
        return await this.#shutdown(ctx, view, machineId);
    }
  }

  /** Nothing is started that could write to a master, whoever asks (promise 3). The chain was read from the server just now. */
  mustPassGate(view: View): void {
    this.#machines.mustBeWhole(view);
    const wrong = this.#machines.violations(view);
    if (wrong.length === 0) return;
    throw driverError('gate-refused', `machine ${view.tags.id} is not switched on: ${wrong.map(describeViolation).join('; ')}`, {
      details: { violations: wrong },
    });
  }

  #mustBeReachable(view: View, machineId: string): void {
    if (view.connection !== 'connected') throw driverError('unavailable', `machine ${machineId} is ${view.connection}`);
  }

  async #task(ctx: Ctx, view: View, machineId: string, method: PowerTask): Promise<void> {
    this.#end.progress(ctx, SAID[method] ?? method);
    await this.#end.powers.run(ctx, async () => {
      if (method !== 'PowerOnVM_Task') await this.#end.task(ctx, machineId, method, view.ref, {});
      else await this.#unlessAsked(ctx, view.ref, machineId, this.#end.powerOn(ctx, machineId, view.ref));
    });
  }

  /**
   * A question of the server holds the task up until somebody answers; other than whether the machine was moved, nobody here does, so it is an error that
   * says what is asked (H30).
   */
  async #unlessAsked(ctx: Ctx, ref: Ref, machineId: string, done: Promise<unknown>): Promise<void> {
    const { inventory } = this.#end.client;
    let stop = (): void => {};
    let answered: string | undefined;
    const asked = new Promise<never>((_, reject) => {
      const look = (): void => {
        const question = inventory.prop('VirtualMachine', ref, 'runtime.question');
        if (question === undefined) return;
        const answer = answered === question.id ? undefined : ownAnswer(question);
        if (answer !== undefined) {
          answered = question.id;
          const args = { questionId: question.id, answerChoice: answer };
          this.#end.client.call(ctx, 'AnswerVM', ref, args).catch(reject);
          return;
        }
        if (answered === question.id) return;
        const details = { question: question.text, id: question.id };
        reject(
          driverError('wrong-state', `machine ${machineId} waits for the answer to a question of the server: ${question.text}`, {
            details,
            hint: 'An operator answers it: `carrel answer`, or in the vSphere Client.',
          }),
        );
      };
      stop = inventory.onChange(({ entity }) => {
        if (refKey(entity.ref) === refKey(ref)) look();
      });
      look();
    });
    asked.catch(() => {});
    done.catch(() => {});
    try {
      await race(ctx, Promise.race([done, asked]));
    } finally {
      stop();
    }
  }

  /** Until the inventory shows it too, so that whoever looks next sees what was done. It usually does already. */
  async #seen(ctx: Ctx, ref: Ref, wanted: PowerState): Promise<void> {
    if (!this.#shows(ref, wanted)) await this.#end.client.inventory.sync(ctx);
  }

  #shows(ref: Ref, wanted: PowerState): boolean {
    return powerOf(this.#end.client.inventory.prop('VirtualMachine', ref, 'runtime.powerState')) === wanted;
  }

  /** Asks the guest, waits, and switches off what does not answer (H54). */
  async #shutdown(ctx: Ctx, view: View, machineId: string): Promise<PowerState | undefined> {
    if (view.power === 'off') return 'off';
    if (shownPower(view) === 'suspended') throw notNow(machineId, 'suspended');
    try {
      await this.#end.call(ctx, machineId, async (inner) => await this.#end.client.call(inner, 'ShutdownGuest', view.ref, {}));
      const patient = withTimeout(ctx, this.#end.options.shutdownMs ?? SHUTDOWN_MS);
      await this.#until(patient, view.ref, 'off');
      return 'off';
    } catch (error) {
      if (ctx.signal.aborted) throw error;
      this.#end.log.info({ err: error, machineId }, 'the guest does not shut down by itself; it is switched off');
    }
    await this.#task(ctx, view, machineId, 'PowerOffVM_Task');
    await this.#seen(ctx, view.ref, 'off');
    return 'off';
  }

  /** Waits until the inventory shows that state. Costs no request. */
  async #until(ctx: Ctx, ref: Ref, wanted: PowerState): Promise<void> {
    const { inventory } = this.#end.client;
    let stop = (): void => {};
    const reached = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.#shows(ref, wanted)) resolve();
      };
      stop = inventory.onChange(look);
      look();
    });
    try {
      await race(ctx, reached);
    } finally {
      stop();
    }
  }
}

function notNow(machineId: string, power: PowerState): Error {
  return driverError('wrong-state', `machine ${machineId} is ${power}`);
}
