/** Builds the program in ./govmomi, a client on Debian's govmomi. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { testCache } from './cache.ts';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const GOPATH = '/usr/share/gocode';
const SOURCE = fileURLToPath(new URL('./govmomi/', import.meta.url));

/** The program's path; built once for each version of its source, which takes half a minute. */
export async function buildGovmomi(): Promise<string> {
  const sources = readdirSync(SOURCE)
    .filter((name) => name.endsWith('.go'))
    .sort();
  const hash = createHash('sha256')
    .update(sources.map((name) => readFileSync(join(SOURCE, name), 'utf8')).join('\n'))
    .digest('hex')
    .slice(0, 12);
  const dir = join(testCache(), 'govmomi');
  const program = join(dir, `govmomi-${hash}`);
  if (existsSync(program)) return program;
  mkdirSync(dir, { recursive: true });
  const half = `${program}.${process.pid}`;
  await promisify(execFile)('go', ['build', '-o', half, '.'], {
    cwd: SOURCE,
    env: { ...process.env, GO111MODULE: 'off', GOPATH, GOCACHE: join(dir, 'go-build'), GOFLAGS: '' },
  });
  renameSync(half, program);
  return program;
}
