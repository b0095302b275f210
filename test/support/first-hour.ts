/** What a newcomer does first: `make demo` in a clean clone, as an ordinary user. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
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

/** Opens a one-time link as the portal does, and again. */
async function useLink(link: string) {
  const [address, code] = link.split('#code=') as [string, string];
  const page = (await (await fetch(address, { headers: { accept: 'text/html' } })).text()).includes('<div id="root">');
  const signIn = () =>
    fetch(new URL('/api/v1/session', address), {
      method: 'POST',
      body: JSON.stringify({ code }),
      headers: { 'content-type': 'application/json' },
    });
  const first = await signIn();
  const { account, role } = (await first.json()) as { account: string; role: string };
  return { page, first: [first.status, account, role], second: (await signIn()).status };
}

/**
 * Runs `make demo ONCE=1` in a clean clone, without root and sudo, under umask 077, with a data directory and a TMPDIR of odd names: it proves
 * itself (a machine starts, ssh gets in) and leaves the checkout as it was. Meanwhile somebody opens the link that it prints, twice.
 * `ours`: its npm packages are copies of this checkout's, and npm says alone that it would install what the lock file names, which
 * takes a third of the work away. `registry`: it installs them.
 */
export async function makeDemo(packages: 'ours' | 'registry'): Promise<void> {
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
  const newcomer = {
    cwd: clone,
    env: {
      HOME: home,
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      TMPDIR: join(home, ODD_TEMPORARY),
      CARREL_DATA: join(home, ODD_DATA),
      npm_config_registry: registry,
    },
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  };
  if (packages === 'ours') {
    const would = spawnSync('npm', ['ci', '--dry-run', '--offline', '--no-audit', '--no-fund'], { ...newcomer, encoding: 'utf8' });
    expect(would.status, would.stderr).toBe(0);
  }
  const demo = spawn('sh', ['-c', 'umask 077; exec make demo ONCE=1'], { ...newcomer, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void demo.kill());
  let [stdout, stderr] = ['', ''];
  demo.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  // What it answers is judged at the end, when all that it said is there to be shown.
  let link: Promise<unknown> | undefined;
  demo.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    const printed = /^In a browser: (\S+) /m.exec(stderr)?.[1];
    if (printed !== undefined) link ??= useLink(printed).catch(String);
  });
  const [status] = (await once(demo, 'close')) as [number | null];
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  if (packages === 'ours') expect(stderr + stdout).not.toContain('setup: npm packages');
  const said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  expect(said).toMatchObject({ machineGone: true, filesLeaked: 0, masterSha256After: said['masterSha256Before'] });
  expect(await link).toEqual({ page: true, first: [200, 'admin', 'admin'], second: 401 });
  expect(readFileSync(join(clone, 'package-lock.json'), 'utf8')).toBe(lock);
  expect(statSync(join(home, ODD_DATA, 'masters')).mode & 0o777).toBe(0o711);
}
