// Bundles the program to dist/: one entry, code split so that `carrel ls` does not load the server.
import { cp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const made = join(dist, `.${process.pid}.tmp`);
const ENTRY = 'carrel.js';
/** Parts of earlier builds are kept so long, in milliseconds: a server that runs from one may load another of its parts late. */
const KEEP_OLD_MS = 24 * 3_600_000;

const began = new Date();
await rm(made, { recursive: true, force: true });
try {
  await build({
    entryPoints: { carrel: join(root, 'src/main/cli.ts') },
    outdir: made,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
    // ssh2 carries a wasm part that finds its file by __dirname, so it stays in node_modules; the others are native and optional.
    external: ['ssh2', '@node-rs/argon2', 'cpu-features', '*.node', 'pg-native'],
    banner: { js: "import { createRequire as carrelRequire } from 'node:module'; const require = carrelRequire(import.meta.url);" },
  });
  await cp(join(root, 'sql'), join(made, 'sql'), { recursive: true });
  const files = await filesOf(made);
  // As old as the sources it was made of: what was changed meanwhile is newer.
  await utimes(join(made, ENTRY), began, began);
  // The parts are named by their content; the entry comes last, so a `carrel` that starts meanwhile finds all that it needs.
  for (const file of [...files.filter((f) => f !== ENTRY), ENTRY]) {
    await mkdir(dirname(join(dist, file)), { recursive: true });
    await rename(join(made, file), join(dist, file));
  }
  for (const file of await filesOf(dist)) {
    // What begins with a dot is another build at work.
    if (files.includes(file) || file.startsWith('.')) continue;
    const age = Date.now() - (await stat(join(dist, file)).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > KEEP_OLD_MS) await rm(join(dist, file), { force: true });
  }
} finally {
  await rm(made, { recursive: true, force: true });
}

async function filesOf(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => relative(dir, join(e.parentPath ?? e.path, e.name)));
}
