import type { Command } from 'commander';
import { progressText } from '../follow.ts';
import { aboutText } from './jobs-ls.ts';
import { findJob } from '../names.ts';
import type { Cli } from '../session.ts';
import { facts, failureText, table } from '../text.ts';

export function addJobsShow(jobs: Command, cli: Cli): void {
  jobs
    .command('show <id>')
    .description('one job with its steps (ID or the beginning of one)')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const job = await session.client.showJob({ params: { id: await findJob(session.client, text) } });
      const head = facts([
        ['job', job.id],
        ['saga', job.saga],
        ['about', aboutText(job.about)],
        ['reservation', job.about.reservation],
        ['for', job.account],
        ['state', `${job.state} (${job.direction})`],
        ['tries', job.attempt],
        ['work', progressText(job)],
        ['error', failureText(job.error)],
      ]);
      const rows = job.steps.map((s) => [s.name, s.state, s.startedAt, s.finishedAt]);
      session.answer(job, `${head}\n${table(['STEP', 'STATE', 'STARTED', 'FINISHED'], rows)}`);
    });
}
