/**
 * That this server lives, as the others see it, and which providers it watches and reconciles. One server at a time holds a provider; one
 * that is gone is followed within {@link HOLD_MS} and a beat. Nothing here keeps two servers from harm for certain, since one that was
 * stopped for a while believes in its holds until it looks at its own clock: what they do is safe twice, and this keeps it rare.
 */
import { hostname } from 'node:os';
import { describeError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Store } from '../store/db.ts';
import * as providers from '../store/providers.ts';
import type { Provider } from '../store/schema.ts';
import * as servers from '../store/servers.ts';

export interface PresenceOptions {
  /** By connections that nothing else uses up. */
  store: Store;
  id: string;
  version: string;
  log: Logger;
  /** Whether the server has its host's QEMU. */
  ownHost: boolean;
  /** Milliseconds; other than {@link BEAT_MS} and {@link HOLD_MS} in tests. */
  beatMs?: number | undefined;
  holdMs?: number | undefined;
}

/** Between two signs of life, in milliseconds. */
const BEAT_MS = 5_000;
/** How long a hold lasts without one, in milliseconds: with a beat in between less than the 30 s within which another takes over. */
const HOLD_MS = 20_000;
/** The database's clock differs from this host's by more than that before it is believed to, in milliseconds: the way there and back takes time. */
const SKEW_MS = 250;

export class Presence {
  readonly id: string;
  readonly #options: PresenceOptions;
  readonly #holdMs: number;
  #at: servers.ServerSpec['at'];
  #held = new Set<string>();
  #heldAt = Number.NEGATIVE_INFINITY;
  #offsetMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  constructor(options: PresenceOptions) {
    this.id = options.id;
    this.#options = options;
    this.#holdMs = options.holdMs ?? HOLD_MS;
  }

  /** Says that the server is there, and takes hold of what nobody holds. Rejects when the store does not answer. */
  async start(): Promise<void> {
    await this.#beat(true);
    this.#timer = setInterval(() => this.#again(), this.#options.beatMs ?? BEAT_MS);
  }

  /** Lets go of everything, so that another need not wait. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#beating;
    this.#held.clear();
    await servers.stopped(this.#options.store.db, this.id);
  }

  /** The time by the database's clock, as near as it is known: the same on all servers. */
  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Where others reach this server, and the SHA-256 of the certificate that it shows there, if it has one; told with the next beat. */
  reachedAt(url: string, fingerprint256?: string): void {
    this.#at = { url, fingerprint256 };
    // After the one that is on its way, which does not say it.
    void (this.#beating ?? Promise.resolve()).then(() => this.#again());
  }

  /** Whether this server can work at a provider: what is reached over the network, its own host, and what was written off. */
  serves(provider: Pick<Provider, 'connection' | 'serverId' | 'writtenOffAt'>): boolean {
    return provider.connection !== null || provider.writtenOffAt !== null || (this.#options.ownHost && provider.serverId === this.id);
  }

  /** Whether it is this server that watches and reconciles the provider. A beat that is late for two thirds of a hold ends all holds. */
  holds(providerId: string): boolean {
    return this.#held.has(providerId) && performance.now() - this.#heldAt < (this.#holdMs * 2) / 3;
  }

  /** All that are held. */
  held(): string[] {
    return [...this.#held].filter((id) => this.holds(id));
  }

  /** Tries to take hold of one that is new; {@link holds} tells whether it did. */
  async take(providerId: string): Promise<void> {
    for (const id of await servers.hold(this.#options.store.db, this.id, [providerId], this.#holdMs)) this.#held.add(id);
  }

  #again(): void {
    if (this.#timer === undefined) return;
    // A query may hang for as long as the network likes; the next beat waits for it.
    this.#beating ??= this.#beat(false)
      .catch((error: unknown) =>
        this.#options.log.warn({ err: describeError(error) }, 'the other servers cannot be told that this one is there'),
      )
      .finally(() => {
        this.#beating = undefined;
      });
  }

  async #beat(anew: boolean): Promise<void> {
    const { store, id, version } = this.#options;
    const begun = { wall: Date.now(), monotonic: performance.now() };
    const there = await servers.beat(store.db, { id, name: hostname(), version, at: this.#at, pid: process.pid }, anew);
    this.#compareClocks(there, begun.wall, performance.now() - begun.monotonic);
    // Of one that was written off nobody looks.
    const served = (await providers.list(store.db)).filter((row) => row.writtenOffAt === null && this.serves(row)).map((row) => row.id);
    const held = new Set(await servers.hold(store.db, id, served, this.#holdMs));
    // Of those that were asked about alone: another may have been taken meanwhile.
    for (const each of served) {
      if (held.has(each)) this.#held.add(each);
      else this.#held.delete(each);
    }
    this.#heldAt = begun.monotonic;
  }

  #compareClocks(there: Date, sent: number, tookMs: number): void {
    // It was read between the question and the answer: a difference that the way explains is none.
    const offset = there.getTime() - (sent + tookMs / 2);
    if (Math.abs(offset - this.#offsetMs) <= SKEW_MS + tookMs / 2) return;
    const { log } = this.#options;
    log.warn({ offsetMs: Math.round(offset) }, "this host's clock is not the database's: times are taken from the database");
    this.#offsetMs = offset;
  }
}
