import type { Command } from 'commander';
import { describeProvider } from '../provider.ts';
import type { Cli } from '../session.ts';

export function addProviderLs(provider: Command, cli: Cli): void {
  provider
    .command('ls')
    .description('providers with what they can do and how full they are')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const { items } = await session.client.listProviders();
      session.answer(items, items.map(describeProvider).join('\n\n'));
    });
}
