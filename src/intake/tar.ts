/** The files of a tar archive, one after the other, as they come. Nothing is written under a name that stands in it. */
import { CarrelError } from '../lib/errors.ts';
import type { Bytes } from './streams.ts';

const BLOCK = 512;
/** Longest of the headers that only say more about the next file, in bytes. */
const MAX_EXTRA = 65_536;

export interface TarEntry {
  name: string;
  bytes: number;
  /** May be left unread. */
  content: AsyncGenerator<Buffer>;
}

/** First bytes that are enough for `isTar`. */
export const TAR_BYTES = 262;

export function isTar(head: Buffer): boolean {
  return head.toString('latin1', 257, 262) === 'ustar';
}

function bad(what: string): CarrelError {
  return new CarrelError('bad-image', `it is a tar archive ${what}`, {
    hint: 'look at it where it lies (tar -tvf FILE), and fetch it again',
  });
}

/** Hands out bytes in the numbers that are asked for. */
class Reader {
  private readonly from: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: Bytes) {
    this.from = source[Symbol.asyncIterator]();
  }

  /** At most `most` bytes; undefined at the end. */
  async some(most: number): Promise<Buffer | undefined> {
    while (this.rest.length === 0) {
      const next = await this.from.next();
      if (next.done === true) return undefined;
      this.rest = next.value;
    }
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    return taken;
  }

  /** Tells the source that no more is wanted; does not wait for it. */
  close(): void {
    void this.from.return?.().catch(() => {});
  }

  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *stream(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      const part = await this.some(left);
      if (part === undefined) throw bad('that is cut off');
      left -= part.length;
      yield part;
    }
  }
}

/** The regular files of the archive. Folders are passed over; links and devices are refused, as is a name that leads elsewhere. */
export async function* tarEntries(source: Bytes): AsyncGenerator<TarEntry> {
  const reader = new Reader(source);
  try {
    yield* entriesOf(reader);
  } finally {
    reader.close();
  }
}

async function* entriesOf(reader: Reader): AsyncGenerator<TarEntry> {
  let said: { name?: string; bytes?: number } = {};
  for (;;) {
    const header = await reader.exactly(BLOCK);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header);
    const bytes = said.bytes ?? number(header, 124, 12);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x' || type === 'g' || type === 'L') {
      if (bytes > MAX_EXTRA) throw bad('with an absurdly long header');
      const extra = (await padded(reader, bytes)).toString('utf8');
      if (type === 'L') said.name = extra.replace(/\0.*$/s, '');
      else if (type === 'x') said = { ...said, ...paxOf(extra) };
      continue;
    }
    const name = plainName(said.name ?? nameOf(header));
    said = {};
    if (type === '5') continue;
    if (type !== '0' && type !== '\0') throw bad(`with a link or a device in it (${JSON.stringify(name)})`);
    let left = bytes;
    const content = counted(reader.stream(bytes), (count) => (left -= count));
    yield { name, bytes, content };
    for await (const _ of reader.stream(left));
    await reader.exactly((BLOCK - (bytes % BLOCK)) % BLOCK);
  }
  // The end of the archive is filled up to a whole record.
  while ((await reader.some(65_536)) !== undefined);
}

async function* counted(bytes: Bytes, taken: (count: number) => void): AsyncGenerator<Buffer> {
  for await (const part of bytes) {
    taken(part.length);
    yield part;
  }
}

async function padded(reader: Reader, bytes: number): Promise<Buffer> {
  return (await reader.exactly(Math.ceil(bytes / BLOCK) * BLOCK)).subarray(0, bytes);
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] ?? 0);
  if (sum !== number(header, 148, 8)) throw bad('that is damaged');
}

/** Octal digits, or, with the highest bit set, a number of eight bytes in the field's last. */
function number(header: Buffer, at: number, length: number): number {
  const field = header.subarray(at, at + length);
  const value =
    ((field[0] ?? 0) & 0x80) !== 0
      ? Number(field.readBigUInt64BE(length - 8))
      : Number.parseInt(
          field
            .toString('latin1')
            .trim()
            .replace(/[\0 ].*$/s, '') || '0',
          8,
        );
  if (!Number.isSafeInteger(value)) throw bad('that is damaged');
  return value;
}

function nameOf(header: Buffer): string {
  const text = (at: number, length: number) => header.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  const prefix = text(345, 155);
  // GNU's own form has times where POSIX has a prefix.
  return header.toString('latin1', 257, 263) === 'ustar\0' && prefix !== '' ? `${prefix}/${text(0, 100)}` : text(0, 100);
}

function paxOf(text: string): { name?: string; bytes?: number } {
  const said: { name?: string; bytes?: number } = {};
  for (const line of text.split('\n')) {
    const [, key, value] = /^\d+ (path|size)=(.*)$/.exec(line) ?? [];
    if (key === 'path' && value !== undefined) said.name = value;
    if (key === 'size') said.bytes = Number(value);
  }
  if (said.bytes !== undefined && !(Number.isSafeInteger(said.bytes) && said.bytes >= 0)) throw bad('that is damaged');
  return said;
}

function plainName(name: string): string {
  const plain = name.replace(/^(\.\/)+/, '');
  if (plain.startsWith('/') || plain.split('/').includes('..'))
    throw bad(`with a name that leads out of it (${JSON.stringify(name.slice(0, 200))})`);
  return plain;
}
