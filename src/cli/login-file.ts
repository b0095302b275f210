/** What `carrel login` keeps: a token for each server, and which server is meant when none is named. Only its owner can read it. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CarrelError } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';

export interface Login {
  account: string;
  token: string;
  /** The token's, by which `carrel logout` makes it worthless. */
  tokenId: string;
}

interface LoginFile {
  /** Address of the server that is meant when none is named. */
  current?: string;
  servers: Record<string, Login>;
}

/** `$XDG_CONFIG_HOME/carrel`; undefined where there is no home. */
export function configFolder(env: NodeJS.ProcessEnv): string | undefined {
  const config = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, '.config') : undefined);
  return config === undefined ? undefined : join(config, 'carrel');
}

function loginFile(env: NodeJS.ProcessEnv): string | undefined {
  const folder = configFolder(env);
  return folder === undefined ? undefined : join(folder, 'login.json');
}

function read(file: string): LoginFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} };
    throw new CarrelError('no-permission', `${file} cannot be read`, { cause });
  }
  try {
    const { current, servers } = JSON.parse(text) as LoginFile;
    return { ...(current === undefined ? {} : { current }), servers: { ...servers } };
  } catch (cause) {
    throw new CarrelError('bad-request', `${file} is damaged`, { hint: 'remove it, and sign in again with `carrel login`', cause });
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
function write(file: string, content: LoginFile): void {
  makeFolder(dirname(file), 0o700);
  const part = `${file}.${process.pid}`;
  rmSync(part, { force: true });
  writeFileSync(part, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  renameSync(part, file);
}

/** The login at a server, or at the one that is meant when none is named. */
export function findLogin(env: NodeJS.ProcessEnv, url?: string): (Login & { url: string }) | undefined {
  const file = loginFile(env);
  if (file === undefined) return undefined;
  const { current, servers } = read(file);
  const at = url ?? current;
  const login = at === undefined || !Object.hasOwn(servers, at) ? undefined : servers[at];
  return login && { ...login, url: at as string };
}

/** Keeps a login; its server is the one that is meant from now on. Returns the one that it replaces. */
export function keepLogin(env: NodeJS.ProcessEnv, url: string, login: Login): Login | undefined {
  const file = loginFile(env);
  if (file === undefined)
    throw new CarrelError('bad-request', 'there is no place to keep the token', { hint: 'set HOME or XDG_CONFIG_HOME' });
  const { servers } = read(file);
  const before = Object.hasOwn(servers, url) ? servers[url] : undefined;
  write(file, { current: url, servers: { ...servers, [url]: login } });
  return before;
}

export function forgetLogin(env: NodeJS.ProcessEnv, url: string): void {
  const file = loginFile(env);
  if (file === undefined) return;
  const { current, servers } = read(file);
  const rest = Object.fromEntries(Object.entries(servers).filter(([at]) => at !== url));
  write(file, { ...(current === undefined || current === url ? {} : { current }), servers: rest });
}
