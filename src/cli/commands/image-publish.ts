import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImagePublish(image: Command, cli: Cli): void {
  image
    .command('publish <revision>')
    .description('hand this revision out from now on; running reservations stay as they are (NAME@NUMBER)')
    .option('--publish-unclean <reason>', 'also one that may hold what belongs to a person; the reason is kept in the audit log')
    .action(async (text: string, options: { publishUnclean?: string }, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const now = await session.client.publishRevision({ params, body: options });
      session.answer(now, `${params.name}@${params.number} is ${now.state}`);
    });
}
