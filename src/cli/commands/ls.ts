import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { short, table, when } from '../text.ts';

export function addLs(program: Command, cli: Cli): void {
  program
    .command('ls')
    .description('your reservations')
    .option('--all', "everybody's (operators)")
    .option('--past', 'those that are over too')
    .action(async (options: { all?: boolean; past?: boolean }, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listReservations({ query: { limit: 1000, ...options } });
      const rows = items.map((r) => [
        short(r.id),
        `${r.image}@${r.revision}`,
        r.mode,
        r.state,
        r.state === 'booked' && r.stageText === '' ? `begins ${when(r.startsAt)}` : r.stageText || r.stage,
        when(r.endedAt ?? r.endsAt),
        ...(options.all ? [r.owner, r.provider, r.machine.host ?? ''] : []),
      ]);
      const head = ['ID', 'IMAGE', 'MODE', 'STATE', 'STAGE', 'ENDS', ...(options.all ? ['OWNER', 'PROVIDER', 'HOST'] : [])];
      session.answer(items, items.length === 0 ? 'no reservations' : table(head, rows));
    });
}
