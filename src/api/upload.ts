/** Receives a disk file into the staging folder, as a stream, and takes it away again if anything goes wrong. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rm, statfs } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CarrelError } from '../lib/errors.ts';

export interface Staging {
  /** Exists, is ours alone (0700), and lies on the file system where masters are made. */
  dir: string;
  /** Largest file taken, in bytes. */
  maxBytes: number;
  /** Bytes that must stay free after a file was taken in. */
  keepFreeBytes: number;
  /** Absent where no provider of this server takes files. */
  inspector?: Inspector | undefined;
}

/** Looks at what comes in, so that a file that cannot be used is refused before all of it was sent. Both throw `bad-image`. */
export interface Inspector {
  /** How many of the first bytes `first` wants (it gets fewer of a smaller file). */
  firstBytes: number;
  first(head: Buffer, length: number, claimed: string | undefined): void;
  whole(path: string, claimed: string | undefined): Promise<void>;
}

export interface Received {
  path: string;
  bytes: number;
  sha256: string;
}

/** Milliseconds without a byte after which an upload is given up. */
const STALL_MS = 60_000;

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** The length that was announced; refuses what is too large for the limit or the disk before a byte is read. */
async function announcedLength(request: IncomingMessage, staging: Staging): Promise<number> {
  const header = request.headers['content-length'];
  if (header === undefined) {
    throw new CarrelError('length-required', 'the upload has no Content-Length', { hint: 'Send the file with its length, not chunked.' });
  }
  const length = Number(header);
  if (length === 0) throw new CarrelError('bad-image', 'the file is empty');
  if (length > staging.maxBytes) {
    throw new CarrelError('too-large', `the file has ${gib(length)}, and at most ${gib(staging.maxBytes)} are taken`, {
      details: { bytes: length, maxBytes: staging.maxBytes },
    });
  }
  const fs = await statfs(staging.dir);
  const free = fs.bavail * fs.bsize;
  if (free - length < staging.keepFreeBytes) {
    throw new CarrelError(
      'no-space',
      `the file has ${gib(length)}, and the server has ${gib(free)} free, of which ${gib(staging.keepFreeBytes)} must stay free`,
      {
        hint: 'Remove revisions that are no longer wanted (`carrel image rm`) or make room on the disk.',
        details: { bytes: length, freeBytes: free, keepFreeBytes: staging.keepFreeBytes },
      },
    );
  }
  return length;
}

/** Gathers the first bytes and has them judged once. */
class FirstBytes {
  private chunks: Buffer[] | undefined = [];
  private gathered = 0;
  private readonly inspector: Inspector | undefined;
  private readonly length: number;
  private readonly claimed: string | undefined;

  constructor(inspector: Inspector | undefined, length: number, claimed: string | undefined) {
    this.inspector = inspector;
    this.length = length;
    this.claimed = claimed;
  }

  take(chunk: Buffer): void {
    if (this.chunks === undefined || this.inspector === undefined) return;
    this.chunks.push(chunk);
    this.gathered += chunk.byteLength;
    const wanted = Math.min(this.inspector.firstBytes, this.length);
    if (this.gathered < wanted) return;
    const head = Buffer.concat(this.chunks).subarray(0, wanted);
    this.chunks = undefined;
    this.inspector.first(head, this.length, this.claimed);
  }
}

/**
 * Takes the body of `request` in. The file is written to disk for good (fsync) and has exactly the announced length when this returns;
 * on any error it is gone. `claimed` is the format that the person gave. Codes: `bad-image`, `length-required`, `too-large`, `no-space`, `bad-request` (cut off), `deadline` (stalled).
 */
export async function receiveFile(request: IncomingMessage, body: Readable, staging: Staging, claimed?: string): Promise<Received> {
  const length = await announcedLength(request, staging);
  const path = join(staging.dir, `upload-${randomUUID()}`);
  const hash = createHash('sha256');
  let bytes = 0;
  request.setTimeout(STALL_MS, () => body.destroy(new CarrelError('deadline', `no byte of the upload came for ${STALL_MS / 1000} s`)));
  const file = await open(path, 'wx', 0o600);
  try {
    const first = new FirstBytes(staging.inspector, length, claimed);
    // The connection stays, so that a refusal in the middle reaches the sender.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      first.take(chunk);
      hash.update(chunk);
      await file.appendFile(chunk);
      bytes += chunk.byteLength;
    }
    if (bytes !== length) throw new CarrelError('bad-request', `the upload ended after ${bytes} of ${length} bytes`);
    await file.sync();
    await file.close();
    await staging.inspector?.whole(path, claimed);
    return { path, bytes, sha256: hash.digest('hex') };
  } catch (error) {
    await file.close().catch(() => {});
    await rm(path, { force: true });
    if ((error as { code?: unknown }).code === 'ERR_STREAM_PREMATURE_CLOSE' || (error as { code?: unknown }).code === 'ECONNRESET') {
      throw new CarrelError('bad-request', `the upload was cut off after ${bytes} of ${length} bytes`, { cause: error });
    }
    throw error;
  } finally {
    request.setTimeout(0);
  }
}
