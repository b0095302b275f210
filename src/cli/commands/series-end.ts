import type { Command } from 'commander';
import { describeSeries, findSeries } from '../series.ts';
import type { Cli } from '../session.ts';

export function addSeriesEnd(program: Command, cli: Cli): void {
  program
    .command('end <id>')
    .description('give back the reservations of a series that have not begun; one that runs goes on')
    .action(async (text: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { id } = await findSeries(session.client, text);
      const ended = await session.client.endSeries({ params: { id } });
      session.answer(ended, describeSeries(ended));
    });
}
