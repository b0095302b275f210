// Lays an installation out below a folder: `node scripts/stage.mjs DESTDIR PREFIX`. Used by `make install` and by `make deb`.
// What is there afterwards needs nothing of the checkout and nothing from the network: the bundle, the few packages that cannot be bundled,
// and the Node.js that runs this script, since that is the one that was tested.
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Named in build.mjs as what is not bundled. */
const UNBUNDLED = ['ssh2', '@node-rs/argon2'];

/** These packages and all that they need and that is installed. */
async function closure(names) {
  const found = new Set();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const file = join(root, 'node_modules', name, 'package.json');
    if (found.has(name) || !existsSync(file)) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(file, 'utf8'));
    open.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies));
  }
  return [...found];
}

/** Node.js of Debian is a small program around a library of its own: it cannot be taken along. */
function mustBeWhole(node) {
  if (!/libnode/.test(execFileSync('ldd', [node], { encoding: 'utf8' }))) return;
  throw new Error(`${node} is not whole by itself (it needs libnode): build with Node.js from nodejs.org`);
}

export async function stage(destdir, prefix) {
  const lib = join(destdir, prefix, 'lib/carrel');
  await rm(lib, { recursive: true, force: true });
  await mkdir(join(lib, 'bin'), { recursive: true });
  mustBeWhole(process.execPath);
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], {
    stdio: 'inherit',
    env: { ...process.env, CARREL_DIST: join(lib, 'dist') },
  });
  await copyFile(process.execPath, join(lib, 'bin/node'));
  await chmod(join(lib, 'bin/node'), 0o755);
  await copyFile(join(root, 'bin/carrel'), join(lib, 'bin/carrel'));
  await copyFile(join(root, 'packaging/carrel.sh'), join(lib, 'carrel.sh'));
  await chmod(join(lib, 'carrel.sh'), 0o755);
  const { name, version, license, type } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(lib, 'package.json'), `${JSON.stringify({ name, version, license, type })}\n`);
  for (const each of await closure(UNBUNDLED)) {
    await cp(join(root, 'node_modules', each), join(lib, 'node_modules', each), { recursive: true });
  }
  await mkdir(join(destdir, prefix, 'bin'), { recursive: true });
  const command = join(destdir, prefix, 'bin/carrel');
  await rm(command, { force: true });
  await symlink('../lib/carrel/carrel.sh', command);
  const units = join(destdir, prefix === '/usr' ? '/usr/lib/systemd/system' : '/etc/systemd/system');
  await mkdir(units, { recursive: true });
  const unit = await readFile(join(root, 'packaging/carrel.service'), 'utf8');
  await writeFile(join(units, 'carrel.service'), unit.replaceAll('@prefix@', prefix));
  const settings = join(destdir, '/etc/default/carrel');
  await mkdir(dirname(settings), { recursive: true });
  if (!existsSync(settings)) await copyFile(join(root, 'packaging/carrel.default'), settings);
  const doc = join(destdir, prefix, 'share/doc/carrel');
  await mkdir(doc, { recursive: true });
  for (const file of ['README.md', 'LICENSE']) await copyFile(join(root, file), join(doc, file));
  await cp(join(root, 'docs/guide'), join(doc, 'guide'), { recursive: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , destdir, prefix = '/usr/local'] = process.argv;
  if (destdir === undefined) {
    process.stderr.write('usage: node scripts/stage.mjs DESTDIR [PREFIX]\n');
    process.exit(2);
  }
  await stage(resolve(destdir), prefix);
}
