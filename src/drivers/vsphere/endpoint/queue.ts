import { type Ctx, race } from '../../../lib/context.ts';

/** So many at a time, the rest waits in order. A limit of the server kept as a queue of ours, so that it is never flooded (vsphere.md §3.7). */
export class Queue {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(slots: number) {
    this.#free = Math.max(1, slots);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async run<T>(ctx: Pick<Ctx, 'signal'>, work: () => Promise<T>): Promise<T> {
    await this.#take(ctx);
    try {
      return await work();
    } finally {
      this.#give();
    }
  }

  async #take(ctx: Pick<Ctx, 'signal'>): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    let mine!: () => void;
    const turn = new Promise<void>((resolve) => {
      mine = resolve;
    });
    this.#waiting.push(mine);
    try {
      await race(ctx, turn);
    } catch (error) {
      const at = this.#waiting.indexOf(mine);
      // the turn may have come at the same moment: it goes on to the next
      if (at >= 0) this.#waiting.splice(at, 1);
      else this.#give();
      throw error;
    }
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** A queue per key, made when it is first needed. */
export class Queues {
  readonly #slots: number;
  readonly #queues = new Map<string, Queue>();

  constructor(slots: number) {
    this.#slots = slots;
  }

  async run<T>(ctx: Pick<Ctx, 'signal'>, key: string, work: () => Promise<T>): Promise<T> {
    let queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, (queue = new Queue(this.#slots)));
    return await queue.run(ctx, work);
  }
}
