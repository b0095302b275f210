/** `make packages`: what a stranger gets works in an empty project, with nothing of the checkout and no network. The project is the simulator's README. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT } from '../support/server.ts';

const run = (command: string, args: string[], cwd: string) => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe' });

/** Packages that lie in our node_modules, with all that they need. */
function withNeeds(names: readonly string[]): string[] {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const { dependencies = {} } = manifestOf(join(ROOT, 'node_modules', name));
    open.push(...Object.keys(dependencies));
  }
  return [...found];
}

interface Manifest {
  name: string;
  version: string;
  license: string;
  dependencies?: Record<string, string>;
}
const manifestOf = (dir: string) => JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest;

/** The first TypeScript block of a README. */
function example(readme: string): string {
  const block = /^```ts\n([^]*?)^```/m.exec(readme)?.[1];
  if (block === undefined) throw new Error('the README has no example');
  return block;
}

const OURS = ['carrel-vsphere', 'carrel-vsim'];
let made = '';

/** A project with nothing in it but the two packages, their dependencies and the types of Node.js, installed from files. */
function emptyProject(): string {
  const dir = mkdtempSync(join(tmpdir(), 'packages-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const tarballs = join(dir, 'tarballs');
  mkdirSync(tarballs);
  made = run(process.execPath, ['scripts/make-packages.mjs', tarballs], ROOT);
  const ours = readdirSync(tarballs).toSorted();
  const needed = ours.flatMap((file) => Object.keys(dependenciesOf(join(tarballs, file))));
  const others = withNeeds([...needed, '@types/node']).map((name) => join(ROOT, 'node_modules', name));
  // Scripts stay unrun: what is packed is what lies there.
  run('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', tarballs, ...others], ROOT);
  const project = join(dir, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const files = readdirSync(tarballs).map((file) => join(tarballs, file));
  const quiet = [
    '--offline',
    '--cache',
    join(dir, 'cache'),
    '--ignore-scripts',
    '--omit=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  run('npm', ['install', ...quiet, ...files], project);
  return project;
}

const dependenciesOf = (tarball: string) =>
  (JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'], ROOT)) as Manifest).dependencies ?? {};

function checkTypes(project: string, files: string[]): void {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
    outDir: 'out',
    rootDir: '.',
  };
  // Also what the packages themselves declare is checked (skipLibCheck is off): a type that they name and do not bring is an error.
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  try {
    run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', '.'], project);
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout, { cause: error });
  }
}

test('the two packages work in an empty project: types, the example of the README, the program', async () => {
  const project = emptyProject();
  const root = manifestOf(ROOT);
  for (const name of OURS) {
    const dir = join(project, 'node_modules', name);
    expect(manifestOf(dir)).toMatchObject({ name, version: root.version, license: root.license });
    for (const file of ['README.md', 'LICENSE']) expect(existsSync(join(dir, file)), `${name}/${file}`).toBe(true);
    expect(made).toContain(`${name}-${root.version}.tgz`);
    // Nothing leads back to where it was made.
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(ROOT))).toEqual([]);
  }

  const readme = (name: string) => readFileSync(join(project, 'node_modules', name, 'README.md'), 'utf8');
  writeFileSync(join(project, 'client.ts'), example(readme('carrel-vsphere')));
  writeFileSync(join(project, 'try.ts'), example(readme('carrel-vsim')));
  checkTypes(project, ['client.ts', 'try.ts']);
  const said = run(process.execPath, ['out/try.js'], project);
  expect(said.split('\n')).toEqual([
    '/DC0/vm/golden/master-0',
    'true',
    '[ds0] trial/trial-000001.vmdk',
    '[ds0] master-0/master-0.vmdk',
    'true',
    '',
  ]);

  const program = spawn(join(project, 'node_modules/.bin/vsim'), ['--masters', '1', '--json'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  const ended = once(program, 'exit');
  const [line] = (await once(createInterface(program.stdout), 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ username: 'administrator@vsphere.local', masters: [{ path: '/DC0/vm/golden/master-0' }] });
  program.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(run(join(project, 'node_modules/.bin/vsim'), ['--help'], project)).toMatch(/^usage: vsim /);
});
