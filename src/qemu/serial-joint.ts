import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Bytes that wait for a slow reader at most; a guest may write as fast as it can, and is never held up by who looks on. */
export const SERIAL_BEHIND_BYTES = 1 << 20;

/** One who is at a machine's serial port, which others may be at too. Bytes go through as they are. */
export class SerialJoint extends Duplex {
  private readonly port: Socket;
  /** Bytes that its reader was too slow for, since it was last up to date. */
  private leftOut = 0;

  constructor(port: Socket) {
    super({ allowHalfOpen: false, readableHighWaterMark: SERIAL_BEHIND_BYTES });
    this.port = port;
    this.on('error', () => {});
    // A guest that does not read holds up everybody who types: each of them waits here.
    port.setMaxListeners(0);
  }

  /** What the guest wrote. */
  hear(chunk: Buffer): void {
    if (this.destroyed) return;
    // Once something is missing, half of what waits is to be taken first: one gap is better than many.
    const most = this.leftOut > 0 ? SERIAL_BEHIND_BYTES / 2 : SERIAL_BEHIND_BYTES;
    if (this.readableLength + chunk.length > most) {
      this.leftOut += chunk.length;
      return;
    }
    this.sayWhatIsMissing();
    this.push(chunk);
  }

  /** The port is closed: what was heard is still read, then it ends. */
  over(): void {
    this.sayWhatIsMissing();
    this.push(null);
  }

  private sayWhatIsMissing(): void {
    if (this.leftOut === 0) return;
    this.push(`\r\n--- ${this.leftOut} bytes are left out here: they came faster than they were taken ---\r\n`);
    this.leftOut = 0;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    // Whoever leaves has still typed what the port took.
    if (this.port.write(chunk)) {
      done();
      return;
    }
    const go = (): void => {
      this.port.off('drain', go).off('close', go);
      this.off('close', go);
      done();
    };
    this.port.once('drain', go).once('close', go);
    this.once('close', go);
  }
}
