import { type Command, Option } from 'commander';
import type { Reservation } from '../../contract/reservations.ts';
import { CarrelError } from '../../lib/errors.ts';
import { failed, stageText } from '../follow.ts';
import type { Io } from '../io.ts';
import { findReservation } from '../names.ts';
import { patiently } from '../patience.ts';
import type { Cli, Session } from '../session.ts';
import { plain, short } from '../text.ts';
import { reservationTable } from './ls.ts';

/** A table says "in 5m": so often it is drawn anew although nothing happened, in milliseconds. */
const REDRAW_MS = 10_000;
const AWAY = 'the server does not answer; waiting for it to come back';

const UNTIL = {
  ready: (r: Reservation) => r.state === 'ready' || over(r),
  gone: over,
} as const;

interface Options {
  until?: keyof typeof UNTIL;
}

export function addWatch(program: Command, cli: Cli): void {
  program
    .command('watch [ids...]')
    .description('your reservations as they change, until Ctrl-C: a table at a terminal, else a line each time')
    .addOption(new Option('--until <what>', 'end when all of these are there (or over), or gone').choices(Object.keys(UNTIL)))
    .action(async (texts: string[], { until }: Options, command: Command) => {
      if (until !== undefined && texts.length === 0) command.error('error: --until goes with IDs');
      const session = cli.open(command);
      const { account } = await session.client.me();
      const found: Reservation[] = [];
      for (const text of texts) found.push(await findReservation(session.client, text));
      const last = await watch(session, {
        ids: texts.length === 0 ? undefined : new Set(found.map((r) => r.id)),
        all: found.some((r) => r.owner !== account),
        enough: (known) => until !== undefined && found.every(({ id }) => UNTIL[until](known.get(id) as Reservation)),
      });
      if (until !== undefined) judge([...last.values()], until);
    });
}

function over({ state }: Reservation): boolean {
  return state === 'ended' || state === 'failed';
}

/** An error of the command where not all came to what was waited for. */
function judge(last: readonly Reservation[], until: keyof typeof UNTIL): void {
  const bad = last.find((r) => r.state === 'failed');
  if (bad) throw failed(`the machine of ${short(bad.id)} could not be made ready`, bad.failure);
  const early = until === 'ready' ? last.find((r) => r.state === 'ended') : undefined;
  if (early) throw new CarrelError('wrong-state', `${short(early.id)} ended before it was ready`, { hint: 'Reserve another.' });
}

interface Watched {
  /** Only these; one's own, also those that are made meanwhile, if left out. */
  ids: ReadonlySet<string> | undefined;
  /** Somebody else's are among them: their events come to operators who ask for everybody's. */
  all: boolean;
  /** Nothing more needs to be seen. Asked once all are known. */
  enough(known: ReadonlyMap<string, Reservation>): boolean;
}

/** Shows what happens until Ctrl-C or until it is enough, over restarts of the server; then what is known last. */
async function watch(session: Session, what: Watched): Promise<ReadonlyMap<string, Reservation>> {
  const known = new Map<string, Reservation>();
  const show = session.json
    ? new Documents(session.io)
    : session.io.screen === undefined
      ? new Lines(session)
      : new Table(session.io, known);
  const stop = new AbortController();
  const restore = session.io.onInterrupt(() => stop.abort());
  const { signal } = stop;
  const see = (r: Reservation | undefined, at?: string): void => {
    if (r === undefined) return;
    known.set(r.id, r);
    show.changed(r, at);
  };
  const read = (id: string) => patiently(signal, () => session.client.showReservation({ params: { id } }, { signal }));
  const readAll = async (): Promise<void> => {
    const { items } = what.ids
      ? { items: [] }
      : ((await patiently(signal, () => session.client.listReservations({ query: { limit: 1000 } }, { signal }))) ?? { items: [] });
    // What was there before and is in the list no more has ended meanwhile.
    const others = [...new Set([...(what.ids ?? []), ...known.keys()])].filter((id) => !items.some((r) => r.id === id));
    for (const r of items.toReversed()) see(r);
    for (const id of others) see(await read(id));
  };
  try {
    for await (const event of session.client.events({ signal, all: what.all, onBreak: () => show.away() })) {
      if (event.kind === 'hello' || event.kind === 'gap') await readAll();
      else if (event.kind === 'reservation' && event.subject !== undefined && (what.ids?.has(event.subject) ?? true))
        see(await read(event.subject), event.at);
      else if (event.kind === 'machine') {
        const of = [...known.values()].find((r) => r.machine.id === event.subject);
        if (of) see(await read(of.id), event.at);
      }
      show.settled();
      if (what.enough(known)) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    restore();
    stop.abort();
    show.end();
  }
  return known;
}

interface Show {
  changed(r: Reservation, at: string | undefined): void;
  /** Everything that came along has been told. */
  settled(): void;
  away(): void;
  end(): void;
}

/** For programs: a document a line, each a whole reservation, when something of it is new. */
class Documents implements Show {
  readonly #io: Io;
  readonly #said = new Map<string, string>();

  constructor(io: Io) {
    this.#io = io;
  }

  changed(r: Reservation): void {
    const text = JSON.stringify(r);
    if (this.#said.get(r.id) !== text) this.#io.out(`${text}\n`);
    this.#said.set(r.id, text);
  }

  settled(): void {}
  away(): void {}
  end(): void {}
}

/** For logs: a line when state or stage is new. */
class Lines implements Show {
  readonly #session: Session;
  readonly #said = new Map<string, string>();
  #away = false;

  constructor(session: Session) {
    this.#session = session;
  }

  changed(r: Reservation, at = new Date().toISOString()): void {
    const text = plain(`${short(r.id)}  ${r.image}@${r.revision}  ${r.state}  ${stageText(r)}`);
    if (this.#said.get(r.id) !== text) this.#session.io.out(`${new Date(at).toTimeString().slice(0, 8)}  ${text}\n`);
    this.#said.set(r.id, text);
  }

  settled(): void {
    this.#away = false;
  }

  away(): void {
    if (!this.#away) this.#session.say(AWAY);
    this.#away = true;
  }

  end(): void {}
}

/** For people: the table of `carrel ls`, drawn over itself. */
class Table implements Show {
  readonly #io: Io;
  readonly #known: ReadonlyMap<string, Reservation>;
  readonly #timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
  #lines = 0;
  #away = false;

  constructor(io: Io, known: ReadonlyMap<string, Reservation>) {
    this.#io = io;
    this.#known = known;
  }

  changed(): void {}

  settled(): void {
    this.#away = false;
    this.#draw();
  }

  away(): void {
    this.#away = true;
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #draw(): void {
    const { columns, rows } = this.#io.screen ?? { columns: 80, rows: 24 };
    // Begun last stands first, as in `ls`.
    const text = reservationTable([...this.#known.values()].toReversed(), false, false).split('\n');
    if (this.#away) text.push(AWAY);
    // What scrolled away, or wrapped, could not be drawn over.
    const fits = text.length < rows ? text : [...text.slice(0, rows - 2), `and ${text.length - rows + 2} more`];
    const up = this.#lines === 0 ? '' : `\u001b[${this.#lines}A`;
    this.#io.out(`${up}\r${fits.map((line) => `${line.slice(0, columns - 1)}\u001b[K\n`).join('')}\u001b[J`);
    this.#lines = fits.length;
  }
}
