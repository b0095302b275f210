/**
 * The providers that this server has open. The set changes while the server runs: each provider has a keeper, which opens it in the
 * background, tries again when that fails, looks whether it still answers, and writes down how it is. A provider that fails stops
 * neither the server nor the others.
 */
import type { Capabilities, Driver, ProviderRoom } from '../driver/index.ts';
import { makeCtx, sleep } from '../lib/context.ts';
import { say } from '../core/notices.ts';
import { CarrelError, describeError, errorCode, isCode } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import type { Store } from '../store/db.ts';
import * as datastores from '../store/datastores.ts';
import * as jobs from '../store/jobs.ts';
import * as machines from '../store/machines.ts';
import * as placements from '../store/placements.ts';
import * as providers from '../store/providers.ts';
import type { Provider } from '../store/schema.ts';

export interface ProviderRegistryOptions {
  store: Store;
  log: Logger;
  now: () => Date;
  /** A driver for a provider's row, not opened; what stands in for one where it was written off. */
  make: (row: Provider) => Driver;
  /** Whether this server works at it; all unless given. */
  serves?: ((row: Provider) => boolean) | undefined;
  /** Whether it is this server that says how a provider is; always unless given. */
  tells?: ((providerId: string) => boolean) | undefined;
  /** Called before a provider is kept. */
  taken?: ((providerId: string) => Promise<void>) | undefined;
  /** What to do with a driver while it is open; returns how to stop that. */
  onOpen?: ((providerId: string, driver: Driver) => () => void) | undefined;
  /** Milliseconds; other than {@link PAUSES} in tests. */
  pauses?: Partial<typeof PAUSES> | undefined;
}

/** In milliseconds. */
export const PAUSES = {
  /** Before a provider that did not open is tried again; doubles. */
  first: 1_000,
  most: 5_000,
  /**
   * After a refused account or certificate. Directories lock an account after a handful of failures within minutes, and only an
   * operator can put either right: `provider set` or `enable` tries at once.
   */
  refused: 15 * 60_000,
  /** Between two looks at a provider that is open. */
  look: 15_000,
  /** After a look that found it away: what waits goes on that much after its return. */
  away: 1_000,
  /** How long one look waits for an answer. */
  answer: 20_000,
};

/** How long opening may take, in milliseconds. */
const OPEN_MS = 120_000;

interface Keeper {
  /** What it was opened with. */
  sign: string;
  stop: AbortController;
  /** Resolves once the first try is over, with its failure if it failed. */
  first: Promise<unknown>;
  over: Promise<void>;
}

export class ProviderRegistry {
  /** Open drivers by provider id. */
  readonly drivers = new Map<string, Driver>();
  /** What each driver said when it was open last, also while it is not. */
  readonly capabilities = new Map<string, Capabilities>();
  readonly #keepers = new Map<string, Keeper>();
  readonly #options: ProviderRegistryOptions;
  readonly #pauses: typeof PAUSES;
  #stopped = false;
  /** The last change of what is kept: two at one moment would each open a driver, and one of them nobody could close again. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: ProviderRegistryOptions) {
    this.#options = options;
    this.#pauses = { ...PAUSES, ...options.pauses };
  }

  /** Begins to keep every provider of the store that is enabled and that this server works at. */
  async start(): Promise<void> {
    await this.#inTurn(async () => {
      for (const row of await providers.list(this.#options.store.db)) await this.#begin(row);
    });
  }

  /** Takes every provider as it stands in the store, also what another server added, changed or took away. */
  async follow(): Promise<void> {
    await this.#inTurn(async () => {
      const rows = await providers.list(this.#options.store.db);
      for (const id of this.#keepers.keys()) if (!rows.some((row) => row.id === id)) await this.#take(id, undefined);
      for (const row of rows) {
        const kept = this.#keepers.get(row.id);
        if (isKept(row) ? kept?.sign !== signOf(row) : kept !== undefined) await this.#take(row.id, row);
      }
    });
  }

