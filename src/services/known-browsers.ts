/**
 * Browsers that somebody was signed in with. Each keeps a mark that names the account to this server alone; guesses by such a browser
 * are counted for itself, so that somebody who guesses at the same address (a computer room, a proxy) does not lock out its person.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long a mark is good for, in milliseconds. */
export const KNOWN_MS = 180 * 86_400_000;

export class KnownBrowsers {
  readonly #key: Buffer;
  readonly #now: () => Date;

  /** `key`: for this purpose alone. */
  constructor(key: Buffer, now: () => Date) {
    this.#key = key;
    this.#now = now;
  }

  /** A mark for the browser that has just signed in to the account. */
  mark(accountId: string): string {
    const said = `${randomBytes(16).toString('base64url')}.${(this.#now().getTime() + KNOWN_MS).toString(36)}`;
    return `${said}.${this.#sign(accountId, said).toString('base64url')}`;
  }

  /** What names the browser; undefined unless the mark is ours, for this account, and not over. */
  browserOf(accountId: string, mark: string | undefined): string | undefined {
    const [browser, end, signature, ...rest] = (mark ?? '').split('.');
    if (browser === undefined || end === undefined || signature === undefined || rest.length > 0) return undefined;
    const [given, ours] = [Buffer.from(signature, 'base64url'), this.#sign(accountId, `${browser}.${end}`)];
    if (given.length !== ours.length || !timingSafeEqual(given, ours)) return undefined;
    return Number.parseInt(end, 36) > this.#now().getTime() ? browser : undefined;
  }

  #sign(accountId: string, said: string): Buffer {
    return createHmac('sha256', this.#key).update(`${accountId}\n${said}`).digest();
  }
}
