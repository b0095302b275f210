import { chown, open, rm } from 'node:fs/promises';
import type { Account } from './run-tool.ts';

/** Makes an empty file that a tool's account may write; the folder stays ours. */
export async function grantFile(account: Account | undefined, path: string, mode = 0o600): Promise<void> {
  await rm(path, { force: true });
  await (await open(path, 'wx', mode)).close();
  if (account !== undefined) await chown(path, account.uid, account.gid);
}
