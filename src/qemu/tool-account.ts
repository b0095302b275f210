import { chmod, stat } from 'node:fs/promises';
import type { Logger } from '../lib/log.ts';
import { chooseAccount, closedFolder } from './process.ts';
import type { Account } from './run-tool.ts';

/**
 * The account without rights that QEMU and its tools run under, if it can reach `dir`; else our own (`account` undefined), which is said.
 * `dir` itself is ours to open for passing through; the folders above it are not.
 */
export async function accountFor(dir: string, log: Logger): Promise<{ account: Account | undefined; accountFact: string }> {
  const account = await chooseAccount();
  if (account === undefined) return { account, accountFact: `${process.getuid?.() ?? 'own'} (the account that Carrel runs under)` };
  const { mode } = await stat(dir);
  if ((mode & 0o001) === 0) await chmod(dir, mode | 0o011);
  const closed = await closedFolder(dir, account);
  if (closed === undefined) return { account, accountFact: account.name };
  log.warn({ folder: closed, account: account.name }, 'QEMU runs as root: its own account may not pass through this folder');
  return { account: undefined, accountFact: `root, since ${account.name} may not pass through ${closed}` };
}
