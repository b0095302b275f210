/** TLS trust: a CA bundle, the system's authorities, or one pinned certificate. There is no way to switch verification off. */
import type { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { vsphereError } from '../errors.ts';

export type Trust =
  /** The certificate must be signed by one of these (PEM) and name the host. */
  | { ca: string }
  /** The certificate must be this very one: SHA-256 of its DER form, in hex with or without colons. */
  | { fingerprint256: string }
  /** For hosts that a trusted server vouches for in a ticket: SHA-256, or SHA-1 from servers that tell no better. */
  | { thumbprint: string }
  /** The certificate must be signed by an authority that Node trusts and name the host. */
  | { system: true };

/** `AB:CD:…`, as Node prints fingerprints. Throws `vsphere-config` if it is not that many bytes of hex. */
export function normalizeFingerprint(text: string, bytes = 32): string {
  const hex = text.replace(/[:\s-]/g, '').toUpperCase();
  if (hex.length !== bytes * 2 || !/^[0-9A-F]+$/.test(hex)) {
    throw vsphereError('vsphere-config', `"${text}" is not a SHA-256 fingerprint`, {
      hint: 'Give 64 hex digits, as `openssl x509 -fingerprint -sha256` prints them.',
    });
  }
  return hex.replace(/(..)(?=.)/g, '$1:');
}

/** What undici calls to open a connection. The pin is checked before the first byte of a request is sent. */
export function makeConnector(host: string, trust: Trust, timeoutMs: number): buildConnector.connector {
  if (!('fingerprint256' in trust) && !('thumbprint' in trust)) {
    return buildConnector({ timeout: timeoutMs, ...('ca' in trust ? { ca: trust.ca } : {}) });
  }
  const sha1 = 'thumbprint' in trust && trust.thumbprint.replace(/[^0-9a-f]/gi, '').length === 40;
  const pinned = normalizeFingerprint('thumbprint' in trust ? trust.thumbprint : trust.fingerprint256, sha1 ? 20 : 32);
  // a resumed session shows no certificate, so sessions are not kept
  const base = buildConnector({ timeout: timeoutMs, rejectUnauthorized: false, maxCachedSessions: 0 });
  return (options, callback) => {
    base(options, (...result: buildConnector.CallbackArgs) => {
      const [error, socket] = result;
      if (error !== null) {
        callback(error, null);
        return;
      }
      const certificate = (socket as TLSSocket).getPeerX509Certificate?.();
      const shown = sha1 ? certificate?.fingerprint : certificate?.fingerprint256;
      if (shown === pinned) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(fingerprintError(host, pinned, shown), null);
    });
  };
}

function fingerprintError(host: string, expected: string, shown: string | undefined): Error {
  return vsphereError('vsphere-fingerprint', `${host} shows another certificate: expected ${expected}, got ${shown ?? 'none'}`, {
    hint: 'If the certificate was renewed, check the new fingerprint on the server itself and store it. Otherwise someone may be in between.',
    details: { expected, actual: shown ?? null },
  });
}
