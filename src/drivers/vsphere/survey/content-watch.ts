import { checkCtx, type Ctx, makeCtx } from '../../../lib/context.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Masters } from '../masters/masters.ts';
import type { View } from '../inventory/view.ts';

/** How long samples of a master are not read again, and how long reading them may take, in milliseconds. */
const WATCH_MS = 6 * 3_600_000;
const LOOK_MS = 120_000;

/**
 * Reads samples of sealed masters again, one master with each look at the inventory and each at most once in a while, so that neither depends on
 * how many there are. What it knows is only when it looked last and what it found: after a restart it begins anew.
 */
export class ContentWatch {
  readonly #end: Endpoint;
  readonly #masters: Masters;
  readonly #looks = new Map<string, { at: number; problem: string | undefined }>();

  constructor(parts: { end: Endpoint; masters: Masters }) {
    this.#end = parts.end;
    this.#masters = parts.masters;
  }

  /** What was found of that master when its bytes were read last; undefined for nothing, or if they were not read yet. */
  problem(view: View): string | undefined {
    return this.#looks.get(keyOf(view))?.problem;
  }

  /** Reads the one that waits longest, if one is due. What cannot be read is told in the log, and found again later: it is not called changed. */
  async look(ctx: Ctx): Promise<void> {
    const sealed = this.#masters.all().filter((view) => view.tags.seal?.disks.some(({ content }) => content !== undefined));
    const keys = new Set(sealed.map(keyOf));
    for (const key of this.#looks.keys()) if (!keys.has(key)) this.#looks.delete(key);
    const [next] = sealed.toSorted((a, b) => this.#at(a) - this.#at(b));
    const now = Date.now();
    if (next === undefined || this.#at(next) + (this.#end.options.contentWatchMs ?? WATCH_MS) > now) return;
    const known = this.problem(next);
    // at once, so that a second look meanwhile takes another
    this.#looks.set(keyOf(next), { at: now, problem: known });
    try {
      this.#looks.set(keyOf(next), { at: now, problem: await this.#read(ctx, next) });
    } catch (error) {
      checkCtx(ctx);
      this.#end.log.warn({ err: error, master: next.name }, 'the bytes of a master cannot be read, so nobody knows whether it was changed');
    }
  }

  async #read(ctx: Ctx, view: View): Promise<string | undefined> {
    const inner = makeCtx({ signal: ctx.signal, timeoutMs: LOOK_MS });
    for (const disk of view.tags.seal?.disks ?? []) {
      // one that was moved or is away is another matter, and found where it is used
      const { sha256, problem } = await this.#masters.compare(inner, view, disk, false);
      if (sha256 !== undefined && problem !== undefined) return problem;
    }
    return undefined;
  }

  #at(view: View): number {
    return this.#looks.get(keyOf(view))?.at ?? (Date.parse(view.tags.seal?.sealedAt ?? '') || 0);
  }
}

const keyOf = (view: View): string => `${view.ref.value} ${view.tags.seal?.sealedAt ?? ''}`;
