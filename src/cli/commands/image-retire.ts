import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImageRetire(image: Command, cli: Cli): void {
  image
    .command('retire <revision>')
    .description('hand this revision out no more, for good (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const now = await session.client.retireRevision({ params });
      session.answer(now, `${params.name}@${params.number} is ${now.state}`);
    });
}
