import type { Command } from 'commander';
import type { Cli } from '../session.ts';

export function addTokenRm(token: Command, cli: Cli): void {
  token
    .command('rm <account> <id>')
    .description('make a token worthless')
    .action(async (account: string, id: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const answer = await session.client.deleteToken({ params: { account, token: id } });
      session.answer(answer, 'done');
    });
}
