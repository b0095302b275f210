/** How often something is asked of a server at most. */
import { type Ctx, sleep } from '../../lib/context.ts';

/** Bound on a kind of request: so many at once after a rest, then one every `everyMs` milliseconds. */
export interface Pace {
  everyMs: number;
  burst: number;
}

export interface PacerOptions {
  /** Milliseconds of a clock that never goes back; tests bring their own. */
  now?: (() => number) | undefined;
  pause?: ((ctx: Pick<Ctx, 'signal'>, ms: number) => Promise<void>) | undefined;
}

/**
 * Turns at a pace (the generic cell rate algorithm, as for ATM): whoever works alone never waits, and where many do, what they ask for in
 * between goes out together. Without a pace nobody waits.
 */
export class Pacer {
  private readonly pace: Pace | undefined;
  private readonly now: () => number;
  private readonly pause: (ctx: Pick<Ctx, 'signal'>, ms: number) => Promise<void>;
  /** When the next turn would be, if all had come evenly. */
  private due = Number.NEGATIVE_INFINITY;

  constructor(pace: Pace | undefined, options: PacerOptions = {}) {
    this.pace = pace;
    this.now = options.now ?? (() => performance.now());
    this.pause = options.pause ?? sleep;
  }

  get paced(): boolean {
    return this.pace !== undefined;
  }

  /** Whether a turn that is asked for now would have to be waited for. */
  get busy(): boolean {
    return this.pace !== undefined && this.due > this.now();
  }

  /** Waits for a turn; whether it had to. Rejects when the context ends. */
  async turn(ctx: Pick<Ctx, 'signal'>): Promise<boolean> {
    if (this.pace === undefined) return false;
    const { everyMs, burst } = this.pace;
    const now = this.now();
    const mine = Math.max(this.due, now - (burst - 1) * everyMs);
    this.due = mine + everyMs;
    if (mine <= now) return false;
    await this.pause(ctx, mine - now);
    return true;
  }
}
