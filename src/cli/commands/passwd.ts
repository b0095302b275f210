import type { Command } from 'commander';
import { CarrelError } from '../../lib/errors.ts';
import { secretFrom } from '../provider.ts';
import type { Cli, Session } from '../session.ts';

interface Options {
  currentFile?: string;
  passwordFile?: string;
}

/** A password never comes as an argument: anybody on the machine can read those. */
export function addPasswd(program: Command, cli: Cli): void {
  program
    .command('passwd')
    .description('change your password; browsers that are signed in as you are signed out, tokens stay')
    .option('--current-file <file>', 'the present one, in a file of one line (- = standard input); asked for at a terminal if left out')
    .option('--password-file <file>', 'the new one, likewise')
    .action(async (options: Options, command: Command) => {
      if (options.currentFile === '-' && options.passwordFile === '-')
        command.error('error: standard input holds one of the two, not both');
      const session = cli.open(command);
      const current = options.currentFile === undefined ? await typed(session, 'present password: ') : secretFrom(options.currentFile);
      const password = options.passwordFile === undefined ? await newPassword(session) : secretFrom(options.passwordFile);
      session.answer(await session.client.setPassword({ body: { current, password } }), 'the password is changed');
    });
}

async function newPassword(session: Session): Promise<string> {
  const password = await typed(session, 'new password: ');
  if (password === (await typed(session, 'the new one again: '))) return password;
  throw new CarrelError('bad-request', 'the two new passwords are not the same', { hint: 'The password stays as it was. Try again.' });
}

async function typed(session: Session, question: string): Promise<string> {
  const answer = session.json ? undefined : await session.io.ask?.(question, { hidden: true });
  if (answer !== undefined && answer !== '') return answer;
  throw new CarrelError('bad-request', 'no password was given', {
    hint: 'Put both into files that only you can read: --current-file FILE --password-file FILE.',
  });
}
