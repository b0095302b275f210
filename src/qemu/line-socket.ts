import { connect, type Socket } from 'node:net';
import type { Ctx } from '../lib/context.ts';
import { connected } from './connected.ts';
import { CarrelError } from '../lib/errors.ts';

/** Longest line that is taken from the other side, in bytes. A guest is not trusted to end its lines. */
export const MAX_LINE = 4 * 1024 * 1024;

/**
 * Bytes of a stream cut at newlines. `push` gives the complete lines, without their newline; throws `protocol` when the other side sends
 * more than `max` bytes without one.
 */
export class LineCutter {
  private rest: Buffer = Buffer.alloc(0);
  private readonly max: number;

  constructor(max = MAX_LINE) {
    this.max = max;
  }

  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let data = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10)) {
      lines.push(data.subarray(0, at));
      data = data.subarray(at + 1);
    }
    if (data.length > this.max) throw new CarrelError('protocol', `a line of more than ${this.max} bytes`);
    this.rest = data;
    return lines;
  }
}

/** A unix socket that carries lines. */
export class LineSocket {
  /** Settles when the socket is closed, from whichever side; never rejects. */
  readonly closed: Promise<void>;
  private readonly socket: Socket;
  private over = false;

  private constructor(socket: Socket, onLine: (line: Buffer) => void) {
    this.socket = socket;
    const cutter = new LineCutter();
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.over = true;
        resolve();
      });
    });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of cutter.push(chunk)) onLine(line);
      } catch {
        socket.destroy();
      }
    });
  }

  /** Connects; errors: `unavailable` (nobody listens), `deadline`, `cancelled`. */
  static async connect(ctx: Pick<Ctx, 'signal'>, path: string, onLine: (line: Buffer) => void): Promise<LineSocket> {
    const socket = connect({ path });
    const line = new LineSocket(socket, onLine);
    await connected(ctx, socket, path);
    return line;
  }

  get isClosed(): boolean {
    return this.over;
  }

  write(data: string | Buffer): void {
    if (!this.over) this.socket.write(data);
  }

  close(): void {
    this.socket.destroy();
  }
}
