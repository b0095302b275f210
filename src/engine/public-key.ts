/** An OpenSSH public key that a person gives. */
import { CarrelError } from '../lib/errors.ts';

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
export function checkPublicKey(text: string): string {
  // As ssh-keygen reads a file: lines that say nothing are none.
  const key = text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('\n');
  const [kind = '', blob = '', ...comment] = key.trim().split(/[ \t]+/);
  const line = [kind, blob, comment.join(' ').replaceAll(/[^\x20-\x7e\r\n]/gu, '?')].join(' ').trim();
  if (line.length <= 8192 && PUBLIC_KEY.test(line)) {
    checkBlob(kind, Buffer.from(blob, 'base64'));
    return line;
  }
  const is = NO_KEYS.find(({ like }) => like.test(key.trim()));
  if (is !== undefined) throw new CarrelError('bad-request', `${is.what}: not an OpenSSH public key on one line`, { hint: is.hint });
  throw new CarrelError('bad-request', 'that is not an OpenSSH public key', {
    hint: 'give one line as in ~/.ssh/id_ed25519.pub, such as "ssh-ed25519 AAAA… name"',
  });
}

/** What follows the kind in a key's bytes: lengths of the fields in bytes, as far as they are set (RFC 8709, RFC 5656, OpenSSH's PROTOCOL.u2f). */
const FIELDS: Record<string, readonly (number | undefined)[]> = {
  'ssh-ed25519': [32],
  'ssh-rsa': [undefined, undefined],
  'ecdsa-sha2-nistp256': [8, 65],
  'ecdsa-sha2-nistp384': [8, 97],
  'ecdsa-sha2-nistp521': [8, 133],
  'sk-ssh-ed25519@openssh.com': [32, undefined],
  'sk-ecdsa-sha2-nistp256@openssh.com': [8, 65, undefined],
};

/** OpenSSH lets nobody in by less (its `RequiredRSASize`), in bytes. */
const LEAST_RSA = 1024 / 8;

/** sshd passes over a line that it cannot read, without a word: its owner would learn of it at the door. */
function checkBlob(kind: string, blob: Buffer): void {
  const fields: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const length = at + 4 <= blob.length ? blob.readUInt32BE(at) : Infinity;
    if (at + 4 + length > blob.length) throw damaged('it is cut off, or not whole');
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const inside = fields.shift()?.toString('latin1') ?? '';
  if (inside !== kind)
    throw damaged(`it says ${kind}, and its bytes are ${PUBLIC_KEY.test(`${inside} AAAA`) ? `of ${inside}` : 'something else'}`);
  const wanted = FIELDS[kind] ?? [];
  const fits = fields.length === wanted.length && wanted.every((length, i) => length === undefined || fields[i]?.length === length);
  if (!fits) throw damaged('its bytes are no key of that kind');
  // An integer above 2^1023 is led by a zero byte where its highest bit is set.
  if (kind === 'ssh-rsa' && (fields[1]?.length ?? 0) < LEAST_RSA) {
    throw new CarrelError('bad-request', 'that is an RSA key of fewer than 1024 bits, which OpenSSH does not take', {
      hint: 'make another one: ssh-keygen -t ed25519',
    });
  }
}

const damaged = (how: string): CarrelError =>
  new CarrelError('bad-request', `that is not a whole OpenSSH public key: ${how}`, {
    hint: 'copy the line from the .pub file once more; `ssh-keygen -l -f FILE` says what OpenSSH makes of it',
  });
