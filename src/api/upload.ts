/** Receives a disk file into the staging folder, as a stream, and takes it away again if anything goes wrong. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CarrelError } from '../lib/errors.ts';
import type { ImportRequest } from '../services/interface.ts';
import { SparseFile } from './sparse-file.ts';

export interface Staging {
  /** Exists, is ours alone (0700), and lies on the file system where masters are made. */
  dir: string;
  /** Largest file taken, in bytes, as it is sent. */
  maxBytes: number;
  /** Most bytes that a packed file may hold. */
  maxUnpackedBytes: number;
  /** Bytes that must stay free after a file was taken in. */
  keepFreeBytes: number;
  /** Absent where no provider of this server takes files. */
  inspector?: Inspector | undefined;
}

/** What a file holds. */
interface Unwrapped {
  bytes: AsyncIterable<Buffer>;
  /** Nothing was around it: the bytes are those that came, and as many. */
  plain: boolean;
  /** What was said of the machine that the disk is from; asked once all bytes were taken. */
  found: () => { proposed: Received['proposed']; notes: string[] };
}

/** Looks at what comes in, so that a file that cannot be used is refused before all of it was sent. All throw `bad-image`. */
export interface Inspector {
  /** Takes off what is around the disk. */
  unwrap(sent: AsyncIterable<Buffer>, maxBytes: number): Promise<Unwrapped>;
  /** How many of the first bytes `first` wants (it gets fewer of a smaller file). */
  firstBytes: number;
  /** `length` is that of the whole file; unknown for one that was packed. */
  first(head: Buffer, length: number | undefined, claimed: string | undefined): void;
  whole(path: string, claimed: string | undefined): Promise<void>;
}

export interface Received {
  path: string;
  /** As it was sent, as is the hash. */
  bytes: number;
  sha256: string;
  /** The hardware of the machine that the disk is from. */
  proposed: ImportRequest['hints'];
  /** Sentences for the person who brought the file. */
  notes: string[];
}

/** Milliseconds without a byte after which an upload is given up. */
const STALL_MS = 60_000;

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** The length that was announced; refuses what is too large for the limit before a byte is read. */
function announcedLength(request: IncomingMessage, staging: Staging): number {
  const header = request.headers['content-length'];
  if (header === undefined) {
    throw new CarrelError('length-required', 'the upload has no Content-Length', { hint: 'Send the file with its length, not chunked.' });
  }
  return takenLength(Number(header), staging);
}

/** The length, unless nobody takes a file of it. */
function takenLength(length: number, staging: Staging): number {
  if (length === 0) throw new CarrelError('bad-image', 'the file is empty');
  if (length > staging.maxBytes) {
    throw new CarrelError('too-large', `the file has ${gib(length)}, and at most ${gib(staging.maxBytes)} are taken`, {
      details: { bytes: length, maxBytes: staging.maxBytes },
    });
  }
  return length;
}

/** Refuses a file for its length alone, before it is sent: `too-large`, `no-space`. */
export async function checkLength(length: number, staging: Staging): Promise<void> {
  await room(takenLength(length, staging), staging);
}

/** Bytes that may be written, at least `length`; throws `no-space` where there are not so many. */
async function room(length: number, staging: Staging): Promise<number> {
  const fs = await statfs(staging.dir);
  const free = fs.bavail * fs.bsize;
  if (free - length < staging.keepFreeBytes) throw noSpace(`the file has ${gib(length)}`, length, free, staging);
  return free - staging.keepFreeBytes;
}

function noSpace(what: string, bytes: number, free: number, staging: Staging): CarrelError {
  return new CarrelError(
    'no-space',
    `${what}, and the server has ${gib(free)} free, of which ${gib(staging.keepFreeBytes)} must stay free`,
    {
      hint: 'Remove revisions that are no longer wanted (`carrel image rm`) or make room on the disk.',
      details: { bytes, freeBytes: free, keepFreeBytes: staging.keepFreeBytes },
    },
  );
}

/** Gathers the first bytes and has them judged once. `length`: that of the whole, where it is known. */
class FirstBytes {
  private chunks: Buffer[] | undefined = [];
  private gathered = 0;
  private readonly inspector: Inspector;
  private readonly length: number | undefined;
  private readonly claimed: string | undefined;

  constructor(inspector: Inspector, length: number | undefined, claimed: string | undefined) {
    this.inspector = inspector;
    this.length = length;
    this.claimed = claimed;
  }

