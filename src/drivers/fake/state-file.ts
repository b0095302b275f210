import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '../../lib/errors.ts';

/** A lock older than this is left over from a killed process: a transaction takes milliseconds. */
const STALE_LOCK_MS = 5_000;
const LOCK_PAUSE_MS = 1;

/**
 * One JSON document that several processes change in turn, each change whole or not at all. Everything here is
 * synchronous: a change is one step of the event loop, so that in one process too nothing comes in between.
 */
export class StateFile<T> {
  readonly path: string;
  #cached: { stamp: string; value: T } | undefined;

  /** `path` names the file, or a folder in which it is `world.json`. */
  constructor(path: string) {
    this.path = existsSync(path) && statSync(path).isDirectory() ? join(path, 'world.json') : path;
    mkdirSync(dirname(this.path), { recursive: true });
  }

  /** The document as it is now, or undefined if there is none yet. Not to be changed by the caller. */
  read(): T | undefined {
    const stamp = this.#stamp();
    if (stamp === undefined) return undefined;
    if (this.#cached?.stamp !== stamp) this.#cached = { stamp, value: JSON.parse(readFileSync(this.path, 'utf8')) as T };
    return this.#cached.value;
  }

  /** Reads, lets `change` make the new document, writes it; if `change` throws nothing is written. */
  update<R>(change: (current: T | undefined) => { next: T; result: R }): R {
    const lock = `${this.path}.lock`;
    takeLock(lock);
    try {
      // What throws may have changed the cached object half-way: read it anew next time.
      const current = this.read();
      this.#cached = undefined;
      const { next, result } = change(current);
      const draft = `${this.path}.${process.pid}.tmp`;
      writeFileSync(draft, JSON.stringify(next));
      renameSync(draft, this.path);
      const stamp = this.#stamp();
      if (stamp !== undefined) this.#cached = { stamp, value: next };
      return result;
    } finally {
      unlinkSync(lock);
    }
  }

  #stamp(): string | undefined {
    const stat = statSync(this.path, { throwIfNoEntry: false, bigint: true });
    return stat && `${stat.ino}:${stat.mtimeNs}:${stat.size}`;
  }
}

function takeLock(path: string): void {
  for (;;) {
    try {
      const fd = openSync(path, 'wx');
      writeFileSync(fd, String(process.pid));
      closeSync(fd);
      return;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    if (isStale(path)) breakLock(path);
    else pause();
  }
}

function isStale(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (Date.now() - stat.mtimeMs > STALE_LOCK_MS) return true;
  const pid = Number(readIfThere(path));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

/** Two may find the lock stale; the second lock lets only one of them remove it, and that one looks again first. */
function breakLock(path: string): void {
  const breaker = `${path}.break`;
  try {
    closeSync(openSync(breaker, 'wx'));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    const stat = statSync(breaker, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > STALE_LOCK_MS) unlinkSync(breaker);
    else pause();
    return;
  }
  try {
    if (isStale(path)) unlinkSync(path);
  } finally {
    unlinkSync(breaker);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
function pause(): void {
  Atomics.wait(PAUSE, 0, 0, LOCK_PAUSE_MS);
}
