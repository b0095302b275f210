import { randomBytes } from 'node:crypto';
import { verify } from 'unixcrypt';
import { expect, test } from 'vitest';
import { Sealer, checkPublicKey, hashPassword, makePassword } from './credentials.ts';

test('passwords are of the promised form, differ, and their hash is one that crypt(3) accepts', () => {
  const password = makePassword();
  expect(password).toMatch(/^(?:[a-km-zA-HJ-NP-Z2-9]{5}-){3}[a-km-zA-HJ-NP-Z2-9]{5}$/);
  expect(makePassword()).not.toBe(password);
  const hash = hashPassword(password);
  expect(hash).toMatch(/^\$6\$/);
  expect(verify(password, hash)).toBe(true);
  expect(verify(`${password}x`, hash)).toBe(false);
});

test('a sealed credential opens only with the same key and for the same reservation', () => {
  const sealer = new Sealer(randomBytes(32));
  const credential = { user: 'student', password: 'pw', authorizedKeys: [] };
  const sealed = sealer.seal('r1', credential);
  expect(sealed.includes('student')).toBe(false);
  expect(sealer.open('r1', sealed)).toEqual(credential);
  expect(() => sealer.open('r2', sealed)).toThrow('cannot be opened');
  expect(() => new Sealer(randomBytes(32)).open('r1', sealed)).toThrow('cannot be opened');
});

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
  ['from="10.0.0.0/8",no-pty ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me', /options before the key/, /leave them out/],
])('%j is called what it is, with what helps', (key, what, hint) => {
  expect(() => checkPublicKey(key)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(what), hint: expect.stringMatching(hint) }),
  );
});

test('a comment may be of any letters and blanks; the key is what counts', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA==';
  expect(checkPublicKey(`${key.replace(' ', '\t')}\tJürg Müller’s  laptop`)).toBe(`${key} J?rg M?ller?s laptop`);
});

test('takes an ordinary public key', () => {
  expect(checkPublicKey(' ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me@home\n')).toBe('ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== me@home');
});
