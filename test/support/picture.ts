import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Path, size and content of everything below a folder, as one hash; not of what a PostgreSQL that ended badly leaves of itself. */
export function pictureOf(dir: string): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(dir, { recursive: true }) as string[]).sort()) {
    // The command line of the last try, and the lock file of one that ended by abort().
    if (name === 'postmaster.opts' || name === 'postmaster.pid') continue;
    const path = join(dir, name);
    hash.update(name);
    if (statSync(path).isFile()) hash.update(readFileSync(path));
  }
  return hash.digest('hex');
}
