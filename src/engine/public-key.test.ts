import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkPublicKey } from './public-key.ts';

const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';

test.each(['', 'ssh-ed25519', 'command="rm -rf /" ssh-ed25519 AAAA', 'ssh-ed25519 AAAA\nssh-rsa BBBB', 'ssh-dss AAAA x'])(
  'refuses %j as a public key',
  (key) => {
    expect(() => checkPublicKey(key)).toThrow('not an OpenSSH public key');
  },
);

test.each([
  ['---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----', /PuTTY/, /ssh-keygen -i/],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', /a private key/, /stays with its owner/],
  ['PuTTY-User-Key-File-3: ssh-ed25519', /a private key/, /\.pub/],
  ['ssh-ed25519 AAAA a\nssh-rsa BBBB b', /more than one line/, /one key/],
  ['ssh-ed25519-cert-v01@openssh.com AAAA me', /a certificate/, /without "-cert"/],
  ['ssh-dss AAAA x', /DSA/, /ed25519/],
  [
    'from="10.0.0.0/8",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me',
    /options before the key/,
    /leave them out/,
  ],
])('%j is called what it is, with what helps', (key, what, hint) => {
  expect(() => checkPublicKey(key)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(what), hint: expect.stringMatching(hint) }),
  );
});

test('a comment may be of any letters and blanks; the key is what counts', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f';
  expect(checkPublicKey(`${key.replace(' ', '\t')}\tJürg Müller’s  laptop`)).toBe(`${key} J?rg M?ller?s laptop`);
});

test('takes an ordinary public key', () => {
  expect(checkPublicKey(' ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@home\n')).toBe(
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f me@home',
  );
});

test('lines that say nothing are passed over, as in a file that ssh-keygen reads', () => {
  expect(checkPublicKey(`# mine\r\n\r\nssh-ed25519 ${ED25519} me\r\n`)).toBe(`ssh-ed25519 ${ED25519} me`);
});

test.each([
  ['the kind of another', `ssh-rsa ${ED25519}`, /it says ssh-rsa, and its bytes are of ssh-ed25519/],
  ['bytes that are none', 'ssh-ed25519 AAAA broken', /not whole/],
  ['the end cut off', `ssh-ed25519 ${ED25519.slice(0, -8)}`, /cut off/],
  [
    'one byte too few, its length put right',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHwABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4=',
    /no key of that kind/,
  ],
  [
    'something after it',
    `ssh-ed25519 ${Buffer.concat([Buffer.from(ED25519, 'base64'), Buffer.alloc(4)]).toString('base64')}`,
    /no key of that kind/,
  ],
  ['a small RSA key', `ssh-rsa ${rsa(96)}`, /fewer than 1024 bits/],
])('a key with %s is refused before anybody stands at the door with it', (_what, key, says) => {
  expect(() => checkPublicKey(key)).toThrow(expect.objectContaining({ code: 'bad-request', message: expect.stringMatching(says) }));
});

test.each(['ed25519', 'rsa', 'ecdsa'])('what ssh-keygen makes of kind %s is taken', (kind) => {
  const dir = mkdtempSync(join(tmpdir(), 'carrel-key-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  for (const bits of kind === 'ecdsa' ? ['256', '384', '521'] : kind === 'rsa' ? ['1024'] : ['256']) {
    const file = join(dir, bits);
    execFileSync('ssh-keygen', ['-q', '-t', kind, '-b', bits, '-N', '', '-C', 'me', '-f', file]);
    const key = readFileSync(`${file}.pub`, 'utf8');
    expect(checkPublicKey(key)).toBe(key.trim());
  }
});

/** An RSA public key with a modulus of so many bytes. */
function rsa(bytes: number): string {
  const fields = [Buffer.from('ssh-rsa'), Buffer.from([1, 0, 1]), Buffer.alloc(bytes, 0x55)];
  return Buffer.concat(fields.flatMap((f) => [Buffer.from([0, 0, 0, f.length]), f])).toString('base64');
}
