/** What people do in a semester: classes that repeat, walk-ins, bookings, and second thoughts about all of them. */
import { randomUUID } from 'node:crypto';
import { captureReservation, removeRevision, retireRevision } from '../../../src/engine/intents/image.ts';
import { endReservation } from '../../../src/engine/intents/end.ts';
import { undoEnd } from '../../../src/engine/intents/keep.ts';
import { reimageReservation } from '../../../src/engine/intents/reimage.ts';
import { extendReservation, moveReservation, reserve } from '../../../src/engine/intents/reservation.ts';
import { noteUsed } from '../../../src/engine/intents/seen.ts';
import { reserveSeries } from '../../../src/engine/intents/series.ts';
import type { Who } from '../../../src/engine/intents/terms.ts';
import { CarrelError, isCode } from '../../../src/lib/errors.ts';
import * as reservations from '../../../src/store/reservations.ts';
import type { Reservation } from '../../../src/store/schema.ts';
import { dice } from '../../../src/store/calendar-testing.ts';
import type { Simulation } from './run.ts';
import { localLabel, localMoment } from './time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
export const ZONE = 'Europe/Berlin';

/** A day by the calendar. */
export type Day = readonly [number, number, number];

export interface Class {
  image: string;
  /** Days after the block's first Monday. */
  day: number;
  hour: number;
  students: readonly Who[];
}

/** Weeks of teaching one after the other; a timetable begins anew with each block. */
export interface Block {
  firstMonday: Day;
  weeks: number;
}

