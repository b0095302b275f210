/** The data directory: one installation's identity, key and files. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { CarrelError } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';
import { checkFileSystem, checkPath } from './data-dir.ts';

/** Version of the layout below the data directory. */
export const DATA_FORMAT = 1;

// A UNIX socket's path has 107 usable bytes (unix(7)); the longest below the data directory is
// `/machines/<36>/identity.sock` with 60.
const MAX_PATH_BYTES = 107 - 60;

export interface Installation {
  dir: string;
  id: string;
  /** This data directory's server among those of the installation. */
  serverId: string;
  /**
   * What marks this host's machines and processes as this server's. The installation's id where it was made, and the server's where it
   * joined: on one host two servers must not take each other's machines for strays of their own.
   */
  hostTag: string;
  /** 32 bytes that seal credentials at rest. */
  key: Buffer;
}

/** Where the data lies unless told otherwise: /var/lib/carrel for root, else XDG's data folder. */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CARREL_DATA) return resolve(env.CARREL_DATA);
  if (process.getuid?.() === 0) return '/var/lib/carrel';
  return join(env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME) ? env.XDG_DATA_HOME : join(homedir(), '.local', 'share'), 'carrel');
}

/**
 * Opens the data directory, making it at first. `ownDatabase`: its PostgreSQL will be Carrel's own.
 * Errors: `bad-request` (path too long or no folder), `no-permission`, `no-space`, `store-newer`, `store-corrupt`.
 */
export function openInstallation(dir: string, ownDatabase = true): Installation {
  checkPath(dir);
  if (Buffer.byteLength(dir) > MAX_PATH_BYTES) {
    throw new CarrelError('bad-request', `the data directory's path ${dir} is longer than ${MAX_PATH_BYTES} bytes`, {
      hint: 'sockets below it would exceed what the system allows; choose a shorter path with --data or CARREL_DATA',
    });
  }
  try {
    if (existsSync(dir) && !statSync(dir).isDirectory()) {
      throw new CarrelError('bad-request', `${dir} is not a folder`, { hint: 'choose another with --data or CARREL_DATA' });
    }
    // Others may pass through (QEMU's own account must reach its folder) but not list.
    makeFolder(dir, 0o711);
    if (process.getuid?.() === 0) chmodSync(dir, 0o711);
    checkFileSystem(dir, ownDatabase);
    const identity = readIdentity(join(dir, 'carrel.json'));
    return { dir, ...identity, key: secretKey(join(dir, 'secrets.key')) };
  } catch (error) {
    throw explain(error, dir);
  }
}

type Identity = Pick<Installation, 'id' | 'serverId' | 'hostTag'>;

function readIdentity(file: string): Identity {
  if (!existsSync(file)) {
    const id = randomUUID();
    const made = { id, serverId: randomUUID(), hostTag: id };
    writeIdentity(file, made);
    return made;
  }
  let read: { format?: unknown; installationId?: unknown; serverId?: unknown; hostTag?: unknown };
  try {
    read = JSON.parse(readFileSync(file, 'utf8')) as typeof read;
  } catch (cause) {
    throw new CarrelError('store-corrupt', `${file} cannot be read as JSON`, {
      hint: 'restore it from the backup of this data directory',
      cause,
    });
  }
  if (typeof read.format === 'number' && read.format > DATA_FORMAT) {
    throw new CarrelError('store-newer', `the data directory has format ${read.format}, this Carrel knows ${DATA_FORMAT}`, {
      hint: 'start the newer Carrel that wrote it, or use another data directory',
    });
  }
  if (typeof read.installationId !== 'string' || !/^[0-9a-f-]{36}$/.test(read.installationId)) {
    throw new CarrelError('store-corrupt', `${file} holds no installation id`, {
      hint: 'restore it from the backup of this data directory',
    });
  }
  const id = read.installationId;
  const hostTag = typeof read.hostTag === 'string' ? read.hostTag : id;
  if (typeof read.serverId === 'string') return { id, serverId: read.serverId, hostTag };
  // Made before servers were told apart.
  const whole = { id, serverId: randomUUID(), hostTag };
  writeIdentity(file, whole, read);
  return whole;
}

/** A data directory's identity, whole or not at all; `old`: what else the file keeps. */
export function writeIdentity(file: string, { id, serverId, hostTag }: Identity, old: object = {}): void {
  const whole = { format: DATA_FORMAT, createdAt: new Date().toISOString(), ...old, installationId: id, serverId, hostTag };
  writeWhole(file, `${JSON.stringify(whole, null, 2)}\n`, 0o644);
}

function secretKey(file: string): Buffer {
  if (!existsSync(file)) writeWhole(file, randomBytes(32).toString('base64'), 0o600);
  return readKey(file);
}

/** A sealing key as a file keeps it. Errors: `no-permission` (others may read it), `store-corrupt`, those of the file system. */
export function readKey(file: string): Buffer {
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new CarrelError(
      'no-permission',
      `${file} is open to other accounts (mode ${mode.toString(8).padStart(4, '0')}): it seals every credential`,
      {
        hint: `close it: chmod 600 '${file}'; if others may have read it, end all reservations so that new credentials are made`,
      },
    );
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
  if (key.length === 32) return key;
  throw new CarrelError('store-corrupt', `${file} does not hold a key of 32 bytes`, {
    hint: 'restore it from the backup of this data directory',
  });
}

/** What tells one key from another and gives nothing of it away: 16 bytes of a SHA-256, hex. */
export function fingerprint(key: Buffer): string {
  return createHash('sha256').update('carrel sealing key\n').update(key).digest('hex').slice(0, 32);
}

/** Whole or not at all, also when the process ends in between. */
export function writeWhole(file: string, text: string, mode: number): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode, flush: true });
  renameSync(temporary, file);
}

/** What the system refused of a data directory, in words that say what to do. */
export function explain(error: unknown, dir: string): unknown {
  if (error instanceof CarrelError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const why = code === 'EROFS' ? 'is on a file system that is mounted read-only' : 'cannot be written';
    return new CarrelError('no-permission', `the data directory ${dir} ${why}`, {
      hint: 'choose a folder of your own with --data or CARREL_DATA',
      cause: error,
    });
  }
  if (code === 'ENOENT')
    return new CarrelError('bad-request', `${dir} cannot be made: the file system there takes no folders`, {
      hint: 'choose another with --data or CARREL_DATA',
      cause: error,
    });
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return new CarrelError('bad-request', `${dir} cannot be a folder: a part of that path is a file`, {
      hint: 'choose another with --data or CARREL_DATA',
      cause: error,
    });
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new CarrelError('no-space', `no space is left for ${dir}`, { hint: 'free some and start again', cause: error });
  return error;
}
