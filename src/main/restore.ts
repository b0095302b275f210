/** `carrel restore FILE --data DIR`: what `carrel backup` wrote, in an empty folder and an empty database. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { acceptRestored } from '../drivers/registry.ts';
import { checkCtx, type Ctx } from '../lib/context.ts';
import { CarrelError, describeError, errorCode } from '../lib/errors.ts';
import { makeFolder } from '../lib/folder.ts';
import type { StoreTarget } from '../store/conn.ts';
import { loadStore } from '../store/dump.ts';
import { beginEventsAnew, contentsOf, moveMasterPaths, recordedMasters, takeAwayNew } from '../store/restored.ts';
import { BACKUP_FORMAT, type BackupManifest, IDENTITY_FILES, MANIFEST, withTarget } from './backup.ts';
import { checkFileSystem } from './data-dir.ts';

export interface RestoreResult {
  manifest: BackupManifest;
  /** Golden disks that are there again and are what was sealed. */
  verified: number;
  /** What is not there, or not what it was: a sentence each. */
  missing: string[];
}

/** Names that an archive of ours may have; anything else is none. */
const ENTRY = /^(?:carrel\.json|secrets\.key|store\/[a-z_]+\.ndjson\.gz|masters\/[0-9a-f-]{36}\/[A-Za-z0-9][A-Za-z0-9._-]*)$/;
const MAX_MANIFEST = 4 * 2 ** 20;

function corrupt(what: string, cause?: unknown): CarrelError {
  return new CarrelError('store-corrupt', `the backup cannot be used: ${what}`, { hint: 'Use another one.', cause });
}

/**
 * Restores all or nothing: what was made in `dataDir` is taken away again when something fails, its private store too, and a `databaseUrl` is
 * left as it was, which the error's hint says. `dataDir` is empty or not there, and so is the database.
 * Errors: `not-found` (the file), `already-exists`, `store-corrupt`, `store-newer`, `no-space`, those of the store.
 */
export async function restoreBackup(
  ctx: Ctx,
  options: { dataDir: string; databaseUrl: string | undefined; file: string },
): Promise<RestoreResult> {
  const dataDir = resolve(options.dataDir);
  if (!existsSync(options.file)) throw new CarrelError('not-found', `there is no file ${options.file}`);
  const there = await readdir(dataDir).catch(() => []);
  if (there.length > 0) {
    throw new CarrelError('already-exists', `${dataDir} is not empty`, { hint: 'Restore into a new folder: --data DIR.' });
  }
  makeFolder(dataDir, 0o711);
  // As a server opens it: PostgreSQL's and QEMU's accounts pass through, and list nothing.
  if (process.getuid?.() === 0) await chmod(dataDir, 0o711);
  try {
    checkFileSystem(dataDir, options.databaseUrl === undefined);
    return await restoreInto(ctx, { ...options, dataDir });
  } catch (error) {
    for (const name of await readdir(dataDir)) await rm(join(dataDir, name), { recursive: true, force: true });
    throw error;
  }
}

async function restoreInto(
  ctx: Ctx,
  { dataDir, databaseUrl, file }: { dataDir: string; databaseUrl: string | undefined; file: string },
): Promise<RestoreResult> {
  const unpacked = join(dataDir, 'restoring');
  await mkdir(unpacked, { mode: 0o700 });
  const manifest = await unpack(ctx, file, unpacked);
  return await withTarget(ctx, dataDir, databaseUrl, async (target) =>
    orAsItWas(databaseUrl, async (onBegin) => {
      await loadStore(ctx, target, manifest, (table) => linesOf(join(unpacked, `store/${table}.ndjson.gz`)), onBegin);
      await moveMasters(unpacked, dataDir);
      await moveMasterPaths(target, manifest.dataDir, dataDir);
      await beginEventsAnew(target, new Date());
      const result = await look(ctx, target, dataDir);
      // Last: from here on it is an installation that a server serves.
      for (const name of [...IDENTITY_FILES].toReversed()) await rename(join(unpacked, name), join(dataDir, name));
      await rm(unpacked, { recursive: true });
      return { manifest, ...result };
    }),
  );
}