  /** One after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  async #take(id: string, row: Provider | undefined): Promise<void> {
    await this.#end(id);
    if (row !== undefined) await this.#begin(row);
    else this.capabilities.delete(id);
  }

  /** Resolves when the first try to open a provider is over; rejects with its failure if it failed. */
  async firstTry(providerId: string): Promise<void> {
    const failure = await this.#keepers.get(providerId)?.first;
    if (failure !== undefined) throw failure;
  }

  /** Takes a provider as it stands in the store now: added, changed, enabled, disabled or removed. */
  async refresh(providerId: string): Promise<void> {
    await this.#inTurn(async () => {
      const row = (await providers.list(this.#options.store.db)).find((r) => r.id === providerId);
      await this.#take(providerId, row);
    });
  }

  /** Lets go of all. Machines go on running. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#inTurn(() => Promise.all([...this.#keepers.keys()].map((id) => this.#end(id))));
  }

  async #begin(row: Provider): Promise<void> {
    const { store, now } = this.#options;
    if (this.#stopped || this.#options.serves?.(row) === false) return;
    if (row.writtenOffAt !== null) return this.#standIn(row);
    // A promise can be made while a provider is down: the work for it waits.
    if (row.capabilities !== null) this.capabilities.set(row.id, row.capabilities as Capabilities);
    await this.#options.taken?.(row.id);
    if (!row.enabled) {
      await providers.setState(store.db, row.id, 'disabled', { text: say('provider-disabled', {}) }, now());
      this.capabilities.delete(row.id);
      return;
    }
    const stop = new AbortController();
    let tried = (_failure: unknown): void => {};
    const first = new Promise<unknown>((resolve) => (tried = resolve));
    const over = this.#keep(row.id, stop.signal, tried).finally(() => tried(undefined));
    this.#keepers.set(row.id, { sign: signOf(row), stop, first, over });
  }

  /** What waited for one that was written off comes to its end by what stands in for its driver. */
  async #standIn(row: Provider): Promise<void> {
    const { store, now, make, log } = this.#options;
    const why = { text: say('provider-written-off', { why: row.writtenOffReason ?? '' }) };
    await providers.setState(store.db, row.id, 'disabled', why, now());
    this.capabilities.delete(row.id);
    this.drivers.set(row.id, make(row));
    const stop = new AbortController();
    const over = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve())).then(() => {
      this.drivers.delete(row.id);
    });
    this.#keepers.set(row.id, { sign: signOf(row), stop, first: Promise.resolve(undefined), over });
    log.info({ provider: row.id, due: await jobs.providerIsBack(store.db, row.id) }, 'a provider was written off; what waited for it ends');
  }

  async #end(providerId: string): Promise<void> {
    const keeper = this.#keepers.get(providerId);
    if (keeper === undefined) return;
    keeper.stop.abort();
    await keeper.over;
    this.#keepers.delete(providerId);
  }

  async #keep(id: string, signal: AbortSignal, tried: (failure: unknown) => void): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt++) {
      let pause = backoffMs(attempt, this.#pauses.first, this.#pauses.most);
      try {
        await this.#openAndLook(id, signal, () => tried(undefined));
      } catch (error) {
        if (signal.aborted) return;
        tried(error);
        if (isCode(error, 'no-permission')) pause = this.#pauses.refused;
        await this.#note(id, 'down', reasonOf(error));
      }
      await sleep({ signal }, pause).catch(() => {});
    }
  }

  /** Ends when `signal` does; rejects when it could not be opened. */
  async #openAndLook(id: string, signal: AbortSignal, opened: () => void): Promise<void> {
    const { store, log, make, onOpen } = this.#options;
    const driver = make(await providers.find(store.db, id));
    let unhook = (): void => {};
    try {
      const ctx = makeCtx({ signal, log, timeoutMs: OPEN_MS });
      const capabilities = await driver.open(ctx);
      const limits = await driver.room(ctx);
      const { startSlots, copySlots, facts } = capabilities;
      await providers.opened(store.db, id, { limits, startSlots, copySlots, facts, capabilities });
      await providers.setHeld(store.db, id, heldIn(limits));
      await datastores.put(store.db, id, limits.datastores ?? []);
      unhook = onOpen?.(id, driver) ?? unhook;
      this.capabilities.set(id, capabilities);
      this.drivers.set(id, driver);
      await this.#note(id, 'up', null);
      opened();
      await this.#lookUntil(id, driver, signal);
    } finally {
      this.drivers.delete(id);
      unhook();
      await driver
        .close()
        .catch((error: unknown) => log.warn({ provider: id, err: describeError(error) }, 'a provider did not close cleanly'));
    }
  }

  /** The driver reconnects by itself; this only tells people how it is. */
  async #lookUntil(id: string, driver: Driver, signal: AbortSignal): Promise<void> {
    for (let pause = this.#pauses.look; ; ) {
      await sleep({ signal }, pause).catch(() => {});
      if (signal.aborted) return;
      try {
        const room = await driver.room(makeCtx({ signal, timeoutMs: this.#pauses.answer }));
        pause = this.#pauses.look;
        await this.#note(id, 'up', null);
        await this.#hold(id, room, driver);
      } catch (error) {
        if (signal.aborted) return;
        // A refused account must not be locked by looks.
        pause = isCode(error, 'no-permission') ? this.#pauses.look : this.#pauses.away;
        await this.#note(id, 'down', reasonOf(error));
      }
    }
  }

  /** How much of it may be promised changes with what is frozen there, with what others run, and with its datastores. */
  async #hold(id: string, room: ProviderRoom, driver: Driver): Promise<void> {
    const { store, log } = this.#options;
    try {
      await providers.setHeld(store.db, id, heldIn(room));
      await providers.setLargest(store.db, id, room.largestStorageMiB);
      await datastores.put(store.db, id, room.datastores ?? []);
      if ((room.datastores ?? []).length === 0) return;
      // Storage DRS and operators move machines: what is claimed for one counts where it lies.
      for (const machine of await machines.whereLying(store.db, id)) {
        const datastore = driver.whereabouts(machine.id)?.datastores[0];
        if (datastore !== undefined && datastore !== machine.datastore)
          await store.tx((tx) => placements.landed(tx, { machineId: machine.id, datastore }));
      }
    } catch (error) {
      log.warn({ provider: id, err: describeError(error) }, 'what is held there, and what datastores hold, could not be written down');
    }
  }

  async #note(id: string, state: 'up' | 'down', why: providers.StateReason | null): Promise<void> {
    const { store, log, now, tells } = this.#options;
    if (tells?.(id) === false) return;
    try {
      if (!(await providers.setState(store.db, id, state, why, now()))) return;
      if (state === 'up') {
        log.info({ provider: id, due: await jobs.providerIsBack(store.db, id) }, 'a provider is up; what waited for it goes on');
      } else log.warn({ provider: id, reason: why?.text }, 'a provider is down; what is to be done there waits');
    } catch (error) {
      log.warn({ provider: id, err: describeError(error) }, 'how a provider is could not be written down');
    }
  }
}

function heldIn({ heldMemoryMiB = 0, heldVcpus = 0 }: ProviderRoom): { memoryMiB: number; vcpus: number } {
  return { memoryMiB: heldMemoryMiB, vcpus: heldVcpus };
}

/** Whether anything is kept open for it. */
function isKept({ enabled, writtenOffAt }: Provider): boolean {
  return enabled || writtenOffAt !== null;
}

/** What a provider is reached with; another server may have changed it. */
function signOf({ connection, secret, writtenOffAt }: Provider): string {
  return JSON.stringify([connection, secret?.toString('base64'), writtenOffAt]);
}

function reasonOf(error: unknown): providers.StateReason {
  // Our own patience was over: who waits for what says nothing to a reader.
  if (isCode(error, 'deadline')) return { text: say('provider-silent', {}) };
  const hint = error instanceof CarrelError && error.hint !== undefined ? ` ${error.hint}` : '';
  return { text: `${describeError(error)}${hint === '' ? '' : `.${hint}`}`, code: errorCode(error) };
}
