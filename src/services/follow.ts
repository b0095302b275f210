/** Events for those who follow them: one reader of the store in a process, which gives what it reads to all followers in memory. */
import type { EventData } from '../contract/system.ts';
import * as events from '../store/events.ts';
import type { Store } from '../store/db.ts';
import type { StoreEvent } from '../store/schema.ts';

const BATCH = 200;
/** Looks again this often, in milliseconds, in case a notification was lost. */
const LOOK_EVERY_MS = 5_000;
/** Events that wait for one follower; one that is further behind is dropped. They are shared, so this bounds what is kept at all. */
export const MOST_WAITING = 500;
/** Followers that are served before others in this process get their turn: heartbeats, requests. */
const SERVED_AT_ONCE = 50;

export interface FollowRequest {
  /** Only this account's and those of images; all, the operators' too, if undefined. */
  accountId?: string | undefined;
  after: string;
  signal: AbortSignal;
}

interface Kept {
  id: number;
  accountId: string | null;
  event: EventData;
}

interface Follower {
  accountId: string | undefined;
  waiting: Kept[];
  /** Why what it saw does not go together with what comes; undefined while it does. */
  lost: string | undefined;
  wake: () => void;
}

function keep(row: StoreEvent): Kept {
  const { id, accountId } = row;
  const event = { id: String(id), at: row.at.toISOString(), kind: row.kind as EventData['kind'], subject: row.subjectId, body: row.body };
  return { id, accountId, event };
}

/** As the store reads what was missed: of images everybody may know. */
const mayHave = (follower: Follower, { accountId, event }: Kept): boolean =>
  follower.accountId === undefined || follower.accountId === accountId || event.kind === 'image';

const REASONS = {
  pruned: 'events after that one are no longer kept',
  unknown: 'that event is not of this store, which may have been restored from a backup',
  slow: `more than ${MOST_WAITING} events waited to be read`,
};

function gap(at: number, reason: string): EventData {
  return { id: String(at), at: new Date().toISOString(), kind: 'gap', body: { reason } };
}

class EventHub {
  readonly #store: Store;
  readonly #followers = new Set<Follower>();
  /** The newest events given out: all with ids above `#recentAfter` up to `#at`. */
  #recent: Kept[] = [];
  #recentAfter = 0;
  /** Id of the last event given out. */
  #at = 0;
  #started: Promise<void> | undefined;
  #ready = false;
  #listening = false;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #again = false;
  /** Followers for whom something waits, in the order in which they are woken. */
  readonly #toWake = new Set<Follower>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The newest id that is known here; undefined while nobody follows. */
  get position(): number | undefined {
    return this.#ready ? this.#at : undefined;
  }

  async #listen(): Promise<void> {
    if (this.#listening) return;
    this.#listening = true;
    try {
      await this.#store.listen([events.EVENT_CHANNEL], (notice) => void (notice.kind === 'notify' ? this.#read() : this.#compare()));
    } catch {
      // The slow look serves meanwhile, and tries this again.
      this.#listening = false;
    }
  }

  async #start(): Promise<void> {
    await this.#listen();
    const { last } = await events.bounds(this.#store.db);
    this.#at = last;
    this.#recentAfter = last;
    this.#recent = [];
    this.#ready = true;
    this.#timer = setInterval(() => void this.#listen().then(() => this.#read()), LOOK_EVERY_MS).unref();
  }

