import { CarrelError } from '../lib/errors.ts';
import type { Caller } from '../services/interface.ts';

/** After so many seconds it is worth asking again. */
const RETRY_AFTER_S = 30;

export interface MostOpen {
  perPerson: number;
  inAll: number;
}

/** Things that stay open (event streams, consoles): so many at one time of one person, and so many of all. */
export class Places {
  readonly #what: string;
  readonly #most: MostOpen;
  readonly #open = new Map<string, number>();
  #all = 0;

  /** `what` in the plural, as people read it. */
  constructor(what: string, most: MostOpen) {
    this.#what = what;
    this.#most = most;
  }

  /** Takes a place; gives the function that gives it back, once. `rate-limited` when there is none. */
  take({ accountId }: Caller): () => void {
    const mine = this.#open.get(accountId) ?? 0;
    if (mine >= this.#most.perPerson) {
      throw new CarrelError('rate-limited', `you have ${mine} ${this.#what} open, which is the most`, {
        hint: 'Close a page or a command that holds one.',
        details: { retryAfterS: RETRY_AFTER_S },
      });
    }
    if (this.#all >= this.#most.inAll) {
      throw new CarrelError('rate-limited', `${this.#all} ${this.#what} are open, which is the most that this server holds`, {
        hint: 'Try again later, or ask an operator.',
        details: { retryAfterS: RETRY_AFTER_S },
      });
    }
    this.#open.set(accountId, mine + 1);
    this.#all += 1;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (this.#open.get(accountId) ?? 1) - 1;
      if (left === 0) this.#open.delete(accountId);
      else this.#open.set(accountId, left);
      this.#all -= 1;
    };
  }
}
