/** The least of a VNC viewer (RFC 6143): greets, types, and reads whole pictures of 32 bits a pixel. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';

export interface Picture {
  width: number;
  height: number;
  pixels: Buffer;
}

export class RfbViewer {
  readonly #stream: Duplex;
  #held: Buffer = Buffer.alloc(0);
  name = '';
  #size = { width: 0, height: 0 };

  private constructor(stream: Duplex) {
    this.#stream = stream;
  }

  static async open(stream: Duplex): Promise<RfbViewer> {
    const viewer = new RfbViewer(stream);
    const version = (await viewer.#take(12)).toString('latin1');
    if (version !== 'RFB 003.008\n') throw new Error(`not RFB 3.8: ${JSON.stringify(version)}`);
    stream.write(version);
    const kinds = await viewer.#take((await viewer.#take(1))[0] ?? 0);
    if (!kinds.includes(1)) throw new Error('it wants a password');
    stream.write(Buffer.from([1]));
    if ((await viewer.#take(4)).readUInt32BE(0) !== 0) throw new Error('it refuses');
    stream.write(Buffer.from([1]));
    const init = await viewer.#take(24);
    viewer.#size = { width: init.readUInt16BE(0), height: init.readUInt16BE(2) };
    viewer.name = (await viewer.#take(init.readUInt32BE(20))).toString('utf8');
    return viewer;
  }

  /** Each key down and up; a newline is Enter. */
  type(text: string): void {
    for (const char of text) {
      for (const down of [1, 0]) {
        const event = Buffer.from([4, down, 0, 0, 0, 0, 0, 0]);
        event.writeUInt32BE(char === '\n' ? 0xff0d : (char.codePointAt(0) ?? 0), 4);
        this.#stream.write(event);
      }
    }
  }

  async picture(incremental = false): Promise<Picture> {
    const { width, height } = this.#size;
    const request = Buffer.alloc(10);
    request[0] = 3;
    request[1] = incremental ? 1 : 0;
    request.writeUInt16BE(width, 6);
    request.writeUInt16BE(height, 8);
    this.#stream.write(request);
    const head = await this.#take(16);
    if (head[0] !== 0 || head.readUInt16BE(2) !== 1 || head.readInt32BE(12) !== 0) throw new Error('not one raw rectangle');
    return { width, height, pixels: await this.#take(width * height * 4) };
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#held.length < length) {
      if (this.#stream.readableEnded || this.#stream.destroyed) throw new Error('it has ended');
      const chunk = this.#stream.read() as Buffer | null;
      if (chunk === null) await Promise.race([once(this.#stream, 'readable'), once(this.#stream, 'close')]);
      else this.#held = Buffer.concat([this.#held, chunk]);
    }
    const taken = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return taken;
  }
}
