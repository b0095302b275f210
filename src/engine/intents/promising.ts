/**
 * Turns of those who ask for room. All who promise of one provider hold its row one after the other (promise 7). When many ask in the same
 * moment they wait for that here, in memory: with a connection of the pool each, they would leave none for those who only look or who end
 * something, and run into its time limits.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CarrelError, isCode } from '../../lib/errors.ts';
import { Turns } from '../../lib/turns.ts';
import type { Store } from '../../store/db.ts';
import type { Reservation, Tx } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import type { Who } from './terms.ts';

/** So many requests for room are looked into at one time, by one server. */
const LOOKED_INTO = 32;
/** So many of them are in a transaction that takes the provider's row: one has it, one is next. */
const IN_TRANSACTION = 2;
/** So many wait; more than that are asked to come again. */
const MOST_WAITING = 2_000;
/** Nobody waits for longer in all, in milliseconds: what lies between a server and those who ask cuts a request off after a minute. */
const WAIT_MS = 30_000;

/** Until when whatever is done for a request may wait, by `performance.now()`. */
const patience = new AsyncLocalStorage<number>();

/** What the work waits for, one thing after the other, has one time together, which ends at `until`: turns, rows, connections, room that is being made. */
export function withinOneWait<T>(work: (until: number) => Promise<T>): Promise<T> {
  const until = patience.getStore() ?? performance.now() + WAIT_MS;
  return patience.run(until, () => work(until));
}

const left = (until: number): number => until - performance.now();

/** What somebody wants promised, by the id that it is to have. */
interface Wanted {
  who: Who;
  one: { id: string };
}

/** Promises what it can of several, by their ids. */
type PromiseAll<W extends Wanted> = (deps: EngineDeps, tx: Tx, wishes: readonly W[]) => Promise<Map<string, Reservation>>;

interface Waiting {
  wish: Wanted;
  /** Until then it goes round again where the store was busy, by `performance.now()`. */
  until: number;
  resolve: (had: Reservation | undefined) => void;
  reject: (error: unknown) => void;
}

interface Queues {
  requests: Turns;
  transactions: Turns;
  /** Wishes that wait for those who are alike to be done with, by what is alike of them. */
  alike: Map<string, Waiting[]>;
}

// A store's connections are what is short: each has its own.
const queues = new WeakMap<Store, Queues>();

function queuesOf(store: Store): Queues {
  const known = queues.get(store);
  if (known !== undefined) return known;
  const waiting = { most: MOST_WAITING, waitMs: WAIT_MS, refusal: tooMany };
  const made = {
    requests: new Turns({ atOnce: LOOKED_INTO, ...waiting }),
    transactions: new Turns({ atOnce: IN_TRANSACTION, ...waiting }),
    alike: new Map(),
  };
  queues.set(store, made);
  return made;
}

function tooMany(): CarrelError {
  return new CarrelError('store-busy', 'too many people ask for machines at this moment; nothing was reserved or changed', {
    retry: 'later',
    hint: 'Try again in a moment.',
  });
}

/** Looks into a request for room when it is the person's turn. Errors: those of the work; `store-busy` when too many ask, with nothing done. */
export function inTurn<T>(deps: EngineDeps, who: Who, work: () => Promise<T>): Promise<T> {
  return withinOneWait((until) => queuesOf(deps.store).requests.run(who.accountId, work, left(until)));
}

/**
 * A transaction that takes the rows of providers, as `Store.tx`. What stands in its way longer than a lock or a connection is waited for, such as many
 * on another server, is waited for again when others had their turn. Call it {@link inTurn}. Errors: those of the work; `store-busy` when the request's time is over.
 */
export function promisingTx<T>(deps: EngineDeps, who: Who, work: (tx: Tx) => Promise<T>): Promise<T> {
  return withinOneWait(async (until) => {
    for (;;) {
      let begun = false;
      const begin = () => {
        begun = true;
        return deps.store.tx(work);
      };
      try {
        return await queuesOf(deps.store).transactions.run(who.accountId, begin, left(until));
      } catch (error) {
        if (!begun || !isCode(error, 'store-busy') || left(until) <= 0) throw error;
      }
    }
  });
}

/**
 * Promises a wish together with those that are alike by `key` and came while others were done. Undefined: it was alone, or is not had this way, and
 * is to be promised or refused by itself. Errors: `store-busy`, `store-unavailable`. Call it {@link inTurn}.
 */
export function together<W extends Wanted>(deps: EngineDeps, key: string, wish: W, all: PromiseAll<W>): Promise<Reservation | undefined> {
  const { alike } = queuesOf(deps.store);
  return withinOneWait(
    (until) =>
      new Promise((resolve, reject) => {
        const mine = { wish, until, resolve, reject };
        const waiting = alike.get(key);
        if (waiting !== undefined) {
          waiting.push(mine);
          return;
        }
        alike.set(key, [mine]);
        // Whatever waits by one key came through the same function. It is of all of them, not of this request.
        patience.exit(() => void promiseAlike(deps, key, all as PromiseAll<Wanted>));
      }),
  );
}

/** Goes on until nobody waits. */
async function promiseAlike(deps: EngineDeps, key: string, all: PromiseAll<Wanted>): Promise<void> {
  const { alike, transactions } = queuesOf(deps.store);
  for (let waiting = alike.get(key) ?? []; waiting.length > 0; waiting = alike.get(key) ?? []) {
    const [first] = waiting as [Waiting];
    let taken = waiting;
    let begun = false;
    try {
      const promise = async () => {
        begun = true;
        taken = alike.get(key) ?? [];
        alike.set(key, []);
        // One alone is asked for as always, with all that can be said about it.
        const wishes = taken.map((each) => each.wish);
        return wishes.length > 1 ? deps.store.tx((tx) => all(deps, tx, wishes)) : new Map<string, Reservation>();
      };
      const had = await transactions.run(first.wish.who.accountId, promise, left(first.until));
      for (const { wish, resolve } of taken) {
        const row = had.get(wish.one.id);
        resolve(row?.accountId === wish.who.accountId ? row : undefined);
      }
    } catch (error) {
      const since = begun ? (alike.get(key) ?? []) : [];
      // The one whose turn it was has waited long enough; those who came later may go on.
      const busy = begun ? isCode(error, 'store-busy') : left(first.until) <= 0;
      const again = busy ? taken.filter(({ until }) => left(until) > 0) : [];
      alike.set(key, [...again, ...since]);
      // Whatever else is wrong is of one of them: each hears of its own.
      const store = isCode(error, 'store-busy', 'store-unavailable');
      for (const each of taken) {
        if (again.includes(each)) continue;
        if (store) each.reject(error);
        else each.resolve(undefined);
      }
    }
  }
  alike.delete(key);
}
