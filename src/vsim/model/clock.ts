/** Time of the simulator. Everything in the model that takes time asks this clock, so that a test can make an hour pass at once. */
export interface SimClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `work` after `delayMs` of simulated time; the answer cancels it. */
  after(delayMs: number, work: () => void): () => void;
}

interface Entry {
  at: number;
  order: number;
  work: (() => void) | undefined;
}

/** A clock that stands still until a test moves it. Work due at the same time runs in the order in which it was asked for. */
export class ManualClock implements SimClock {
  #now: number;
  #order = 0;
  #heap: Entry[] = [];

  constructor(start = Date.UTC(2026, 0, 5, 8, 0, 0)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, work: () => void): () => void {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, work };
    this.#push(entry);
    return () => {
      entry.work = undefined;
    };
  }

  /** Moves time on by `ms`, doing what falls due. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let top = this.#heap[0]; top !== undefined && top.at <= until; top = this.#heap[0]) this.#runNext();
    this.#now = until;
  }

  /** Runs what is planned until nothing is left or `limit` pieces were run; answers the simulated milliseconds that passed. */
  settle(limit = 1_000_000): number {
    const start = this.#now;
    for (let n = 0; this.#heap.length > 0 && n < limit; n++) this.#runNext();
    return this.#now - start;
  }

  /** Runs planned work until `done` holds; throws if nothing is left to run. */
  until(done: () => boolean): void {
    while (!done()) {
      if (this.#heap.length === 0) throw new Error('the clock ran dry before the condition held');
      this.#runNext();
    }
  }

  get planned(): number {
    return this.#heap.length;
  }

  #runNext(): void {
    const entry = this.#pop();
    if (entry.work === undefined) return;
    this.#now = Math.max(this.#now, entry.at);
    entry.work();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(entry, heap[up] as Entry)) break;
      heap[i] = heap[up] as Entry;
      i = up;
    }
    heap[i] = entry;
  }

  #pop(): Entry {
    const heap = this.#heap;
    const top = heap[0] as Entry;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!before(heap[child] as Entry, last)) break;
      heap[i] = heap[child] as Entry;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}

/** The wall clock. `speed` 60 makes a simulated minute pass in a second. */
export class RealClock implements SimClock {
  readonly #speed: number;
  readonly #start = Date.now();

  constructor(speed = 1) {
    this.#speed = speed;
  }

  now(): number {
    return this.#start + (Date.now() - this.#start) * this.#speed;
  }

  after(delayMs: number, work: () => void): () => void {
    if (delayMs <= 0) {
      const handle = setImmediate(work);
      return () => clearImmediate(handle);
    }
    const handle = setTimeout(work, delayMs / this.#speed);
    handle.unref();
    return () => clearTimeout(handle);
  }
}
