import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import { proveAndAnswer } from '../proof.ts';
import type { Cli } from '../session.ts';

export function addImageProve(image: Command, cli: Cli): void {
  image
    .command('prove <revision>')
    .description('lend this revision once, to see whether it can be: made, started, handed over, ended (NAME@NUMBER)')
    .option('--publish', 'hand it out if it can')
    .option('--publish-unclean <reason>', 'also one that may hold what belongs to a person; the reason is kept in the audit log')
    .action(async (text: string, options: { publish?: boolean; publishUnclean?: string }, command: Command) => {
      const { publish, publishUnclean } = options;
      await proveAndAnswer(cli.open(command), revisionOf(text), { publish: publish ?? publishUnclean !== undefined, publishUnclean });
    });
}
