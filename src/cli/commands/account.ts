/** account add|ls, token add|ls|rm */
import { type Command, Option } from 'commander';
import type { OpenSession } from '../session.ts';
import { table, when } from '../table.ts';

export function addAccountCommands(program: Command, open: OpenSession): void {
  const account = program.command('account').description('people');
  account
    .command('add <name>')
    .description('make an account (operators)')
    .addOption(new Option('--role <role>').choices(['user', 'admin']).default('user'))
    .action(async (name: string, options: { role: 'user' | 'admin' }, command: Command) => {
      const session = open(command);
      const made = await session.client.createAccount({ body: { name, role: options.role } });
      session.answer(made, `${made.name} (${made.role}); give them a token with \`carrel token add ${made.name}\``);
    });
  account
    .command('ls')
    .description('accounts (operators)')
    .action(async (_options: object, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listAccounts();
      session.answer(
        items,
        table(
          ['NAME', 'ROLE', 'MADE'],
          items.map((a) => [a.name, a.role, when(a.createdAt)]),
        ),
      );
    });

  const token = program.command('token').description('tokens to sign in with');
  token
    .command('add <account>')
    .description('make a token; it is shown once')
    .option('--label <label>', 'what it is for', 'command line')
    .option('--for <span>', 'how long it is good for: 30d')
    .action(async (name: string, options: { label: string; for?: string }, command: Command) => {
      const session = open(command);
      const made = await session.client.createToken({
        params: { account: name },
        body: { label: options.label, ...(options.for === undefined ? {} : { for: options.for }) },
      });
      session.say('keep it: it is not shown again');
      session.answer(made, made.token);
    });
  token
    .command('ls <account>')
    .description('an account’s tokens')
    .action(async (name: string, _options: object, command: Command) => {
      const session = open(command);
      const { items } = await session.client.listTokens({ params: { account: name } });
      session.answer(
        items,
        table(
          ['ID', 'LABEL', 'MADE', 'GOOD UNTIL', 'LAST USED'],
          items.map((t) => [t.id, t.label, when(t.createdAt), t.expiresAt, when(t.lastUsedAt)]),
        ),
      );
    });
  token
    .command('rm <account> <id>')
    .description('make a token worthless')
    .action(async (name: string, id: string, _options: object, command: Command) => {
      const session = open(command);
      await session.client.deleteToken({ params: { account: name, token: id } });
      session.answer({ done: true }, 'done');
    });
}
