import type { Command } from 'commander';
import { findJob } from '../names.ts';
import type { Cli } from '../session.ts';

export function addJobsRetry(jobs: Command, cli: Cli): void {
  jobs
    .command('retry <id>')
    .description('send a stuck job on its way again (operators)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const job = await session.client.retryJob({ params: { id: await findJob(session.client, text) } });
      session.answer(job, `${job.id} is ${job.state}`);
    });
}
