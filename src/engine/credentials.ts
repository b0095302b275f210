/**
 * Credentials of a guest: made when a person connects, belonging to the reservation, sealed at rest, never logged (promise 8).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomInt } from 'node:crypto';
import { encrypt } from 'unixcrypt';
import { CarrelError } from '../lib/errors.ts';

export interface GuestCredential {
  user: string;
  password: string;
  authorizedKeys: string[];
}

// No 0/O, 1/l/I: people type these at a console.
const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A password of 4 groups of 5 letters and digits: 116 bits. */
export function makePassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** crypt(3) SHA-512 (`$6$`). 1000 rounds, the format's least: the password is random, so stretching adds nothing but delay. */
export function hashPassword(password: string): string {
  const salt = randomBytes(12).toString('base64').replaceAll('+', '.').slice(0, 16);
  return encrypt(password, `$6$rounds=1000$${salt}`);
}

/** Seals and opens secrets with AES-256-GCM under the installation's key (32 bytes), bound to the id of what they belong to. */
export class Sealer {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    if (key.length !== 32) throw new CarrelError('internal', `the installation key has ${key.length} bytes, not 32`);
    this.#key = key;
  }

  /** 32 bytes for that purpose alone, always the same; nothing can be told of the key from them. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, '', purpose, 32));
  }

  seal(id: string, secret: object): Buffer {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv);
    cipher.setAAD(Buffer.from(id));
    const body = Buffer.concat([cipher.update(JSON.stringify(secret), 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), body]);
  }

  /** Throws `credential-unreadable` when the key is not the one it was sealed with or the bytes were moved or changed. */
  open<T extends object>(id: string, sealed: Buffer): T {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, 12));
      decipher.setAAD(Buffer.from(id));
      decipher.setAuthTag(sealed.subarray(12, 28));
      const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8');
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new CarrelError('credential-unreadable', 'a stored credential cannot be opened', {
        hint: 'secrets.key in the data directory is not the one it was sealed with; restore that file from the backup',
        cause,
      });
    }
  }
}
