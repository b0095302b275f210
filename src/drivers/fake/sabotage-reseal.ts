import { digestOf, type FakeDisk, type FakeMaster } from './state.ts';
import type { SabotageEntry, Victim } from './sabotage-tools.ts';

function verbOf({ inner }: Victim) {
  const verb = inner.resealMaster?.bind(inner);
  if (verb === undefined) throw new Error('the driver below has no such verb');
  return verb;
}

export const RESEAL_SABOTAGES = {
  'reseal-believes': {
    means: 'whatever the golden disks are now is sealed',
    apply: (v) => ({
      resealMaster: (ctx, revisionId, recorded) => {
        v.world.change((state) => {
          const master = state.masters[revisionId];
          if (master !== undefined) master.sha256 = master.disks.map((path) => digestOf(state.disks[path] as FakeDisk));
        });
        return verbOf(v)(ctx, revisionId, recorded);
      },
    }),
  },
  'reseal-asks-nobody': {
    means: 'what was recorded is not compared',
    apply: (v) => ({ resealMaster: (ctx, revisionId) => verbOf(v)(ctx, revisionId, []) }),
  },
  'reseal-unseals-when-broken-off': {
    means: 'a new seal that is broken off leaves the master without one',
    apply: (v) => ({
      resealMaster: (ctx, revisionId, recorded) =>
        verbOf(v)(ctx, revisionId, recorded).catch((error: unknown) => {
          v.world.change((state) => {
            const master: FakeMaster | undefined = state.masters[revisionId];
            if (master !== undefined) master.half = true;
          });
          throw error;
        }),
    }),
  },
} as const satisfies Record<string, SabotageEntry>;
