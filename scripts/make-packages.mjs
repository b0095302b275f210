// Makes NAME-VERSION.tgz of src/vsphere and src/vsim in the folder named (default: packages/), each an npm package that needs nothing else of ours.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = resolve(process.argv[2] ?? join(root, 'packages'));
const ours = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

/** `folder` is under src/, with the README that the package gets; its `index.ts` is what can be imported. */
const PACKAGES = [
  {
    folder: 'vsphere',
    name: 'carrel-vsphere',
    description: 'A typed client for the vSphere Web Services API (vCenter and ESXi): linked clones, tasks, inventory, files, guests.',
    keywords: ['vsphere', 'vcenter', 'esxi', 'vmware', 'vim25', 'client'],
    programs: {},
  },
  {
    folder: 'vsim',
    name: 'carrel-vsim',
    description: 'A simulated vCenter or ESXi host that keeps disk chains honest: for tests of any vSphere client.',
    keywords: ['vsphere', 'vcenter', 'esxi', 'vmware', 'simulator', 'mock', 'test'],
    programs: { vsim: `import { main } from './program.ts';\nprocess.exitCode = await main(process.argv.slice(2), 'vsim');\n` },
  },
];

await mkdir(out, { recursive: true });
for (const what of PACKAGES) {
  const dir = await mkdtemp(join(tmpdir(), 'carrel-package-'));
  try {
    await makePackage(what, dir);
    // No scripts of a package run: what is packed is what was made here.
    const args = ['pack', '--ignore-scripts', '--loglevel=error', '--json', '--pack-destination', out];
    const [{ filename }] = JSON.parse(execFileSync('npm', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
    process.stdout.write(`${join(out, filename)}\n`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function makePackage({ folder, name, description, keywords, programs }, dir) {
  const imported = new Set([...(await bundle(folder, programs, dir)), ...(await declarations(folder, dir))]);
  const entry = { types: `./types/${folder}/index.d.ts`, default: './dist/index.js' };
  const manifest = {
    name,
    version: ours.version,
    description,
    keywords,
    license: ours.license,
    type: 'module',
    engines: ours.engines,
    sideEffects: false,
    exports: { '.': entry, './package.json': './package.json' },
    types: entry.types,
    ...(Object.keys(programs).length === 0 ? {} : { bin: Object.fromEntries(Object.keys(programs).map((p) => [p, `dist/${p}.js`])) }),
    files: ['dist', 'types'],
    dependencies: Object.fromEntries(
      [...imported].toSorted((a, b) => a.localeCompare(b)).map((dependency) => [dependency, versionOf(dependency, name)]),
    ),
  };
  await writeFile(join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, 'src', folder, 'README.md'), join(dir, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(dir, 'LICENSE'));
}

/** Newer ones that promise to be compatible are taken too: the package does not lie alone in somebody's project. */
function versionOf(dependency, name) {
  const version = ours.dependencies[dependency];
  if (version === undefined) throw new Error(`${name} imports ${dependency}, which package.json does not name under dependencies`);
  return `^${version}`;
}

/** The program text; what lies in src/ comes along, packages stay outside. Answers their names. */
async function bundle(folder, programs, dir) {
  const from = join(root, 'src', folder);
  const shared = {
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outdir: join(dir, 'dist'),
    metafile: true,
    logLevel: 'warning',
  };
  // A program is two lines around a function that index.ts does not export: a module that is only there while it is bundled.
  const virtual = {
    name: 'programs',
    setup(on) {
      on.onResolve({ filter: /^program:/ }, ({ path }) => ({ path: path.slice('program:'.length), namespace: 'program' }));
      on.onLoad({ filter: /.*/, namespace: 'program' }, ({ path }) => ({
        contents: `#!/usr/bin/env node\n${programs[path]}`,
        loader: 'ts',
        resolveDir: from,
      }));
    },
  };
  const entryPoints = { index: join(from, 'index.ts'), ...Object.fromEntries(Object.keys(programs).map((p) => [p, `program:${p}`])) };
  const { metafile } = await build({ ...shared, entryPoints, plugins: [virtual] });
  const paths = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter((i) => i.external).map((i) => i.path));
  return packagesOf(paths);
}

/** The types of index.ts and all that they name, as .d.ts files in the shape of src/. Answers the packages that they name. */
async function declarations(folder, dir) {
  const made = await mkdtemp(join(tmpdir(), 'carrel-types-'));
  try {
    const config = join(made, 'tsconfig.json');
    const compilerOptions = {
      noEmit: false,
      emitDeclarationOnly: true,
      declaration: true,
      stripInternal: true,
      rootDir: join(root, 'src'),
      outDir: join(made, 'out'),
    };
    await symlink(join(root, 'node_modules'), join(made, 'node_modules'));
    await writeFile(
      config,
      JSON.stringify({
        extends: join(root, 'tsconfig.json'),
        include: [],
        files: [join(root, 'src', folder, 'index.ts')],
        compilerOptions,
      }),
    );
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { stdio: ['ignore', 'inherit', 'inherit'] });
    return packagesOf(await takeReachable(join(made, 'out'), join(folder, 'index.d.ts'), join(dir, 'types')));
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Copies one declaration and those it imports; a name that ends in .ts, as our source has it, would name a file that is not in the package. */
async function takeReachable(from, first, to) {
  const outside = [];
  const taken = new Set();
  const open = [first];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (taken.has(file)) continue;
    taken.add(file);
    const text = (await readFile(join(from, file), 'utf8')).replaceAll(/\b(from |import\()(['"])([^'"]+)\2/g, (_, before, quote, path) => {
      if (!path.startsWith('.')) {
        outside.push(path);
        return `${before}${quote}${path}${quote}`;
      }
      open.push(relative(from, resolve(join(from, dirname(file)), path.replace(/\.ts$/, '.d.ts'))));
      return `${before}${quote}${path.replace(/\.ts$/, '.js')}${quote}`;
    });
    await mkdir(dirname(join(to, file)), { recursive: true });
    await writeFile(join(to, file), text);
  }
  return outside;
}

function packagesOf(paths) {
  const names = paths.map((path) =>
    path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return names.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
}
