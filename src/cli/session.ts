/** What every command works with: the options that all of them take, a client for the server, and where answers go. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Client, makeClient } from '../client/client.ts';
import { ApiError } from '../client/errors.ts';
import type { Reservation } from '../contract/reservations.ts';
import { CarrelError } from '../lib/errors.ts';

export interface GlobalOptions {
  data?: string;
  url?: string;
  tokenFile?: string;
  json?: boolean;
}

export interface Session {
  client: Client;
  json: boolean;
  /** The answer, as one JSON document or as text. */
  answer(value: unknown, text: string): void;
  /** What is said on the way; on standard error, and not with --json. */
  say(line: string): void;
}

export type OpenSession = (command: Command) => Session;

export function sessionOpener(defaultDataDir: (env?: NodeJS.ProcessEnv) => string): OpenSession {
  return (command) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const dataDir = options.data === undefined ? defaultDataDir() : defaultDataDir({ CARREL_DATA: options.data });
    const json = options.json ?? false;
    return {
      client: makeClient(whereTo(options, dataDir)),
      json,
      answer: (value, text) => void process.stdout.write(json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`),
      say: (line) => void (json || process.stderr.write(`${line}\n`)),
    };
  };
}

/** Flags first, then the environment, then what the server of this machine wrote down. */
function whereTo(options: GlobalOptions, dataDir: string): { baseUrl: string; token: string } {
  const written = readWritten(join(dataDir, 'client.json'));
  const baseUrl = options.url ?? process.env.CARREL_URL ?? written?.url;
  const token = options.tokenFile === undefined ? (process.env.CARREL_TOKEN ?? written?.token) : readToken(options.tokenFile);
  if (baseUrl === undefined || token === undefined) {
    throw new CarrelError('unreachable', `no server has run with the data directory ${dataDir} yet, as far as this account can see`, {
      hint: 'start one with `carrel serve`, or name another: --data DIR, or --url URL with --token-file FILE',
    });
  }
  return { baseUrl: baseUrl.replace(/\/+$/, ''), token };
}

function readWritten(file: string): { url?: string; token?: string } | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { url?: string; token?: string };
  } catch (cause) {
    throw new CarrelError('no-permission', `${file} cannot be read`, {
      hint: 'it belongs to whoever runs the server; ask for a token of your own',
      cause,
    });
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CarrelError('bad-request', `the token file ${file} cannot be read`, { cause });
  }
}

const FULL_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The reservation of an id or the beginning of one. `not-found`, `conflict` when more than one begins so. */
export async function findReservation(client: Client, id: string): Promise<Reservation> {
  if (FULL_ID.test(id)) return client.showReservation({ params: { id } });
  if (!/^[0-9a-f-]{1,36}$/.test(id))
    throw new CarrelError('not-found', `${JSON.stringify(id)} is no reservation's id`, { hint: 'see `carrel ls`' });
  for (const query of [{ limit: 1000 }, { limit: 1000, past: true }, { limit: 1000, past: true, all: true }]) {
    const items = await client.listReservations({ query }).then(
      (page) => page.items,
      (error: unknown) => {
        if (error instanceof ApiError && error.code === 'not-allowed') return [];
        throw error;
      },
    );
    const found = items.filter((r) => r.id.startsWith(id));
    if (found.length === 1) return found[0] as Reservation;
    if (found.length > 1)
      throw new CarrelError('conflict', `${found.length} reservations begin with ${id}`, {
        hint: `one of ${found.map((r) => r.id).join(', ')}`,
      });
  }
  throw new CarrelError('not-found', `no reservation begins with ${id}`, { hint: 'see `carrel ls --past`' });
}

/** `starter` or `starter@2`. */
export function imageAndRevision(text: string): { name: string; number?: number } {
  const [name = '', number, ...rest] = text.split('@');
  if (number === undefined) return { name };
  if (rest.length > 0 || !/^[1-9]\d{0,8}$/.test(number))
    throw new CarrelError('bad-request', `${JSON.stringify(text)} names no revision`, { hint: 'such as starter@2' });
  return { name, number: Number(number) };
}
