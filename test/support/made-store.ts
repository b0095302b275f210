/** A store that is new, as `carrel serve` makes it at a first start, kept from run to run: to make one takes initdb and every schema file. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeCtx } from '../../src/lib/context.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { ensureCluster } from '../../src/store/cluster.ts';
import { openStore } from '../../src/store/db.ts';
import { migrationsDir, readMigrations } from '../../src/store/migrate.ts';
import { findBinaries } from '../../src/store/pg-binaries.ts';
import { alone, testCache } from './cache.ts';

/** Puts a new store into the data directory of a server that is about to start for the first time. */
export async function haveStore(dataDir: string): Promise<void> {
  const kept = await alone('store', keptStore);
  await promisify(execFile)('cp', ['-a', kept, join(dataDir, 'pg')]);
}

/** One for each account that runs tests, which alone may read it, each version of PostgreSQL, and each schema. */
async function keptStore(): Promise<string> {
  const sums = (await readMigrations(migrationsDir())).map((file) => file.checksum);
  const { major } = await findBinaries(undefined);
  const name = ['store', process.getuid?.(), major, createHash('sha256').update(sums.join()).digest('hex').slice(0, 12)].join('-');
  const kept = join(testCache(), name);
  if (existsSync(kept)) return kept;
  const fresh = `${kept}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const ctx = makeCtx({ timeoutMs: 600_000 });
  const cluster = await ensureCluster(ctx, { dir: fresh, log: silentLogger });
  await (await openStore(ctx, cluster.conn)).close();
  await cluster.stop();
  renameSync(fresh, kept);
  return kept;
}
