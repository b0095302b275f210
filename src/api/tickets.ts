import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../services/interface.ts';

/** How long a ticket is good for, in milliseconds: from the click to the opened WebSocket. */
const TICKET_MS = 30_000;
/** More tickets than this at one time are refused: the oldest goes. */
const MOST_TICKETS = 10_000;

interface Held {
  caller: Caller;
  reservationId: string;
  expiresAtMs: number;
}

/** One-time tickets for consoles, kept by their hash in this process: a browser opens its WebSocket where it got the ticket. */
export class TicketBox {
  readonly #held = new Map<string, Held>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  issue(caller: Caller, reservationId: string): { ticket: string; expiresAt: Date } {
    const nowMs = this.#now().getTime();
    for (const [key, held] of this.#held) if (held.expiresAtMs <= nowMs || this.#held.size >= MOST_TICKETS) this.#held.delete(key);
    const ticket = randomBytes(32).toString('base64url');
    const expiresAtMs = nowMs + TICKET_MS;
    this.#held.set(hash(ticket), { caller, reservationId, expiresAtMs });
    return { ticket, expiresAt: new Date(expiresAtMs) };
  }

  /** Whose ticket it is; undefined if it is used, over, unknown, or for another reservation. Used up by asking. */
  take(ticket: string, reservationId: string): Caller | undefined {
    const key = hash(ticket);
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    this.#held.delete(key);
    return held.expiresAtMs > this.#now().getTime() && held.reservationId === reservationId ? held.caller : undefined;
  }
}

function hash(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
