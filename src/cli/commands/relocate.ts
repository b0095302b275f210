import type { Command } from 'commander';
import { followJob } from '../follow.ts';
import { findReservation } from '../names.ts';
import type { Cli } from '../session.ts';
import { plain, short } from '../text.ts';

export function addRelocate(program: Command, cli: Cli): void {
  program
    .command('relocate <id> <datastore>')
    .description('for operators: move a machine that is off to another datastore of its provider, with disks of its own there')
    .action(async (text: string, datastore: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findReservation(session.client, text);
      const { job } = await session.client.relocateReservation({ params: { id }, body: { datastore } });
      await followJob(session, job, 'moving its disks', `the move goes on; see \`carrel show ${short(id)}\``);
      session.answer(await session.client.showReservation({ params: { id } }), `${short(id)}  lies on ${plain(datastore)}`);
    });
}
