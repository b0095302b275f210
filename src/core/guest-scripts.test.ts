import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { announceScript, handoverScript, revokeScript } from './guest-scripts.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs a script by this host's shell, with account programs that note their arguments and what they read; the account's home is `home`. */
async function run(script: string, there = true): Promise<{ home: string; said: string; read: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'carrel-scripts-'));
  folders.push(folder);
  const [home, said, read] = ['home', 'said', 'read'].map((name) => join(folder, name)) as [string, string, string];
  for (const name of ['id', 'useradd', 'usermod', 'chpasswd', 'getent', 'chown', 'mkdir', 'chmod', 'mv', 'rm', 'wall']) {
    const own = {
      id: `[ "$1" != ada ] || exit ${there ? 0 : 1}; echo 1000`,
      getent: `echo "ada:x:1000:1000::${home}:/bin/sh"`,
      chpasswd: `exec /bin/cat >> ${read}`,
      wall: `exec /bin/cat >> ${read}`,
      useradd: '',
      usermod: '',
      chown: '',
    }[name];
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${said}\n${own ?? `exec /bin/${name} "$@"`}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  await promisify(execFile)('/bin/sh', ['-c', script], { env: { PATH: `${folder}:/usr/bin:/bin` } });
  return { home, said: readFileSync(said, 'utf8'), read: existsSync(read) ? readFileSync(read, 'utf8') : '' };
}

const given = { user: 'ada', passwordHash: "$6$s%s\\n'x$h", authorizedKeys: ['ssh-ed25519 AAAA one', 'ssh-ed25519 BBBB two'] };

test('a line is shown by wall as it is', async () => {
  const { read } = await run(announceScript("it's 100 % $HOME\\n"));
  expect(read).toBe("it's 100 % $HOME\\n\n");
});

test('a password goes to chpasswd by standard input, as it is, and no program has it among its arguments', async () => {
  const { said, read } = await run(handoverScript(given));
  expect(read).toBe(`ada:${given.passwordHash}\n`);
  expect(said).toContain('chpasswd -e\n');
  expect(said).not.toContain('$6$');
});

test('keys are there for the account alone, and go away again with the password', async () => {
  const { home } = await run(handoverScript(given));
  const file = join(home, '.ssh/authorized_keys');
  expect(readFileSync(file, 'utf8')).toBe('ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n');
  expect([statSync(file).mode & 0o777, statSync(join(home, '.ssh')).mode & 0o777]).toEqual([0o600, 0o700]);
  const { said } = await run(revokeScript('ada'));
  expect(said).toMatch(/usermod -p ! ada\n[^]*rm -f .*authorized_keys\n/);
});

test('an account that is not there is made for a handover, and is none to take away', async () => {
  const made = mkdtempSync(join(tmpdir(), 'carrel-made-'));
  folders.push(made);
  await run(handoverScript(given, join(made, 'accounts')));
  expect(existsSync(join(made, 'accounts'))).toBe(false);
  expect((await run(handoverScript(given, join(made, 'accounts')), false)).said).toContain('useradd -m -s /bin/sh ada\n');
  expect(existsSync(join(made, 'accounts/ada'))).toBe(true);
  expect((await run(revokeScript('ada'), false)).said).not.toContain('usermod');
});