/** Takes away what the work made in somebody's database when it fails, and says so. A private store goes with its folder. */
async function orAsItWas<T>(databaseUrl: string | undefined, work: (onBegin: () => void) => Promise<T>): Promise<T> {
  if (databaseUrl === undefined) return await work(() => {});
  const before = await contentsOf(databaseUrl);
  let begun = false;
  try {
    return await work(() => (begun = true));
  } catch (error) {
    // Refused or broken off before anything was made: what is there is of whoever is at work in it now.
    if (!begun) throw error;
    const said = await takeAwayNew(databaseUrl, before).then(
      () => 'The database is as it was before.',
      (cause: unknown) => `What was made in the database is still there, and has to be dropped by hand: ${describeError(cause)}.`,
    );
    const { code, message, hint, details, retry } =
      error instanceof CarrelError ? error : new CarrelError(errorCode(error), describeError(error));
    throw new CarrelError(code, message, { hint: hint === undefined ? said : `${hint} ${said}`, details, retry, cause: error });
  }
}

/** Writes every entry below `to`, and holds it against the manifest. Nothing is written under a name that is not one of ours. */
async function unpack(ctx: Ctx, file: string, to: string): Promise<BackupManifest> {
  let manifest: BackupManifest | undefined;
  const seen = new Map<string, string>();
  const reader = extract();
  const feeding = pipeline(createReadStream(file), reader);
  const reading = (async () => {
    for await (const entry of reader) {
      checkCtx(ctx);
      const { name, size } = entry.header as Header;
      if (manifest === undefined) {
        if (name !== MANIFEST || size > MAX_MANIFEST) throw corrupt('it does not begin as a backup of Carrel does');
        manifest = readManifest(await text(entry as AsyncIterable<Buffer>));
        continue;
      }
      if (!ENTRY.test(name) || seen.has(name)) throw corrupt(`it holds ${JSON.stringify(name.slice(0, 100))}`);
      const path = join(to, name);
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      const hash = createHash('sha256');
      const hashing = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          done(null, chunk);
        },
      });
      ctx.progress({ text: name.startsWith('masters/') ? 'unpacking golden disks' : 'unpacking' });
      await pipeline(entry, hashing, createWriteStream(path, { mode: 0o600, flush: true }));
      seen.set(name, hash.digest('hex'));
    }
  })();
  await Promise.all([feeding, reading]).catch((error: unknown) => {
    reader.destroy();
    if (error instanceof CarrelError) throw error;
    throw corrupt('it is cut off, or no archive', error);
  });
  if (manifest === undefined) throw corrupt('it is empty');
  for (const [name, sha256] of Object.entries(manifest.sha256)) {
    if (seen.get(name) !== sha256) throw corrupt(seen.has(name) ? `${name} in it was changed` : `${name} is missing in it`);
  }
  for (const name of IDENTITY_FILES) if (!seen.has(name)) throw corrupt(`${name} is missing in it`);
  return manifest;
}

async function text(entry: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of entry) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function readManifest(json: string): BackupManifest {
  let read: Partial<BackupManifest>;
  try {
    read = JSON.parse(json) as Partial<BackupManifest>;
  } catch (cause) {
    throw corrupt('what it says of itself cannot be read', cause);
  }
  if (typeof read.format !== 'number' || !Array.isArray(read.tables) || typeof read.sha256 !== 'object' || typeof read.schema !== 'number')
    throw corrupt('what it says of itself cannot be read');
  if (read.format > BACKUP_FORMAT) {
    throw new CarrelError('store-newer', `the backup has format ${read.format}, this program knows ${BACKUP_FORMAT}`, {
      hint: 'Restore it with the version of Carrel that made it, or a newer one.',
    });
  }
  return read as BackupManifest;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path).pipe(createGunzip()), crlfDelay: Number.POSITIVE_INFINITY });
}

async function moveMasters(unpacked: string, dataDir: string): Promise<void> {
  const from = join(unpacked, 'masters');
  if (existsSync(from)) await rename(from, join(dataDir, 'masters'));
}

async function look(ctx: Ctx, target: StoreTarget, dataDir: string): Promise<{ verified: number; missing: string[] }> {
  let verified = 0;
  const missing: string[] = [];
  for (const { revisionId, image, provider, here } of await recordedMasters(target)) {
    if (!here) continue;
    const folder = join(dataDir, 'masters', revisionId);
    if (!existsSync(folder)) {
      missing.push(`${image} (${provider}): its golden disk is not in the backup`);
      continue;
    }
    ctx.progress({ text: `verifying ${image}` });
    const wrong = await acceptRestored(ctx, folder);
    if (wrong === undefined) verified++;
    else missing.push(`${image} (${provider}): ${wrong}`);
  }
  return { verified, missing };
}
