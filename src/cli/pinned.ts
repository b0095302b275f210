/**
 * The way to this machine's own server over TLS: its certificate is the one that the server wrote down, whatever name it is for and
 * whoever vouches for it. Loaded only when that is needed: undici is a large package.
 */
import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, fetch } from 'undici';
import type { Fetch } from '../client/request.ts';

/** Connects to whoever shows the certificate with this SHA-256 (hex), and to nobody else: nothing is sent before it was compared. */
export function pinnedDispatcher(fingerprint256: string): Dispatcher {
  const connect = buildConnector({ rejectUnauthorized: false });
  return new Agent({
    connect: (options, done) =>
      connect(options, (error, socket) => {
        if (error !== null) {
          done(error, null);
          return;
        }
        const { raw } = (socket as TLSSocket).getPeerCertificate();
        const shown = createHash('sha256').update(raw).digest('hex');
        if (shown === fingerprint256) {
          done(null, socket);
          return;
        }
        socket.destroy();
        done(new Error('what answers there is not the server of this data directory: it shows another certificate'), null);
      }),
  });
}

/** `fetch` over {@link pinnedDispatcher}. */
export function pinnedFetch(fingerprint256: string): Fetch {
  const dispatcher = pinnedDispatcher(fingerprint256);
  return async (url, init) => (await fetch(url, { ...(init as object), dispatcher })) as unknown as Response;
}
