import { plantStray } from './interference.ts';
import type { SabotageEntry } from './sabotage-tools.ts';

export const RELOCATE_SABOTAGES = {
  'relocate-does-nothing': {
    means: 'a machine is said to lie elsewhere with disks of its own, and stands on its master',
    apply: ({ inner }) => ({ relocate: async (ctx, machineId) => ({ ...(await inner.readBack(ctx, machineId)), mode: 'full' }) }),
  },
  'relocate-leaks-when-broken-off': {
    means: 'moving a machine leaves a disk when it is broken off',
    apply: ({ inner, world, tag }) => {
      const verb = inner.relocate?.bind(inner);
      if (verb === undefined) throw new Error('the driver below has no such verb');
      return {
        relocate: (ctx, machineId, to) =>
          verb(ctx, machineId, to).catch((error: unknown) => {
            plantStray(world, tag);
            throw error;
          }),
      };
    },
  },
} as const satisfies Record<string, SabotageEntry>;
