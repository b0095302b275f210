/** What is held open for a person ends with the token it was opened by: removed, or over. */
import * as accounts from '../store/accounts.ts';
import type { Store } from '../store/db.ts';
import type { Caller } from './interface.ts';

/** Looks at all tokens in use this often, in milliseconds: for ends by the clock, and for a notification that was lost. */
const LOOK_EVERY_MS = 4_000;

interface Use {
  tokenId: string;
  expiresAt: Date | null;
  over: AbortController;
}

/** The tokens by which something is open in this process. One LISTEN for all of them. */
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

  watch(token: NonNullable<Caller['token']>, released: AbortSignal): AbortSignal {
    const use: Use = { tokenId: token.id, expiresAt: token.expiresAt, over: new AbortController() };
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
      .listen([accounts.TOKEN_CHANNEL], (notice) => {
        if (notice.kind === 'notify') this.#end((use) => use.tokenId === notice.payload);
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
    const asked = [...new Set([...this.#uses].map((use) => use.tokenId))];
    if (asked.length === 0) return;
    // While the store is away nobody is signed out; the next look asks again.
    const there = await accounts.tokensAmong(this.#store.db, asked).catch(() => asked);
    const gone = new Set(asked.filter((id) => !there.includes(id)));
    this.#end((use) => gone.has(use.tokenId));
  }
}

const known = new WeakMap<Store, SignIns>();

/** A signal that aborts within seconds after the caller's token was removed or is over. Kept until `released` aborts. */
export function untilSignedOut(store: Store, now: () => Date, caller: Caller, released: AbortSignal): AbortSignal {
  if (caller.token === undefined) return new AbortController().signal;
  let signIns = known.get(store);
  if (!signIns) known.set(store, (signIns = new SignIns(store, now)));
  return signIns.watch(caller.token, released);
}
