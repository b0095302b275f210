import type { Command } from 'commander';
import { describeSeries, findSeries } from '../series.ts';
import type { Cli } from '../session.ts';

export function addSeriesShow(program: Command, cli: Cli): void {
  program
    .command('show <id>')
    .description('one series with its reservations')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findSeries(session.client, text);
      const found = await session.client.showSeries({ params: { id } });
      session.answer(found, describeSeries(found));
    });
}
