import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { short, table } from '../text.ts';

export function addSeriesLs(program: Command, cli: Cli): void {
  program
    .command('ls')
    .description('your series, newest first')
    .option('--all', "everybody's (operators)")
    .action(async ({ all }: { all?: boolean }, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listSeries({ query: { limit: 1000, ...(all === undefined ? {} : { all }) } });
      const rows = items.map((s) => [short(s.id), s.image, s.rule, s.zone, s.startsAt, s.endedAt === undefined ? '' : 'ended', s.owner]);
      session.answer(items, items.length === 0 ? 'none' : table(['ID', 'IMAGE', 'RULE', 'ZONE', 'FROM', '', 'OWNER'], rows));
    });
}
