/** Hashing of passwords: argon2id, a few at one time, so that people who sign in leave the server its cores. */
import { hash, verify } from '@node-rs/argon2';
import { LONGEST, normalPassword } from '../core/password.ts';
import { CarrelError } from '../lib/errors.ts';

/** KiB, passes, lanes: the first choice of OWASP's Password Storage Cheat Sheet for argon2id with little memory. 20 ms on one core here. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const AT_ONCE = 2;
/** More than this wait for about a second; the next is told to come back. */
const MOST_WAITING = 100;

const waiting: (() => void)[] = [];
let running = 0;

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MOST_WAITING) {
      const hint = 'Try again in 2 s.';
      throw new CarrelError('rate-limited', 'too many people are signing in at this moment', { hint, details: { retryAfterS: 2 } });
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(normalPassword(password), COST));
}

/** Of a password that nobody has; made once. */
let nobodys: Promise<string> | undefined;

/** Whether it is the one that was hashed. Without a hash the answer is no, after as long as with one: the time tells no names. */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  if (password.length > LONGEST) return false;
  const against = stored ?? (await (nobodys ??= hashPassword(crypto.randomUUID())));
  const same = await inTurn(() => verify(against, normalPassword(password)));
  return same && stored !== null && stored !== undefined;
}
