import type { FileHandle } from 'node:fs/promises';

const ZEROS = Buffer.alloc(1 << 16);

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (!part.equals(ZEROS.subarray(0, part.length))) return false;
  }
  return true;
}

/** Writes a file from its beginning to its end, and leaves holes where nothing but zeros came: most of a raw disk is that. */
export class SparseFile {
  /** Bytes so far. */
  length = 0;
  /** Those of them that take room on the disk. */
  stored = 0;
  private readonly file: FileHandle;

  constructor(file: FileHandle) {
    this.file = file;
  }

  async append(chunk: Buffer): Promise<void> {
    if (!isZero(chunk)) {
      for (let done = 0; done < chunk.length; )
        done += (await this.file.write(chunk, done, chunk.length - done, this.length + done)).bytesWritten;
      this.stored += chunk.length;
    }
    this.length += chunk.length;
  }

  /** On the disk for good, with its length. */
  async finish(): Promise<void> {
    await this.file.truncate(this.length);
    await this.file.sync();
    await this.file.close();
  }
}
