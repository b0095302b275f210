import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { examine } from './doctor.ts';

test('a data directory in which nothing can be made is named, whatever room there is', () => {
  const file = fileURLToPath(import.meta.url);
  const disk = (dataDir: string) => examine(dataDir).find(({ name }) => name === 'disk');
  expect(disk(`${file}/data`)).toMatchObject({
    state: 'warn',
    detail: expect.stringContaining(`${file} is no folder`),
    fix: expect.stringContaining('--data'),
  });
});

test('a QEMU where RHEL has it is found, and one by which no machine could be reached is not taken for one that works', () => {
  const libexec = mkdtempSync(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rmSync(libexec, { recursive: true, force: true }));
  const qemu = () => examine(libexec, libexec, libexec).find(({ name }) => name === 'qemu-system-x86_64');
  const has = (backends: string) =>
    writeFileSync(join(libexec, 'qemu-kvm'), `#!/bin/sh\necho ${backends} | tr " " "\\n"\n`, { mode: 0o755 });
  expect(qemu()?.state).toBe('missing');
  has('socket user');
  expect(qemu()).toMatchObject({ state: 'ok', detail: join(libexec, 'qemu-kvm') });
  has('socket tap');
  expect(qemu()).toMatchObject({ state: 'missing', detail: expect.stringContaining('slirp'), fix: expect.stringContaining('--no-qemu') });
});
