/** A screen by RFB 3.8 without authentication (RFC 6143), in the raw encoding: what stands behind a console's ticket. */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { HEIGHT, type Screen, WIDTH } from './screen.ts';

/** Longest text that a viewer may put on the clipboard, in bytes. */
const MAX_CUT_TEXT = 1 << 20;

/** How a viewer wants its pixels (RFC 6143, 7.4); only black and white of it are needed. */
interface PixelFormat {
  bytes: number;
  bigEndian: boolean;
  white: number;
}

/** 32 bits, of which 24 are used, little-endian, red at 16, green at 8, blue at 0. */
const OWN_FORMAT = Buffer.from([32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]);

class Ended extends Error {}

/** Serves one viewer until it goes, or says what is no RFB; then the stream is destroyed. */
export async function serveRfb(stream: Duplex, name: string, screen: Screen): Promise<void> {
  const viewer = new Viewer(stream, screen);
  try {
    await viewer.greet(name);
    for (;;) await viewer.message();
  } catch {
    stream.destroy();
  } finally {
    viewer.leave();
  }
}

class Viewer {
  readonly #stream: Duplex;
  readonly #screen: Screen;
  readonly #input: AsyncIterator<Buffer>;
  readonly leave: () => void;
  #rest: Buffer = Buffer.alloc(0);
  #format = readFormat(OWN_FORMAT);
  /** It has seen another picture than there is. */
  #stale = true;
  /** It asked for the next picture, and waits. */
  #asked = false;

  constructor(stream: Duplex, screen: Screen) {
    this.#stream = stream;
    this.#screen = screen;
    this.#input = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    this.leave = screen.watch(() => {
      this.#stale = true;
      this.#show();
    });
  }

  async greet(name: string): Promise<void> {
    this.#stream.write('RFB 003.008\n');
    if ((await this.#take(12)).toString('latin1') !== 'RFB 003.008\n') throw new Ended();
    this.#stream.write(Buffer.from([1, 1]));
    if ((await this.#take(1))[0] !== 1) throw new Ended();
    this.#stream.write(Buffer.alloc(4));
    await this.#take(1);
    const title = Buffer.from(name, 'utf8');
    const init = Buffer.alloc(8);
    init.writeUInt16BE(WIDTH, 0);
    init.writeUInt16BE(HEIGHT, 2);
    init.writeUInt32BE(title.length, 4);
    this.#stream.write(Buffer.concat([init.subarray(0, 4), OWN_FORMAT, init.subarray(4), title]));
  }

  /** One message of the viewer's (RFC 6143, 7.5). */
  async message(): Promise<void> {
    const kind = (await this.#take(1))[0];
    if (kind === 0) this.#format = readFormat((await this.#take(19)).subarray(3));
    else if (kind === 2) await this.#take((await this.#take(3)).readUInt16BE(1) * 4);
    else if (kind === 3) {
      const again = (await this.#take(9))[0] === 0;
      this.#asked = true;
      this.#stale ||= again;
      this.#show();
      if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain');
    } else if (kind === 4) {
      const key = await this.#take(7);
      this.#screen.press({ down: key[0] !== 0, keysym: key.readUInt32BE(3) });
    } else if (kind === 5) await this.#take(5);
    else if (kind === 6) {
      const length = (await this.#take(7)).readUInt32BE(3);
      if (length > MAX_CUT_TEXT) throw new Ended();
      await this.#take(length);
    } else throw new Ended();
  }

  #show(): void {
    if (!this.#asked || !this.#stale || this.#stream.destroyed) return;
    this.#asked = this.#stale = false;
    const head = Buffer.alloc(16);
    head.writeUInt16BE(1, 2);
    head.writeUInt16BE(WIDTH, 8);
    head.writeUInt16BE(HEIGHT, 10);
    this.#stream.write(Buffer.concat([head, encode(this.#screen.draw(), this.#format)]));
  }

  async #take(length: number): Promise<Buffer> {
    const parts = [this.#rest];
    let size = this.#rest.length;
    while (size < length) {
      const { value, done } = await this.#input.next();
      if (done === true) throw new Ended();
      parts.push(value);
      size += value.length;
    }
    const all = Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }
}

function readFormat(format: Buffer): PixelFormat {
  const [bits, , bigEndian, trueColour] = format;
  if (trueColour === 0 || (bits !== 8 && bits !== 16 && bits !== 32)) throw new Ended();
  const white = [0, 1, 2].reduce((sum, n) => sum + format.readUInt16BE(4 + 2 * n) * 2 ** ((format[10 + n] ?? 0) & 31), 0);
  if (white >= 2 ** bits) throw new Ended();
  return { bytes: bits / 8, bigEndian: bigEndian !== 0, white };
}

function encode(pixels: Uint8Array, { bytes, bigEndian, white }: PixelFormat): Buffer {
  const out = Buffer.alloc(pixels.length * bytes);
  pixels.forEach((lit, n) => {
    if (lit === 0) return;
    if (bigEndian) out.writeUIntBE(white, n * bytes, bytes);
    else out.writeUIntLE(white, n * bytes, bytes);
  });
  return out;
}
