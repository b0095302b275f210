import type { Command } from 'commander';
import { idOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addTokenRm(token: Command, cli: Cli): void {
  token
    .command('rm <account> <id>')
    .description('make a token worthless')
    .action(async (account: string, id: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listTokens({ params: { account } });
      const token = idOf(items, id, 'token', `carrel token ls ${account}`);
      const answer = await session.client.deleteToken({ params: { account, token } });
      session.answer(answer, 'done');
    });
}