const dayAfter = ([y, m, d]: Day, days: number): Day => {
  const at = new Date(Date.UTC(y, m - 1, d + days));
  return [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
};

export class People {
  readonly #sim: Simulation;
  readonly #roll: (n: number) => number;
  /** How often something was refused, by code and reason. */
  readonly refused = new Map<string, number>();
  readonly done = new Map<string, number>();
  /** Starts that are not at the time by the clock of the room. */
  readonly violations: string[] = [];

  constructor(sim: Simulation, seed = 7) {
    this.#sim = sim;
    this.#roll = dice(seed);
  }

  #count(what: string, in_ = this.done): void {
    in_.set(what, (in_.get(what) ?? 0) + 1);
  }

  /** Does something that may be refused, or meet a server that is away: then it is tried again some minutes later, a few times. */
  async #try<T>(what: string, work: () => Promise<T>, again?: () => Promise<void>): Promise<T | undefined> {
    const retry = () => {
      this.#count(`${what}: no server`, this.refused);
      if (again) this.#sim.agenda.put(this.#sim.now + (2 + this.#roll(8)) * MINUTE, again);
      return undefined;
    };
    if (!this.#sim.server.up) return retry();
    try {
      const result = await work();
      this.#count(what);
      return result;
    } catch (error) {
      if (isCode(error, 'store-unavailable', 'store-busy')) return retry();
      if (!(error instanceof CarrelError) || isCode(error, 'internal', 'conflict', 'invalid')) throw error;
      const why = error.details['resource'] ?? error.details['rule'] ?? error.details['licence'] ?? '';
      this.#count(`${what}: ${error.code}${why === '' ? '' : ` (${String(why)})`}`, this.refused);
      return undefined;
    }
  }

  async #promised(row: Reservation, image: string): Promise<void> {
    const { ledger, bench } = this.#sim.world;
    await ledger.put(bench.db.db, {
      id: row.id,
      person: row.accountId,
      image,
      place: row.providerId,
      kind: row.kind,
      start: row.during.start.getTime(),
      end: row.during.end?.getTime() ?? Number.POSITIVE_INFINITY,
      vcpus: row.vcpus,
      memoryMiB: row.memoryMib,
    });
  }

  /** A class signs up, each student for every week of the block. */
  signUp(at: number, withinMs: number, block: Block, one: Class): void {
    const start = localMoment(ZONE, dayAfter(block.firstMonday, one.day), one.hour);
    const label = localLabel(ZONE, start);
    for (const who of one.students) {
      const id = randomUUID();
      const act = async (): Promise<void> => {
        const request = { id, image: one.image, mode: 'linked' as const, startsAt: new Date(start), forMs: 90 * MINUTE };
        const rule = { zone: ZONE, rule: `FREQ=WEEKLY;COUNT=${block.weeks}`, partial: true };
        const made = await this.#try('series', () => reserveSeries(this.#sim.world.deps, who, { ...request, ...rule }), act);
        if (!made) return;
        if (made.reservations.length + made.refused.length !== block.weeks)
          this.violations.push(`${made.reservations.length} of ${block.weeks} weeks`);
        for (const { code } of made.refused) this.#count(`a week of a series: ${code}`, this.refused);
        for (const row of made.reservations) {
          const shown = localLabel(ZONE, row.during.start.getTime());
          if (shown !== label) this.violations.push(`a class of ${label} is at ${shown} on ${row.during.start.toISOString()}`);
          await this.#promised(row, one.image);
          this.#attend(who, row.id, row.during.start.getTime() + this.#roll(10) * MINUTE);
        }
      };
      this.#sim.agenda.put(at + this.#roll(Math.max(1, withinMs / MINUTE)) * MINUTE, act);
    }
  }

  /** Somebody comes in and wants one now, or books one for a time within a week. */
  walkIn(at: number, who: Who, image: string): void {
    const id = randomUUID();
    const later = this.#roll(3) === 0;
    const forMs = (2 + this.#roll(6)) * 30 * MINUTE;
    const big = this.#roll(4) === 0;
    const act = async (): Promise<void> => {
      const startsAt = later ? new Date(this.#sim.now + (1 + this.#roll(7 * 24)) * HOUR) : undefined;
      const mode = this.#roll(10) === 0 ? ('instant' as const) : ('linked' as const);
      const size = mode === 'linked' ? { vcpus: big ? 4 : 1, memoryMiB: big ? 4_096 : 1_024 } : {};
      const row = await this.#try(
        later ? 'booking' : 'walk-in',
        () => reserve(this.#sim.world.deps, who, { id, image, mode, startsAt, forMs, ...size }),
        act,
      );
      if (!row) return;
      await this.#promised(row, image);
      if (startsAt && this.#roll(5) === 0)
        this.#sim.agenda.put(this.#between(this.#sim.now, startsAt.getTime()), () => this.#move(who, id));
      if (startsAt && this.#roll(10) === 0)
        this.#sim.agenda.put(this.#between(this.#sim.now, startsAt.getTime()), () => this.#end(who, id, false));
      this.#attend(who, id, (startsAt?.getTime() ?? this.#sim.now) + (2 + this.#roll(8)) * MINUTE);
    };
    this.#sim.agenda.put(at, act);
  }

  #between(from: number, to: number): number {
    return from + this.#roll(Math.max(1, Math.floor((to - from) / MINUTE))) * MINUTE;
  }

  /** One in eight never comes. The others look in now and then, and some have second thoughts. */
  #attend(who: Who, id: string, at: number): void {
    const fate = this.#roll(8);
    if (fate === 0) return;
    const { agenda } = this.#sim;
    const come = (tries: number): void =>
      agenda.put(at + tries * 3 * MINUTE, async () => {
        const row = await this.#find(id);
        if (row?.state === 'preparing' || row?.state === 'booked') return tries < 5 ? come(tries + 1) : undefined;
        if (row?.state !== 'ready' || row.during.end === null) return;
        await this.#try('connect', () => noteUsed(this.#sim.world.deps, id));
        const end = row.during.end.getTime();
        const stay = fate === 1 ? this.#sim.now + 20 * MINUTE : end;
        for (let t = this.#sim.now + 40 * MINUTE; t < stay; t += 40 * MINUTE)
          agenda.put(t, () => this.#try('stay', () => noteUsed(this.#sim.world.deps, id)));
        if (fate === 2) agenda.put(this.#between(this.#sim.now, end), () => this.#end(who, id, true));
        if (fate === 3) agenda.put(this.#between(this.#sim.now, end), () => this.#end(who, id, false));
        if (fate === 4) agenda.put(Math.max(this.#sim.now, end - 15 * MINUTE), () => this.#extend(who, id));
        if (fate === 5 && this.#roll(4) === 0) agenda.put(this.#between(this.#sim.now, end), () => this.#reimage(who, id));
      });
    come(0);
  }

  async #find(id: string): Promise<Reservation | undefined> {
    try {
      return await reservations.find(this.#sim.world.deps.store.db, id);
    } catch (error) {
      if (isCode(error, 'store-unavailable', 'store-busy')) return undefined;
      throw error;
    }
  }

  async #end(who: Who, id: string, undo: boolean): Promise<void> {
    const { ledger, deps } = this.#sim.world;
    const held = ledger.drop(id);
    const keep = this.#roll(2) === 0 || undo ? { keepMs: 5 * MINUTE } : {};
    const row = await this.#try('end', () => endReservation(deps, id, 'end', who.name, keep));
    if (row === undefined && held) await ledger.put(this.#sim.world.bench.db.db, held);
    if (row?.state === 'ending' && undo && row.keptUntil) {
      this.#sim.agenda.put(this.#sim.now + (1 + this.#roll(3)) * MINUTE, async () => {
        const back = await this.#try('undo', () => undoEnd(deps, who, id));
        if (back && held) await this.#promised(back, held.image);
      });
    }
  }

  async #extend(who: Who, id: string): Promise<void> {
    const held = this.#sim.world.ledger.get(id);
    const row = await this.#try('extend', () => extendReservation(this.#sim.world.deps, who, id, 30 * MINUTE));
    if (row && held) await this.#promised(row, held.image);
  }

  async #move(who: Who, id: string): Promise<void> {
    const { ledger, deps, bench } = this.#sim.world;
    const held = ledger.drop(id);
    const startsAt = new Date(this.#sim.now + (1 + this.#roll(72)) * HOUR);
    const row = await this.#try('move', () => moveReservation(deps, who, id, { startsAt }));
    if (row === undefined) {
      if (held) await ledger.put(bench.db.db, held);
      return;
    }
    if (held) await this.#promised(row, held.image);
    this.#attend(who, id, startsAt.getTime() + this.#roll(8) * MINUTE);
  }

  async #reimage(who: Who, id: string): Promise<void> {
    await this.#try('re-image', () => reimageReservation(this.#sim.world.deps, who, { id, revision: 'published' }));
  }

  /** An author makes a machine, captures it after a while, and takes the revision before it away. */
  author(at: number): void {
    const { deps, author } = this.#sim.world;
    const id = randomUUID();
    this.#sim.agenda.put(at, async () => {
      const row = await this.#try('imaging', () =>
        reserve(deps, author, { id, image: 'golden', mode: 'linked', kind: 'imaging', forMs: 4 * HOUR, vcpus: 1, memoryMiB: 1_024 }),
      );
      if (!row) return;
      await this.#promised(row, 'golden');
      this.#sim.agenda.put(this.#sim.now + HOUR, async () => {
        const before = await deps.store.db
          .selectFrom('revision')
          .innerJoin('image', 'image.id', 'revision.imageId')
          .select('revision.id')
          .where('image.name', '=', 'notes')
          .where('revision.state', 'in', ['draft', 'published'])
          .execute();
        const made = await this.#try('capture', () =>
          captureReservation(deps, author, { reservationId: id, image: 'notes', publish: true }),
        );
        if (!made) return;
        this.#sim.agenda.put(this.#sim.now + 2 * HOUR, async () => {
          for (const old of before) {
            const retired = await this.#try('retire', () => retireRevision(deps, author, old.id).then(() => true));
            if (retired) await this.#try('remove a revision', () => removeRevision(deps, author, old.id));
          }
          await this.#end(author, id, false);
        });
      });
    });
  }
}

/** Walk-ins of a week, most of them in the afternoon. */
export function walkInsOfWeek(
  people: People,
  sim: Simulation,
  options: { monday: Day; count: number; seed: number; images: readonly string[] },
): void {
  const roll = dice(options.seed);
  for (let i = 0; i < options.count; i++) {
    const day = dayAfter(options.monday, roll(10) === 0 ? 5 + roll(2) : roll(5));
    const hour = 8 + Math.floor((roll(12) + roll(12)) / 2);
    const at = localMoment(ZONE, day, hour, roll(60));
    people.walkIn(at, sim.world.people[roll(sim.world.people.length)] as Who, options.images[roll(options.images.length)] as string);
  }
}

export { dayAfter };
export const WEEK_MS = 7 * DAY;
