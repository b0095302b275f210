import type { Command } from 'commander';
import type { Lineage } from '../../contract/lineage.ts';
import type { Cli } from '../session.ts';
import { plain } from '../text.ts';

export function addImageLineage(image: Command, cli: Cli): void {
  image
    .command('lineage [image]')
    .description('which disk stands on which, read from the disks themselves; of everything if no image is named')
    .action(async (name: string | undefined, _options: object, command: Command) => {
      const session = cli.open(command);
      const lineage = name === undefined ? await session.client.lineage() : await session.client.imageLineage({ params: { name } });
      session.answer(lineage, tree(lineage));
    });
}

/** Disks as a tree, what stands on a disk below it. */
export function tree(lineage: Lineage): string {
  const children = new Map<string, Set<string>>();
  const label = new Map<string, string>();
  const roots = new Set<string>();
  for (const chain of lineage.chains) {
    chain.disks.forEach((disk, i) => {
      if (i === 0) label.set(disk.path, `${chain.owner} ${chain.name ?? chain.id}`);
      const parent = chain.disks[i + 1];
      if (parent === undefined) roots.add(disk.path);
      else children.set(parent.path, (children.get(parent.path) ?? new Set()).add(disk.path));
    });
  }
  const lines: string[] = [];
  const walk = (path: string, above: readonly string[]) => {
    const name = label.get(path);
    lines.push(plain(`${'  '.repeat(above.length)}${path}${name === undefined ? '' : `   (${name})`}`));
    // A chain that comes back to itself is damage; it must not keep us here.
    if (above.includes(path)) return;
    for (const child of [...(children.get(path) ?? [])].sort()) walk(child, [...above, path]);
  };
  for (const root of [...roots].sort()) walk(root, []);
  for (const disk of lineage.unused) lines.push(plain(`${disk.path}   (nothing uses it)`));
  if (!lineage.complete) lines.push('not everything could be read: what is missing here may be there');
  return lines.length === 0 ? 'no disks' : lines.join('\n');
}
