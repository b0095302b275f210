/**
 * The one outstanding WaitForUpdatesEx of a session, shared by everything that wants to know of changes.
 *
 * States: idle (no source) -> building (collector and a filter for each source, version "") -> waiting -> waiting …
 * Back to building: a new login, InvalidCollectorVersion, a collector that is gone, a source that comes or goes. Building is a full resync:
 * each source hears onReset, then everything there is, then onSettled; what it knew and did not hear of again is gone.
 * A connection that fails leads to stale and, after a pause, to the same wait with the same version. The first wait after that asks for what
 * there is now: a long one would be answered only by the next change, and until then nobody would know that the server is back.
 * Waits go at a pace, if one is given: on a busy server something changes all the time, and each change would be an answer of its own.
 * barrier() cuts a wait short on the server and asks for what there is now: after it, what sources know is not older than the question.
 */
import { anyOf, type Ctx, makeCtx, race, sleep } from '../../lib/context.ts';
import { backoffMs } from '../../lib/retry.ts';
import { isFault, vsphereError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { type Pace, Pacer } from './pacer.ts';
import { type Ref, refKey } from '../types/value.ts';
import type { ObjectUpdate, PropertyFilterSpec, UpdateSet } from '../types/vim.gen.ts';

/** Something that wants to hear of changes to the objects of one filter. */
export interface UpdateSource {
  /** Makes views and says what to watch. Called after each login and each resync; views of an earlier login are gone. */
  filter(ctx: Ctx): Promise<PropertyFilterSpec>;
  /** A full resync begins. */
  onReset(): void;
  onUpdate(update: ObjectUpdate): void;
  /** Everything up to now was told: absence can be trusted. */
  onSettled(): void;
  /** No longer up to date, and why; onReset or onSettled ends that. */
  onStale(error: unknown): void;
  /** Whether somebody waits for what it will hear next, so that the loop must not be lazy. */
  awaited?(): boolean;
}

export interface LoopOptions {
  /** Longest time of one wait on the server, in seconds. */
  maxWaitSeconds?: number;
  /** Objects in one answer. */
  maxObjectUpdates?: number;
  /** How often the server is asked at most, but for the parts of one answer; as often as it answers unless given. */
  pace?: Pace | undefined;
  /**
   * How long the loop does not ask on top of the pace while it is busy and nobody waits at a barrier who is in a hurry, nor for a task, in milliseconds: whoever only
   * listens hears of more at one go. Not at all unless given.
   */
  lazyMs?: number | undefined;
  /** First pause after a failed connection, in milliseconds; doubles up to {@link MOST_PAUSE_MS}. */
  firstPauseMs?: number;
  /** How a pause is made; tests see each. */
  pause?: (ctx: Pick<Ctx, 'signal'>, ms: number) => Promise<void>;
}

/** Longest pause between two tries of a connection, in milliseconds: what waits for a server goes on that much after its return. */
const MOST_PAUSE_MS = 5_000;

/** So long after a cancel of ours a wait that was cancelled is begun again, in milliseconds; later it means that the collector is gone. */
const LATE_CANCEL_MS = 10_000;

/** So many cancels the server takes without an end of the wait before that wait's connection counts as dead: some four seconds. */
const CANCELS_BEFORE_DEAD = 12;
/** How long a server may take to answer a cancel, in milliseconds. */
const CANCEL_MS = 10_000;

/** Somebody who waits until everything that happened so far was told. */
interface Barrier {
  promise: Promise<void>;
  resolve: () => void;
}

export class UpdateLoop {
  private readonly session: Session;
  private readonly options: LoopOptions;
  private readonly sources = new Set<UpdateSource>();
  private readonly filters = new Map<string, UpdateSource>();
  private readonly stop = new AbortController();
  private collector: Ref | undefined;
  private collectorEpoch = 0;
  private version = '';
  private dirty = false;
  private running: Promise<void> | undefined;
  private waiting: AbortController | undefined;
  /** Asked for and not yet asked of the server; then asked and not yet answered. */
  private nextBarrier: Barrier | undefined;
  private barrierSent: Barrier | undefined;
  /** Ends the loop's laziness. */
  private wake: (() => void) | undefined;
  /** Somebody who is not patient waits at the next barrier. */
  private urgent = false;
  /** A long wait is at the server now, and may be cut short. */
  private idling = false;
  private cutting = false;
  private lastCut = 0;
  /** Sources were told that they are not up to date, and not yet that they are again. */
  private stale = false;
  /** The last answer was not all: the rest is there and waits. */
  private more = false;
  private readonly pacer: Pacer;

  constructor(session: Session, options: LoopOptions = {}) {
    this.session = session;
    this.options = options;
    this.pacer = new Pacer(options.pace, { pause: options.pause });
  }

  /** Watches for this source too from now on; the first full read follows once the loop runs. */
  add(source: UpdateSource): void {
    this.sources.add(source);
    this.rebuild();
  }

  remove(source: UpdateSource): void {
    if (this.sources.delete(source)) this.rebuild();
  }

  /** Begins to wait, if it does not yet, and is lazy no more. Nothing is asked of the server before. */
  start(): void {
    if (this.stop.signal.aborted) return;
    this.wake?.();
    this.running ??= this.run();
  }

  /** Makes collector and filters anew, which is a full resync for every source. */
  rebuild(): void {
    this.dirty = true;
    this.wake?.();
    this.waiting?.abort();
  }

  /**
   * Waits until every source has heard of what had happened when this was called. Any number of callers share one round: two requests
   * while nothing changes. Who is patient does not end the loop's laziness. Rejects when the context ends; the loop must have been started.
   */
  async barrier(ctx: Pick<Ctx, 'signal'>, patient = false): Promise<void> {
    this.nextBarrier ??= newBarrier();
    const { promise } = this.nextBarrier;
    if (!patient) {
      this.urgent = true;
      this.wake?.();
    }
    this.cutShort();
    await race({ signal: anyOf([ctx.signal, this.stop.signal]) }, promise);
  }

  /** Ends a long wait at the server, so that the next one asks with no time to wait. */
  private cutShort(): void {
    if (!this.idling || this.cutting) return;
    this.cutting = true;
    void this.cancelWait(this.waiting);
  }

  /**
   * A cancel may overtake the wait that it is for, on another connection, or be lost: it is sent again until that wait has ended. One that the
   * server takes again and again without an end of the wait means that the answer has no way back: the wait is then given up here.
   */
  private async cancelWait(waiting: AbortController | undefined): Promise<void> {
    const own = { signal: this.stop.signal };
    let taken = 0;
    for (let pause = 5; this.idling && this.waiting === waiting && this.collector; pause = Math.min(1_000, pause * 2)) {
      this.lastCut = Date.now();
      try {
        await this.session.call(own, 'CancelWaitForUpdates', this.collector, {}, { timeoutMs: CANCEL_MS });
        taken++;
      } catch {
        // the server is away, or only that connection was: the next try tells
      }
      if (taken >= CANCELS_BEFORE_DEAD) waiting?.abort();
      try {
        await this.pause(own, pause);
      } catch {
        return;
      }
    }
  }

  /** Ends the wait. */
  async close(): Promise<void> {
    this.stop.abort(vsphereError('vsphere-closed', 'the update loop was closed'));
    this.wake?.();
    this.waiting?.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const ctx = makeCtx({ signal: this.stop.signal });
    // in a row: connections that failed, and answers by which everything has to be made anew
    let failures = 0;
    let refusals = 0;
    while (!this.stop.signal.aborted) {
      try {
        if (this.dirty || !this.collector || this.collectorEpoch !== this.session.epoch) await this.build(ctx);
        if (!this.more && (await this.pacer.turn(ctx))) await this.listenOnly(ctx);
        await this.wait();
        failures = refusals = 0;
      } catch (error) {
        if (this.stop.signal.aborted) return;
        const givenUp = this.waiting?.signal.aborted === true;
        this.waiting = undefined;
        this.idling = false;
        // our own rebuild() ended the wait
        if (this.dirty) continue;
        // and so did barrier(); a cancel that comes late ends a later wait
        if (givenUp || (Date.now() - this.lastCut < LATE_CANCEL_MS && isFault(error, 'RequestCanceled'))) continue;
        if (this.mustRebuild(error)) {
          this.dirty = true;
          // the server answers: how long it was away says nothing any more
          failures = 0;
          // one that answers so every time must not be hammered
          if (++refusals < 3) continue;
        } else failures++;
        this.stale = true;
        for (const source of this.sources) source.onStale(error);
        const tries = Math.max(failures, refusals - 2);
        await this.pause(ctx, backoffMs(tries, this.options.firstPauseMs ?? 500, MOST_PAUSE_MS)).catch(() => {});
      }
    }
  }

  /** Until somebody waits at a barrier, or for as long as the loop may be lazy. */
  private async listenOnly(ctx: Ctx): Promise<void> {
    const { lazyMs } = this.options;
    if (lazyMs === undefined || this.urgent || this.dirty || this.stale) return;
    if ([...this.sources].some((source) => source.awaited?.() === true)) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    try {
      const pause = this.pause({ signal: anyOf([ctx.signal, over.signal]) }, lazyMs).catch(() => {});
      await Promise.race([pause, woken]);
    } finally {
      this.wake = undefined;
      over.abort();
    }
  }

  private async pause(ctx: Pick<Ctx, 'signal'>, ms: number): Promise<void> {
    await (this.options.pause ?? sleep)(ctx, ms);
  }

  /** An expired session, a version or collector that the server does not know any more. */
  private mustRebuild(error: unknown): boolean {
    return (
      this.collectorEpoch !== this.session.epoch ||
      isFault(error, 'RequestCanceled', 'NotAuthenticated', 'InvalidCollectorVersion', 'ManagedObjectNotFound')
    );
  }

  /** A new collector rather than other filters in the old one: not every server notices a new filter while a wait is pending. */
  private async build(ctx: Ctx): Promise<void> {
    const content = await this.session.open(ctx);
    const old = this.collector;
    if (old && this.collectorEpoch === this.session.epoch) {
      // it is gone already, or goes with the session
      await this.session.call(ctx, 'DestroyPropertyCollector', old, {}).catch(() => {});
    }
    this.collector = undefined;
    this.collectorEpoch = this.session.epoch;
    this.dirty = false;
    this.version = '';
    this.more = false;
    this.filters.clear();
    const collector = await this.session.call(ctx, 'CreatePropertyCollector', content.propertyCollector, {});
    this.collector = collector;
    for (const source of this.sources) {
      const spec = await source.filter(ctx);
      const filter = await this.session.call(ctx, 'CreateFilter', collector, { spec, partialUpdates: false });
      this.filters.set(refKey(filter), source);
    }
    for (const source of this.filters.values()) source.onReset();
  }

  private async wait(): Promise<void> {
    const collector = this.collector;
    if (!collector || this.dirty) return;
    const waiting = new AbortController();
    this.waiting = waiting;
    this.barrierSent = mergeBarriers(this.barrierSent, this.nextBarrier);
    this.nextBarrier = undefined;
    this.urgent = false;
    const maxWaitSeconds = this.barrierSent || this.stale ? 0 : (this.options.maxWaitSeconds ?? 60);
    this.idling = maxWaitSeconds > 0;
    // cancels of an earlier barrier are over when one of its waits was answered
    if (this.idling) this.cutting = false;
    const set = await this.session.call(
      waiting,
      'WaitForUpdatesEx',
      collector,
      { version: this.version, options: { maxWaitSeconds, maxObjectUpdates: this.options.maxObjectUpdates ?? 500 } },
      // the server ends the wait by itself; the margin is for one that does not
      { timeoutMs: (maxWaitSeconds + 60) * 1000 },
    );
    this.idling = false;
    // an answer from before a change of sources says nothing of the new ones
    if (this.dirty) return;
    if (set) this.apply(set);
    else for (const source of this.filters.values()) source.onSettled();
    this.more = set?.truncated === true;
    if (this.more) return;
    this.stale = false;
    this.barrierSent?.resolve();
    this.barrierSent = undefined;
  }

  private apply(set: UpdateSet): void {
    this.version = set.version;
    for (const part of set.filterSet ?? []) {
      const source = this.filters.get(refKey(part.filter));
      if (!source) continue;
      for (const update of part.objectSet ?? []) source.onUpdate(update);
      for (const missing of part.missingSet ?? []) source.onUpdate({ kind: 'leave', obj: missing.obj });
    }
    // absence means nothing before the last part of a truncated set
    if (!set.truncated) for (const source of this.filters.values()) source.onSettled();
  }
}

function newBarrier(): Barrier {
  let resolve!: () => void;
  const promise = new Promise<void>((res) => {
    resolve = res;
  });
  return { promise, resolve };
}

function mergeBarriers(a: Barrier | undefined, b: Barrier | undefined): Barrier | undefined {
  if (!a || !b) return a ?? b;
  const both = newBarrier();
  void both.promise.then(() => {
    a.resolve();
    b.resolve();
  });
  return both;
}
