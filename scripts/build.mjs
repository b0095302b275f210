// Bundles the program to dist/: one entry, code split so that `carrel ls` does not load the server.
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const made = join(root, `dist.${process.pid}.tmp`);

await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });
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
    // Native and optional: ssh2 works without both.
    external: ['cpu-features', '*.node', 'pg-native'],
    banner: { js: "import { createRequire as carrelRequire } from 'node:module'; const require = carrelRequire(import.meta.url);" },
  });
  await cp(join(root, 'sql'), join(made, 'sql'), { recursive: true });
  // Swapped in whole: a `carrel` that starts meanwhile finds the old one or the new one.
  const dist = join(root, 'dist');
  const old = join(root, `dist.${process.pid}.old`);
  await rename(dist, old).catch(() => {});
  await rename(made, dist);
  await rm(old, { recursive: true, force: true });
} finally {
  await rm(made, { recursive: true, force: true });
}
