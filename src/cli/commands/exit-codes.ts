import type { Command } from 'commander';
import { EXIT_TEXT } from '../exit.ts';
import type { Cli } from '../session.ts';

export function addExitCodes(program: Command, cli: Cli): void {
  const lines = EXIT_TEXT.map(([code, text]) => `${String(code).padStart(3)}  ${text}`).join('\n');
  program
    .command('exit-codes')
    .description('what the exit codes mean')
    .addHelpText('after', `\n${lines}`)
    .action((_options: object, command: Command) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      cli.io.out(json ? `${JSON.stringify(Object.fromEntries(EXIT_TEXT))}\n` : `${lines}\n`);
    });
}
