import type { Command } from 'commander';
import { followJob } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { short } from '../text.ts';

export function addUnlink(program: Command, cli: Cli): void {
  program
    .command('unlink <id>')
    .description("give a machine that is off disks of its own, in place of those that stand on its image's")
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const { job } = await session.client.unlinkReservation({ params: { id } });
      await followJob(session, job, 'copying its disks', `the copy goes on; see \`carrel show ${short(id)}\``);
      session.answer(await session.client.showReservation({ params: { id } }), `${short(id)}  has disks of its own`);
    });
}
