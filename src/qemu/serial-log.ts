import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of one machine's log that are kept at most; the newest. A boot of a full system with its services is some 60 KiB. */
export const SERIAL_LOG_BYTES = 256 * 1024;
/** The oldest quarter goes when there are more bytes than that, so that three quarters at least are always there. */
const SEGMENT_BYTES = SERIAL_LOG_BYTES / 4;
const NAME = /^serial-(\d{15})\.log$/;

export interface SerialPart {
  bytes: Buffer;
  /** Position of the first byte, counted from the first one that the machine ever wrote. Later than asked for where that is no longer kept. */
  from: number;
  /** Position behind the last byte. */
  next: number;
}

/**
 * What a machine wrote on its serial line, in files of a folder that is ours: each is named by the position of its first byte, so that
 * positions hold over restarts. A guest may write for ever and as fast as it can; the files never hold more than {@link SERIAL_LOG_BYTES},
 * nor does the memory for what storage has not taken yet. Storage that refuses costs lines of the log, never anything else.
 */
export class SerialLog {
  private readonly folder: string;
  private segments: number[] = [];
  /** Position behind the last byte on storage. */
  private end: number;
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private work: Promise<void> | undefined;
  private closed = false;
  /** False once the newest file could not be written to its end. */
  private whole = true;
  private readonly listeners = new Set<() => void>();

  private constructor(folder: string, segments: number[], end: number) {
    this.folder = folder;
    this.segments = segments;
    this.end = end;
  }

  /** The log in a folder, an empty one if there is none yet. */
  static async open(folder: string): Promise<SerialLog> {
    const segments = await segmentsIn(folder);
    const last = segments.at(-1);
    return new SerialLog(folder, segments, last === undefined ? 0 : last + (await sizeOf(folder, last)));
  }

  /** Takes bytes; they are on storage after {@link flushed}. */
  write(bytes: Buffer): void {
    if (this.closed || bytes.length === 0) return;
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    // Storage that stalls: the oldest of what waits is given up, and its positions with it.
    while (this.waitingBytes > SERIAL_LOG_BYTES && this.waiting.length > 1) this.waitingBytes -= this.waiting.shift()?.length ?? 0;
    this.work ??= this.store().finally(() => (this.work = undefined));
  }

  async flushed(): Promise<void> {
    while (this.work !== undefined) await this.work;
  }

  /** Takes no more; what was taken is on storage when this resolves, and the folder is touched no more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flushed();
  }

  /** Calls back when more is on storage; returns how to stop that. */
  onMore(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** At most `max` bytes from a position on. */
  async read(after: number, max: number): Promise<SerialPart> {
    await this.flushed();
    const from = Math.min(Math.max(after, this.segments[0] ?? this.end), this.end);
    const parts: Buffer[] = [];
    let [at, wanted] = [from, max];
    for (const start of [...this.segments]) {
      if (wanted <= 0) break;
      const part = await readPart(this.folder, start, Math.max(0, at - start), wanted);
      if (part.length === 0) continue;
      parts.push(part);
      wanted -= part.length;
      at = Math.max(at, start) + part.length;
    }
    return { bytes: Buffer.concat(parts), from, next: at };
  }

  /** The newest bytes, at most so many. */
  async last(max: number): Promise<SerialPart> {
    await this.flushed();
    return await this.read(Math.max(0, this.end - max), max);
  }

  private async store(): Promise<void> {
    // The rest of a burst comes within this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const bytes = Buffer.concat(this.waiting);
      this.waiting = [];
      this.waitingBytes = 0;
      try {
        for (let at = 0; at < bytes.length; ) at += await this.append(bytes.subarray(at));
      } catch {
        // A full or broken storage, which may have taken a part: the next bytes begin a file of their own.
        this.end += SEGMENT_BYTES;
        this.whole = false;
      }
    }
    for (const listener of this.listeners) listener();
  }

  /** Appends what fits into a segment and gives how much that was. */
  private async append(bytes: Buffer): Promise<number> {
    let start = this.segments.at(-1);
    if (start === undefined || !this.whole || this.end - start >= SEGMENT_BYTES) {
      start = this.end;
      this.segments.push(start);
      this.whole = true;
      // Removed first: the bound holds at every moment.
      while (this.segments.length > SERIAL_LOG_BYTES / SEGMENT_BYTES) {
        const oldest = this.segments.shift() as number;
        await rm(pathOf(this.folder, oldest), { force: true });
      }
    }
    const part = bytes.subarray(0, SEGMENT_BYTES - (this.end - start));
    const file = await open(pathOf(this.folder, start), 'a', 0o600);
    try {
      await file.write(part);
    } finally {
      await file.close();
    }
    this.end += part.length;
    return part.length;
  }
}

function pathOf(folder: string, start: number): string {
  return join(folder, `serial-${String(start).padStart(15, '0')}.log`);
}

async function segmentsIn(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch(() => []);
  return names.flatMap((name) => (NAME.exec(name) ? [Number(NAME.exec(name)?.[1])] : [])).sort((a, b) => a - b);
}

async function sizeOf(folder: string, start: number): Promise<number> {
  const file = await open(pathOf(folder, start), 'r').catch(() => undefined);
  if (file === undefined) return 0;
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

async function readPart(folder: string, start: number, at: number, max: number): Promise<Buffer> {
  const file = await open(pathOf(folder, start), 'r').catch(() => undefined);
  if (file === undefined) return Buffer.alloc(0);
  try {
    const size = Math.max(0, Math.min((await file.stat()).size - at, max));
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, Math.max(0, at));
    return bytes.subarray(0, bytesRead);
  } catch {
    return Buffer.alloc(0);
  } finally {
    await file.close();
  }
}
