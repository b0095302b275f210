import type { Command } from 'commander';
import type { Cli } from '../session.ts';
import { table, when } from '../text.ts';

export function addTokenLs(token: Command, cli: Cli): void {
  token
    .command('ls <account>')
    .description("an account's tokens, without the tokens themselves")
    .action(async (account: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listTokens({ params: { account } });
      const rows = items.map((t) => [t.id, t.label, when(t.createdAt), t.expiresAt, when(t.lastUsedAt)]);
      session.answer(items, items.length === 0 ? 'no tokens' : table(['ID', 'LABEL', 'MADE', 'GOOD UNTIL', 'LAST USED'], rows));
    });
}
