/**
 * Slows down whoever guesses passwords, and only them. Failures are counted for an account from one place (an address, a network
 * of IPv6, a browser that is known), so that a right password from another place is not kept waiting. Guesses from many places are counted for the account
 * as a whole, which slows down the places that nobody was signed in from before.
 */
import { isIPv6 } from 'node:net';
import { CarrelError } from '../lib/errors.ts';

/** So many wrong ones are free: people mistype, and try the password they had before. */
const FREE = 5;
/** The same for an account from everywhere. */
const FREE_IN_ALL = 50;
/** Each further one doubles the wait, up to this, in milliseconds. */
const LONGEST_WAIT_MS = 15 * 60_000;
const LONGEST_WAIT_IN_ALL_MS = 60_000;
/** Failures are forgotten so long after the last, in milliseconds. */
const FORGET_MS = 3_600_000;
/** The most that are remembered; the oldest goes. */
const MOST = 50_000;

interface Failures {
  count: number;
  lastMs: number;
}

/** An address as guesses are counted by: of IPv6 the /64, which one machine has to itself. */
export function placeOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (address.toLowerCase().startsWith('::ffff:')) return address;
  const zeros = tail === undefined ? 0 : 8 - left.length - (tail === '' ? 0 : tail.split(':').length);
  return [...left, ...Array<string>(Math.max(0, zeros)).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':');
}

export class Guesses {
  readonly #failures = new Map<string, Failures>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Before a password is looked at: counts it as wrong until {@link right} says otherwise, so that many at one time are no way around.
   * `from`: an address as {@link placeOf} writes it, or a browser that is known. `known`: somebody was signed in to the account from there. Throws `rate-limited` while the place has to wait.
   */
  begin(account: string, from: string, known: boolean): void {
    const here = key(account, from);
    const everywhere = key(account);
    const nowMs = this.#now().getTime();
    this.#refuseEarly(here, nowMs, FREE, LONGEST_WAIT_MS);
    if (!known) this.#refuseEarly(everywhere, nowMs, FREE_IN_ALL, LONGEST_WAIT_IN_ALL_MS);
    this.#count(here, nowMs);
    this.#count(everywhere, nowMs);
  }

  /** It was right: the place starts anew, and one failure fewer is counted for the account. */
  right(account: string, from: string): void {
    this.#failures.delete(key(account, from));
    const all = this.#failures.get(key(account));
    if (all !== undefined) all.count -= 1;
  }

  #refuseEarly(name: string, nowMs: number, free: number, longestMs: number): void {
    const found = this.#failures.get(name);
    if (found === undefined || found.count < free) return;
    if (nowMs - found.lastMs >= FORGET_MS) {
      this.#failures.delete(name);
      return;
    }
    const waitMs = Math.min(1_000 * 2 ** Math.min(found.count - free, 20), longestMs);
    const leftS = Math.ceil((found.lastMs + waitMs - nowMs) / 1_000);
    if (leftS <= 0) return;
    throw new CarrelError('rate-limited', 'too many wrong passwords for this account', {
      hint: `Try again in ${leftS} s, or ask an operator for a link with \`carrel account reset\`.`,
      details: { retryAfterS: leftS },
    });
  }

  #count(name: string, nowMs: number): void {
    const before = this.#failures.get(name);
    const count = before === undefined || nowMs - before.lastMs >= FORGET_MS ? 0 : before.count;
    // Written anew, so that the map is in the order of the last failure.
    this.#failures.delete(name);
    this.#failures.set(name, { count: count + 1, lastMs: nowMs });
    if (this.#failures.size <= MOST) return;
    const oldest = this.#failures.keys().next().value;
    if (oldest !== undefined) this.#failures.delete(oldest);
  }
}

function key(...parts: string[]): string {
  return JSON.stringify(parts);
}
