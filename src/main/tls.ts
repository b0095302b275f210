/** TLS of the server itself: a certificate and its key from files, taken anew when they change. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { CarrelError, describeError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

export interface TlsFiles {
  /** PEM: the server's own certificate first, then those between it and its authority. */
  certFile: string;
  /** PEM, without a passphrase. */
  keyFile: string;
}

export interface TlsPair {
  cert: string;
  key: string;
  /** SHA-256 of the server's own certificate, hex; what this machine's command line pins. */
  fingerprint256: string;
  validTo: Date;
}

/** How often the files are looked at, in milliseconds: a renewed certificate is in use within a minute. */
const LOOK_MS = 30_000;

/** Reads and checks the pair. `bad-request` with what is wrong: not readable, not PEM, not each other's, over. */
export function readTls({ certFile, keyFile }: TlsFiles, now: Date): TlsPair {
  const cert = read(certFile, 'the certificate');
  const key = read(keyFile, 'the key');
  const own = parsed(certFile, () => new X509Certificate(cert));
  const secret = parsed(keyFile, () => createPrivateKey(key));
  if (!own.checkPrivateKey(secret)) {
    throw new CarrelError('bad-request', `${keyFile} is not the key of ${certFile}`, {
      hint: "the first certificate in the file must be the server's own",
    });
  }
  const validTo = new Date(own.validTo);
  if (validTo <= now) {
    throw new CarrelError('bad-request', `the certificate in ${certFile} was good until ${validTo.toISOString()}`, { hint: 'renew it' });
  }
  return { cert, key, fingerprint256: createHash('sha256').update(own.raw).digest('hex'), validTo };
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CarrelError('bad-request', `${what} ${file} cannot be read`, { hint: 'check the path, and who may read it', cause });
  }
}

function parsed<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CarrelError('bad-request', `${file} is not what it should be`, {
      hint: 'PEM is needed; a key must have no passphrase',
      cause,
    });
  }
}

/** Looks for a change now and then; returns what ends that. A pair that is not good yet (half written) is left until it is. */
export function followTls(files: TlsFiles, server: Server, log: Logger, onNew: (pair: TlsPair) => void, everyMs = LOOK_MS): () => void {
  const stamp = () => [files.certFile, files.keyFile].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0).join();
  let last = stamp();
  const timer = setInterval(() => {
    const next = stamp();
    if (next === last) return;
    try {
      const pair = readTls(files, new Date());
      server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: 'TLSv1.2' });
      last = next;
      onNew(pair);
      log.info({ validTo: pair.validTo }, 'the certificate was taken anew');
    } catch (error) {
      log.warn({ err: describeError(error) }, 'the changed certificate is not usable; the one before stays in use');
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
