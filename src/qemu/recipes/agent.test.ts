/** The functions of Carrel's own guest agents by themselves, in a shell of this host. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OPENSSH } from './assets/debian-guest.ts';
import { DROPBEAR } from './assets/starter-guest.ts';

test.each([
  ['Dropbear', DROPBEAR, 'etc/dropbear', 'dropbear_ed25519_host_key', '.tmp109'],
  ['OpenSSH', OPENSSH, 'etc/ssh', 'ssh_host_ed25519_key', '.Xa1b2c3d4e'],
])('%s: no copy of a host key is left, whole or half made', (_, flavour, folder, key, half) => {
  const root = mkdtempSync(join(tmpdir(), 'carrel-agent-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const at = join(root, folder);
  mkdirSync(at, { recursive: true });
  const removed = (names: readonly string[]) => {
    for (const name of [...names, 'config']) writeFileSync(join(at, name), 'x');
    execFileSync('sh', ['-c', `set -f; R=$1; ${flavour.functions}\nkeys_remove`, 'sh', root]);
    return readdirSync(at);
  };
  expect(removed([key, `${key}.pub`, `${key}${half}`])).toEqual(['config']);
  // The power went before the key itself had its name.
  expect(removed([`${key}${half}`])).toEqual(['config']);
});
