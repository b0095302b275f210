import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ctx } from '../../lib/context.ts';
import { CarrelError, errorCode } from '../../lib/errors.ts';
import { run } from './run.ts';

/** Programs that every use of Debian packages needs. */
export const PACKAGE_TOOLS = ['apt-get', 'apt-cache', 'dpkg-deb'] as const;

/** Debian names library packages `lib…`; zlib is the old exception. */
const LIBRARY = /^(lib|zlib)/;

/** Part of a build's progress: fractions from `from` to `to`. */
export interface Span {
  from: number;
  to: number;
}

/**
 * Debian packages from the host's own sources, mirrors, proxies and keys. Nothing on the host is changed or installed: packages are
 * downloaded and unpacked into folders of ours. If the host's package lists are missing or name versions that the mirror no longer
 * has, lists of our own are fetched into `workDir`.
 */
export class DebianPackages {
  readonly #workDir: string;
  #options: readonly string[];
  #private = false;

  /** `workDir`, an absolute path that is there, holds apt's index and, if need be, lists of our own. */
  constructor(workDir: string) {
    this.#workDir = workDir;
    this.#options = [...QUIET, ...this.#indexOptions()];
  }

  /**
   * apt reads all lists anew at each call where its index is not kept: in container images, which turn that off, and for users who
   * may not write to /var/cache/apt. With an index of our own only the first call does.
   */
  #indexOptions(): string[] {
    return ['-o', `Dir::Cache::pkgcache=${join(this.#workDir, 'pkgcache.bin')}`];
  }

  /** The packages that `names` depend on directly. The first of alternatives counts; virtual packages are left out. */
  async dependencies(ctx: Ctx, names: readonly string[]): Promise<string[]> {
    return [...(await this.#depends(ctx, names)).values()].flat();
  }

  /** `names` and every shared-library package below them. */
  async withLibraries(ctx: Ctx, names: readonly string[]): Promise<string[]> {
    // All that is below them in one call: apt takes longer to begin than to answer.
    const below = await this.#depends(ctx, names, '--recurse');
    const all = new Set(names);
    for (const name of all) for (const found of below.get(name) ?? []) if (LIBRARY.test(found)) all.add(found);
    return [...all].sort();
  }

  async #depends(ctx: Ctx, names: readonly string[], ...more: readonly string[]): Promise<Map<string, string[]>> {
    const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
    const text = await this.#withLists(ctx, () => run(ctx, 'apt-cache', [...this.#options, 'depends', ...without, ...more, ...names]));
    return parseDepends(text);
  }

  /**
   * Downloads into `folder` (created) and answers the file of each package.
   * Errors: `unavailable` when the mirror cannot be reached or does not have it.
   */
  async download(ctx: Ctx, names: readonly string[], folder: string, span: Span): Promise<string[]> {
    await mkdir(folder, { recursive: true });
    const listed = await this.#withLists(ctx, () =>
      run(ctx, 'apt-get', [...this.#options, 'download', '--print-uris', ...names], { cwd: folder }),
    );
    const total = parseUris(listed).reduce((sum, uri) => sum + uri.bytes, 0);
    const timer = setInterval(() => void reportBytes(ctx, folder, total, span), 250);
    try {
      await this.#withLists(ctx, () => run(ctx, 'apt-get', [...this.#options, 'download', ...names], { cwd: folder }));
    } finally {
      clearInterval(timer);
    }
    return (await readdir(folder)).filter((f) => f.endsWith('.deb')).map((f) => join(folder, f));
  }

  /** Unpacks a package's files below `root`; runs none of its scripts. */
  async unpack(ctx: Ctx, deb: string, root: string): Promise<void> {
    await mkdir(root, { recursive: true });
    await run(ctx, 'dpkg-deb', ['-x', deb, root]);
  }

  /** Runs `work`; where apt says that its lists are no good, fetches own lists and runs it once more. */
  async #withLists<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (errorCode(error) !== 'recipe-failed') throw error;
      if (this.#private || !isListProblem(error)) throw downloadFailed(error);
    }
    ctx.progress({ text: "fetching Debian's package lists" });
    await this.#fetchLists(ctx);
    try {
      return await work();
    } catch (error) {
      throw errorCode(error) === 'recipe-failed' ? downloadFailed(error) : error;
    }
  }

  async #fetchLists(ctx: Ctx): Promise<void> {
    const base = join(this.#workDir, 'apt');
    await mkdir(join(base, 'state/lists/partial'), { recursive: true });
    await mkdir(join(base, 'cache/archives/partial'), { recursive: true });
    await writeFile(join(base, 'status'), '');
    this.#private = true;
    this.#options = [
      ...QUIET,
      ...this.#indexOptions(),
      ...['-o', `Dir::State=${base}/state`, '-o', `Dir::Cache=${base}/cache`, '-o', `Dir::State::status=${base}/status`],
    ];
    try {
      await run(ctx, 'apt-get', [...this.#options, 'update']);
    } catch (error) {
      throw errorCode(error) === 'recipe-failed' ? downloadFailed(error) : error;
    }
  }
}

/** `APT::Sandbox::User=root`: apt as root would else hand the download to `_apt`, which cannot write into our folder. */
const QUIET: readonly string[] = ['-q', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];

function isListProblem(error: unknown): boolean {
  const text = String((error as CarrelError).details['stderr'] ?? '');
  return /Unable to locate package|No packages found|404 {2}Not Found|Can't select|has no installation candidate/.test(text);
}

function downloadFailed(cause: unknown): CarrelError {
  return new CarrelError('unavailable', 'the Debian packages could not be fetched', {
    cause,
    retry: 'later',
    hint: "check the network, and that `apt-get update` works with this machine's package sources",
  });
}

/**
 * What each package depends on, after `Depends:` and `PreDepends:` in the output of `apt-cache depends`; the first of alternatives (`|Depends:` and
 * those after it).
 */
export function parseDepends(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let names: string[] = [];
  let alternative = false;
  for (const line of text.split('\n')) {
    if (/^[^\s<]/.test(line)) {
      names = [];
      found.set(line, names);
      alternative = false;
    }
    const match = /^ ([ |])(?:Pre)?Depends: (\S+)$/.exec(line);
    if (!match) continue;
    const first = !alternative;
    alternative = match[1] === '|';
    if (first && match[2] && !match[2].startsWith('<')) names.push(match[2]);
  }
  return found;
}

/** The lines of `apt-get --print-uris`: `'URI' FILE BYTES HASH`. */
export function parseUris(text: string): { file: string; bytes: number }[] {
  return [...text.matchAll(/^'[^']+' (\S+) (\d+)/gm)].map((m) => ({ file: m[1] ?? '', bytes: Number(m[2]) }));
}

async function reportBytes(ctx: Ctx, folder: string, total: number, span: Span): Promise<void> {
  let done = 0;
  for (const file of await readdir(folder).catch(() => [])) done += (await stat(join(folder, file)).catch(() => undefined))?.size ?? 0;
  if (total === 0) return;
  const text = `downloading Debian packages, ${mib(done)} of ${mib(total)} MiB`;
  ctx.progress({ text, fraction: span.from + (span.to - span.from) * Math.min(1, done / total) });
}

const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

/** Package name and version from the name that apt gives a file: `libc6_2.36-9%2bdeb12u10_amd64.deb`. */
export function parseDebName(file: string): { name: string; version: string } | undefined {
  const match = /^([a-z0-9][a-z0-9+.-]*)_([^_/]+)_[a-z0-9]+\.deb$/.exec(file);
  return match ? { name: match[1] ?? '', version: decodeURIComponent(match[2] ?? '') } : undefined;
}
