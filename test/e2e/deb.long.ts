/** `make deb`: installed on a Debian that has nothing, it serves; taken off again, the data stays. */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ROOT, until } from '../support/server.ts';

test('on a clean Debian', { timeout: 1_200_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'deb-'));
  const root = join(dir, 'root');
  // A folder for temporary files, as the run of tests has it, is not there.
  const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' };
  const sh = (command: string) =>
    execFileSync('chroot', [root, 'sh', '-c', command], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const file = execFileSync(process.execPath, [join(ROOT, 'scripts/make-deb.mjs'), dir], { encoding: 'utf8' }).trim();
  execFileSync('mmdebstrap', ['--variant=minbase', 'bookworm', root], { stdio: 'pipe' });
  execFileSync('mount', ['-t', 'proc', 'proc', join(root, 'proc')]);
  execFileSync('mount', ['--bind', '/dev', join(root, 'dev')]);
  onTestFinished(() => {
    for (const each of ['proc', 'dev']) execFileSync('umount', [join(root, each)]);
    rmSync(dir, { recursive: true, force: true });
  });
  copyFileSync(file, join(root, 'tmp/carrel.deb'));
  sh('apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /tmp/carrel.deb');
  const server = spawn('chroot', [root, 'carrel', 'serve', '--data', '/var/lib/carrel', '--no-qemu', '--listen', '127.0.0.1:0'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('the server', () => {
    if (server.exitCode !== null) throw new Error(said);
    return /serves at (\S+)/.exec(said)?.[1];
  });
  expect(sh('carrel whoami')).toContain('admin');
  sh('carrel backup /tmp/b.tar');
  server.kill('SIGTERM');
  await until('its end', () => (server.exitCode === null && server.signalCode === null ? undefined : true));
  sh('apt-get purge -y carrel 2>&1');
  expect(existsSync(join(root, 'usr/lib/carrel'))).toBe(false);
  expect(existsSync(join(root, 'var/lib/carrel/carrel.json'))).toBe(true);
});
