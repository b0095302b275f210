/** Turns what sockets, TLS and undici throw into this client's errors. */
import { CarrelError } from '../../lib/errors.ts';
import { vsphereError } from '../errors.ts';

const UNTRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'CERT_REJECTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** OpenSSL's words for "this is no TLS record": the port speaks something else, nearly always plain HTTP. */
const NOT_TLS = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNKNOWN_PROTOCOL',
]);

const CONNECT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
]);

const CLOSED = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'HPE_INVALID_EOF_STATE',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  // the client itself was closed meanwhile
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
]);

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** The error of a request to `host`, with the original as its cause. */
export function requestError(host: string, error: unknown): CarrelError {
  if (error instanceof CarrelError) return error;
  const code = codeOf(error);
  if (NOT_TLS.has(code) || (code === 'EPROTO' && !UNTRUSTED.has(code))) {
    return vsphereError('vsphere-not-tls', `${host} does not answer in TLS`, {
      hint: 'Check the port: the vSphere API is on HTTPS, normally port 443.',
      cause: error,
    });
  }
  if (UNTRUSTED.has(code)) {
    return vsphereError('vsphere-untrusted', `the certificate of ${host} is not trusted`, {
      hint: "Give the CA bundle that signed it (vCenter offers it at /certs/download.zip), or pin the certificate's SHA-256 fingerprint.",
      cause: error,
      details: { reason: code },
    });
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return vsphereError('vsphere-hung', `${host} did not finish connecting in time`, {
      hint: 'The host or a firewall accepts connections without answering: check that the management service runs.',
      cause: error,
    });
  }
  if (CONNECT.has(code)) {
    return vsphereError('vsphere-unreachable', `no connection to ${host}`, {
      hint: 'Check address, port, name service and firewall.',
      cause: error,
      details: { reason: code },
    });
  }
  if (CLOSED.has(code) || code.startsWith('HPE_')) {
    return vsphereError('vsphere-closed', `${host} closed the connection before its reply was complete`, { cause: error });
  }
  return new CarrelError('internal', `the request to ${host} failed`, { cause: error });
}
