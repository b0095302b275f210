/** What a newcomer's machine may be like: no root, a strict umask, folders with odd names, odd file systems. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CarrelError } from '../../src/lib/errors.ts';
import { openInstallation } from '../../src/main/installation.ts';
import { isRoot, makeDemo, NOBODY } from '../support/first-hour.ts';
import { LAUNCHER, ROOT } from '../support/server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'first-'));
chmodSync(scratch, 0o711);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('make demo, as a user without root and sudo, in a clean clone under umask 077, its data in a directory with = , % quotes and blanks in its name: it proves itself, the link that it prints signs in once, and the checkout is as it was', () => {
  // With this checkout's npm packages, and the lock file held against what it locks; from the registry: first-hour.long.ts.
  return makeDemo('ours');
});

describe('a data directory that cannot hold what Carrel keeps is refused with the way out', () => {
  const serve = (dir: string, wrap: string[] = []) => {
    return spawnSync('env', [...wrap, LAUNCHER, '--data', dir, 'serve', '--listen', '127.0.0.1:0'], { encoding: 'utf8' });
  };

  /** The same in this process: a server says what is thrown. */
  const refused = (dir: string): string => {
    try {
      openInstallation(dir);
    } catch (error) {
      const { message, hint } = error as CarrelError;
      return `${message}\n${hint}`;
    }
    throw new Error(`${dir} was taken`);
  };

  test('a line break in its name', () => {
    const { status, stderr } = serve(join(scratch, 'a\nb'));
    expect(stderr).toContain('line break');
    expect(stderr).toContain('--data');
    expect(status).not.toBe(0);
  });

  test('a key that others may read', () => {
    const dir = join(scratch, 'open-key');
    mkdirSync(dir);
    writeFileSync(join(dir, 'secrets.key'), Buffer.alloc(32, 1).toString('base64'));
    chmodSync(join(dir, 'secrets.key'), 0o777);
    const said = refused(dir);
    expect(said).toContain('mode 0777');
    expect(said).toContain('chmod 600');
  });

  const notHere = isRoot ? (existsSync('/dev/fuse') ? '' : ' (not run: there is no /dev/fuse)') : ' (not run: mounting needs root)';
  describe.skipIf(notHere !== '')(`file systems${notHere}`, () => {
    const mounted = (name: string, options: string[]): string => {
      const [from, at] = [join(scratch, `${name}-from`), join(scratch, name)];
      for (const folder of [from, at]) mkdirSync(folder);
      execFileSync('bindfs', [...options, '-o', 'allow_other', from, at]);
      onTestFinished(() => void execFileSync('umount', [at]));
      return join(at, 'd');
    };

    test('no permissions, like CIFS', () => {
      expect(refused(mounted('cifs', ['--chmod-ignore', '--perms=0777']))).toContain('does not keep permissions');
    });

    test('no owners, like FAT', () => {
      const said = refused(mounted('fat', ['--chown-ignore', '--chgrp-ignore']));
      expect(said).toContain('may not give away files');
      expect(said).toContain('DATABASE_URL');
    });

    test('root of a user namespace, who may not chown', () => {
      const dir = join(scratch, 'userns');
      mkdirSync(dir);
      chownSync(dir, 0, 0);
      const { status, stderr } = serve(dir, ['unshare', '--user', '--map-root-user']);
      expect(stderr).toContain('may not give away files');
      expect(stderr).toContain('ordinary user');
      expect(status).not.toBe(0);
    });

    test('mounted read-only', () => {
      const at = join(scratch, 'ro');
      mkdirSync(at);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', at]);
      onTestFinished(() => void execFileSync('umount', [at]));
      expect(refused(join(at, 'd'))).toContain('mounted read-only');
    });
  });
});

describe('setup', () => {
  /** What setup says when nothing but a shell's own tools can be found: as somebody without rights. */
  test('names each Debian package once, and a command that this person can run', () => {
    const bin = mkdtempSync(join(scratch, 'bare-'));
    for (const tool of ['sh', 'dirname', 'node', 'id', 'apt-get', 'getent']) {
      const at = execFileSync('sh', ['-c', `command -v ${tool} || true`], { encoding: 'utf8' }).trim();
      if (at !== '') execFileSync('ln', ['-s', at, join(bin, tool)]);
    }
    chmodSync(bin, 0o755);
    // The script adds Debian's own folders to the PATH it is given, so it is asked about a package that no machine has.
    const script = readFileSync(join(ROOT, 'scripts/setup.sh'), 'utf8')
      .replace('cd "$(dirname "$0")/.."', '')
      .replace(
        /\nwant qemu-img .*\n/,
        '\nwant no-such-tool no-such-package other\nwant nor-this no-such-package\nwant /no/psql postgresql\n',
      );
    const { status, stderr } = spawnSync(join(bin, 'sh'), ['-c', script], {
      cwd: scratch,
      encoding: 'utf8',
      env: { PATH: bin },
      ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
    expect(status).toBe(1);
    expect(stderr.match(/no-such-package/g)).toHaveLength(1);
    expect(stderr).toContain('as root');
    expect(stderr).not.toContain('sudo');
    // Debian must not make a PostgreSQL cluster of its own on the way.
    if (!existsSync('/etc/postgresql-common/createcluster.conf')) expect(stderr).toContain('create_main_cluster=false');
  });
});
