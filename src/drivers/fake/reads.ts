import { storageIn } from '../../core/capacity.ts';
import type { DiskChain } from '../../core/lineage.ts';
import type { CloneResult, Inventory, LineageReport, LineageScope, ProviderRoom, SeenMachine, Stray } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { FakeHost } from './host.ts';
import { asDiskFile, chainFrom, type FakeMachine, type FakeMaster, type FakeState, leavesOf, usedBytes } from './state.ts';

/** What belongs to somebody: the folders of machines, masters and frozen parents. */
function foldersOf(state: Readonly<FakeState>): string[] {
  return [...Object.values(state.machines), ...Object.values(state.masters), ...Object.values(state.frozen)].map((x) => x.folder);
}

/** Disks that lie in nobody's folder. */
export function orphanDisks(state: Readonly<FakeState>): string[] {
  const folders = new Set(foldersOf(state));
  return Object.keys(state.disks).filter((path) => !folders.has(path.slice(0, path.lastIndexOf('/') + 1)));
}

/** What shows of a sealed master that is not what it was. */
function changedOf(state: Readonly<FakeState>, master: FakeMaster): { changed?: string } {
  const at = master.half ? -1 : master.disks.findIndex((path) => (state.disks[path]?.generation ?? 0) !== 1);
  return at === -1 ? {} : { changed: `${master.disks[at]} is not as it was sealed` };
}

export function inventory(host: FakeHost, state: Readonly<FakeState>, half: boolean): Inventory {
  const machines = Object.values(state.machines).map(
    (m): SeenMachine => ({
      machineId: m.machineId,
      power: m.half ? 'half' : m.power,
      ...(m.condition === undefined ? {} : { condition: m.condition }),
      mode: m.mode,
      revisionId: m.revisionId,
      owned: m.tag === host.tag,
      createdAt: m.createdAt,
    }),
  );
  const masters = Object.values(state.masters).map((m) => ({
    revisionId: m.revisionId,
    owned: m.tag === host.tag,
    state: m.half ? ('half' as const) : ('sealed' as const),
    ...changedOf(state, m),
  }));
  const strays = [
    ...Object.values(state.strays).map((s): Stray => ({ kind: s.kind, ref: s.ref, detail: s.detail, owned: s.tag === host.tag })),
    ...orphanDisks(state).map(
      (path): Stray => ({ kind: 'file', ref: path, detail: 'a disk of nobody', owned: state.disks[path]?.tag === host.tag }),
    ),
  ];
  const part = <T>(list: T[]): T[] => (half ? list.slice(0, Math.floor(list.length / 2)) : list);
  return { complete: !half, machines: part(machines), masters: part(masters), strays: part(strays) };
}

export function room(state: Readonly<FakeState>): ProviderRoom {
  const { machines, memoryMiB, vcpus, storageBytes } = state.limits;
  return {
    machines,
    memoryMiB,
    vcpus,
    storageMiB: storageIn(storageBytes),
    storageBytes,
    storageFreeBytes: Math.max(0, storageBytes - usedBytes(state)),
  };
}

/** Disks that a machine may stand on but never write to. */
export function masterPathsOf(state: Readonly<FakeState>, machine: Pick<FakeMachine, 'revisionId' | 'mode'>): string[] {
  const golden = state.masters[machine.revisionId]?.disks ?? [];
  return machine.mode === 'instant' ? [...golden, ...(state.frozen[machine.revisionId]?.disks ?? [])] : [...golden];
}

/** A machine as its disks are now. */
export function cloneResult(state: Readonly<FakeState>, machine: FakeMachine): CloneResult {
  return {
    machineId: machine.machineId,
    mode: machine.mode,
    chains: machine.disks.map((leaf) => chainFrom(state, leaf)),
    ownFolder: machine.folder,
    masterPaths: masterPathsOf(state, machine),
    notes: [],
  };
}

export function lineage(host: FakeHost, state: Readonly<FakeState>, scope: LineageScope, half: boolean): LineageReport {
  if (scope.kind === 'machine') host.own(state, scope.machineId);
  if (scope.kind === 'revision' && state.masters[scope.revisionId] === undefined) {
    throw driverError('not-found', `there is no master of ${scope.revisionId}`);
  }
  const wanted = allChains(host, state).filter((c) => inScope(state, scope, c));
  const chains = half ? wanted.slice(0, Math.floor(wanted.length / 2)) : wanted;
  const inChains = new Set(chains.flatMap((c) => c.chain.map((d) => d.path)));
  const disks = Object.values(state.disks)
    .map(asDiskFile)
    .filter((d) => inChains.has(d.path) || (scope.kind === 'all' && !half));
  return { complete: !half, chains, disks };
}

type OwnedChain = LineageReport['chains'][number];

function allChains(host: FakeHost, state: Readonly<FakeState>): OwnedChain[] {
  const chains: OwnedChain[] = [];
  const known = new Set<string>();
  const add = (owner: OwnedChain['owner'], tag: string, id: string, leaves: readonly string[]): void => {
    for (const leaf of leaves) {
      known.add(leaf);
      chains.push({ owner: tag === host.tag ? owner : 'foreign', id, chain: chainFrom(state, leaf) });
    }
  };
  for (const m of Object.values(state.masters)) add('master', m.tag, m.revisionId, m.disks);
  for (const f of Object.values(state.frozen)) add('frozen', f.tag, f.revisionId, f.disks);
  for (const m of Object.values(state.machines)) add('machine', m.tag, m.machineId, m.disks);
  for (const leaf of leavesOf(state)) {
    if (!known.has(leaf)) add('foreign', state.disks[leaf]?.tag ?? '', leaf, [leaf]);
  }
  return chains;
}

function inScope(state: Readonly<FakeState>, scope: LineageScope, c: OwnedChain): boolean {
  if (scope.kind === 'all') return true;
  if (scope.kind === 'machine') return c.owner === 'machine' && c.id === scope.machineId;
  const golden = state.masters[scope.revisionId]?.disks ?? [];
  return touches(c.chain, golden);
}

function touches(chain: DiskChain, paths: readonly string[]): boolean {
  return chain.some((d) => paths.includes(d.path));
}
