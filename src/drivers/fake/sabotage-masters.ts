import { driverError } from '../../driver/errors.ts';
import { masterFolder, masterOf } from './masters.ts';
import { addOverlay } from './machines.ts';
import { alter, type SabotageEntry, type Victim } from './sabotage-tools.ts';
import { digestOf, type FakeDisk, type FakeMaster, type FakeState, mergedFiles } from './state.ts';

/** Calls whatever lies in a master's folder the sealed master. */
function seal(state: FakeState, revisionId: string): void {
  const master = state.masters[revisionId];
  if (!master?.half) return;
  master.disks = Object.keys(state.disks).filter((path) => path.startsWith(masterFolder(revisionId)));
  master.sha256 = master.disks.map((path) => digestOf(state.disks[path] as FakeDisk));
  master.half = false;
}

async function sealingWhenBroken<T>({ world }: Victim, revisionId: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    world.change((state) => seal(state, revisionId));
    throw error;
  }
}

export const MASTER_SABOTAGES = {
  'prepare-wrong-hash': {
    means: 'prepareMaster gives a hash that is not that of the bytes',
    apply: ({ inner }) => ({
      prepareMaster: async (ctx, spec) => {
        const master = await inner.prepareMaster(ctx, spec);
        return { ...master, files: master.files.map((f) => ({ ...f, sha256: '0'.repeat(64) })) };
      },
    }),
  },
  'prepare-makes-another': {
    means: 'prepareMaster makes the golden disks anew each time',
    apply: ({ inner, world }) => ({
      prepareMaster: async (ctx, spec) => {
        await inner.prepareMaster(ctx, spec);
        return world.change((state) => {
          const master = state.masters[spec.revisionId] as FakeMaster;
          for (const path of master.disks) (state.disks[path] as FakeDisk).seed += ' again';
          master.sha256 = master.disks.map((path) => digestOf(state.disks[path] as FakeDisk));
          return masterOf(state, master);
        });
      },
    }),
  },
  'prepare-seals-half': {
    means: 'prepareMaster that is broken off leaves a sealed master',
    apply: (v) => ({ prepareMaster: (ctx, spec) => sealingWhenBroken(v, spec.revisionId, v.inner.prepareMaster(ctx, spec)) }),
  },
  'prepare-leaks': {
    means: 'prepareMaster that fails leaves a rest that the next run does not find',
    apply: ({ inner, world, tag }) => ({
      prepareMaster: async (ctx, spec) => {
        try {
          return await inner.prepareMaster(ctx, spec);
        } catch (error) {
          world.change((state) => {
            state.strays[spec.revisionId] = { kind: 'folder', ref: `/fake/tmp/${spec.revisionId}`, detail: 'a rest', tag };
          });
          throw error;
        }
      },
    }),
  },
  'prepare-takes-anything': {
    means: 'prepareMaster takes every recipe and every file',
    apply: ({ inner }) => ({
      prepareMaster: (ctx, spec) => inner.prepareMaster(ctx, { ...spec, source: { kind: 'recipe', recipe: 'tiny' } }),
    }),
  },
  'verify-believes': {
    means: 'verifyMaster says what is recorded and reads nothing',
    apply: ({ inner }) => ({
      verifyMaster: async (ctx, revisionId) => {
        const check = await inner.verifyMaster(ctx, revisionId);
        return { ...check, ok: true, files: check.files.map((f) => ({ ...f, actualSha256: f.expectedSha256, problem: undefined })) };
      },
    }),
  },
  'runs-on-master': {
    means: 'power on opens the master itself for writing',
    apply: ({ inner, world }) => ({
      power: async (ctx, machineId, op) => {
        const power = await inner.power(ctx, machineId, op);
        if (op !== 'on') return power;
        world.change((state) => {
          const machine = state.machines[machineId];
          const golden = state.masters[machine?.revisionId ?? '']?.disks ?? [];
          for (const path of golden) (state.disks[path] as FakeDisk).sealed = false;
          if (machine !== undefined) machine.disks = [...golden];
        });
        return power;
      },
    }),
  },
  'capture-keeps-parent': {
    means: 'a captured master stands on the one before',
    apply: ({ inner, world }) => ({
      capture: async (ctx, spec) => {
        const master = await inner.capture(ctx, spec);
        world.change((state) => {
          const golden = state.masters[state.machines[spec.machineId]?.revisionId ?? '']?.disks ?? [];
          for (const [i, file] of master.files.entries()) {
            const files = state.disks[file.path]?.files ?? {};
            addOverlay(state, file.path, golden[i] ?? '', (state.disks[file.path] as FakeDisk).tag);
            (state.disks[file.path] as FakeDisk).files = files;
            (state.masters[spec.revisionId] as FakeMaster).sha256[i] = digestOf(state.disks[file.path] as FakeDisk);
          }
        });
        return master;
      },
    }),
  },
  'capture-stops-machine': {
    means: 'capture powers the machine off',
    apply: ({ inner, world }) => ({
      capture: async (ctx, spec) => {
        alter(world, spec.machineId, (m) => (m.power = 'off'));
        return await inner.capture(ctx, spec);
      },
    }),
  },
  'capture-refuses-running': {
    means: 'liveCapture is listed but refused',
    apply: ({ inner, world }) => ({
      capture: async (ctx, spec) => {
        if (world.state.machines[spec.machineId]?.power === 'on') throw driverError('wrong-state', 'it runs');
        return await inner.capture(ctx, spec);
      },
    }),
  },
  'capture-keeps-secrets': {
    means: "a captured master carries the machine's accounts and host keys",
    apply: ({ inner, world }) => ({
      capture: async (ctx, spec) => {
        const master = await inner.capture(ctx, spec);
        world.change((state) => {
          const machine = state.machines[spec.machineId];
          for (const [i, file] of master.files.entries()) {
            (state.disks[file.path] as FakeDisk).files = mergedFiles(state, machine?.disks[i] ?? '');
          }
        });
        return master;
      },
    }),
  },
  'capture-seals-half': {
    means: 'capture that is broken off leaves a sealed master',
    apply: (v) => ({ capture: (ctx, spec) => sealingWhenBroken(v, spec.revisionId, v.inner.capture(ctx, spec)) }),
  },
  'capture-leaks': {
    means: 'capture that fails leaves a rest that the next run does not find',
    apply: ({ inner, world, tag }) => ({
      capture: async (ctx, spec) => {
        try {
          return await inner.capture(ctx, spec);
        } catch (error) {
          world.change((state) => {
            state.strays[spec.revisionId] = { kind: 'file', ref: `/fake/tmp/${spec.revisionId}`, detail: 'a rest', tag };
          });
          throw error;
        }
      },
    }),
  },
} as const satisfies Record<string, SabotageEntry>;
