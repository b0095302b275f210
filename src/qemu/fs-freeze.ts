import { type Ctx, makeCtx, sleep } from '../lib/context.ts';
import { isCode } from '../lib/errors.ts';
import type { GuestAgent } from './guest-agent.ts';

/** Time for the guest to hold still, with whatever its hooks do before, in milliseconds. */
const FREEZE_MS = 10_000;
/** Time for one answer while it is thawed, in milliseconds. An agent that is busy with a hook answers when that is over. */
const ROUND_MS = 20_000;
/** A guest that has not come free so long after is said to be stuck, in milliseconds. It is still asked. */
const STUCK_MS = 60_000;

export interface FreezeOptions {
  /** Called with true when the guest is taken to be stuck, and with false when it came free after that. */
  onStuck: (stuck: boolean) => void;
  /** Milliseconds; other than the usual in tests. */
  freezeMs?: number | undefined;
  roundMs?: number | undefined;
  stuckMs?: number | undefined;
}

/**
 * Runs `work` while the guest holds its file systems still; `held` tells whether it does. It is told to let go whatever happens: a guest that
 * did not answer in time may freeze later, when a hook of its own is through, and is asked in the background until it says that it is thawed.
 */
export async function whileStill<T>(
  ctx: Ctx,
  agent: GuestAgent,
  options: FreezeOptions,
  work: (held: boolean) => Promise<T>,
): Promise<{ result: T; held: boolean }> {
  const quiet = makeCtx({ timeoutMs: options.freezeMs ?? FREEZE_MS, signal: ctx.signal });
  let held = false;
  try {
    held = (await agent.freezeFilesystems(quiet)) > 0;
  } catch (error) {
    // Refused means not frozen; anything else means that nobody knows, and perhaps not yet.
    if (!isCode(error, 'guest-failed')) {
      void thaw(agent, options);
      return { result: await work(false), held: false };
    }
  }
  try {
    return { result: await work(held), held };
  } finally {
    if (held) await Promise.race([thaw(agent, options), sleep(makeCtx(), ROUND_MS)]);
  }
}

/** Lets a guest go that an earlier process of ours left frozen, when it was ended in the middle of a capture. */
export async function thawIfFrozen(agent: GuestAgent, options: FreezeOptions): Promise<void> {
  const frozen = await agent.isFrozen(makeCtx({ timeoutMs: ROUND_MS })).catch(() => false);
  if (frozen) await thaw(agent, options);
}

/** Asks until the guest is thawed, or its port is closed: then it ended, or is somebody else's. */
async function thaw(agent: GuestAgent, { onStuck, stuckMs, roundMs }: FreezeOptions): Promise<void> {
  let told = false;
  const timer = setTimeout(() => {
    told = true;
    onStuck(true);
  }, stuckMs ?? STUCK_MS).unref();
  try {
    while (!(await thawOnce(agent, roundMs ?? ROUND_MS))) await sleep(makeCtx(), 200);
  } finally {
    clearTimeout(timer);
    if (told) onStuck(false);
  }
}

/** True when there is nothing more to do. */
async function thawOnce(agent: GuestAgent, roundMs: number): Promise<boolean> {
  const ctx = makeCtx({ timeoutMs: roundMs });
  try {
    await agent.thawFilesystems(ctx);
    return !(await agent.isFrozen(ctx));
  } catch (error) {
    // An agent that does not know the command has frozen nothing. A thaw that failed is tried again.
    if (isCode(error, 'guest-failed'))
      return !(await agent.isFrozen(ctx).catch((why: unknown) => !isCode(why, 'guest-failed', 'unavailable')));
    return isCode(error, 'unavailable');
  }
}
