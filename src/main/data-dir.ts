/** What a data directory's file system must be able to do, tried for real before anything is kept in it. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CarrelError } from '../lib/errors.ts';

/** Another account's number, of which nothing but its difference matters; 65534 is `nobody`. */
const SOMEBODY_ELSE = 65_534;

/** `bad-request` for a path that a tool Carrel relies on cannot be given, whatever the quoting. */
export function checkPath(dir: string): void {
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f\u007f]/.test(dir)) return;
  throw new CarrelError('bad-request', `the data directory's path ${JSON.stringify(dir)} holds a line break or another control character`, {
    hint: 'choose another folder with --data or CARREL_DATA',
  });
}

/**
 * Tries in `dir` what Carrel rests on: permissions that stay as they are set (keys and sockets), and, for root, files given to the
 * accounts that PostgreSQL and QEMU run under. Errors: `no-permission` with the right that is missing and the way out; those of
 * the file system.
 */
export function checkFileSystem(dir: string, ownDatabase: boolean): void {
  const probe = mkdtempSync(join(dir, '.probe-'));
  try {
    const file = join(probe, 'file');
    writeFileSync(file, '', { mode: 0o600 });
    chmodSync(file, 0o600);
    if ((statSync(file).mode & 0o777) !== 0o600) {
      throw new CarrelError(
        'no-permission',
        `the file system of ${dir} does not keep permissions: what Carrel closes stays open to everybody`,
        {
          hint: 'choose a folder on a file system of Linux (not FAT, CIFS and their like) with --data or CARREL_DATA',
        },
      );
    }
    if (process.getuid?.() === 0) checkGiving(dir, file, ownDatabase);
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

function checkGiving(dir: string, file: string, ownDatabase: boolean): void {
  let cause: unknown;
  try {
    chownSync(file, SOMEBODY_ELSE, SOMEBODY_ELSE);
  } catch (error) {
    cause = error;
  }
  if (statSync(file).uid === SOMEBODY_ELSE) return;
  const who = ownDatabase ? 'PostgreSQL and QEMU' : 'QEMU';
  throw new CarrelError('no-permission', `root may not give away files in ${dir} (chown), but ${who} must not run as root`, {
    hint: `run Carrel as an ordinary user, or choose another folder with --data or CARREL_DATA${ownDatabase ? '; a PostgreSQL of your own is named with DATABASE_URL' : ''}`,
    cause,
  });
}