  take(chunk: Buffer): void {
    if (this.chunks === undefined) return;
    this.chunks.push(chunk);
    this.gathered += chunk.byteLength;
    if (this.gathered >= Math.min(this.inspector.firstBytes, this.length ?? Number.POSITIVE_INFINITY)) this.judge();
  }

  /** No more will come. */
  end(): void {
    if (this.chunks !== undefined) this.judge();
  }

  private judge(): void {
    const head = Buffer.concat(this.chunks ?? []).subarray(0, this.inspector.firstBytes);
    this.chunks = undefined;
    this.inspector.first(head, this.length ?? (this.gathered < this.inspector.firstBytes ? this.gathered : undefined), this.claimed);
  }
}

/** The body as it was sent: counted, hashed, and given up when no byte comes although one is waited for. */
class Sent {
  bytes = 0;
  private readonly hash = createHash('sha256');
  private timer: NodeJS.Timeout | undefined;
  private readonly body: Readable;
  private readonly from: AsyncIterableIterator<Buffer>;

  constructor(body: Readable) {
    this.body = body;
    // The connection stays, so that a refusal in the middle reaches the sender.
    this.from = body.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    for (;;) {
      // Not a limit on the connection: while we unpack, it is we who do not read.
      this.timer = setTimeout(() => this.body.destroy(stalled()), STALL_MS);
      const next = await this.from.next().finally(() => clearTimeout(this.timer));
      if (next.done === true) return;
      this.bytes += next.value.byteLength;
      this.hash.update(next.value);
      yield next.value;
    }
  }

  sha256(): string {
    return this.hash.digest('hex');
  }

  /** Reads no more, and lets go of the body, so that Node can pass over its rest. */
  stop(): void {
    clearTimeout(this.timer);
    void this.from.return?.().catch(() => {});
  }
}

function asItIs(sent: Sent): Unwrapped {
  return { bytes: sent.chunks(), plain: true, found: () => ({ proposed: {}, notes: [] }) };
}

function stalled(): CarrelError {
  return new CarrelError('deadline', `no byte of the upload came for ${STALL_MS / 1000} s`);
}

/** Writes what `content` yields, within the bounds. */
async function write(content: Unwrapped, target: SparseFile, bounds: { room: number; staging: Staging }, first?: FirstBytes) {
  const { room: mayStore, staging } = bounds;
  for await (const chunk of content.bytes) {
    first?.take(chunk);
    await target.append(chunk);
    if (content.plain) continue;
    if (target.length > staging.maxUnpackedBytes) {
      throw new CarrelError('too-large', `unpacked, the file has more than the ${gib(staging.maxUnpackedBytes)} that are taken`, {
        details: { maxBytes: staging.maxUnpackedBytes },
      });
    }
    if (target.stored > mayStore) {
      throw noSpace(`unpacked, the file has more than ${gib(mayStore)}`, target.stored, mayStore + staging.keepFreeBytes, staging);
    }
  }
  if (content.plain) return;
  if (target.length === 0) throw new CarrelError('bad-image', 'it is packed, and what is in it is empty');
  first?.end();
}

/**
 * Takes the body of `request` in, and what it is packed in off. The file is written to disk for good (fsync) when this returns; on any
 * error it is gone. `claimed` is the format that the person gave. Codes: `bad-image`, `length-required`, `too-large`, `no-space`,
 * `missing-tool`, `bad-request` (cut off), `deadline` (stalled).
 */
export async function receiveFile(request: IncomingMessage, body: Readable, staging: Staging, claimed?: string): Promise<Received> {
  const { inspector } = staging;
  const length = announcedLength(request, staging);
  const bounds = { room: await room(length, staging), staging };
  const path = join(staging.dir, `upload-${randomUUID()}`);
  const sent = new Sent(body);
  const file = await open(path, 'wx', 0o600);
  try {
    const content = await (inspector?.unwrap(sent.chunks(), staging.maxUnpackedBytes) ?? asItIs(sent));
    const target = new SparseFile(file);
    const first = inspector && new FirstBytes(inspector, content.plain ? length : undefined, claimed);
    await write(content, target, bounds, first);
    if (sent.bytes !== length) throw new CarrelError('bad-request', `the upload ended after ${sent.bytes} of ${length} bytes`);
    await target.finish();
    await inspector?.whole(path, claimed);
    return { path, bytes: sent.bytes, sha256: sent.sha256(), ...content.found() };
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    if ((error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE' || (error as { code?: unknown }).code === 'ECONNRESET') {
      throw new CarrelError('bad-request', `the upload was cut off after ${sent.bytes} of ${length} bytes`, { cause: error });
    }
    throw error;
  } finally {
    sent.stop();
  }
}
