import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { table } from '../text.ts';

export function addImageLs(image: Command, cli: Cli): void {
  image
    .command('ls')
    .description('images')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listImages();
      const rows = items.map((i) => [i.name, i.published ?? '-', i.revisions, i.machines, i.owner, i.description]);
      const head = ['NAME', 'PUBLISHED', 'REVISIONS', 'MACHINES', 'OWNER', 'DESCRIPTION'];
      session.answer(items, items.length === 0 ? 'no images yet; make one with `carrel image build starter`' : table(head, rows));
    });
}
