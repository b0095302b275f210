import type { Command } from 'commander';
import { idOf } from '../names.ts';
import type { Cli } from '../session.ts';

export function addServerRm(server: Command, cli: Cli): void {
  server
    .command('rm <id>')
    .description('forget a server that is gone for good (operators)')
    .action(async (id: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listServers();
      const answer = await session.client.forgetServer({ params: { server: idOf(items, id, 'server', 'carrel server ls') } });
      session.answer(answer, 'done');
    });
}
