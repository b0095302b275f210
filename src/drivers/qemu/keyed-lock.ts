import { type Ctx, race } from '../../lib/context.ts';

/** One at a time per key, in the order of asking. Waiting ends with the context; the work itself is never cut off by the lock. */
export class KeyedLock {
  private readonly tails = new Map<string, Promise<unknown>>();

  async run<T>(ctx: Pick<Ctx, 'signal'>, key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key) ?? Promise.resolve();
    let release!: () => void;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = before.then(() => mine);
    this.tails.set(key, tail);
    try {
      await race(ctx, before);
    } catch (error) {
      release();
      throw error;
    }
    try {
      return await work();
    } finally {
      release();
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }
}
