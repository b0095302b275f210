/** What a newcomer does first: `make demo` in a clean clone, as an ordinary user. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ROOT } from './server.ts';

export const NOBODY = 65_534;
export const isRoot = process.getuid?.() === 0;

/** The checkout as it would be cloned, what is not committed yet included. */
function cleanClone(to: string): void {
  const list = execFileSync('git', ['-C', ROOT, '-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  for (const name of list.split('\0').filter((n) => n !== '' && existsSync(join(ROOT, n)))) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(join(ROOT, name), join(to, name));
  }
}

/** Names that a shell, ssh, make, QEMU's options and PostgreSQL's would each take for something else. */
const ODD_DATA = `a=b,c 'd"%h`;
const ODD_TEMPORARY = 'a"b %h ${HOME}';

/**
 * Runs `make demo ONCE=1` in a clean clone, without root and sudo, under umask 077, with a data directory and a TMPDIR of odd names: it proves
 * itself (a machine starts, ssh gets in) and leaves the checkout as it was.
 * `ours`: its npm packages are copies of this checkout's, and npm says alone that it would install what the lock file names, which
 * takes a third of the work away. `registry`: it installs them.
 */
export function makeDemo(packages: 'ours' | 'registry'): void {
  // Short, as homes are: sockets lie below it.
  const home = join(tmpdir(), 'home');
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const clone = join(home, 'carrel');
  cleanClone(clone);
  if (packages === 'ours') {
    execFileSync('cp', ['-a', join(ROOT, 'node_modules/.'), join(clone, 'node_modules')]);
    // Not older than the lock file, as after `npm ci`.
    execFileSync('touch', [join(clone, 'node_modules/.package-lock.json')]);
  }
  mkdirSync(join(home, ODD_TEMPORARY));
  execFileSync('chmod', ['-R', 'go=', home]);
  if (isRoot) execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, home]);
  const lock = readFileSync(join(clone, 'package-lock.json'), 'utf8');
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
  // Debian's PATH for people: no sbin, and here no sudo.
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const tool of ['node', 'npm']) {
    const at = execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
    execFileSync('ln', ['-s', at, join(bin, tool)]);
  }
  const asNewcomer = (command: string) =>
    spawnSync('sh', ['-c', `umask 077; ${command}`], {
      cwd: clone,
      encoding: 'utf8',
      env: {
        HOME: home,
        PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
        TMPDIR: join(home, ODD_TEMPORARY),
        CARREL_DATA: join(home, ODD_DATA),
        npm_config_registry: registry,
      },
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  if (packages === 'ours') {
    const would = asNewcomer('npm ci --dry-run --offline --no-audit --no-fund');
    expect(would.status, would.stderr).toBe(0);
  }
  const { status, stdout, stderr } = asNewcomer('exec make demo ONCE=1');
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  if (packages === 'ours') expect(stderr + stdout).not.toContain('setup: npm packages');
  const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(said).toMatchObject({ machineGone: true, filesLeaked: 0, masterSha256After: said['masterSha256Before'] });
  expect(readFileSync(join(clone, 'package-lock.json'), 'utf8')).toBe(lock);
  expect(statSync(join(home, ODD_DATA, 'masters')).mode & 0o777).toBe(0o711);
}
