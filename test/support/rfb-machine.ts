/** The machine's end of a VNC connection (RFC 6143), the least of it: shows one colour, and remembers which keys it was sent. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIZE = { width: 64, height: 40 };
/** Lengths of the messages that have one always. */
const LENGTHS: Readonly<Record<number, number>> = { 0: 20, 3: 10, 4: 8, 5: 6 };

export class RfbMachine {
  /** `+ffe3` for each key that went down, `-ffe3` for each that came up, by its keysym. */
  readonly keys: string[] = [];
  /** How many viewers came so far. */
  viewers = 0;
  readonly #dir = mkdtempSync(join(tmpdir(), 'rfb-'));
  readonly #open = new Set<Socket>();
  readonly #server = createServer((socket) => void this.#serve(socket).catch(() => socket.destroy()));
  readonly socketPath = join(this.#dir, 's');

  static async listen(): Promise<RfbMachine> {
    const machine = new RfbMachine();
    await once(machine.#server.listen(machine.socketPath), 'listening');
    return machine;
  }

  /** The connections that are open break; who comes again is let in. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#dir, { recursive: true });
  }

  async #serve(socket: Socket): Promise<void> {
    this.#open.add(socket.on('error', () => {}).once('close', () => this.#open.delete(socket)));
    let held: Buffer = Buffer.alloc(0);
    const take = async (length: number): Promise<Buffer> => {
      while (held.length < length) held = Buffer.concat([held, (await once(socket, 'data'))[0] as Buffer]);
      const taken = held.subarray(0, length);
      held = held.subarray(length);
      return taken;
    };
    socket.write('RFB 003.008\n');
    await take(12);
    // No password; it went well.
    socket.write(Buffer.from([1, 1]));
    await take(1);
    socket.write(Buffer.alloc(4));
    await take(1);
    const init = Buffer.alloc(24);
    init.writeUInt16BE(SIZE.width, 0);
    init.writeUInt16BE(SIZE.height, 2);
    // 32 bits a pixel, true colour, a byte each.
    init.set([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0], 4);
    socket.write(init);
    this.viewers++;
    for (;;) {
      const kind = (await take(1))[0] as number;
      if (kind === 2) await take(((await take(3)).readUInt16BE(1) ?? 0) * 4);
      else if (kind === 6) await take((await take(7)).readUInt32BE(3));
      else await this.#message(socket, kind, await take((LENGTHS[kind] ?? Number.NaN) - 1));
    }
  }

  async #message(socket: Socket, kind: number, rest: Buffer): Promise<void> {
    if (kind === 4) this.keys.push(`${rest[0] === 1 ? '+' : '-'}${rest.readUInt32BE(3).toString(16)}`);
    // The whole picture once: nothing on it ever changes.
    if (kind !== 3 || rest[0] === 1) return;
    const picture = Buffer.alloc(16 + SIZE.width * SIZE.height * 4, 200);
    picture.fill(0, 0, 16);
    picture.writeUInt16BE(1, 2);
    picture.writeUInt16BE(SIZE.width, 8);
    picture.writeUInt16BE(SIZE.height, 10);
    socket.write(picture);
  }
}
