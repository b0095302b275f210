import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from './folder.ts';

function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-folder-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test('what is missing is made with the mode, what is there stays as it is', () => {
  const dir = scratch();
  makeFolder(join(dir, 'a/b'), 0o711);
  makeFolder(join(dir, 'a/b'), 0o700);
  expect([statSync(join(dir, 'a')).mode & 0o777, statSync(join(dir, 'a/b')).mode & 0o777]).toEqual([0o711, 0o711]);
});

test('where a file has its place, or a part of it, that is said', () => {
  const file = join(scratch(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file, 0o700)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  expect(() => makeFolder(join(file, 'in/it'), 0o700)).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
});

test('a file system that takes no folders is an error, and soon', () => {
  // In a process of its own, which can be killed: Node's own way never comes back.
  const script = `import { makeFolder } from ${JSON.stringify(new URL('./folder.ts', import.meta.url).href)};
    try { makeFolder('/proc/carrel/data', 0o700); } catch (error) { console.log(error.code); }`;
  const tsx = new URL('../../node_modules/.bin/tsx', import.meta.url).pathname;
  const { stdout, signal } = spawnSync(tsx, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  expect([signal, stdout.trim()]).toEqual([null, expect.stringMatching(/^(?:ENOENT|EACCES|EPERM)$/)]);
});
