/** Programs in Go, built with Debian's packages. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testCache } from './cache.ts';

export const GOPATH = '/usr/share/gocode';

/**
 * The path of the program whose source is in that folder, built once for each version of it. One at a time, with one cache: what they have
 * in common, which is nearly all, takes half a minute to compile.
 */
export async function goProgram(folder: URL): Promise<string> {
  const source = fileURLToPath(folder);
  const files = readdirSync(source).filter((name) => name.endsWith('.go'));
  const hash = createHash('sha256');
  for (const name of files.sort()) hash.update(`${readFileSync(join(source, name), 'utf8')}\n`);
  const dir = join(testCache(), 'go');
  mkdirSync(dir, { recursive: true });
  const program = join(dir, `${basename(source)}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  const build = '[ -e "$1" ] || { go build -ldflags="-s -w" -o "$1.half" . && mv "$1.half" "$1"; }';
  await promisify(execFile)('flock', [join(dir, 'lock'), 'sh', '-c', build, 'sh', program], {
    cwd: source,
    env: { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(dir, 'cache'), GOFLAGS: '' },
  });
  return program;
}
