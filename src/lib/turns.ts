/** Work that only a few may do at one time, done in turns: what waits holds nothing else meanwhile, and people go round. */

export interface TurnsOptions {
  /** So many are at work at one time. */
  atOnce: number;
  /** So many may wait; one more is refused at once. */
  most: number;
  /** Who has waited so long, in milliseconds, is refused. */
  waitMs: number;
  /** What they are refused with. */
  refusal: () => Error;
}

interface Waiting {
  begin: () => void;
}

/** A queue in memory. Each of those who wait has a line of its own, and the lines take turns: who asks for much delays nobody else. */
export class Turns {
  readonly #options: TurnsOptions;
  /** By who waits; the order of the lines is that of their turns. */
  readonly #lines = new Map<string, Waiting[]>();
  #waiting = 0;
  #atWork = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Does it when it is `who`'s turn, which may take at most `waitMs`. Errors: those of the work, and the refusal, after which the work was not begun. */
  async run<T>(who: string, work: () => Promise<T>, waitMs = this.#options.waitMs): Promise<T> {
    await this.#turn(who, waitMs);
    try {
      return await work();
    } finally {
      this.#atWork -= 1;
      this.#next();
    }
  }

  #turn(who: string, waitMs: number): Promise<void> {
    const { atOnce, most, refusal } = this.#options;
    if (this.#atWork < atOnce) {
      this.#atWork += 1;
      return Promise.resolve();
    }
    if (this.#waiting >= most || waitMs <= 0) return Promise.reject(refusal());
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(who) ?? [];
      this.#lines.set(who, line);
      const timer = setTimeout(() => {
        this.#leave(who, mine);
        reject(refusal());
      }, waitMs);
      const mine: Waiting = {
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      line.push(mine);
      this.#waiting += 1;
    });
  }

  #leave(who: string, mine: Waiting): void {
    const line = this.#lines.get(who)?.filter((each) => each !== mine) ?? [];
    if (line.length === 0) this.#lines.delete(who);
    else this.#lines.set(who, line);
    this.#waiting -= 1;
  }

  #next(): void {
    const [first] = this.#lines;
    if (first === undefined || this.#atWork >= this.#options.atOnce) return;
    const [who, line] = first;
    const mine = line.shift() as Waiting;
    this.#lines.delete(who);
    if (line.length > 0) this.#lines.set(who, line);
    this.#waiting -= 1;
    this.#atWork += 1;
    mine.begin();
  }
}
