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

/** Disks as a tree, what stands on a disk below it. The same path on two hosts is two disks. */
export function tree({ complete, notRead = [], chains, unused }: Lineage): string {
  const children = new Map<string, Set<string>>();
  const label = new Map<string, string>();
  const roots = new Set<string>();
  const keyOf = (provider: string | undefined, path: string) => `${path}\0${provider ?? ''}`;
  for (const chain of chains) {
    chain.disks.forEach((disk, i) => {
      const key = keyOf(chain.provider, disk.path);
      if (i === 0) label.set(key, `${chain.owner} ${chain.name ?? chain.id}`);
      const parent = chain.disks[i + 1];
      if (parent === undefined) roots.add(key);
      else {
        const below = keyOf(chain.provider, parent.path);
        children.set(below, (children.get(below) ?? new Set()).add(key));
      }
    });
  }
  const several = new Set(chains.map((c) => c.provider)).size > 1;
  const lines: string[] = [];
  const walk = (key: string, above: readonly string[]) => {
    const [path = '', provider = ''] = key.split('\0');
    const name = label.get(key);
    const said = `${name === undefined ? '' : `   (${name})`}${several && above.length === 0 ? `   on ${provider}` : ''}`;
    lines.push(plain(`${'  '.repeat(above.length)}${path}${said}`));
    // A chain that comes back to itself is damage; it must not keep us here.
    if (above.includes(key)) return;
    for (const child of [...(children.get(key) ?? [])].sort()) walk(child, [...above, key]);
  };
  for (const root of [...roots].sort()) walk(root, []);
  for (const disk of unused)
    lines.push(plain(`${disk.path}   (nothing uses it)${several && disk.provider ? `   on ${disk.provider}` : ''}`));
  for (const { provider, reason } of notRead) lines.push(plain(`${provider} could not be read: ${reason}`));
  if (!complete) lines.push('not everything could be read: what is missing here may be there');
  return lines.length === 0 ? 'no disks' : lines.join('\n');
}
