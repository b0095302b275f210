import type { Capabilities } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import { checkCtx, type Ctx, race } from '../../lib/context.ts';
import { type FakeVerb, type FaultPoint, strike } from './faults.ts';
import type { FakeMachine, FakeState } from './state.ts';
import type { FakeWorld } from './world.ts';

/** What the verbs of one driver share: the world, whose tag it carries, and how a call passes its fault points. */
export class FakeHost {
  readonly world: FakeWorld;
  /** The installation whose things are ours. */
  readonly tag: string;
  readonly caps: Capabilities;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(world: FakeWorld, tag: string, caps: Capabilities) {
    this.world = world;
    this.tag = tag;
    this.caps = caps;
  }

  /**
   * Runs a verb that changes things: one at a time per id, fault points around it. `body` calls `middle` where a half-made
   * thing is there; the context's end is noticed there too.
   */
  async perform<T>(ctx: Ctx, verb: FakeVerb, id: string, delayMs: number, body: (middle: () => Promise<void>) => Promise<T>): Promise<T> {
    checkCtx(ctx);
    return await this.#inTurn(ctx, id, async () => {
      await this.pass(ctx, verb, 'before', id);
      ctx.progress({ text: `${verb} of ${id}`, fraction: 0 });
      checkCtx(ctx);
      const result = await body(async () => {
        ctx.progress({ text: `${verb} of ${id}`, fraction: 0.5 });
        checkCtx(ctx);
        await this.pass(ctx, verb, 'middle', id);
        if (delayMs > 0) await this.world.clock.sleep(ctx, delayMs);
      });
      await this.pass(ctx, verb, 'after', id);
      ctx.progress({ text: `${verb} of ${id}`, fraction: 1 });
      return result;
    });
  }

  /** Runs a verb that only reads. `half` tells it to leave half of the answer out. */
  async read<T>(ctx: Ctx, verb: FakeVerb, id: string | undefined, body: (state: Readonly<FakeState>, half: boolean) => T): Promise<T> {
    checkCtx(ctx);
    await this.pass(ctx, verb, 'before', id);
    const half = this.#struck(verb, 'middle', id) !== undefined;
    const result = body(this.world.state, half);
    await this.pass(ctx, verb, 'after', id);
    return result;
  }

  /** One fault point: throws, hangs or kills if a rule strikes here. */
  async pass(ctx: Ctx, verb: FakeVerb, when: FaultPoint, id: string | undefined): Promise<void> {
    const error = this.#struck(verb, when, id);
    if (error === undefined) return;
    if (error === 'kill') process.kill(process.pid, 'SIGKILL');
    if (error === 'kill' || error === 'hang') {
      await race(ctx, new Promise<never>(() => {}));
      return;
    }
    throw driverError(error, `a fault was planted ${when === 'middle' ? 'in the middle of' : when} ${verb}`);
  }

  /** The machine of that id if it is ours. */
  own(state: Readonly<FakeState>, machineId: string): FakeMachine {
    const machine = state.machines[machineId];
    if (machine === undefined) throw driverError('not-found', `there is no machine ${machineId}`);
    if (machine.tag !== this.tag) throw driverError('not-owned', `the machine ${machineId} is not ours`);
    return machine;
  }

  /** The same, and all of it is there. */
  whole(state: Readonly<FakeState>, machineId: string): FakeMachine {
    const machine = this.own(state, machineId);
    if (machine.half) throw driverError('wrong-state', `the machine ${machineId} is half made`);
    return machine;
  }

  #struck(verb: FakeVerb, when: FaultPoint, id: string | undefined): ReturnType<typeof strike> {
    // Looked at first: without faults a call costs no write.
    if (this.world.state.faults.length === 0) return undefined;
    return this.world.change((state) => strike(state, verb, when, id));
  }

  async #inTurn<T>(ctx: Ctx, id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#queues.get(id);
    const turn = (async () => {
      if (before !== undefined) {
        await race(
          ctx,
          before.catch(() => {}),
        );
      }
      return await work();
    })();
    this.#queues.set(id, turn);
    try {
      return await turn;
    } finally {
      if (this.#queues.get(id) === turn) this.#queues.delete(id);
    }
  }
}
