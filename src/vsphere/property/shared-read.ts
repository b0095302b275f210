import { type Ctx, makeCtx, race, sleep } from '../../lib/context.ts';
import type { Pacer } from './pacer.ts';

/** Longest time of one shared read in milliseconds. */
const READ_MS = 120_000;

/**
 * Reads that are asked for at the same time go out as one request. A question never gets an answer that is older than itself: while a round
 * is at the server, newcomers make the next one. So reading a machine costs a request when one works alone and a fraction when many do.
 * Rounds go at the pace.
 */
interface Round<K, V> {
  items: Map<string, K>;
  answer: Promise<ReadonlyMap<string, V>>;
  /** Somebody in it is in a hurry. */
  hurried: boolean;
  hurry: () => void;
}

export class SharedRead<K, V> {
  readonly #key: (item: K) => string;
  readonly #read: (ctx: Ctx, items: readonly K[]) => Promise<ReadonlyMap<string, V>>;
  readonly #pacer: Pacer;
  readonly #lazyMs: number;
  #next: Round<K, V> | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  /**
   * `read` answers by key; what is missing in its answer is not there. A round that had to wait for its turn and in which all are patient waits for
   * `lazyMs` more, or for the first who is not.
   */
  constructor(
    pacer: Pacer,
    key: (item: K) => string,
    read: (ctx: Ctx, items: readonly K[]) => Promise<ReadonlyMap<string, V>>,
    lazyMs = 0,
  ) {
    this.#lazyMs = lazyMs;
    this.#pacer = pacer;
    this.#key = key;
    this.#read = read;
  }

  async get(ctx: Pick<Ctx, 'signal'>, item: K): Promise<V | undefined> {
    const [found] = await this.all(ctx, [item]);
    return found;
  }

  async all(ctx: Pick<Ctx, 'signal'>, items: readonly K[], patient = false): Promise<(V | undefined)[]> {
    if (items.length === 0) return [];
    const round = this.#round();
    if (!patient) round.hurry();
    for (const item of items) round.items.set(this.#key(item), item);
    const answer = await race(ctx, round.answer);
    return items.map((item) => answer.get(this.#key(item)));
  }

  #round(): Round<K, V> {
    if (this.#next !== undefined) return this.#next;
    const items = new Map<string, K>();
    const over = new AbortController();
    const round = {
      items,
      hurried: false,
      hurry: () => {
        round.hurried = true;
        over.abort();
      },
    } as Round<K, V>;
    const answer = this.#busy.then(async () => {
      const waited = await this.#pacer.turn(makeCtx());
      if (waited && !round.hurried && this.#lazyMs > 0) await sleep({ signal: over.signal }, this.#lazyMs).catch(() => {});
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
    round.answer = answer;
    this.#next = round;
    return round;
  }
}
