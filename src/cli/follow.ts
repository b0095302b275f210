/** Waiting for something the server is working on, with a line per stage; at a terminal the last line is kept up to date. */
import { ApiError, UnreachableError } from '../client/errors.ts';
import type { Revision, RevisionStarted } from '../contract/images.ts';
import type { JobDetail } from '../contract/machines.ts';
import type { Failure } from '../contract/problem.ts';
import type { Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';
import { type Io, interruptible } from './io.ts';
import type { Session } from './session.ts';
import { plain, short, span } from './text.ts';

/** Looks again at least this often, in milliseconds: an event that never came must not keep anybody waiting. */
const LOOK_EVERY_MS = 2_000;
/** A server that is restarted meanwhile gets so long to come back, in milliseconds. */
const RESTART_MS = 60_000;
const REDRAW_MS = 200;

/** Shows stages: plain lines in a log, one live line with the seconds at a terminal. */
export class StageLine {
  readonly #io: Io;
  readonly #silent: boolean;
  readonly #began = performance.now();
  #text = '';
  #detail = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(session: Pick<Session, 'io' | 'json'>) {
    this.#io = session.io;
    this.#silent = session.json;
    if (this.#io.columns !== undefined && !this.#silent) this.#timer = setInterval(() => this.#draw(''), REDRAW_MS).unref();
  }

  /** `detail` changes often, and is seen at a terminal only. */
  show(text: string, detail = ''): void {
    this.#detail = detail;
    if (this.#silent || text === this.#text) return;
    const live = this.#io.columns !== undefined;
    if (live && this.#text !== '') this.#draw('\n');
    this.#text = text;
    if (live) this.#draw('');
    else this.#io.err(`${this.#line()}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#io.columns !== undefined && !this.#silent) this.#draw('\n');
    this.#text = '';
  }

  #line(detail = ''): string {
    const said = detail === '' ? this.#text : `${this.#text}: ${detail}`;
    return `${((performance.now() - this.#began) / 1000).toFixed(1).padStart(7)} s  ${plain(said)}`;
  }

  #draw(end: string): void {
    // A line that wraps could not be drawn over.
    if (this.#text !== '')
      this.#io.err(`\r\u001b[K${this.#line(end === '' ? this.#detail : '').slice(0, (this.#io.columns ?? 80) - 1)}${end}`);
  }
}

export interface Followed<T> {
  look(signal: AbortSignal): Promise<T>;
  /** What to show, how far it is, and whether the wait is over. */
  stage(now: T): { text: string; detail?: string; over: boolean };
  /** Said when the person no longer wants to wait. */
  goesOn: string;
  /** Ids whose events are worth a look. */
  subjects: readonly string[];
}

/** What does not answer just now, of which more is known in a moment: the server, or what it needs itself, such as its store (503). */
function awayText(error: unknown): string | undefined {
  if (error instanceof UnreachableError) return 'the server does not answer';
  return error instanceof ApiError && error.status === 503 ? 'the server cannot answer just now' : undefined;
}

/** Looks, and goes on looking while a restarted server or store comes back. */
async function lookPatiently<T>(what: Followed<T>, signal: AbortSignal, line: StageLine): Promise<T> {
  const begun = performance.now();
  for (;;) {
    try {
      return await what.look(signal);
    } catch (error) {
      const away = awayText(error);
      if (away === undefined || signal.aborted || performance.now() - begun > RESTART_MS) throw error;
      line.show(`${away}; waiting for it to come back`);
      await pause(500, signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

/** Follows until it is over. Ctrl-C stops following, not the work: rejects with code `interrupted`, which says so. */
export async function follow<T>(session: Session, what: Followed<T>): Promise<T> {
  const line = new StageLine(session);
  let wake = () => {};
  return interruptible(
    session.io,
    () => what.goesOn,
    async (signal) => {
      const listen = async () => {
        for await (const event of session.client.events({ signal, onBreak: () => wake() })) {
          if (event.subject === undefined || what.subjects.includes(event.subject)) wake();
        }
      };
      // Without events the slow look is enough.
      listen().catch(() => {});
      for (;;) {
        const woken = new AbortController();
        wake = () => woken.abort();
        const now = await lookPatiently(what, signal, line);
        const { text, detail, over } = what.stage(now);
        line.show(text, detail);
        if (over || signal.aborted) return now;
        await pause(LOOK_EVERY_MS, AbortSignal.any([signal, woken.signal]));
      }
    },
  ).finally(() => line.end());
}

/** A failure that the server stored, as an error of this command. */
export function failed(what: string, failure: Failure | undefined): CarrelError {
  const options = { ...(failure?.hint === undefined ? {} : { hint: failure.hint }), details: failure?.details ?? {} };
  return new CarrelError(failure?.code ?? 'failed', `${what}: ${failure?.message ?? 'it failed'}`, options);
}

export function stageText(r: Reservation): string {
  if (r.queuePosition !== undefined) return `queued: number ${r.queuePosition} in line`;
  return r.stageText === '' || r.stageText === r.stage ? r.stage : `${r.stage}: ${r.stageText}`;
}

/** `copying the disk, 45 %`; empty where nothing is said. */
export function progressText({ progress }: { progress?: { text: string; fraction?: number } | undefined }): string {
  if (progress === undefined) return '';
  return progress.fraction === undefined ? progress.text : `${progress.text}, ${Math.floor(progress.fraction * 100)} %`;
}

/** How long it takes as a rule, where that is known. */
function usually({ state, stage, estimate }: Reservation): string {
  if (state !== 'preparing' || stage === 'ending' || estimate === undefined) return '';
  return ` (ready after ${span(estimate.p50Ms)} as a rule, ${span(estimate.p95Ms)} nearly always)`;
}

export function reservationGoesOn(id: string): string {
  return `the reservation goes on; see it with \`carrel show ${short(id)}\`, end it with \`carrel end ${short(id)}\``;
}

/** Follows a reservation until it is ready or over. */
export function followReservation(session: Session, id: string): Promise<Reservation> {
  return follow(session, {
    look: (signal) => session.client.showReservation({ params: { id } }, { signal }),
    stage: (r) => ({
      text: `${stageText(r)}${usually(r)}`,
      detail: progressText(r),
      over: r.state !== 'preparing' && r.state !== 'ending',
    }),
    goesOn: reservationGoesOn(id),
    subjects: [id],
  });
}

/** Follows a revision until it is there or has failed, and answers with it. */
export async function followRevision(session: Session, started: RevisionStarted, doing: string): Promise<void> {
  const end = await waitForRevision(session, started, doing);
  const called = `${end.image}@${end.number}`;
  session.answer(end, `${called} is ${end.state}`);
  if (end.state === 'draft' && !session.json)
    session.io.err(`to have it lent once and handed out then: carrel image prove ${called} --publish\n`);
}

/** The same without the answer. What was left out or may not work is told here, since few look again. */
export async function waitForRevision(session: Session, started: RevisionStarted, doing: string): Promise<Revision> {
  const { image: name, number, id } = started.revision;
  const called = `${name}@${number}`;
  const end = await follow(session, {
    look: (signal) => session.client.showRevision({ params: { name, number } }, { signal }),
    stage: (r) => ({
      text: `${called}: ${r.state === 'preparing' ? doing : r.state}`,
      detail: progressText(r),
      over: r.state !== 'preparing',
    }),
    goesOn: `${called} goes on being made; see \`carrel image show ${name}\``,
    subjects: [id, started.job],
  });
  if (end.state === 'failed') throw failed(`${called} could not be made`, end.failure);
  const { notes } = end.facts;
  if (notes !== undefined && !session.json) session.io.err(`${called}: ${plain(notes)}\n`);
  return end;
}

/** Follows a job to its end; an error if it did not do what it was for. */
export async function followJob(session: Session, id: string, doing: string, goesOn: string): Promise<JobDetail> {
  const end = await follow(session, {
    look: (signal) => session.client.showJob({ params: { id } }, { signal }),
    stage: (j) => ({ text: doing, detail: progressText(j), over: j.state !== 'ready' && j.state !== 'running' }),
    goesOn,
    subjects: [id],
  });
  if (end.state !== 'done') throw failed(doing, end.error);
  return end;
}
