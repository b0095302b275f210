import type { Logger } from '../../lib/log.ts';
import type { Trust } from '../http/trust.ts';

export type VSphereCredentials =
  | { kind: 'password'; username: string; password: string }
  /** A SAML assertion from the Security Token Service, as XML. A holder-of-key token must come signed into its own header. */
  | { kind: 'token'; samlAssertion: string };

export interface SessionOptions {
  /** `https://vcenter.example` or `https://vcenter.example/sdk`. */
  url: string;
  credentials: VSphereCredentials;
  trust: Trust;
  /** HTTPS connections at most; 8 unless given. One is held by the property collector's pending wait. */
  connections?: number | undefined;
  /** TCP and TLS, in milliseconds; 10 s unless given. */
  connectTimeoutMs?: number | undefined;
  /** Deadline of a call that has none of its own, in milliseconds; 120 s unless given. */
  callTimeoutMs?: number | undefined;
  /** Longest time that a login may take with all its tries, in milliseconds; 60 s unless given. */
  loginTimeoutMs?: number | undefined;
  /** First wait after a full session table, in milliseconds; doubles up to 30 times itself. 1 s unless given. */
  busyBackoffMs?: number | undefined;
  /**
   * How long a refused login is answered from memory, in milliseconds; doubles with each in a row up to 30 times itself, so that a wrong password
   * does not lock the account (vCenter does after five within three minutes, unless told otherwise). 30 s unless given.
   */
  refusedForMs?: number | undefined;
  /** A call is made after that much silence, to keep the session. 10 min unless given (the server's limit is 30). 0: never. */
  keepAliveMs?: number | undefined;
  /** Bytes of one reply; 64 MiB unless given. */
  maxReplyBytes?: number | undefined;
  log?: Logger | undefined;
}
