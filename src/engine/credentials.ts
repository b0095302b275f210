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

const PUBLIC_KEY =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+={0,3}(?: [\x20-\x7e]{0,200})?$/;

/** What people give in place of a key, by what it looks like, and what helps. */
const NO_KEYS: readonly { like: RegExp; what: string; hint: string }[] = [
  {
    like: /PRIVATE KEY|^PuTTY-User-Key-File/,
    what: 'that is a private key',
    hint: 'it stays with its owner: give the public one, such as ~/.ssh/id_ed25519.pub',
  },
  {
    like: /^---- BEGIN SSH2 PUBLIC KEY/,
    what: 'that is a public key as PuTTY writes it',
    hint: 'OpenSSH has it by: ssh-keygen -i -f FILE',
  },
  { like: /[\r\n]/, what: 'that is more than one line', hint: 'give one key; another one with the next `carrel connect`' },
  {
    like: /^\S+-cert-v0\d@openssh\.com\s/,
    what: 'that is a certificate',
    hint: 'give the key that it is for: the file without "-cert" in its name',
  },
  { like: /^ssh-dss\s/, what: 'that is a DSA key, which OpenSSH takes no more', hint: 'make another one: ssh-keygen -t ed25519' },
  {
    like: /^\S.*\s(?:ssh-|ecdsa-|sk-)\S+\s+AAAA/,
    what: 'there are options before the key',
    hint: 'leave them out: the line begins with its kind, such as ssh-ed25519',
  },
];

/**
 * One line of an OpenSSH public key, its comment in ASCII: to OpenSSH that means nothing, and not every agent in a guest takes more. Throws
 * `bad-request`, with what it is instead.
 */
export function checkPublicKey(key: string): string {
  const [kind = '', blob = '', ...comment] = key.trim().split(/[ \t]+/);
  const line = [kind, blob, comment.join(' ').replaceAll(/[^\x20-\x7e\r\n]/gu, '?')].join(' ').trim();
  if (line.length <= 8192 && PUBLIC_KEY.test(line)) return line;
  const is = NO_KEYS.find(({ like }) => like.test(key.trim()));
  if (is !== undefined) throw new CarrelError('bad-request', `${is.what}: not an OpenSSH public key on one line`, { hint: is.hint });
  throw new CarrelError('bad-request', 'that is not an OpenSSH public key', {
    hint: 'give one line as in ~/.ssh/id_ed25519.pub, such as "ssh-ed25519 AAAA… name"',
  });
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
