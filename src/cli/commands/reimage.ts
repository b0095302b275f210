import type { Command } from 'commander';
import { followReservation } from '../follow.ts';
import { findReservation, wholeNumber } from '../names.ts';
import type { Cli } from '../session.ts';
import { answerReservation } from './reserve.ts';

interface Options {
  revision?: number | 'published';
  wait: boolean;
}

export function addReimage(program: Command, cli: Cli): void {
  program
    .command('reimage <id>')
    .description('another machine in place of this one: its disks and checkpoints are gone, the reservation stays')
    .option('--revision <n>', 'of this revision of its image, or `published`; the one that it has if left out', (text) =>
      text === 'published' ? text : wholeNumber(text),
    )
    .option('--no-wait', 'do not wait until it is ready')
    .action(async (text: string, { revision, wait }: Options, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const begun = await session.client.reimageReservation({ params: { id }, body: revision === undefined ? {} : { revision } });
      answerReservation(session, wait ? await followReservation(session, id) : begun);
    });
}
