import { type Command, Option } from 'commander';
import { ApiError } from '../../client/errors.ts';
import type { Role } from '../../contract/roles.ts';
import type { Cli, Session } from '../session.ts';
import { clock } from '../text.ts';

/** In the fragment, which a browser sends to nobody. */
async function link(session: Session, account: string, kind: 'invitation' | 'reset'): Promise<void> {
  const made = await session.client.makeLink({ params: { account }, body: { kind } });
  const url = `${session.client.baseUrl}/sign-in#code=${made.code}`;
  session.say(`good once, until ${clock(made.expiresAt)}; it is not shown again`);
  session.answer({ ...made, url }, url);
}

export function addAccountInvite(account: Command, cli: Cli): void {
  account
    .command('invite <name>')
    .description('a one-time link by which somebody signs in and sets a password; makes the account if there is none (operators)')
    .addOption(new Option('--role <role>', 'what a new account may do').choices(['user', 'admin']).default('user'))
    .action(async (name: string, options: { role: Role }, command: Command) => {
      const session = cli.open(command);
      await session.client.createAccount({ body: { name, role: options.role } }).catch((error: unknown) => {
        if (!(error instanceof ApiError && error.code === 'already-exists')) throw error;
      });
      await link(session, name, 'invitation');
    });
}

export function addAccountReset(account: Command, cli: Cli): void {
  account
    .command('reset <name>')
    .description('a one-time link for somebody who forgot their password (operators)')
    .action(async (name: string, _options: object, command: Command) => link(cli.open(command), name, 'reset'));
}

export function addAccountOff(account: Command, cli: Cli): void {
  account
    .command('off <name>')
    .description('switch an account off: nobody signs in to it, and whoever is signed in is out within 5 s (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const changed = await session.client.changeAccount({ params: { account: name }, body: { off: true } });
      session.answer(changed, `${changed.name} is off; what it has reserved stays`);
    });
}

export function addAccountOn(account: Command, cli: Cli): void {
  account
    .command('on <name>')
    .description('switch an account on again (operators)')
    .action(async (name: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const changed = await session.client.changeAccount({ params: { account: name }, body: { off: false } });
      session.answer(changed, `${changed.name} is on`);
    });
}

export function addAccountRole(account: Command, cli: Cli): void {
  account
    .command('role <name> <role>')
    .description('change what an account may do: user or admin (operators)')
    .action(async (name: string, role: string, _options: object, command: Command) => {
      const session = cli.open(command);
      const changed = await session.client.changeAccount({ params: { account: name }, body: { role: role as Role } });
      session.answer(changed, `${changed.name} is ${changed.role}`);
    });
}
