/**
 * A self-signed certificate for a server on a loopback address, made without outside tools: ECDSA P-256, one year.
 * Clients pin its SHA-256 fingerprint; nobody is meant to trust it otherwise.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface SelfSigned {
  /** PEM. */
  key: string;
  /** PEM. */
  cert: string;
  /** As Node prints it: upper case hex pairs with colons. */
  fingerprint256: string;
}

function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts);
  const n = body.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Uint8Array.from([tag, ...length]), body]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string) => der(0x0c, Buffer.from(text, 'utf8'));
const bitString = (bytes: Uint8Array) => der(0x03, Uint8Array.of(0), bytes);

const ECDSA_WITH_SHA256 = '2a8648ce3d040302';
const COMMON_NAME = '550403';
const SUBJECT_ALT_NAME = '551d11';
const BASIC_CONSTRAINTS = '551d13';

function utcTime(date: Date): Uint8Array {
  const text = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`, 'ascii'));
}

function altName(host: string): Uint8Array {
  if (isIPv4(host)) return der(0x87, Uint8Array.from(host.split('.').map(Number)));
  return der(0x82, Buffer.from(host, 'ascii'));
}

/** A fresh key and certificate for these host names and IPv4 addresses. `now` is when its year begins, less an hour for clocks that lag. */
export function selfSigned(hosts: readonly string[] = ['localhost', '127.0.0.1'], now: Date = new Date()): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const name = sequence(der(0x31, sequence(oid(COMMON_NAME), utf8(hosts[0] ?? 'localhost'))));
  const serial = randomBytes(16);
  // a positive number without a leading zero byte
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const from = new Date(now.getTime() - 3_600_000);
  const extensions = der(
    0xa3,
    sequence(
      sequence(oid(SUBJECT_ALT_NAME), der(0x04, sequence(...hosts.map(altName)))),
      // it is its own issuer, so as a CA file it must say that it is one
      sequence(oid(BASIC_CONSTRAINTS), der(0x01, Uint8Array.of(255)), der(0x04, sequence(der(0x01, Uint8Array.of(255))))),
    ),
  );
  const body = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(utcTime(from), utcTime(new Date(from.getTime() + 365 * 86_400_000))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  );
  const signature = sign('sha256', body, { key: privateKey, dsaEncoding: 'der' });
  const certificate = sequence(body, algorithm, bitString(signature));
  const base64 = Buffer.from(certificate)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`,
    fingerprint256: fingerprint256(certificate),
  };
}

/** SHA-256 of a certificate in DER, as Node and browsers print it. */
export function fingerprint256(certificate: Uint8Array): string {
  const hex = createHash('sha256').update(certificate).digest('hex').toUpperCase();
  return hex.replace(/(..)(?=.)/g, '$1:');
}

/** The fingerprint of a PEM certificate. */
export function fingerprintOfPem(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}
