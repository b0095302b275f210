import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { short, table } from '../text.ts';

export function addMaintenanceLs(program: Command, cli: Cli): void {
  program
    .command('ls')
    .description('windows that are not over')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listMaintenance();
      const rows = items.map((m) => [
        short(m.id),
        m.provider,
        m.startsAt,
        m.endsAt ?? 'until further notice',
        m.reason,
        m.reservations.length,
      ]);
      session.answer(items, items.length === 0 ? 'none' : table(['ID', 'ON', 'FROM', 'TO', 'WHY', 'TOUCHES'], rows));
    });
}
