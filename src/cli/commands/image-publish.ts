import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImagePublish(image: Command, cli: Cli): void {
  image
    .command('publish <revision>')
    .description('hand this revision out from now on; running reservations stay as they are (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const now = await session.client.publishRevision({ params });
      session.answer(now, `${params.name}@${params.number} is ${now.state}`);
    });
}
