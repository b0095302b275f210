import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { table, when } from '../text.ts';

export function addServerLs(server: Command, cli: Cli): void {
  server
    .command('ls')
    .description('who serves this installation, and which of them watches which provider (operators)')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listServers();
      const rows = items.map((s) => [
        s.id.slice(0, 8),
        s.name,
        s.state,
        s.version,
        s.url,
        when(s.startedAt),
        when(s.heardAt),
        s.holds.join(', '),
      ]);
      session.answer(items, table(['ID', 'SERVER', 'STATE', 'VERSION', 'ADDRESS', 'SINCE', 'HEARD', 'WATCHES'], rows), 'id');
    });
}
