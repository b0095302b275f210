/** A key pair for one SSH login. Node makes ed25519 keys but does not write OpenSSH's format, which ssh wants. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';

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

const SPKI = { type: 'spki', format: 'der' } as const;
/** Of an ed25519 key's parts, which stand at the end of its DER forms (RFC 8410). */
const BYTES = 32;

/**
 * The private and the public 32 bytes of a new ed25519 key. Not by key objects and their JWK: Node 20 holds a lock while it makes that, and when
 * it collects the job that made the key just then, the collector waits for the same lock for ever (seen with gdb in a process that stood still:
 * ExportJWKEdKey below ~KeyGenJob).
 */
export function ed25519Pair(): { seed: Buffer; point: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: SPKI,
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return { seed: privateKey.subarray(-BYTES), point: publicKey.subarray(-BYTES) };
}

/** A new key pair. */
export function makeSshKey(comment: string): SshKey {
  const { seed, point } = ed25519Pair();
  return inOpenSsh(seed, point, comment);
}

/** What stands before the 32 bytes of an ed25519 private key in PKCS #8 (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key pair of a private key's 32 bytes: always the same one. Errors: `RangeError` for another length. */
export function sshKeyOf(secret: Buffer, comment: string): SshKey {
  if (secret.length !== BYTES) throw new RangeError(`an ed25519 private key has 32 bytes, not ${secret.length}`);
  const open = createPublicKey(createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' }));
  return inOpenSsh(secret, open.export(SPKI).subarray(-BYTES), comment);
}

/** The private format is that of OpenSSH's PROTOCOL.key. */
function inOpenSsh(seed: Buffer, point: Buffer, comment: string): SshKey {
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
