import { type Ctx, makeCtx, race, sleep } from '../../../lib/context.ts';

/** How long an aborted step is given to end at the server before its caller is let go, in milliseconds. */
const GRACE_MS = 1_500;

/**
 * One thing at a time per key, in the order of asking, and nothing new while a step of an aborted one still runs at the server: a clone that
 * was broken off may finish a minute later, and whoever comes next must see it.
 */
export class KeyedWork {
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #steps = new Map<string, Set<Promise<unknown>>>();

  async run<T>(ctx: Pick<Ctx, 'signal'>, key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    let release!: () => void;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = before.then(() => mine);
    this.#tails.set(key, tail);
    try {
      await race(ctx, before);
      await this.settled(ctx, key);
      return await work();
    } finally {
      release();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }

  /** Waits until no step of that key runs any more. */
  async settled(ctx: Pick<Ctx, 'signal'>, key: string): Promise<void> {
    for (let open = this.#steps.get(key); open !== undefined && open.size > 0; open = this.#steps.get(key)) {
      await race(ctx, Promise.allSettled(open));
    }
  }

  /**
   * One step: it runs to its end whatever becomes of the caller, who is let go when the context ends. `stop` is then called, to shorten it.
   */
  async step<T>(ctx: Pick<Ctx, 'signal'>, key: string, work: Promise<T>, stop?: () => void): Promise<T> {
    const open = this.#steps.get(key) ?? new Set();
    this.#steps.set(key, open);
    open.add(work);
    const forget = (): void => {
      open.delete(work);
      if (open.size === 0 && this.#steps.get(key) === open) this.#steps.delete(key);
    };
    work.then(forget, forget);
    try {
      return await race(ctx, work);
    } catch (error) {
      if (ctx.signal.aborted) {
        stop?.();
        const grace = makeCtx();
        await Promise.race([work.catch(() => {}), sleep(grace, GRACE_MS)]);
      }
      throw error;
    }
  }
}
