import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findQemu, networkProblem, newestQ35 } from './find-qemu.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'find-qemu-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const program = (path: string, prints: string): string => {
  writeFileSync(path, `#!/bin/sh\nprintf '${prints}'\n`, { mode: 0o755 });
  return path;
};

test('the one on PATH counts, else the one that RHEL puts elsewhere', () => {
  const [path, libexec] = [folder(), folder()];
  expect(findQemu(path, libexec)).toBeUndefined();
  const theirs = program(join(libexec, 'qemu-kvm'), '');
  expect(findQemu(path, libexec)).toBe(theirs);
  const usual = program(join(path, 'qemu-system-x86_64'), '');
  expect(findQemu(path, libexec)).toBe(usual);
});

test('its newest machine type is what its q35 stands for', () => {
  const help = [
    'Supported machines are:',
    'pc-i440fx-rhel7.6.0  RHEL 7.6.0 PC (i440FX + PIIX, 1996) (default) (deprecated)',
    'q35                  RHEL-9.4.0 PC (Q35 + ICH9, 2009) (alias of pc-q35-rhel9.4.0)',
    'pc-q35-rhel9.4.0     RHEL-9.4.0 PC (Q35 + ICH9, 2009)',
    'none                 empty machine',
  ];
  expect(newestQ35(help.join('\n'))).toBe('pc-q35-rhel9.4.0');
  expect(newestQ35('none                 empty machine')).toBeUndefined();
});

test('one without the networking by which machines are reached is told by it', () => {
  const dir = folder();
  const binary = (prints: string) => program(join(dir, 'qemu-kvm'), prints);
  expect(networkProblem(binary('Available netdev backend types:\\nsocket\\nuser\\n'))).toBeUndefined();
  expect(networkProblem(binary('Available netdev backend types:\\nsocket\\nvhost-user\\n'))).toContain('without user-mode networking');
});
