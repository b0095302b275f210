/** What every command works with: the options that all of them take, a client for the server, and where answers go. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Client, makeClient } from '../client/client.ts';
import type { Fetch } from '../client/request.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Io } from './io.ts';
import { findLogin } from './login-file.ts';
import { formOf, type FormOptions, namesOf } from './output.ts';
import { plain } from './text.ts';

export interface GlobalOptions extends FormOptions {
  data?: string;
  url?: string;
  tokenFile?: string;
}

export type DefaultDataDir = (env?: NodeJS.ProcessEnv) => string;

export interface Session {
  client: Client;
  io: Io;
  json: boolean;
  /** A list is asked for with all its columns. */
  wide: boolean;
  /** Of the certificate that this machine's own server shows, which no authority need vouch for; undefined for any other server. */
  fingerprint256: string | undefined;
  /** Options with which another `carrel`, in the same environment, speaks to the same server. Without secrets. */
  again: readonly string[];
  /** The answer, as one JSON document or as text; a list also as names, or as ids where names are not `by` what its things are asked for. */
  answer(value: unknown, text: string, by?: 'id'): void;
  /** What is said on the way; on standard error, and not with --json. */
  say(line: string): void;
}

/** What a command's file gets: its way to the server, and to the terminal. */
export interface Cli {
  io: Io;
  open(command: Command): Session;
}

export function makeCli(io: Io, defaultDataDir: DefaultDataDir): Cli {
  return {
    io,
    open(command) {
      const options = command.optsWithGlobals<GlobalOptions>();
      const dataDir = defaultDataDir(options.data === undefined ? io.env : { ...io.env, CARREL_DATA: options.data });
      const form = formOf(options);
      const json = form === 'json';
      const where = whereTo(options, io.env, dataDir);
      return {
        client: makeClient(where),
        fingerprint256: where.fingerprint256,
        again: where.again,
        io,
        json,
        wide: form === 'wide',
        answer(value, text, by) {
          const said = form === 'name' && Array.isArray(value) ? namesOf(value as object[], by) : text;
          io.out(json ? `${JSON.stringify(value)}\n` : said === '' ? '' : `${said}\n`);
        },
        say: (line) => (json ? undefined : io.err(`${plain(line)}\n`)),
      };
    },
  };
}

interface Where {
  baseUrl: string;
  token: string;
  fingerprint256: string | undefined;
  fetch: Fetch | undefined;
  again: readonly string[];
}

/** Flags first, then the environment, then `carrel login`, then what the server of this machine wrote down. */
function whereTo(options: GlobalOptions, env: NodeJS.ProcessEnv, dataDir: string): Where {
  const url = options.url ?? env.CARREL_URL;
  const token = options.tokenFile === undefined ? env.CARREL_TOKEN : readToken(options.tokenFile);
  // `carrel login` was said by this person, so it goes before what the server of this machine wrote; a data directory that is named
  // goes before it. A token is sent to the server that it is for, and to no other.
  const dataNamed = options.data !== undefined || Boolean(env.CARREL_DATA);
  const login = url === undefined && dataNamed ? undefined : findLogin(env, url === undefined ? undefined : checkedUrl(url));
  const own = login === undefined && url === undefined ? readWritten(join(dataDir, 'client.json')) : undefined;
  const written = login ?? own;
  const baseUrl = url ?? written?.url;
  if (baseUrl === undefined) {
    throw new CarrelError('unreachable', `no server has run with the data directory ${dataDir} yet, as far as this account can see`, {
      hint: 'start one with `carrel serve`, sign in to one with `carrel login URL`, or name another: --data DIR, or --url URL with --token-file FILE',
    });
  }
  const found = token ?? written?.token;
  if (found === undefined) {
    throw new CarrelError('unauthorized', `there is no token for ${baseUrl}`, {
      hint: `sign in with \`carrel login ${baseUrl}\`, or give a token with --token-file FILE or CARREL_TOKEN`,
    });
  }
  const fingerprint256 = own?.fingerprint256;
  const fetch = fingerprint256 === undefined ? undefined : pinned(fingerprint256);
  const tokenFile = options.tokenFile === undefined ? [] : ['--token-file', resolve(options.tokenFile)];
  const again = own === undefined ? ['--url', baseUrl, ...tokenFile] : ['--data', resolve(dataDir), ...tokenFile];
  return { baseUrl: checkedUrl(baseUrl), token: checkedToken(found), fingerprint256, fetch, again };
}

/** Its package is loaded with the first request, and only by who needs it. */
function pinned(fingerprint256: string): Fetch {
  let made: Promise<Fetch> | undefined;
  return async (url, init) => {
    made ??= import('./pinned.ts').then(({ pinnedFetch }) => pinnedFetch(fingerprint256));
    return (await made)(url, init);
  };
}

export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new CarrelError('bad-request', `${JSON.stringify(text)} is not the address of a server`, {
      hint: 'such as http://127.0.0.1:7077',
    });
  }
  return text.replace(/\/+$/, '');
}

/** What cannot stand in a header would fail later with a message about headers. */
function checkedToken(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new CarrelError('bad-request', 'the token is not one line of letters, digits and signs');
}

interface Written {
  url?: string;
  token?: string;
  fingerprint256?: string;
}

function readWritten(file: string): Written | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CarrelError('no-permission', `${file} cannot be read`, {
      hint: 'it belongs to whoever runs the server; ask for a token of your own, and use --url with --token-file',
      cause,
    });
  }
  try {
    return JSON.parse(text) as Written;
  } catch (cause) {
    throw new CarrelError('bad-request', `${file} is damaged`, { hint: 'restart the server: it writes it anew', cause });
  }
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new CarrelError('bad-request', `the token file ${file} cannot be read`, { cause });
  }
}
