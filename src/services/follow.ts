import type { EventData } from '../contract/system.ts';
import * as events from '../store/events.ts';
import type { Store } from '../store/db.ts';

const BATCH = 200;
/** Looks again this often, in milliseconds, in case a notification was lost. */
const LOOK_EVERY_MS = 5_000;

/** One LISTEN for the whole process; each reader waits on it. */
class Bell {
  readonly #waiting = new Set<() => void>();
  #rings = 0;

  constructor(store: Store) {
    // If this fails the slow look below still serves, so nobody need wait for it.
    store.listen([events.EVENT_CHANNEL], () => this.ring()).catch(() => {});
    setInterval(() => this.ring(), LOOK_EVERY_MS).unref();
  }

  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Waits for a ring after the `seen`th, or for the signal. */
  async after(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#rings > seen || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

const bells = new WeakMap<Store, Bell>();

/** Events after an id, then new ones as they come, until the signal aborts. The reader pulls; between pulls only its place is kept. */
export async function* follow(
  store: Store,
  request: { accountId?: string | undefined; after: string; signal: AbortSignal },
): AsyncGenerator<EventData> {
  let bell = bells.get(store);
  if (!bell) bells.set(store, (bell = new Bell(store)));
  let at = Number(request.after);
  const { first } = await events.bounds(store.db);
  if (first > 0 && at > 0 && at < first - 1) yield { id: String(first - 1), at: new Date().toISOString(), kind: 'gap', body: {} };
  while (!request.signal.aborted) {
    const seen = bell.rings;
    const batch = await events.after(store.db, { after: at, accountId: request.accountId, limit: BATCH });
    for (const row of batch) {
      at = row.id;
      yield { id: String(row.id), at: row.at.toISOString(), kind: row.kind as EventData['kind'], subject: row.subjectId, body: row.body };
    }
    if (batch.length < BATCH) await bell.after(seen, request.signal);
  }
}
