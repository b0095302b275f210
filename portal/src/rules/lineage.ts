/** The disks of an image as a graph: each once, however many stand on it. */
import type { Lineage } from '../../../src/contract/lineage.ts';

export interface DiskNode {
  id: string;
  label: string;
  owner: 'machine' | 'master' | 'frozen' | 'foreign';
  bytes: number;
}

export interface DiskGraph {
  nodes: DiskNode[];
  /** From what stands on it to the disk below. */
  edges: { from: string; to: string }[];
}

export function diskGraph(lineage: Pick<Lineage, 'chains'>): DiskGraph {
  const nodes = new Map<string, DiskNode>();
  const edges = new Map<string, { from: string; to: string }>();
  // Masters first: a disk that machines stand on is named after its master, not after the first machine.
  const chains = [...lineage.chains].sort((a, b) => rank(a.owner) - rank(b.owner));
  for (const { provider, owner, name, id: ownerId, disks } of chains) {
    const idOf = (path: string) => `${provider}:${path}`;
    for (const disk of disks) {
      const id = idOf(disk.path);
      if (!nodes.has(id)) nodes.set(id, { id, owner, label: name ?? ownerId, bytes: disk.bytes });
      if (disk.parent !== undefined) edges.set(`${id}>${disk.parent}`, { from: id, to: idOf(disk.parent) });
    }
  }
  // A parent in no chain that was read is shown by no node, so the line to it goes too.
  return { nodes: [...nodes.values()], edges: [...edges.values()].filter(({ to }) => nodes.has(to)) };
}

const rank = (owner: DiskNode['owner']): number => ['master', 'frozen', 'machine', 'foreign'].indexOf(owner);
