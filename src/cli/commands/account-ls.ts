import type { Command } from 'commander';
import type { Account } from '../../contract/system.ts';
import type { Cli } from '../session.ts';
import { table, when } from '../text.ts';

export function addAccountLs(account: Command, cli: Cli): void {
  account
    .command('ls')
    .description('accounts (operators)')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const items: Account[] = [];
      for (let after: string | undefined; ; ) {
        const page = await session.client.listAccounts({ query: { limit: 1000, ...(after === undefined ? {} : { after }) } });
        items.push(...page.items);
        if (page.next === undefined) break;
        after = page.next;
      }
      const rows = items.map((a) => [a.name, a.role, when(a.createdAt), a.offSince === undefined ? '' : `since ${when(a.offSince)}`]);
      session.answer(items, table(['NAME', 'ROLE', 'MADE', 'OFF'], rows));
    });
}
