import { type Command, Option } from 'commander';
import type { Role } from '../../contract/roles.ts';
import type { Cli } from '../session.ts';

export function addAccountAdd(account: Command, cli: Cli): void {
  account
    .command('add <name>')
    .description('make an account (operators)')
    .addOption(new Option('--role <role>', 'what it may do').choices(['user', 'admin']).default('user'))
    .action(async (name: string, options: { role: Role }, command: Command) => {
      const session = cli.open(command);
      const made = await session.client.createAccount({ body: { name, role: options.role } });
      session.answer(made, `${made.name} (${made.role}); give them a token with \`carrel token add ${made.name}\``);
    });
}
