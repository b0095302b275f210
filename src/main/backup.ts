/**
 * `carrel backup FILE`: the store as of one moment, the installation's identity and its key, and on request the golden disks of this host, as
 * one tar archive. Works beside a running server, which notices nothing; machines are not in it.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { checkCtx, type Ctx } from '../lib/context.ts';
import { CarrelError, errorCode, isCode } from '../lib/errors.ts';
import { ensureCluster } from '../store/cluster.ts';
import type { StoreTarget } from '../store/conn.ts';
import { type DumpedTable, dumpStore } from '../store/dump.ts';
import { VERSION } from './version.ts';

/** Of the archive: its entries and what stands in its first one. */
export const BACKUP_FORMAT = 1;
/** The archive's first entry. */
export const MANIFEST = 'carrel-backup.json';
/** Files of the data directory that say whose it is. */
export const IDENTITY_FILES = ['carrel.json', 'secrets.key'] as const;

export interface BackupManifest {
  format: number;
  /** Version of Carrel that made it. */
  carrel: string;
  /** ISO 8601. */
  createdAt: string;
  installationId: string;
  /** Where it was; golden disks are recorded by their paths. */
  dataDir: string;
  /** Number of the store's schema. */
  schema: number;
  tables: DumpedTable[];
  /** Revisions whose golden disks are in it; undefined if they were not asked for. */
  images?: string[] | undefined;
  /** SHA-256 of each entry but this one and the golden disks, which have theirs in the store. */
  sha256: Record<string, string>;
}

export interface BackupOptions {
  dataDir: string;
  databaseUrl: string | undefined;
  file: string;
  images: boolean;
}

export interface BackupResult {
  file: string;
  bytes: number;
  manifest: BackupManifest;
}

/** Uses the store that runs, or starts it for the time. */
export async function withTarget<T>(
  ctx: Ctx,
  dataDir: string,
  databaseUrl: string | undefined,
  work: (target: StoreTarget) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== undefined) return await work(databaseUrl);
  const cluster = await ensureCluster(ctx, { dir: join(dataDir, 'pg'), log: ctx.log });
  try {
    return await work(cluster.conn);
  } finally {
    await cluster.stop();
  }
}

/**
 * Makes the archive: whole or not at all, readable by its owner alone, since the key in it opens every credential in it. Errors: `not-found`
 * (no installation there), `already-exists` (the file), `no-space`, `no-permission`, those of the store.
 */
export async function makeBackup(ctx: Ctx, options: BackupOptions): Promise<BackupResult> {
  const dataDir = resolve(options.dataDir);
  const file = resolve(options.file);
  if (existsSync(file))
    throw new CarrelError('already-exists', `${file} is there already`, { hint: 'Choose another name, or remove it first.' });
  const identity = await readFile(join(dataDir, 'carrel.json'), 'utf8').catch((cause: unknown) => {
    throw new CarrelError('not-found', `there is no data of Carrel in ${dataDir}`, {
      hint: 'Name its folder with --data or CARREL_DATA.',
      cause,
    });
  });
  const scratch = await mkdtemp(join(dirname(file), `.${basename(file)}-`)).catch((cause: unknown) => {
    if (isCode(cause, 'ENOENT', 'ENOTDIR')) throw new CarrelError('not-found', `there is no folder ${dirname(file)}`);
    if (isCode(cause, 'ENOSPC', 'EDQUOT')) throw new CarrelError('no-space', `there is no room in ${dirname(file)}`, { cause });
    throw new CarrelError('no-permission', `nothing can be written in ${dirname(file)}`, { cause });
  });
  try {
    const dump = await withTarget(ctx, dataDir, options.databaseUrl, async (target) =>
      dumpStore(ctx, target, (table) => join(scratch, `${table}.gz`)),
    );
    const entries: [string, string][] = [
      ...IDENTITY_FILES.map((name): [string, string] => [name, join(dataDir, name)]),
      ...dump.tables.map(({ table }): [string, string] => [`store/${table}.ndjson.gz`, join(scratch, `${table}.gz`)]),
    ];
    const sha256: Record<string, string> = {};
    for (const [name, path] of entries) sha256[name] = await hashOf(path);
    const images = options.images ? await mastersIn(dataDir) : undefined;
    const manifest: BackupManifest = {
      format: BACKUP_FORMAT,
      carrel: VERSION,
      createdAt: new Date().toISOString(),
      installationId: (JSON.parse(identity) as { installationId: string }).installationId,
      dataDir,
      ...dump,
      ...(images === undefined ? {} : { images }),
      sha256,
    };
    const part = join(scratch, 'part');
    const tar = pack();
    const written = pipeline(tar, createWriteStream(part, { mode: 0o600, flush: true }));
    // An error of the disk ends both; it is the one that is told.
    const filled = fill(ctx, tar, manifest, entries, images ?? [], dataDir).catch((error: unknown) => {
      tar.destroy(error as Error);
      throw error;
    });
    await Promise.all([filled, written]);
    await rename(part, file);
    return { file, bytes: (await stat(file)).size, manifest };
  } catch (error) {
    if (errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT')
      throw new CarrelError('no-space', `there is no room for the backup in ${dirname(file)}`, {
        hint: 'Write it elsewhere.',
        cause: error,
      });
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Ids of the revisions that this host has golden disks of. */
async function mastersIn(dataDir: string): Promise<string[]> {
  return (await readdir(join(dataDir, 'masters')).catch(() => [])).filter((name) => /^[0-9a-f-]{36}$/.test(name)).toSorted();
}

async function fill(
  ctx: Ctx,
  tar: Pack,
  manifest: BackupManifest,
  entries: readonly [string, string][],
  images: readonly string[],
  dataDir: string,
): Promise<void> {
  tar.entry({ name: MANIFEST, mode: 0o600 }, `${JSON.stringify(manifest, undefined, 1)}\n`);
  for (const [name, path] of entries) await add(tar, name, path);
  for (const [i, revision] of images.entries()) {
    checkCtx(ctx);
    ctx.progress({ text: `golden disks: ${i + 1} of ${images.length}` });
    const folder = join(dataDir, 'masters', revision);
    for (const name of (await readdir(folder)).toSorted()) await add(tar, `masters/${revision}/${name}`, join(folder, name));
  }
  tar.finalize();
}

async function add(tar: Pack, name: string, path: string): Promise<void> {
  const { size, mtime } = await stat(path);
  await pipeline(createReadStream(path, { end: Math.max(0, size - 1) }), tar.entry({ name, size, mtime, mode: 0o600 }));
}
