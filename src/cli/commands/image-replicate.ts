import type { Command } from 'commander';
import { followJob } from '../follow.ts';
import { imageAndRevision } from '../names.ts';
import type { Cli } from '../session.ts';

export function addImageReplicate(image: Command, cli: Cli): void {
  image
    .command('replicate <image>')
    .description('copy the golden disks to a further datastore ahead of time (NAME: the revision that is handed out, or NAME@NUMBER)')
    .requiredOption('--to <provider>', 'a vCenter or ESXi provider that has them')
    .option('--datastore <name>', 'the one with most room that has none of it, unless given')
    .action(async (text: string, { to, datastore }: { to: string; datastore?: string }, command: Command) => {
      const session = cli.open(command);
      const { name, number } = imageAndRevision(text);
      const { job } = await session.client.replicateImage({
        params: { name },
        body: { provider: to, ...(number === undefined ? {} : { revision: number }), ...(datastore === undefined ? {} : { datastore }) },
      });
      await followJob(session, job, 'copying the golden disks', `the copy goes on; see \`carrel image show ${text}\``);
      session.answer({ job }, `${text} is on ${datastore === undefined ? 'a further datastore' : `the datastore ${datastore}`} of ${to}`);
    });
}
