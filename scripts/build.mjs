// Bundles the program and its portal to dist/: one entry, code split so that `carrel ls` does not load the server.
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { build as buildPortal } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** `CARREL_DIST`: elsewhere, for an installation. */
const dist = process.env.CARREL_DIST ?? join(root, 'dist');
const made = join(dist, `.${process.pid}.tmp`);
/** What names the other parts, and so comes after them. */
const ENTRIES = ['portal/index.html', 'carrel.js'];
const ENTRY = 'carrel.js';
/**
 * Brotli's quality. An installation is made once and read often: the best. In a checkout each build would take 2.6 s of processor time
 * for it, which is more than all else that the portal needs, to have a tenth less (452 for 500 kB in all).
 */
const BROTLI = process.env.CARREL_DIST === undefined ? 5 : constants.BROTLI_MAX_QUALITY;
/** Parts of earlier builds are kept so long, in milliseconds: a server that runs from one may load another of its parts late. */
const KEEP_OLD_MS = 24 * 3_600_000;

// Also when a test has it built: a development build of React is half as large again.
process.env.NODE_ENV = 'production';
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
  const portal = join(made, 'portal');
  await buildPortal({
    root: join(root, 'portal'),
    logLevel: 'warn',
    build: { outDir: portal, emptyOutDir: false, reportCompressedSize: false },
  });
  await compress(join(portal, 'assets'));
  const files = await filesOf(made);
  // As old as the sources it was made of: what was changed meanwhile is newer.
  await utimes(join(made, ENTRY), began, began);
  // The parts are named by their content; the entries come last, so a `carrel` or a page that starts meanwhile finds all that it needs.
  for (const file of [...files.filter((f) => !ENTRIES.includes(f)), ...ENTRIES]) {
    await mkdir(dirname(join(dist, file)), { recursive: true });
    await rename(join(made, file), join(dist, file));
  }
  for (const file of await filesOf(dist)) {
    // What begins with a dot is another build at work.
    if (files.includes(file) || file.startsWith('.')) continue;
    // All migrations that lie here are applied: one that has another name now must not be left.
    if (file.startsWith('sql/')) {
      await rm(join(dist, file), { force: true });
      continue;
    }
    const age = Date.now() - (await stat(join(dist, file)).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > KEEP_OLD_MS) await rm(join(dist, file), { force: true });
  }
} finally {
  await rm(made, { recursive: true, force: true });
}

/** Beside each part its compressed forms, made once rather than at each request. */
async function compress(dir) {
  for (const file of (await filesOf(dir)).filter((f) => /\.(?:js|css|svg)$/.test(f))) {
    const text = await readFile(join(dir, file));
    await writeFile(join(dir, `${file}.br`), brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI } }));
    await writeFile(join(dir, `${file}.gz`), gzipSync(text, { level: 9 }));
  }
}

async function filesOf(dir) {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => relative(dir, join(e.parentPath ?? e.path, e.name)));
}
