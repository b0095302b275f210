/** Notices when the cluster goes away under a running server, and brings it back. */
import type { Client } from 'pg';
import { type Ctx, makeCtx, sleep } from '../lib/context.ts';
import { describeError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { backoffMs } from '../lib/retry.ts';
import { connect, keepAlive, type StoreConn } from './conn.ts';

export type KeeperStatus = { state: 'up' } | { state: 'down'; since: Date; error: string | undefined };

export interface KeeperOptions {
  conn: StoreConn;
  log: Logger;
  /** Brings the cluster up; must do nothing when it is. */
  revive: (ctx: Ctx) => Promise<unknown>;
}

/**
 * Holds one idle connection. It shows other processes that the cluster is in use, and its loss is how we learn that the cluster
 * went away, without polling.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #abort = new AbortController();
  #client: Client | undefined;
  #status: KeeperStatus = { state: 'up' };
  #reviving: Promise<void> | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  status(): KeeperStatus {
    return this.#status;
  }

  async open(): Promise<void> {
    const client = await connect(this.#options.conn, `carrel keep pid=${process.pid}`);
    if (this.#abort.signal.aborted) return client.end().catch(() => {});
    this.#client = client;
    // Watching keeps no process alive.
    keepAlive(client, false);
    client.once('end', () => {
      if (this.#abort.signal.aborted || this.#client !== client) return;
      this.#client = undefined;
      this.#reviving = this.#revive().catch(() => {});
    });
  }

  async #revive(): Promise<void> {
    const { log, revive } = this.#options;
    const ctx = makeCtx({ signal: this.#abort.signal, log });
    this.#status = { state: 'down', since: new Date(), error: undefined };
    log.warn('PostgreSQL went away; starting it again');
    for (let attempt = 1; ; attempt++) {
      try {
        await revive(ctx);
        await this.open();
        this.#status = { state: 'up' };
        log.warn('PostgreSQL is back');
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#status = { ...this.#status, error: describeError(error) } as KeeperStatus;
        log.error({ err: describeError(error) }, 'PostgreSQL could not be started again; trying on');
        await sleep(ctx, backoffMs(attempt, 200, 10_000));
      }
    }
  }

  /** Stops watching. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#reviving;
    if (this.#client === undefined) return;
    keepAlive(this.#client, true);
    await this.#client.end().catch(() => {});
  }
}
