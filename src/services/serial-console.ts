/** Who is at the serial consoles of machines: one person at one place each, since two who type into one login disturb each other. */
import type { Duplex } from 'node:stream';
import { CarrelError } from '../lib/errors.ts';

export interface GuestSerial {
  /** What the machine writes, and what is typed. It ends with the machine's run. */
  stream: Duplex;
  /** Aborts when the machine is not the person's any more, with an Error whose message people read. */
  over: AbortSignal;
  /** Aborts when somebody else takes the place, in the same way. */
  taken: AbortSignal;
}

export interface SerialRequest {
  /** Of the reservation. */
  id: string;
  /** Takes the place of who is there. */
  force: boolean;
  /** A word of the client's own: its own earlier connection, which may not have been missed yet, is never in its way. */
  session?: string | undefined;
}

interface Holder {
  name: string;
  session: string | undefined;
  since: Date;
  taken: AbortController;
}

/** A machine's consoles are all joined by one server, the one that is asked for all of them: so it is enough to know it here. */
export class SerialPlaces {
  readonly #held = new Map<string, Holder>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Joins by `open`, and holds the place until that stream closes. `busy` with who is there; errors of `open`, who is there stays then. */
  async join(
    { id, force, session }: SerialRequest,
    name: string,
    open: () => Promise<Duplex>,
  ): Promise<Pick<GuestSerial, 'stream' | 'taken'>> {
    this.#mustBeFree(id, force, session);
    const stream = await open();
    try {
      // Somebody may have come meanwhile.
      this.#mustBeFree(id, force, session);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    const mine: Holder = { name, session, since: this.#now(), taken: new AbortController() };
    const before = this.#held.get(id);
    this.#held.set(id, mine);
    before?.taken.abort(new Error(`${name} took the serial console over`));
    const release = () => {
      if (this.#held.get(id) === mine) this.#held.delete(id);
    };
    stream.once('close', release);
    if (stream.closed) release();
    return { stream, taken: mine.taken.signal };
  }

  #mustBeFree(id: string, force: boolean, session: string | undefined): void {
    const holder = this.#held.get(id);
    if (holder === undefined || force || (session !== undefined && holder.session === session)) return;
    const since = holder.since.toISOString();
    throw new CarrelError('busy', `${holder.name} is at this serial console since ${since}`, {
      details: { by: holder.name, since },
      hint: '`--force` takes it over; `carrel logs -f` shows what the machine says without taking anything.',
      retry: 'later',
    });
  }
}
