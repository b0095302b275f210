/** How connections to PostgreSQL are made: one place for parsers, time-outs and the application name. */
import { Client, type ClientConfig, type CustomTypesConfig, types } from 'pg';
import { parseRange } from './sql.ts';

/** A server reached by Unix socket; `host` is the directory of the socket. */
export interface StoreConn {
  host: string;
  user: string;
  database: string;
}

/** Either the private cluster's socket or a `DATABASE_URL`. */
export type StoreTarget = StoreConn | string;

const INT8 = 20;
const TSTZRANGE = 3910;
const TIMESTAMPTZ = 1184;
const parseTimestamp = types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

function parseInt8(text: string): number {
  const n = Number(text);
  if (!Number.isSafeInteger(n)) throw new RangeError(`a number beyond 2^53 from the store: ${text}`);
  return n;
}

/** int8 as a number, tstzrange as {@link TimeRange}; the rest as pg does. */
const storeTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format !== 'binary' && oid === INT8) return parseInt8;
    if (format !== 'binary' && oid === TSTZRANGE) return (text: string) => parseRange(text, parseTimestamp);
    return types.getTypeParser(oid, format as 'text');
  },
} as CustomTypesConfig;

/** pg's settings for a target. Time-outs in milliseconds. */
export function clientConfig(target: StoreTarget, applicationName: string): ClientConfig {
  return {
    ...(typeof target === 'string' ? { connectionString: target } : { ...target, port: 5432, ssl: false }),
    application_name: applicationName,
    types: storeTypes,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
}

/** A connection of its own, for session locks and LISTEN. The caller handles its `error` event. */
export async function connect(target: StoreTarget, applicationName: string): Promise<Client> {
  const client = new Client(clientConfig(target, applicationName));
  // Without a listener a lost connection would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    void client.end().catch(() => {});
    throw error;
  }
}

/** Gives a connection up without a word to a server that may never hear it: `end` follows at once. pg has the stream, its types do not. */
export function drop(client: Client): void {
  (client as Client & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** Whether an idle connection keeps the process alive. pg has the methods, its types do not. */
export function keepAlive(client: Client, yes: boolean): void {
  const it = client as Client & { ref(): void; unref(): void };
  if (yes) it.ref();
  else it.unref();
}
