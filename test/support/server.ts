/** A real `carrel serve` in a process of its own, on a data directory of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, makeClient } from '../../src/client/client.ts';
import type { Reservation } from '../../src/contract/reservations.ts';
import { kill } from './kill.ts';
import { haveStore } from './made-store.ts';
import { starterImage } from './qemu-harness.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const LAUNCHER = join(ROOT, 'bin/carrel');

/**
 * Waits for `look` to give something; fails with what it waited for. The limit tells a hang from a slow machine, nothing else: no test
 * is about how fast this one is. Looks are requests as a rule, and take the processors from what is waited for: what costs nothing to look
 * at, or passes by, is looked at more often; the longer it lasts, the more seldom: at last four times as seldom.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  limitMs = 1_200_000,
  everyMs = 200,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (let pauseMs = everyMs; ; pauseMs = Math.min(4 * everyMs, pauseMs * 1.1)) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export class TestServer {
  readonly dataDir: string;
  #child: ChildProcess | undefined;
  #stderr = '';
  client!: Client;

  constructor(dataDir = mkdtempSync(join(tmpdir(), 'carrel-e2e-'))) {
    this.dataDir = dataDir;
  }

  get pid(): number | undefined {
    return this.#child?.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Starts and waits until it answers. `env.CARREL_FAULT_FILE` makes it kill itself at the point of a saga that is in that file; `args` are more of `serve`. */
  async start(env: NodeJS.ProcessEnv = {}, listen = '127.0.0.1:0', args: readonly string[] = []): Promise<void> {
    rmSync(join(this.dataDir, 'url'), { force: true });
    // That an image is built is for the tests of the first hour; the others take one that is.
    const { folder: built } = await starterImage();
    // So is a store, where it is to lie in the data directory.
    if (!('DATABASE_URL' in env) && !existsSync(join(this.dataDir, 'pg'))) await haveStore(this.dataDir);
    const child = spawn(
      LAUNCHER,
      ['serve', '--data', this.dataDir, '--listen', listen, '--log-level', 'info', '--max-vcpus', '200', ...args],
      {
        env: { ...process.env, CARREL_BUILT_STARTER: built, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    this.#child = child;
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      this.#stderr = said.slice(-200_000);
    });
    const answers = () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${said.slice(-3000)}`);
      return /serves at (\S+)/.exec(said)?.[1];
    };
    const url = await until('the server to answer', answers, undefined, 20);
    const { token } = JSON.parse(readFileSync(join(this.dataDir, 'client.json'), 'utf8')) as { token: string };
    this.client = makeClient({ baseUrl: url, token });
  }

  /** Ends with a signal and waits until the process is gone. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.pid === undefined) return;
    child.kill(signal);
    await this.gone();
  }

  /** Waits until the process has ended by itself. */
  async gone(limitMs = 300_000): Promise<void> {
    await until('the server to end', () => (this.pid === undefined ? true : undefined), limitMs, 20).catch((cause: unknown) => {
      throw new Error(`the server does not end; it said last:\n${this.#stderr.slice(-2000)}`, { cause });
    });
  }

  /** Stops the server, ends whatever it left (QEMU, PostgreSQL), and removes the folder. Fails if it did not stop by itself. */
  async dispose(): Promise<void> {
    const failure = await this.end('SIGTERM').catch(async (error: unknown) => {
      await this.end('SIGKILL');
      return error;
    });
    for (const pid of this.processes()) kill(pid);
    const postmaster = join(this.dataDir, 'pg/data/postmaster.pid');
    try {
      kill(Number(readFileSync(postmaster, 'utf8').split('\n')[0]), 'SIGQUIT');
    } catch {
      // There is none, or it is just being taken away.
    }
    await until('PostgreSQL to end', () => (existsSync(postmaster) ? undefined : true), 120_000, 20).catch(() => {});
    // Its contents, not itself: it may be a mount point.
    for (const name of existsSync(this.dataDir) ? readdirSync(this.dataDir) : []) {
      rmSync(join(this.dataDir, name), { recursive: true, force: true });
    }
    try {
      rmdirSync(this.dataDir);
    } catch {
      // A mount point, which whoever mounted it takes away; or it is gone.
    }
    if (failure !== undefined) throw failure;
  }

  /** QEMU processes that work below the data directory, by /proc alone. */
  processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          if (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z')) return false;
          const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
          return (words[0] ?? '').includes('qemu') && words.some((word) => word.includes(this.dataDir));
        } catch {
          return false;
        }
      });
  }

  /** What is left of machines and things being made: folders, files, processes. */
  traces(): string[] {
    const inside = (name: string) => {
      const dir = join(this.dataDir, name);
      return existsSync(dir) ? readdirSync(dir).map((file) => `${name}/${file}`) : [];
    };
    return [...inside('machines'), ...inside('staging'), ...inside('uploads'), ...this.processes().map((pid) => `process ${pid}`)];
  }

  async buildStarter(name = 'starter'): Promise<void> {
    const { revision } = await this.client.buildImage({ params: { name }, body: { recipe: 'starter' } });
    const end = await until('the starter image', async () => {
      const now = await this.client.showRevision({ params: { name, number: revision.number } });
      return now.state === 'preparing' ? undefined : now;
    });
    if (end.state !== 'published') throw new Error(`the starter image is ${end.state}: ${end.failure?.message}`);
  }

  /** Waits until a reservation has left the states in which work is under way. */
  settled(id: string): Promise<Reservation> {
    return until(
      `reservation ${id} to settle`,
      async () => {
        const now = await this.client.showReservation({ params: { id } });
        return now.state === 'preparing' || now.state === 'ending' ? undefined : now;
      },
      undefined,
      250,
    );
  }

  /** Many at one time, watched with one request: each person's requests per minute are limited. */
  async reserveMany(count: number, mode: 'linked' | 'full' | 'instant'): Promise<Reservation[]> {
    const ids = new Set<string>();
    for (let i = 0; i < count; i++) ids.add((await this.client.reserve({ body: { image: 'starter', mode, for: '1h' } })).id);
    return until(
      'all machines',
      async () => {
        const { items } = await this.client.listReservations({ query: { limit: 1000, past: true } });
        const mine = items.filter((r) => ids.has(r.id));
        return mine.every((r) => r.state !== 'preparing') ? mine : undefined;
      },
      undefined,
      500,
    );
  }

  async reserve(mode: 'linked' | 'full' | 'instant', image = 'starter'): Promise<Reservation> {
    const made = await this.client.reserve({ body: { image, mode, for: '1h' } });
    return this.settled(made.id);
  }

  async endAll(): Promise<void> {
    for (const { id } of (await this.client.listReservations()).items) {
      await this.client.endReservation({ params: { id } });
      await this.settled(id);
    }
  }
}
