import { statfs } from 'node:fs/promises';
import { makeCtx } from '../../lib/context.ts';
import { describeError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { Runtime } from './runtime.ts';

/** Free bytes with which it is worth letting a machine go on. */
const ENOUGH_BYTES = 16 * 1024 ** 2;
/** Between two looks while a machine waits, in milliseconds. The kernel tells nobody when space comes free; a look is one system call. */
const LOOK_MS = 1_000;
/** A machine that stands still again so soon was let go on too early, by a quota for example: the next time it waits longer. Milliseconds. */
const TOO_SOON_MS = 30_000;
const LONGEST_MS = 60_000;

interface Waiting {
  /** Milliseconds before it is tried again, and when that is. */
  pauseMs: number;
  notBefore: number;
  wokenAt: number;
}

/** Lets machines go on that QEMU paused because the storage was full, as soon as there is space. Nothing runs while none waits. */
export class SpaceWatch {
  private readonly root: string;
  private readonly log: Logger;
  private readonly waiting = new Map<Runtime, Waiting>();
  private readonly known = new WeakMap<Runtime, Waiting>();
  private timer: NodeJS.Timeout | undefined;

  constructor(root: string, log: Logger) {
    this.root = root;
    this.log = log;
  }

  /** A machine stands still for lack of space. Saying it again does no harm. */
  wait(runtime: Runtime): void {
    if (this.waiting.has(runtime)) return;
    const before = this.known.get(runtime);
    const now = performance.now();
    const soon = before !== undefined && now - before.wokenAt < TOO_SOON_MS;
    const pauseMs = soon ? Math.min(before.pauseMs * 2, LONGEST_MS) : LOOK_MS;
    const entry = { pauseMs, notBefore: now + pauseMs, wokenAt: 0 };
    this.waiting.set(runtime, entry);
    this.known.set(runtime, entry);
    this.timer ??= setTimeout(() => void this.look(), LOOK_MS).unref();
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting.clear();
  }

  private async look(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.root);
      if (bavail * bsize >= ENOUGH_BYTES) await this.wake();
    } catch (error) {
      this.log.warn({ err: describeError(error) }, 'machines that wait for space could not be looked after');
    } finally {
      this.timer = this.waiting.size === 0 ? undefined : setTimeout(() => void this.look(), LOOK_MS).unref();
    }
  }

  private async wake(): Promise<void> {
    for (const [runtime, entry] of this.waiting) {
      const now = performance.now();
      if (entry.notBefore > now) continue;
      this.waiting.delete(runtime);
      entry.wokenAt = now;
      const ctx = makeCtx({ timeoutMs: 10_000 });
      // Somebody may have suspended, reset or ended it meanwhile; and one that does not answer is looked at again with the inventory.
      const state = await runtime.qmp.runState(ctx).catch(() => undefined);
      if (state !== 'io-error') continue;
      await runtime.qmp.execute(ctx, 'cont').catch(() => {});
      this.log.info({ machineId: runtime.id }, 'there is space again: a machine goes on');
    }
  }
}
