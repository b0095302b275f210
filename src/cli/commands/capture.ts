import type { Command } from 'commander';
import { followRevision } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';

interface Options {
  as?: string;
  publish?: boolean;
  description?: string;
}

export function addCapture(program: Command, cli: Cli): void {
  program
    .command('capture <id>')
    .description("make a revision of the machine's disk: the next one of its image, or the first of a new one")
    .option('--as <image>', 'name of the image; its own if left out')
    .option('--publish', 'hand it out as soon as it is there')
    .option('--description <text>', 'what the image is')
    .action(async (text: string, options: Options, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const body = {
        publish: options.publish ?? false,
        ...(options.as === undefined ? {} : { image: options.as }),
        ...(options.description === undefined ? {} : { description: options.description }),
      };
      await followRevision(session, await session.client.captureReservation({ params: { id }, body }), 'capturing');
    });
}
