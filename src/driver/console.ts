/** What leads to a machine's screen and to its serial console. */

/**
 * Where a machine's screen is: RFB on a unix socket, or RFB in a WebSocket (`wss:`) whose address is good once and for a short time.
 * `thumbprint` is the one of the certificate that answers there, as Node prints it (`AB:CD:…`): SHA-256, or SHA-1 from servers that tell no better.
 */
export type ConsoleTarget = { kind: 'vnc'; socketPath: string } | { kind: 'webmks'; url: string; thumbprint: string };

/** A part of what a machine wrote on its serial console. Positions count bytes from the first that it ever wrote; they grow. */
export interface SerialPart {
  /** Lines of plain text: nothing in it steers a terminal. A guest may have written anything. */
  text: string;
  /** Where the part begins: later than asked for where the older is no longer kept. */
  from: number;
  /** Where to go on. */
  next: number;
}

/** Bytes of a serial console that one question gives at most. */
export const SERIAL_PART_BYTES = 256 * 1024;

/** Bytes of a picture of a screen at most: more than a screen of 4K full of noise would be nobody's console. */
export const SCREENSHOT_BYTES = 32 * 1024 * 1024;
