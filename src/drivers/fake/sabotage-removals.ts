import type { DeletionProof } from '../../core/lineage.ts';
import { driverError } from '../../driver/errors.ts';
import { dropFolder } from './masters.ts';
import { machineFolder } from './machines.ts';
import { alter, type SabotageEntry, type Victim } from './sabotage-tools.ts';
import type { FakeDisk } from './state.ts';

/** Takes the golden disks of a machine's revision away after it was destroyed. */
function destroyAndTakeParent({ inner, world }: Victim, hide: boolean) {
  return {
    destroy: async (...[ctx, machineId]: Parameters<typeof inner.destroy>): Promise<DeletionProof> => {
      const golden = world.state.masters[world.state.machines[machineId]?.revisionId ?? '']?.disks ?? [];
      const proof = await inner.destroy(ctx, machineId);
      world.change((state) => {
        for (const path of golden) delete state.disks[path];
      });
      if (hide) return proof;
      const removed = [...proof.removed, ...golden.map((path) => ({ path, bytes: 0 }))];
      return { ...proof, removed, parents: proof.parents.map((p) => ({ ...p, existsAfter: false, bytesAfter: 0, identityAfter: '' })) };
    },
  };
}

/** Runs a removal while disks that stand in its way are out of sight. */
function blind({ inner, world, tag }: Victim, hidden: (disk: FakeDisk, tag: string) => boolean) {
  const without = async <T>(work: () => Promise<T>): Promise<T> => {
    const away = world.change((state) => {
      const found = Object.values(state.disks).filter((d) => hidden(d, tag));
      for (const d of found) delete state.disks[d.path];
      return found;
    });
    try {
      return await work();
    } finally {
      world.change((state) => {
        for (const d of away) state.disks[d.path] = d;
      });
    }
  };
  return { without, inner };
}

const isForeign = (disk: FakeDisk, tag: string): boolean => disk.tag !== tag;
const isMachines = (disk: FakeDisk): boolean => disk.path.startsWith('/fake/machines/');

export const REMOVAL_SABOTAGES = {
  'destroy-takes-parent': {
    means: 'destroy removes the master too, and the proof shows it',
    apply: (v) => destroyAndTakeParent(v, false),
  },
  'destroy-hides-parent-loss': {
    means: 'destroy removes the master too, and the proof calls it untouched',
    apply: (v) => destroyAndTakeParent(v, true),
  },
  'destroy-touches-parent': {
    means: 'destroy writes to the master, and the proof shows it',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        const golden = world.state.masters[world.state.machines[machineId]?.revisionId ?? '']?.disks ?? [];
        const proof = await inner.destroy(ctx, machineId);
        world.change((state) => {
          for (const path of golden) (state.disks[path] as FakeDisk).files['/oops'] = machineId;
        });
        return { ...proof, parents: proof.parents.map((p) => ({ ...p, identityAfter: `${p.identityAfter} changed` })) };
      },
    }),
  },
  'destroy-leaves-disks': {
    means: 'destroy forgets the machine and leaves its disks',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        const kept = Object.values(world.state.disks).filter((d) => d.path.startsWith(machineFolder(machineId)));
        const proof = await inner.destroy(ctx, machineId);
        world.change((state) => {
          for (const disk of kept) state.disks[disk.path] = disk;
        });
        return proof;
      },
    }),
  },
  'destroy-only-once': {
    means: 'destroy of a machine that is gone is an error',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        if (world.state.machines[machineId] === undefined) throw driverError('not-found', 'it is gone');
        return await inner.destroy(ctx, machineId);
      },
    }),
  },
  'destroy-only-off': {
    means: 'destroy is refused while the machine is not off',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        const power = world.state.machines[machineId]?.power ?? 'off';
        if (power !== 'off') throw driverError('wrong-state', `it is ${power}`);
        return await inner.destroy(ctx, machineId);
      },
    }),
  },
  'destroy-forgets-when-broken-off': {
    means: 'destroy that is broken off has forgotten the machine whose disks are still there',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        const kept = Object.values(world.state.disks).filter((d) => d.path.startsWith(machineFolder(machineId)));
        try {
          return await inner.destroy(ctx, machineId);
        } catch (error) {
          world.change((state) => {
            delete state.machines[machineId];
            for (const disk of kept) state.disks[disk.path] = disk;
          });
          throw error;
        }
      },
    }),
  },
  'destroy-takes-siblings': {
    means: 'destroy powers off and removes the other machines of that master',
    apply: ({ inner, world }) => ({
      destroy: async (ctx, machineId) => {
        const revisionId = world.state.machines[machineId]?.revisionId;
        const siblings = Object.values(world.state.machines).filter((m) => m.revisionId === revisionId && m.machineId !== machineId);
        for (const sibling of siblings) await inner.destroy(ctx, sibling.machineId);
        return await inner.destroy(ctx, machineId);
      },
    }),
  },
  'destroy-ignores-children': {
    means: 'destroy does not look whether other disks stand on the leaf',
    apply: (v) => {
      const { without, inner } = blind(v, isForeign);
      return { destroy: (ctx, machineId) => without(() => inner.destroy(ctx, machineId)) };
    },
  },
  'remove-ignores-children': {
    means: 'removeMaster does not look whether machines stand on it',
    apply: (v) => {
      const { without, inner } = blind(v, isMachines);
      return { removeMaster: (ctx, revisionId) => without(() => inner.removeMaster(ctx, revisionId)) };
    },
  },
  'remove-ignores-foreign': {
    means: 'removeMaster looks at our own machines only',
    apply: (v) => {
      const { without, inner } = blind(v, isForeign);
      return { removeMaster: (ctx, revisionId) => without(() => inner.removeMaster(ctx, revisionId)) };
    },
  },
  'remove-only-once': {
    means: 'removeMaster of a master that is gone is an error',
    apply: ({ inner, world }) => ({
      removeMaster: async (ctx, revisionId) => {
        if (world.state.masters[revisionId] === undefined) throw driverError('not-found', 'it is gone');
        return await inner.removeMaster(ctx, revisionId);
      },
    }),
  },
  'remove-leaves-disks': {
    means: 'removeMaster forgets the master and leaves its disks',
    apply: ({ inner, world }) => ({
      removeMaster: async (ctx, revisionId) => {
        const kept = (world.state.masters[revisionId]?.disks ?? []).map((path) => world.state.disks[path] as FakeDisk);
        const proof = await inner.removeMaster(ctx, revisionId);
        world.change((state) => {
          for (const disk of kept) state.disks[disk.path] = disk;
        });
        return proof;
      },
    }),
  },
  'sweep-takes-anything': {
    means: 'sweep removes what it is told to',
    apply: ({ world }) => ({
      sweep: async (_ctx, stray) =>
        world.change((state) => {
          delete state.strays[stray.ref];
          delete state.disks[stray.ref];
          dropFolder(state, stray.ref);
        }),
    }),
  },
  'sweep-does-nothing': { means: 'sweep answers and does nothing', apply: () => ({ sweep: async () => {} }) },
  'forgets-on-restart': {
    means: 'a new driver calls the machines that were there powered off',
    apply: ({ inner, world }) => {
      for (const id of Object.keys(world.state.machines)) alter(world, id, (m) => (m.power = 'off'));
      return { open: (ctx) => inner.open(ctx) };
    },
  },
  'close-stops-machines': {
    means: 'close powers everything off',
    apply: ({ inner, world }) => ({
      close: async () => {
        for (const id of Object.keys(world.state.machines)) alter(world, id, (m) => (m.power = 'off'));
        await inner.close();
      },
    }),
  },
} as const satisfies Record<string, SabotageEntry>;
