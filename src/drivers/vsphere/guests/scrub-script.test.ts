/** The program that cleans a guest from within, in a shell of this host over a made root. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KEPT, MARK, plant } from '../../../../test/support/made-disk.ts';
import { asRoot, quote } from '../../../core/guest-scripts.ts';
import { cleaningProgram, lockSelfScript, scrubScript } from './scrub-script.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'scrub-script-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, text: string | Buffer): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const read = (path: string): string => readFileSync(join(root, path), 'latin1');

/** Runs the program with these programs in the place of the host's. */
function clean(programs: Record<string, string> = {}): { status: number | null; stderr: string } {
  rmSync(join(root, 'stubs'), { recursive: true, force: true });
  for (const [name, text] of Object.entries({ swapoff: `echo gave up swap >${root}/swapoff`, ...programs })) {
    put(`stubs/${name}`, `#!/bin/sh\n${text}\n`);
    chmodSync(join(root, 'stubs', name), 0o755);
  }
  mkdirSync(join(root, 'run'), { recursive: true });
  const { status, stderr } = spawnSync('sh', ['-c', cleaningProgram('ops.er', root)], {
    encoding: 'utf8',
    env: { PATH: `${root}/stubs:${process.env['PATH']}` },
  });
  return { status, stderr };
}

test('of the marks at every place of the list none is left, but in memory and where it lets the account in that cleans', () => {
  const { files, places } = plant(['root', 'home/ann', 'srv/far/bob']);
  for (const [path, text] of files) put(path, text);
  const hash = `ops.er:$6$a$b:1:0:99999:7:::\nopsxer:$6$${MARK}like-:1:0:99999:7:::\n`;
  put('etc/shadow', hash);
  put('etc/shadow-', hash);
  put('proc/swaps', `Filename Type Size Used Priority\n/swapfile file 3072 0 -2\n/dev/zram0 partition 1 0 100\n`);
  const swap = Buffer.alloc(3 << 20, MARK);
  swap.write('SWAPSPACE2', 4086);
  put('swapfile', swap);
  const done = clean();
  expect(done.status, done.stderr).toBe(0);
  const left = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  expect([...places.values()]).toContain('run/x');
  expect(left.filter((path) => path !== 'swapfile' && read(path).includes(MARK)).sort()).toEqual([
    'etc/sudoers.d/90-cloud-init-users',
    'run/x',
  ]);
  expect(
    readFileSync(join(root, 'swapfile'))
      .subarray(4096)
      .every((byte) => byte === 0),
  ).toBe(true);
  expect([read('etc/shadow'), read('etc/shadow-')]).toEqual([
    'ops.er:$6$a$b:1:0:99999:7:::\nopsxer:!:1:0:99999:7:::\n',
    'ops.er:!:1:0:99999:7:::\nopsxer:!:1:0:99999:7:::\n',
  ]);
  expect(['home/ann/thesis.tex', 'etc/hosts'].map(read)).toEqual([expect.stringContaining(KEPT), expect.stringContaining(KEPT)]);
  // Nor anything of the program itself.
  expect(readdirSync(join(root, 'run'))).toEqual(['x']);
});

test('what could not be taken out, and swap that is not given up, make it fail', () => {
  put('etc/passwd', 'root:x:0:0::/root:/bin/sh\nann:x:1001:1001::/home/ann:/bin/sh\n');
  put('var/lib/carrel/accounts/ann', '');
  put('root/.netrc', 'secret');
  put('proc/swaps', 'Filename\n/swapfile file 3072 0 -2\n');
  expect(clean({ swapoff: 'exit 1' }).status).toBe(1);
  expect(clean({ rm: 'case "$*" in *.netrc) exit 1 ;; *) exec /bin/rm "$@" ;; esac' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('could not be taken out: /root/.netrc'),
  });
  expect(clean().status).toBe(0);
  // Who was made for the machine is gone with it.
  expect(read('etc/passwd')).toBe('root:x:0:0::/root:/bin/sh\n');
});

test('as an argument of guest operations it is far from their limit of 64 KiB; the account that goes last takes what usermod kept of it along', () => {
  expect(quote(asRoot(scrubScript('carrel-ops'))).length).toBeLessThan(40_000);
  expect(lockSelfScript('carrel-ops').split('\n')[2]).toContain('/etc/shadow-');
});
