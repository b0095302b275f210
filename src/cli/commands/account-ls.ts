import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { table, when } from '../text.ts';

export function addAccountLs(account: Command, cli: Cli): void {
  account
    .command('ls')
    .description('accounts (operators)')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listAccounts();
      const rows = items.map((a) => [a.name, a.role, when(a.createdAt)]);
      session.answer(items, table(['NAME', 'ROLE', 'MADE'], rows));
    });
}
