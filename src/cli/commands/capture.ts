import type { Command } from 'commander';
import { followRevision } from '../follow.ts';
import { labelOption } from '../labels.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';

interface Options {
  as?: string;
  publish?: boolean;
  publishUnclean?: string;
  description?: string;
  label?: Record<string, string>;
}

export function addCapture(program: Command, cli: Cli): void {
  program
    .command('capture <id>')
    .description("make a revision of the machine's disk: the next one of its image, or the first of a new one")
    .option('--as <image>', 'name of the image; its own if left out')
    .option('--publish', 'hand it out as soon as it is there')
    .option('--publish-unclean <reason>', 'also if it may hold what belongs to a person; the reason is kept in the audit log')
    .option('--description <text>', 'what the image is')
    .option('--label <label>', 'KEY=VALUE, on the image; as often as you like', labelOption)
    .action(async (text: string, options: Options, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const body = {
        publish: options.publish ?? options.publishUnclean !== undefined,
        ...(options.publishUnclean === undefined ? {} : { publishUnclean: options.publishUnclean }),
        ...(options.as === undefined ? {} : { image: options.as }),
        ...(options.description === undefined ? {} : { description: options.description }),
        ...(options.label === undefined ? {} : { labels: options.label }),
      };
      const made = await session.client.captureReservation({ params: { id }, body });
      await followRevision(session, made, 'capturing');
      const { image, number } = made.revision;
      const { facts, state } = await session.client.showRevision({ params: { name: image, number } });
      if (state === 'draft' && facts['unclean'] !== undefined) {
        session.say(`it may hold keys, passwords and files of who used it: ${facts['unclean']}`);
        session.say(`to hand it out all the same: carrel image publish ${image}@${number} --publish-unclean REASON`);
      }
    });
}
