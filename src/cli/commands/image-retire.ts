import type { Command } from 'commander';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImageRetire(image: Command, cli: Cli): void {
  image
    .command('retire <revision>')
    .description('hand this revision out no more (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const now = await session.client.retireRevision({ params });
      session.answer(now, `${params.name}@${params.number} is ${now.state}`);
    });
}

export function addImageUnretire(image: Command, cli: Cli): void {
  image
    .command('unretire <revision>')
    .description('take a retirement back: it is a draft again (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const now = await session.client.unretireRevision({ params });
      session.answer(
        now,
        `${params.name}@${params.number} is ${now.state}; hand it out: carrel image publish ${params.name}@${params.number}`,
      );
    });
}
