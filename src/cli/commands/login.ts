import type { Command } from 'commander';
import { makeClient } from '../../client/client.ts';
import { UnreachableError } from '../../client/errors.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import { findLogin, forgetLogin, keepLogin } from '../login-file.ts';
import { secretFrom } from '../provider.ts';
import { checkedUrl, type Cli, type GlobalOptions } from '../session.ts';
import { clock } from '../text.ts';

interface LoginOptions {
  account?: string;
  passwordFile?: string;
  codeFile?: string;
  for?: string;
  label: string;
}

type Proof = { account: string; password: string } | { code: string };

/** A password never comes as an argument: anybody on the machine can read those. */
async function proof({ account, passwordFile, codeFile }: LoginOptions, { io }: Cli, json: boolean): Promise<Proof> {
  // The whole link will do, as it was copied.
  if (codeFile !== undefined) return { code: secretFrom(codeFile).replace(/^.*#code=/, '') };
  const ask = async (question: string, hidden = false) => (json ? undefined : io.ask?.(question, { hidden }));
  const name = account ?? (await ask('account: '));
  const password = passwordFile === undefined ? await ask('password: ', true) : secretFrom(passwordFile);
  if (name && password) return { account: name, password };
  throw new CarrelError('bad-request', 'no account or no password was given', {
    hint: 'at a terminal both are asked for; elsewhere --account NAME with --password-file FILE, or --code-file - for a one-time link',
  });
}

export function addLogin(program: Command, cli: Cli): void {
  program
    .command('login <url>')
    .description('sign in to a server: by account and password, or by a one-time link')
    .option('--account <name>', 'who you are; asked for at a terminal if left out')
    .option('--password-file <file>', 'your password, in a file of one line (- = standard input); asked for at a terminal if left out')
    .option('--code-file <file>', 'in place of both: a one-time link or its code, in a file of one line (- = standard input)')
    .option('--for <span>', 'how long to stay signed in', '30d')
    .option('--label <label>', 'what the token is called in `carrel token ls`', 'carrel login')
    .action(async (address: string, options: LoginOptions, command: Command) => {
      const { json = false } = command.optsWithGlobals<GlobalOptions>();
      const url = checkedUrl(address);
      const client = makeClient({ baseUrl: url });
      const by = await proof(options, cli, json);
      const made = await client.signInForToken({ body: { ...by, label: options.label, for: options.for ?? '30d' } });
      const { account, role, expiresAt, token, id } = made;
      const before = keepLogin(cli.io.env, url, { account, token, tokenId: id });
      if (before !== undefined) await endToken(url, before).catch(() => undefined);
      cli.io.out(
        json
          ? `${JSON.stringify({ url, account, role, expiresAt })}\n`
          : `signed in to ${url} as ${account} (${role}) until ${expiresAt ? clock(expiresAt) : 'you sign out'}\n`,
      );
    });
}

async function endToken(url: string, { account, token, tokenId }: { account: string; token: string; tokenId: string }): Promise<void> {
  await makeClient({ baseUrl: url, token }).deleteToken({ params: { account, token: tokenId } });
}

export function addLogout(program: Command, cli: Cli): void {
  program
    .command('logout [url]')
    .description('sign out: the token of `carrel login` is made worthless and forgotten')
    .action(async (address: string | undefined, _options: object, command: Command) => {
      const { json = false, url } = command.optsWithGlobals<GlobalOptions>();
      const named = address ?? url;
      const login = findLogin(cli.io.env, named === undefined ? undefined : checkedUrl(named));
      if (login === undefined)
        throw new CarrelError('not-found', 'you are not signed in there by `carrel login`', { hint: 'see `carrel whoami`' });
      // One that is over already is as good as removed.
      const failure = await endToken(login.url, login).catch((error: unknown) => error);
      const over = failure === undefined || isCode(failure, 'unauthorized', 'not-found');
      forgetLogin(cli.io.env, login.url);
      if (!over && !(failure instanceof UnreachableError)) throw failure;
      const left = over ? '' : '; the server did not answer, so the token stays good until it is over';
      cli.io.out(json ? `${JSON.stringify({ url: login.url, tokenEnded: over })}\n` : `signed out of ${login.url}${left}\n`);
    });
}

export function addWhoami(program: Command, cli: Cli): void {
  program
    .command('whoami')
    .description('who you are to the server, and until when')
    .action(async (_options: object, command: Command) => {
      const session = cli.open(command);
      const me = await session.client.showSession();
      session.answer(
        { ...me, url: session.client.baseUrl },
        `${me.account} (${me.role}) at ${session.client.baseUrl}, ${me.endsAt ? `until ${clock(me.endsAt)}` : 'without end'}`,
      );
    });
}
