import type { Command } from 'commander';
import type { Cli } from '../session.ts';

export function addTokenAdd(token: Command, cli: Cli): void {
  token
    .command('add <account>')
    .description('make a token; it is shown once')
    .option('--label <label>', 'what it is for', 'command line')
    .option('--for <span>', 'how long it is good for, such as 30d; without end if left out')
    .action(async (account: string, options: { label: string; for?: string }, command: Command) => {
      const session = cli.open(command);
      const body = { label: options.label, ...(options.for === undefined ? {} : { for: options.for }) };
      const made = await session.client.createToken({ params: { account }, body });
      session.say('keep it: it is not shown again');
      session.answer(made, made.token);
    });
}
