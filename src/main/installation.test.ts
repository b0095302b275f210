import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defaultDataDir, openInstallation } from './installation.ts';

const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-inst-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

test('an installation keeps its id and key', () => {
  const dir = join(scratch(), 'data');
  const first = openInstallation(dir);
  const second = openInstallation(dir);
  expect(second.id).toBe(first.id);
  expect(second.key.equals(first.key)).toBe(true);
  expect(statSync(join(dir, 'secrets.key')).mode & 0o777).toBe(0o600);
});

test.each([
  ['a newer format', '{"format": 99, "installationId": "x"}', 'store-newer'],
  ['broken JSON', '{"format":', 'store-corrupt'],
  ['no id', '{"format": 1}', 'store-corrupt'],
])('refuses a data directory with %s and leaves it as it was', (_what, text, code) => {
  const dir = scratch();
  writeFileSync(join(dir, 'carrel.json'), text);
  expect(() => openInstallation(dir)).toThrowError(expect.objectContaining({ code }));
  expect(readFileSync(join(dir, 'carrel.json'), 'utf8')).toBe(text);
});

test('refuses a path that is too long for sockets, and a file', () => {
  expect(() => openInstallation(`/tmp/${'x'.repeat(80)}`)).toThrow('longer than');
  const file = join(scratch(), 'f');
  writeFileSync(file, '');
  expect(() => openInstallation(file)).toThrow('is not a folder');
});

test('refuses a place where the file system takes no folders', () => {
  expect(() => openInstallation('/proc/carrel/data')).toThrow(
    expect.objectContaining({
      code: expect.stringMatching(/^(?:bad-request|no-permission)$/),
      hint: expect.stringContaining('CARREL_DATA'),
    }),
  );
});

test('the data directory comes from CARREL_DATA first', () => {
  expect(defaultDataDir({ CARREL_DATA: '/srv/lab' })).toBe('/srv/lab');
});
