/** A key pair for one SSH login. Node makes ed25519 keys but does not write OpenSSH's format, which ssh wants. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface SshKey {
  /** One line, as in authorized_keys. */
  publicKey: string;
  /** OpenSSH's own format, without a passphrase: for a file of mode 0600 that is removed after the login. */
  privateKey: string;
}

const TYPE = 'ssh-ed25519';
const LINE = 70;

/** A string of the SSH protocol: its length in four bytes, then itself (RFC 4251 §5). */
function field(data: string | Buffer): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A new key pair. */
export function makeSshKey(comment: string): SshKey {
  return inOpenSsh(generateKeyPairSync('ed25519').privateKey, comment);
}

/** What stands before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key pair of a private key's 32 bytes: always the same one. Errors: `RangeError` for another length. */
export function sshKeyOf(secret: Buffer, comment: string): SshKey {
  if (secret.length !== 32) throw new RangeError(`an ed25519 private key has 32 bytes, not ${secret.length}`);
  return inOpenSsh(createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' }), comment);
}

/** The private format is that of OpenSSH's PROTOCOL.key. */
function inOpenSsh(key: KeyObject, comment: string): SshKey {
  const jwk = key.export({ format: 'jwk' });
  const seed = Buffer.from(jwk.d as string, 'base64url');
  const point = Buffer.from(jwk.x as string, 'base64url');
  const publicBlob = Buffer.concat([field(TYPE), field(point)]);
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, field(TYPE), field(point), field(Buffer.concat([seed, point])), field(comment)]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const parts = [field('none'), field('none'), field(''), one, field(publicBlob), field(Buffer.concat([secret, padding]))];
  const whole = Buffer.concat([Buffer.from('openssh-key-v1\0'), ...parts]).toString('base64');
  const lines = whole.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return {
    publicKey: `${TYPE} ${publicBlob.toString('base64')} ${comment}`,
    privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
  };
}
