import type { Command } from 'commander';
import { idOf } from '../names.ts';
import type { Cli } from '../session.ts';
import { table, when } from '../text.ts';

export function addSessionLs(group: Command, cli: Cli): void {
  group
    .command('ls [account]')
    .description('browsers that are signed in to your account; to another as an operator')
    .action(async (account: string | undefined, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listSessions({ query: account === undefined ? {} : { account } });
      const rows = items.map((s) => [s.id, s.address, when(s.createdAt), when(s.lastSeenAt), s.endsAt, s.userAgent]);
      session.answer(items, items.length === 0 ? 'no sessions' : table(['ID', 'FROM', 'SIGNED IN', 'LAST SEEN', 'ENDS', 'BROWSER'], rows));
    });
}

export function addSessionRm(group: Command, cli: Cli): void {
  group
    .command('rm <id> [account]')
    .description('sign a browser out')
    .action(async (text: string, account: string | undefined, _options: object, command: Command) => {
      const session = cli.open(command);
      const query = account === undefined ? {} : { account };
      const id = idOf((await session.client.listSessions({ query })).items, text, 'session', 'carrel session ls');
      session.answer(await session.client.endSession({ params: { id }, query }), 'done');
    });
}
