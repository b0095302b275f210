/** Events of the past: what happened to a machine, who did it. */
import type { Ctx } from '../../lib/context.ts';
import { makeCtx } from '../../lib/context.ts';
import type { VSphereClient } from '../client.ts';
import type { AnyEvent, EventFilterSpec } from '../types/vim.gen.ts';

export interface EventQuery {
  filter: EventFilterSpec;
  /** At most so many; 1,000 unless given. */
  max?: number;
}

const PAGE = 200;

/** Events that match, oldest first. An event that the tables lack has `_base: 'Event'` and its own fields in `_rest`. */
export async function readEvents(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, query: EventQuery): Promise<AnyEvent[]> {
  const max = query.max ?? 1_000;
  const manager = await client.manager(ctx, 'eventManager');
  const collector = await client.call(ctx, 'CreateCollectorForEvents', manager, { filter: query.filter });
  try {
    await client.call(ctx, 'RewindCollector', collector, {});
    const out: AnyEvent[] = [];
    while (out.length < max) {
      const page = (await client.call(ctx, 'ReadNextEvents', collector, { maxCount: Math.min(PAGE, max - out.length) })) ?? [];
      if (page.length === 0) break;
      out.push(...page);
    }
    return out;
  } finally {
    // the caller's context may be over; the server allows only so many collectors
    await client.call(makeCtx({ timeoutMs: 10_000 }), 'DestroyCollector', collector, {}).catch(() => {});
  }
}
