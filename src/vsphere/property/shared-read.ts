import { type Ctx, makeCtx, race } from '../../lib/context.ts';
import type { Pacer } from './pacer.ts';

/** Longest time of one shared read in milliseconds. */
const READ_MS = 120_000;

/**
 * Reads that are asked for at the same time go out as one request. A question never gets an answer that is older than itself: while a round
 * is at the server, newcomers make the next one. So reading a machine costs a request when one works alone and a fraction when many do.
 * Rounds go at the pace.
 */
export class SharedRead<K, V> {
  readonly #key: (item: K) => string;
  readonly #read: (ctx: Ctx, items: readonly K[]) => Promise<ReadonlyMap<string, V>>;
  readonly #pacer: Pacer;
  #next: { items: Map<string, K>; answer: Promise<ReadonlyMap<string, V>> } | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  /** `read` answers by key; what is missing in its answer is not there. */
  constructor(pacer: Pacer, key: (item: K) => string, read: (ctx: Ctx, items: readonly K[]) => Promise<ReadonlyMap<string, V>>) {
    this.#pacer = pacer;
    this.#key = key;
    this.#read = read;
  }

  async get(ctx: Pick<Ctx, 'signal'>, item: K): Promise<V | undefined> {
    const [found] = await this.all(ctx, [item]);
    return found;
  }

  async all(ctx: Pick<Ctx, 'signal'>, items: readonly K[]): Promise<(V | undefined)[]> {
    if (items.length === 0) return [];
    const round = this.#round();
    for (const item of items) round.items.set(this.#key(item), item);
    const answer = await race(ctx, round.answer);
    return items.map((item) => answer.get(this.#key(item)));
  }

  #round(): { items: Map<string, K>; answer: Promise<ReadonlyMap<string, V>> } {
    if (this.#next !== undefined) return this.#next;
    const items = new Map<string, K>();
    const answer = this.#busy.then(async () => {
      await this.#pacer.turn(makeCtx());
      // questions that are asked in the same turn go along
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#next = undefined;
      return await this.#read(makeCtx({ timeoutMs: READ_MS }), [...items.values()]);
    });
    answer.catch(() => {});
    this.#busy = answer.then(
      () => {},
      () => {},
    );
    this.#next = { items, answer };
    return this.#next;
  }
}
