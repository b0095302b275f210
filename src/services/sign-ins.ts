/** What is held open for a person ends with the token or session it was opened by: removed, over, or of an account that is switched off. */
import * as sessions from '../store/sessions.ts';
import type { Store } from '../store/db.ts';
import type { Caller } from './interface.ts';

/** Looks at all that is in use this often, in milliseconds: for ends by the clock, and for a notification that was lost. */
export const LOOK_EVERY_MS = 4_000;

interface Use {
  kind: 'token' | 'session';
  id: string;
  /** Of a token. The ends of a session move, and are read. */
  expiresAt: Date | null;
  over: AbortController;
}

/** The tokens and sessions by which something is open in this process. One LISTEN for all of them. */
class SignIns {
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #uses = new Set<Use>();
  #timer: NodeJS.Timeout | undefined;
  #listening = false;

  constructor(store: Store, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  watch(by: Omit<Use, 'over'>, released: AbortSignal): AbortSignal {
    const use: Use = { ...by, over: new AbortController() };
    this.#uses.add(use);
    const release = () => {
      this.#uses.delete(use);
      if (this.#uses.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    if (released.aborted) release();
    else released.addEventListener('abort', release, { once: true });
    this.#listen();
    this.#timer ??= setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
    return use.over.signal;
  }

  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    // Until this settles, and if it fails, the look every few seconds serves.
    this.#store
      .listen([sessions.SIGN_IN_CHANNEL], (notice) => {
        if (notice.kind === 'notify') this.#end((use) => use.id === notice.payload);
        else void this.#look();
      })
      .then(
        () => this.#look(),
        () => {
          this.#listening = false;
        },
      );
  }

  #end(which: (use: Use) => boolean): void {
    for (const use of this.#uses) if (which(use)) use.over.abort();
  }

  async #look(): Promise<void> {
    const now = this.#now();
    this.#end((use) => use.expiresAt !== null && use.expiresAt <= now);
    if (this.#uses.size === 0) return;
    const asked = { tokens: this.#ids('token'), sessions: this.#ids('session') };
    // While the store is away nobody is signed out; the next look asks again.
    const good = await sessions.inForce(this.#store.db, asked, now).catch(() => undefined);
    if (good !== undefined) this.#end(({ id }) => (asked.tokens.has(id) || asked.sessions.has(id)) && !good.has(id));
  }

  #ids(kind: Use['kind']): Set<string> {
    return new Set([...this.#uses].filter((use) => use.kind === kind).map((use) => use.id));
  }
}

const known = new WeakMap<Store, SignIns>();

/** A signal that aborts within seconds after the caller's token or session is over. Kept until `released` aborts. */
export function untilSignedOut(store: Store, now: () => Date, { token, session }: Caller, released: AbortSignal): AbortSignal {
  let signIns = known.get(store);
  if (!signIns) known.set(store, (signIns = new SignIns(store, now)));
  if (token !== undefined) return signIns.watch({ kind: 'token', ...token }, released);
  if (session !== undefined) return signIns.watch({ kind: 'session', id: session.id, expiresAt: null }, released);
  return new AbortController().signal;
}
