import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { labelText } from '../labels.ts';
import { table } from '../text.ts';

export function addImageLs(image: Command, cli: Cli): void {
  image
    .command('ls')
    .description('images')
    .option('--label <label>', 'those with this label: KEY=VALUE, or KEY; several parted by commas')
    .option('-w, --wide', 'labels too; as -o wide')
    .action(async ({ label }: { label?: string }, command: Command) => {
      const session = cli.open(command);
      const { wide } = session;
      const query = label === undefined ? {} : { label };
      const { items } = await session.client.listImages({ query });
      const rows = items.map((i) => [
        i.name,
        i.published ?? '-',
        i.revisions,
        i.machines,
        i.owner,
        i.description,
        ...(wide ? [labelText(i)] : []),
      ]);
      const head = ['NAME', 'PUBLISHED', 'REVISIONS', 'MACHINES', 'OWNER', 'DESCRIPTION', ...(wide ? ['LABELS'] : [])];
      const none = label === undefined ? 'no images yet; make one with `carrel image build starter`' : 'no images with that label';
      session.answer(items, items.length === 0 ? none : table(head, rows));
    });
}
