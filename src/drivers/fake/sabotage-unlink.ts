import type { CloneResult } from '../../driver/driver.ts';
import type { Ctx } from '../../lib/context.ts';
import { FakeDriver } from './fake-driver.ts';
import { plantStray } from './interference.ts';
import type { SabotageEntry, Victim } from './sabotage-tools.ts';

type Unlink = (ctx: Ctx, machineId: string) => Promise<CloneResult>;

const below = ({ inner }: Victim): Unlink => {
  const verb = inner.unlink?.bind(inner);
  if (verb === undefined) throw new Error('the driver below has no such verb');
  return verb;
};

export const UNLINK_SABOTAGES = {
  'unlink-does-nothing': {
    means: 'a machine is said to stand on nothing, and stands on its master',
    apply: ({ inner }) => ({ unlink: async (ctx, machineId) => ({ ...(await inner.readBack(ctx, machineId)), mode: 'full' }) }),
  },
  'unlink-loses-content': {
    means: 'a machine that is taken off its master has the content of that',
    apply: (v) => ({
      unlink: async (ctx, machineId) => {
        const result = await below(v)(ctx, machineId);
        v.world.change((state) => {
          for (const path of state.machines[machineId]?.disks ?? []) Object.assign(state.disks[path] ?? {}, { files: {} });
        });
        return result;
      },
    }),
  },
  'unlink-stops-machine': {
    means: 'a machine that runs is switched off to be taken off its master',
    apply: (v) => ({
      unlink: async (ctx, machineId) => {
        await v.inner.power(ctx, machineId, 'off');
        return await below(v)(ctx, machineId);
      },
    }),
  },
  'unlink-leaks-when-broken-off': {
    means: 'taking a machine off its master leaves a disk when it is broken off',
    apply: (v) => ({
      unlink: (ctx, machineId) =>
        below(v)(ctx, machineId).catch((error: unknown) => {
          plantStray(v.world, v.tag);
          throw error;
        }),
    }),
  },
  'unlink-unlisted-works': {
    means: 'machines are taken off their masters although that is not listed',
    apply: ({ world, tag }) => {
      const able = new FakeDriver({ world, tag });
      return { unlink: (ctx, machineId) => able.unlink(ctx, machineId) };
    },
  },
} as const satisfies Record<string, SabotageEntry>;
