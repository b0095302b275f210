/** The certificate that a server shows, looked at before anything is said to it. */
import { connect } from 'node:tls';
import { type Ctx, race } from '../../lib/context.ts';
import { vsphereError } from '../errors.ts';

export interface ShownCertificate {
  /** SHA-256 of its DER form, `AB:CD:…`. */
  fingerprint256: string;
  subject: string;
  issuer: string;
  validTo: string;
}

/**
 * Opens a TLS connection without judging, reads the certificate and closes; not a byte is sent over it. It is for a person to
 * compare with what the server itself says: only they can tell whether somebody stands in between. Errors: `vsphere-unreachable`,
 * `vsphere-not-tls`, `deadline`, `cancelled`.
 */
export async function shownCertificate(ctx: Ctx, url: string): Promise<ShownCertificate> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({ host, port: Number(port || 443), servername: /^[\d.:]+$/.test(host) ? '' : host, rejectUnauthorized: false });
  try {
    const shown = new Promise<ShownCertificate>((resolve, reject) => {
      socket.once('error', (cause: NodeJS.ErrnoException) => {
        const notTls = cause.code?.startsWith('ERR_SSL') === true || cause.code === 'EPROTO';
        const what = notTls ? 'does not speak TLS' : 'cannot be reached';
        reject(
          vsphereError(notTls ? 'vsphere-not-tls' : 'vsphere-unreachable', `${hostname} ${what}`, {
            hint: 'Check name and port, and whether a firewall lets this server through.',
            cause,
          }),
        );
      });
      socket.once('secureConnect', () => {
        const certificate = socket.getPeerX509Certificate();
        if (certificate === undefined) return reject(vsphereError('vsphere-not-tls', `${hostname} shows no certificate`));
        const { fingerprint256, subject, issuer, validTo } = certificate;
        resolve({ fingerprint256, subject: oneLine(subject), issuer: oneLine(issuer), validTo: new Date(validTo).toISOString() });
      });
    });
    return await race(ctx, shown);
  } finally {
    socket.destroy();
  }
}

/** Node gives the parts of a name on lines of their own; none of them may draw on a terminal. */
function oneLine(name: string | undefined): string {
  return (name ?? '')
    .split('\n')
    .join(', ')
    .replace(/[^\x20-\x7e]/g, '?');
}
