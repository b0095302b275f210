/** The operating system's account that PostgreSQL runs under, and what it can reach. */
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CarrelError, isCode } from '../lib/errors.ts';

export interface OsAccount {
  name: string;
  uid: number;
  gid: number;
}

/** Accounts of /etc/passwd by name; the last of two lines with the same name loses, as in getpwnam(3). */
export function parsePasswd(text: string): Map<string, OsAccount> {
  const found = new Map<string, OsAccount>();
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (!name || uid === undefined || gid === undefined || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) continue;
    if (!found.has(name)) found.set(name, { name, uid: Number(uid), gid: Number(gid) });
  }
  return found;
}

/**
 * Whom PostgreSQL runs as: undefined = as we do. It refuses to run as root, so root takes `postgres`, else `nobody`; a store that is
 * there already keeps the account that owns it. `data` is the cluster's data folder, there or not.
 */
export function clusterAccount(data: string): OsAccount | undefined {
  const owner = ownerOf(data);
  const me = process.getuid?.();
  if (me !== 0) {
    if (owner !== undefined && owner.uid !== me) {
      throw new CarrelError('no-permission', `the store in ${dirname(data)} belongs to another account (uid ${owner.uid})`, {
        hint: 'Run Carrel as the account that made it, or as root if root did; or choose another data directory.',
      });
    }
    return undefined;
  }
  const accounts = parsePasswd(readFileSync('/etc/passwd', 'utf8'));
  if (owner !== undefined && owner.uid !== 0) {
    const named = [...accounts.values()].find((a) => a.uid === owner.uid);
    return { name: named?.name ?? `uid ${owner.uid}`, ...owner };
  }
  const chosen = accounts.get('postgres') ?? accounts.get('nobody');
  if (chosen === undefined || chosen.uid === 0) {
    throw new CarrelError('store-start', 'PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody', {
      hint: 'Run Carrel as an ordinary user, or make the account: useradd --system postgres',
    });
  }
  if (owner !== undefined) {
    throw new CarrelError('no-permission', `the store ${data} belongs to root, but PostgreSQL refuses to run as root`, {
      hint: `Give it back to its account: chown -R ${chosen.name}: '${data}'`,
    });
  }
  return chosen;
}

function ownerOf(path: string): { uid: number; gid: number } | undefined {
  try {
    const { uid, gid } = statSync(path);
    return { uid, gid };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** The first folder on the way to `path` that the account may not pass through, by mode bits; undefined if it gets there. */
export function blockedAt(path: string, account: OsAccount): string | undefined {
  const steps: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) steps.unshift(dirname(at));
  return steps.find((dir) => {
    const s = statSync(dir);
    const bit = s.uid === account.uid ? 0o100 : s.gid === account.gid ? 0o010 : 0o001;
    return (s.mode & bit) === 0;
  });
}
