import type { Command } from 'commander';
import { followJob } from '../follow.ts';
import { revisionOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImageRm(image: Command, cli: Cli): void {
  image
    .command('rm <revision>')
    .description('remove a revision and its golden disks, if nothing stands on them (NAME@NUMBER)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const params = revisionOf(text);
      const { job } = await session.client.deleteRevision({ params });
      const name = `${params.name}@${params.number}`;
      const end = await followJob(session, job, `removing ${name}`, 'the removal goes on');
      session.answer(end, `${name} is gone`);
    });
}
