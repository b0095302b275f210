import { type Command, Option } from 'commander';
import type { Job } from '../../contract/machines.ts';
import type { Cli } from '../session.ts';
import { short, table, when } from '../text.ts';

const STATES: Job['state'][] = ['ready', 'running', 'done', 'undone', 'stuck'];

export function addJobsLs(jobs: Command, cli: Cli): void {
  jobs
    .command('ls')
    .description('newest first (operators)')
    .addOption(new Option('--state <state>', 'only those').choices(STATES))
    .action(async ({ state }: { state?: Job['state'] }, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listJobs({ query: { limit: 100, ...(state === undefined ? {} : { state }) } });
      const rows = items.map((j) => [short(j.id), j.saga, j.state, j.direction, j.attempt, when(j.createdAt), j.error?.message]);
      const head = ['ID', 'SAGA', 'STATE', 'DIRECTION', 'TRIES', 'BEGUN', 'ERROR'];
      session.answer(items, items.length === 0 ? 'no jobs' : table(head, rows));
    });
}