  /** From now on the follower is given all that comes after the position that this settles with. */
  async #join(follower: Follower): Promise<number> {
    this.#followers.add(follower);
    // One start for all who come at the same time; a failed one is not kept.
    this.#started ??= this.#start().catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    await this.#started;
    follower.waiting = [];
    return this.#at;
  }

  #leave(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    clearInterval(this.#timer);
    this.#started = undefined;
    this.#ready = false;
  }

  /** Reads on from where it was, once at a time: what rings meanwhile is read by the next turn. */
  async #read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        if (!this.#ready) return;
        const rows = await events.after(this.#store.db, { after: this.#at, limit: BATCH });
        for (const row of rows) if (row.id > this.#at) this.#give(keep(row));
        if (rows.length === BATCH) this.#again = true;
      } while (this.#again);
    } catch {
      // The store is away; the slow look tries again.
    } finally {
      this.#reading = false;
    }
  }

  #give(kept: Kept): void {
    this.#at = kept.id;
    this.#recent.push(kept);
    if (this.#recent.length > 2 * MOST_WAITING) {
      this.#recent = this.#recent.slice(-MOST_WAITING);
      this.#recentAfter = (this.#recent[0] as Kept).id - 1;
    }
    for (const follower of this.#followers) {
      if (!mayHave(follower, kept) || follower.lost !== undefined) continue;
      follower.waiting.push(kept);
      if (follower.waiting.length > MOST_WAITING) this.#lose(follower, REASONS.slow);
      else this.#wakeSoon(follower);
    }
  }

  #lose(follower: Follower, reason: string): void {
    follower.lost = reason;
    follower.waiting = [];
    this.#wakeSoon(follower);
  }

  #wakeSoon(follower: Follower): void {
    if (this.#toWake.size === 0) setImmediate(() => this.#wakeSome());
    this.#toWake.add(follower);
  }

  #wakeSome(): void {
    let served = 0;
    for (const follower of this.#toWake) {
      this.#toWake.delete(follower);
      follower.wake();
      served += 1;
      if (served === SERVED_AT_ONCE) break;
    }
    if (this.#toWake.size > 0) setImmediate(() => this.#wakeSome());
  }

  /** After a lost connection: a store whose ids have gone back is not the one that was followed. */
  async #compare(): Promise<void> {
    const bounds = await events.bounds(this.#store.db).catch(() => undefined);
    if (bounds === undefined) return;
    if (bounds.last < this.#at) {
      this.#at = bounds.last;
      this.#recentAfter = bounds.last;
      this.#recent = [];
      for (const follower of this.#followers) this.#lose(follower, REASONS.unknown);
    }
    await this.#read();
  }

  /** What came after `after` up to `upTo`: from memory if it is still there, else from the store. */
  async *#missed(follower: Follower, after: number, upTo: number): AsyncGenerator<Kept> {
    if (after >= this.#recentAfter) {
      for (const kept of this.#recent) if (kept.id > after && kept.id <= upTo && mayHave(follower, kept)) yield kept;
      return;
    }
    for (let at = after; ; ) {
      const rows = await events.after(this.#store.db, { after: at, accountId: follower.accountId, limit: BATCH });
      for (const row of rows) {
        if (row.id > upTo) return;
        at = row.id;
        yield keep(row);
      }
      if (rows.length < BATCH) return;
    }
  }

  async *follow({ accountId, after, signal }: FollowRequest): AsyncGenerator<EventData> {
    const follower: Follower = { accountId, waiting: [], lost: undefined, wake: () => {} };
    const wake = () => follower.wake();
    signal.addEventListener('abort', wake);
    try {
      const start = await this.#join(follower);
      let at = Number(after);
      if (at > start || at < this.#recentAfter) {
        const { first, last, begin } = await events.bounds(this.#store.db);
        if (at > last || at < begin) {
          at = start;
          yield gap(at, REASONS.unknown);
        } else if (first > 0 && at < first - 1) {
          at = first - 1;
          yield gap(at, REASONS.pruned);
        }
      }
      if (at < start) {
        for await (const { id, event } of this.#missed(follower, at, start)) {
          if (signal.aborted) return;
          at = id;
          yield event;
        }
      }
      while (!signal.aborted) {
        if (follower.lost !== undefined) {
          yield gap(this.#at, follower.lost);
          return;
        }
        const waiting = follower.waiting.splice(0);
        if (waiting.length === 0) await new Promise<void>((resolve) => (follower.wake = resolve));
        for (const { id, event } of waiting) {
          if (signal.aborted) return;
          if (id <= at) continue;
          at = id;
          yield event;
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#leave(follower);
    }
  }
}

const hubs = new WeakMap<Store, EventHub>();

function hubOf(store: Store): EventHub {
  let hub = hubs.get(store);
  if (!hub) hubs.set(store, (hub = new EventHub(store)));
  return hub;
}

/**
 * Events after an id, then new ones as they come, until the signal aborts. A `gap` says that the follower must read anew what it
 * shows: the place it came from is no longer kept, or is none of this store, or (then it ends) it read too slowly.
 */
export function follow(store: Store, request: FollowRequest): AsyncGenerator<EventData> {
  return hubOf(store).follow(request);
}

/** The id after which a follower who comes now begins. Costs no query while others follow. */
export async function lastEventId(store: Store): Promise<string> {
  return String(hubOf(store).position ?? (await events.bounds(store.db)).last);
}
