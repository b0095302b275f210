/**
 * The checker's own books: what was promised to whom, by what was asked and answered, counted anew by plain comparison of spans. It shares
 * nothing with the calendar: no lead, no turn-round, no kept hours. So it counts too little rather than too much, and what it finds is true.
 */
import { sql } from 'kysely';
import type { Db } from '../../../src/store/schema.ts';

export interface Promised {
  id: string;
  person: string;
  image: string;
  place: string;
  kind: string;
  /** Milliseconds since the epoch. */
  start: number;
  end: number;
  vcpus: number;
  memoryMiB: number;
}

export interface LedgerLimits {
  places: ReadonlyMap<string, { machines: number; memoryMiB: number; vcpus: number }>;
  /** Labs that one person may hold at one time. */
  atOnce: number;
  /** Labs that the people of each group may hold at one time together. */
  groups?: readonly { name: string; people: ReadonlySet<string>; atOnce: number }[];
  /** Seats, and the images that need one. */
  licences: readonly { name: string; seats: number; images: readonly string[] }[];
}

/** What is too much at some moment of a span, in words. */
interface Excess {
  what: string;
  among: (p: Promised) => boolean;
  amount: (p: Promised) => number;
  limit: number;
}

export class Ledger {
  readonly #limits: LedgerLimits;
  readonly #held = new Map<string, Promised>();
  /** Moments at which more was promised than there is. */
  readonly violations: string[] = [];
  readonly #known = new Set<string>();

  constructor(limits: LedgerLimits) {
    this.#limits = limits;
  }

  /** All that was ever promised. */
  get count(): number {
    return this.#known.size;
  }

  get(id: string): Promised | undefined {
    return this.#held.get(id);
  }

  all(): Promised[] {
    return [...this.#held.values()];
  }

  /** It is given up, or about to be. */
  drop(id: string): Promised | undefined {
    const row = this.#held.get(id);
    this.#held.delete(id);
    return row;
  }

  /** Promised, or promised otherwise than before; then everything that may be too much by it is counted. */
  async put(db: Db, p: Promised): Promise<void> {
    this.#known.add(p.id);
    this.#held.set(p.id, p);
    for (const excess of this.#excesses(p)) {
      if (this.#most(p, excess) <= excess.limit) continue;
      // Some may have been ended or placed anew by the engine since: that is read once, and counted again.
      await this.#refresh(db, p);
      const most = this.#held.has(p.id) ? this.#most(p, excess) : 0;
      if (most > excess.limit)
        this.violations.push(
          `${excess.what}: ${most} of ${excess.limit} within ${new Date(p.start).toISOString()} + ${(p.end - p.start) / 60_000} min`,
        );
    }
  }

  /** What is over is of no interest any more. */
  forget(before: number): void {
    for (const [id, p] of this.#held) if (p.end < before) this.#held.delete(id);
  }

  #excesses(p: Promised): Excess[] {
    const all: Excess[] = [];
    const place = this.#limits.places.get(p.place);
    const there = (o: Promised) => o.place === p.place;
    if (place) {
      all.push({ what: `machines of ${p.place}`, among: there, amount: () => 1, limit: place.machines });
      all.push({ what: `memory of ${p.place}`, among: there, amount: (o) => o.memoryMiB, limit: place.memoryMiB });
      all.push({ what: `vCPUs of ${p.place}`, among: there, amount: (o) => o.vcpus, limit: place.vcpus });
    }
    if (p.kind === 'lab')
      all.push({
        what: 'labs of a person',
        among: (o) => o.person === p.person && o.kind === 'lab',
        amount: () => 1,
        limit: this.#limits.atOnce,
      });
    for (const { name, people, atOnce } of this.#limits.groups ?? [])
      if (p.kind === 'lab' && people.has(p.person))
        all.push({ what: `labs of ${name}`, among: (o) => o.kind === 'lab' && people.has(o.person), amount: () => 1, limit: atOnce });
    for (const { name, seats, images } of this.#limits.licences)
      if (images.includes(p.image))
        all.push({ what: `seats of ${name}`, among: (o) => images.includes(o.image), amount: () => 1, limit: seats });
    return all;
  }

  #near(p: Promised): Promised[] {
    return this.all().filter((o) => o.start < p.end && o.end > p.start);
  }

  /** The most at any moment of the span: usage grows only where one begins. */
  #most(p: Promised, { among, amount }: Excess): number {
    const near = this.#near(p).filter(among);
    let most = 0;
    for (const { start } of near) {
      const at = Math.max(start, p.start);
      let sum = 0;
      for (const o of near) if (o.start <= at && o.end > at) sum += amount(o);
      most = Math.max(most, sum);
    }
    return most;
  }

  async #refresh(db: Db, p: Promised): Promise<void> {
    const near = this.#near(p);
    const { rows } = await sql<{ id: string; providerId: string; live: boolean; start: Date; end: Date }>`
      select id, provider_id, state in ('booked', 'preparing', 'ready') as live, lower(during) as start, upper(during) as end
      from reservation where id = any(${near.map((o) => o.id)}::uuid[])`.execute(db);
    for (const { id, providerId, live, start, end } of rows) {
      const known = this.#held.get(id);
      if (!known) continue;
      if (live) this.#held.set(id, { ...known, place: providerId, start: start.getTime(), end: Math.min(end.getTime(), known.end) });
      else this.#held.delete(id);
    }
  }
}
