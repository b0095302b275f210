/** What is to happen when: people's deeds and outages, in order. */

interface Entry {
  at: number;
  seq: number;
  run: () => Promise<void>;
}

/** A binary heap; of two at one moment the one that was put first comes first. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #seq = 0;

  get size(): number {
    return this.#heap.length;
  }

  put(at: number, run: () => Promise<void>): void {
    this.#heap.push({ at, seq: this.#seq++, run });
    let i = this.#heap.length - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!this.#less(i, up)) break;
      this.#swap(i, up);
      i = up;
    }
  }

  next(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  take(): () => Promise<void> {
    const first = this.#heap[0] as Entry;
    const last = this.#heap.pop() as Entry;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2];
        let least = i;
        if (left < this.#heap.length && this.#less(left, least)) least = left;
        if (right < this.#heap.length && this.#less(right, least)) least = right;
        if (least === i) break;
        this.#swap(i, least);
        i = least;
      }
    }
    return first.run;
  }

  #less(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a] as Entry, this.#heap[b] as Entry];
    return x.at < y.at || (x.at === y.at && x.seq < y.seq);
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a] as Entry;
    this.#heap[a] = this.#heap[b] as Entry;
    this.#heap[b] = x;
  }
}
