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
      const rows = items.map((j) => [
        short(j.id),
        j.saga,
        aboutText(j.about),
        j.state,
        j.direction,
        j.attempt,
        when(j.createdAt),
        j.error?.message,
      ]);
      const head = ['ID', 'SAGA', 'ABOUT', 'STATE', 'DIRECTION', 'TRIES', 'BEGUN', 'ERROR'];
      session.answer(items, items.length === 0 ? 'no jobs' : table(head, rows));
    });
}

/** What a job works on, in one line: the machine, and what it is made from; the image alone where there is no machine. */
export function aboutText({ machine, hostname, image, revision }: Job['about']): string {
  const made = image === undefined ? undefined : `${image}@${revision}`;
  const name = hostname ?? (machine === undefined ? undefined : short(machine));
  return name === undefined ? (made ?? '') : made === undefined ? name : `${name} (${made})`;
}
