/**
 * A few lines that use Carrel's sources, as a program for processes of their own. Bundled once: a process that compiles them as it loads them takes
 * some five seconds of a processor before its first line.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The program's file, to be run by node; `code` imports by paths from the top of the checkout. Give it the hook that takes it away: `afterAll` at the top
 * of a file, `onTestFinished` in a test.
 */
export async function childProgram(code: string, whenOver: (remove: () => void) => unknown): Promise<string> {
  // Below node_modules, from where packages are found.
  const file = join(ROOT, 'node_modules/.cache/carrel-test', `${randomUUID()}.mjs`);
  whenOver(() => rmSync(file, { force: true }));
  await build({
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    packages: 'external',
  });
  return file;
}
