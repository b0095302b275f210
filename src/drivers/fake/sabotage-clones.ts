import type { CloneMode } from '../../core/image.ts';
import type { Ctx } from '../../lib/context.ts';
import { isCode } from '../../lib/errors.ts';
import { FakeDriver } from './fake-driver.ts';
import { plantStray } from './interference.ts';
import { addOverlay, machineFolder } from './machines.ts';
import { alter, type SabotageEntry, type Victim } from './sabotage-tools.ts';
import { cloneResult } from './reads.ts';
import { chainFrom, type FakeMachine, type FakeState, mergedFiles } from './state.ts';

/** Spoils the disks of each new machine of a mode, then answers with what is there. */
function spoil({ inner, world }: Victim, mode: CloneMode, work: (state: FakeState, machine: FakeMachine) => void) {
  return {
    clone: async (...args: Parameters<typeof inner.clone>) => {
      const result = await inner.clone(...args);
      if (result.mode !== mode) return result;
      return world.change((state) => {
        const machine = state.machines[result.machineId] as FakeMachine;
        work(state, machine);
        return cloneResult(state, machine);
      });
    },
  };
}

/** Makes a leaf a full copy of its chain. */
function flatten(state: FakeState, path: string): void {
  const disk = state.disks[path];
  if (disk === undefined) return;
  disk.files = mergedFiles(state, path);
  delete disk.parent;
}

function moveDisk(state: FakeState, from: string, to: string): void {
  const disk = state.disks[from];
  if (disk === undefined) return;
  delete state.disks[from];
  state.disks[to] = { ...disk, path: to };
}

export const CLONE_SABOTAGES = {
  'disk-size-ignored': {
    means: "a machine has a disk as large as its image's, whatever was asked for",
    apply: ({ inner }) => ({ clone: async (ctx, { diskBytes: _size, ...spec }) => await inner.clone(ctx, spec) }),
  },
  'linked-is-full': {
    means: 'a linked clone comes back as a full copy without a word',
    apply: (v) => spoil(v, 'linked', (state, machine) => machine.disks.forEach((path) => flatten(state, path))),
  },
  'leaf-is-master': {
    means: "a linked clone's leaf is the master itself",
    apply: (v) =>
      spoil(v, 'linked', (state, machine) => {
        const golden = state.masters[machine.revisionId]?.disks ?? [];
        for (const path of machine.disks) if (!golden.includes(path)) delete state.disks[path];
        machine.disks = [...golden];
      }),
  },
  'leaf-elsewhere': {
    means: "a linked clone's leaf lies outside the machine's own folder",
    apply: (v) =>
      spoil(v, 'linked', (state, machine) => {
        machine.disks = machine.disks.map((path, i) => {
          const to = `/fake/shared/${machine.machineId}-${i}.fake`;
          moveDisk(state, path, to);
          return to;
        });
      }),
  },
  'foreign-parent': {
    means: 'a linked clone stands on a copy of the master that nobody guards',
    apply: (v) =>
      spoil(v, 'linked', (state, machine) => {
        for (const path of machine.disks) {
          const disk = state.disks[path];
          const parent = disk && state.disks[disk.parent ?? ''];
          if (disk === undefined || parent === undefined) continue;
          const copy = `/fake/copies/${machine.machineId}.fake`;
          state.disks[copy] = { ...parent, path: copy, sealed: false };
          disk.parent = copy;
        }
      }),
  },
  'full-has-parent': {
    means: 'a full clone stands on the master',
    apply: (v) =>
      spoil(v, 'full', (state, machine) => {
        const golden = state.masters[machine.revisionId]?.disks ?? [];
        for (const [i, path] of machine.disks.entries()) addOverlay(state, path, golden[i] ?? '', machine.tag);
      }),
  },
  'instant-is-full': {
    means: 'an instant clone comes back as a full copy without a word',
    apply: (v) => spoil(v, 'instant', (state, machine) => machine.disks.forEach((path) => flatten(state, path))),
  },
  'unlisted-modes-work': {
    means: 'a clone mode that is not listed is made all the same',
    apply: ({ world, tag }) => {
      const able = new FakeDriver({ world, tag });
      return { clone: (ctx, spec) => able.clone(ctx, spec) };
    },
  },
  'linked-without-a-word': {
    means: 'a linked clone is made where an instant one was asked for, and no note says so',
    apply: ({ inner }) => ({ clone: async (ctx, spec) => ({ ...(await inner.clone(ctx, spec)), notes: [] }) }),
  },
  'clone-resets': {
    means: 'clone run again makes the machine anew',
    apply: ({ inner }) => ({
      clone: async (ctx, spec) => {
        await inner.destroy(ctx, spec.machineId);
        return await inner.clone(ctx, spec);
      },
    }),
  },
  'clone-ignores-spec': {
    means: 'clone under a taken id gives what is there, whatever was asked for',
    apply: ({ inner, world }) => ({
      clone: async (ctx, spec) => {
        const there = world.state.machines[spec.machineId];
        return await inner.clone(ctx, { ...spec, mode: there?.mode ?? spec.mode });
      },
    }),
  },
  'clone-races': {
    means: 'two clones of one id at the same time both make disks',
    apply: ({ inner, world, tag }) => {
      const busy = new Set<string>();
      return {
        clone: async (ctx, spec) => {
          if (busy.has(spec.machineId)) plantStray(world, tag);
          busy.add(spec.machineId);
          try {
            return await inner.clone(ctx, spec);
          } finally {
            busy.delete(spec.machineId);
          }
        },
      };
    },
  },
  'clone-keeps-half': {
    means: 'clone calls a half machine whole instead of making it anew',
    apply: ({ inner, world }) => ({
      clone: async (ctx, spec) => {
        alter(world, spec.machineId, (machine) => {
          if (machine.half) machine.disks = [`${machine.folder}disk-0.fake`];
          machine.half = false;
        });
        return await inner.clone(ctx, spec);
      },
    }),
  },
  'clone-leaks-when-broken-off': {
    means: 'a clone that is broken off leaves a disk where destroy does not look',
    apply: ({ inner, world, tag }) => ({
      clone: async (ctx, spec) => {
        try {
          return await inner.clone(ctx, spec);
        } catch (error) {
          if (isCode(error, 'cancelled')) plantStray(world, tag);
          throw error;
        }
      },
    }),
  },
  'read-back-guesses': {
    means: 'readBack tells what the chain should be and reads nothing',
    apply: ({ inner, world }) => ({
      readBack: async (ctx: Ctx, machineId: string) => {
        const result = await inner.readBack(ctx, machineId);
        const golden = world.state.masters[world.state.machines[machineId]?.revisionId ?? '']?.disks ?? [];
        return { ...result, chains: golden.map((path) => chainFrom(world.state, path)), ownFolder: machineFolder(machineId) };
      },
    }),
  },
} as const satisfies Record<string, SabotageEntry>;
