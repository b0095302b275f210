/** Interference with a {@link FakeWorld} past any driver: foreign administrators, accidents, independent witnesses. */
import { createHash, randomUUID } from 'node:crypto';
import type { ChainTamper, Foreign, Kept } from '../../driver/conformance/harness.ts';
import { addOverlay } from './machines.ts';
import { type FakeState, MIB } from './state.ts';
import type { FakeWorld } from './world.ts';

const FOREIGN_TAG = 'somebody-else';

function addForeignBase(state: FakeState, path: string): void {
  state.disks[path] = {
    path,
    seed: `foreign ${path}`,
    files: {},
    generation: 0,
    bytes: 4 * MIB,
    virtualBytes: 64 * MIB,
    sealed: false,
    tag: FOREIGN_TAG,
  };
}

/** A running machine of somebody else, its disk on `parentPath` or by itself. */
export function plantForeign(world: FakeWorld, parentPath?: string): Foreign {
  const machineId = randomUUID();
  const folder = `/foreign/${machineId}/`;
  const diskPath = `${folder}disk.fake`;
  const facts = (): string => JSON.stringify([world.state.machines[machineId], world.state.disks[diskPath]]);
  world.change((state) => {
    if (parentPath === undefined) addForeignBase(state, diskPath);
    else addOverlay(state, diskPath, parentPath, FOREIGN_TAG);
    state.machines[machineId] = {
      machineId,
      tag: FOREIGN_TAG,
      half: false,
      power: 'on',
      mode: 'linked',
      revisionId: 'unknown',
      folder,
      disks: [diskPath],
      hardware: { vcpus: 1, memoryMiB: 64 },
      hostname: 'foreign',
      createdAt: world.isoNow(),
      readyAt: 0,
      sshPort: 1,
      checkpoints: [],
    };
  });
  const planted = facts();
  return {
    machineId,
    diskPath,
    unchanged: async () => facts() === planted,
    remove: async () =>
      world.change((state) => {
        delete state.machines[machineId];
        delete state.disks[diskPath];
      }),
  };
}

/** A disk that carries our tag and belongs to nothing. */
export function plantStray(world: FakeWorld, tag: string): string {
  const path = `/fake/lost/${randomUUID()}.fake`;
  world.change((state) => {
    addForeignBase(state, path);
    (state.disks[path] as FakeState['disks'][string]).tag = tag;
  });
  return path;
}

/** SHA-256 over the golden bytes of a master, by folder and not by record. */
export function masterDigest(world: FakeWorld, revisionId: string): string | undefined {
  const golden = Object.values(world.state.disks).filter((d) => d.path.startsWith(`/fake/masters/${revisionId}/`));
  if (golden.length === 0) return undefined;
  const byPath = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number => (a[0] < b[0] ? -1 : 1);
  const facts = golden.map((d) => [d.path, d.seed, Object.entries(d.files).sort(byPath)] as const).sort(byPath);
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** Disks and records of ours that belong to none of `keep`. */
export function leaks(world: FakeWorld, tag: string, keep: Kept): string[] {
  const { state } = world;
  const folders = [
    ...keep.machines.map((id) => `/fake/machines/${id}/`),
    ...keep.masters.flatMap((id) => [`/fake/masters/${id}/`, `/fake/frozen/${id}/`]),
  ];
  const kept = (path: string): boolean => folders.some((f) => path.startsWith(f));
  const mine = <T extends { tag: string }>(list: Record<string, T>): T[] => Object.values(list).filter((x) => x.tag === tag);
  const found: string[] = [];
  for (const disk of mine(state.disks)) {
    if (!kept(disk.path) || unused(state, disk.path)) found.push(`disk ${disk.path}`);
  }
  for (const m of [...mine(state.machines), ...mine(state.masters), ...mine(state.frozen)])
    if (!kept(m.folder)) found.push(`record of ${m.folder}`);
  for (const s of mine(state.strays)) found.push(`${s.kind} ${s.ref}`);
  return found.sort();
}

/** A disk in the folder of a whole machine or a sealed master that neither uses. */
function unused(state: Readonly<FakeState>, path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const machine = Object.values(state.machines).find((m) => m.folder === folder);
  const master = Object.values(state.masters).find((m) => m.folder === folder);
  if (master !== undefined) return !master.half && !master.disks.includes(path);
  if (machine === undefined || machine.half) return false;
  const used = new Set<string>();
  for (const leaf of [...machine.disks, ...machine.checkpoints.flatMap((c) => c.disks)]) {
    for (let at: string | undefined = leaf; at !== undefined && !used.has(at); at = state.disks[at]?.parent) used.add(at);
  }
  return !used.has(path);
}

/** Breaks the chain of a machine that is off. */
export function tamperChain(world: FakeWorld, machineId: string, how: ChainTamper): void {
  world.change((state) => {
    const machine = state.machines[machineId];
    const leaf = state.disks[machine?.disks[0] ?? ''];
    if (machine === undefined || leaf === undefined) throw new Error(`${machineId} has no disk to tamper with`);
    if (how === 'leaf-is-master') machine.disks[0] = leaf.parent ?? '';
    else if (how === 'no-parent') delete leaf.parent;
    else {
      const path = `/foreign/${machineId}-base.fake`;
      addForeignBase(state, path);
      leaf.parent = path;
      leaf.parentGeneration = 0;
    }
  });
}

/** Changes golden bytes as a slip of an administrator's hand would. */
export function tamperMaster(world: FakeWorld, revisionId: string): void {
  world.change((state) => {
    const disk = state.disks[state.masters[revisionId]?.disks[0] ?? ''];
    if (disk === undefined) throw new Error(`there is no master of ${revisionId}`);
    disk.seed += ' with one byte changed';
    disk.generation += 1;
  });
}
