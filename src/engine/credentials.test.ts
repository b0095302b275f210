import { randomBytes } from 'node:crypto';
import { verify } from 'unixcrypt';
import { expect, test } from 'vitest';
import { Sealer, hashPassword, makePassword } from './credentials.ts';

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
