import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isCode } from '../../lib/errors.ts';

/**
 * A file in a folder that is not ours: whoever may write there could have put anything in its place, so nothing is followed elsewhere, waited for, or
 * read beyond `most` bytes. Undefined if there is none; `refusal` for what is no plain file of its own.
 */
export async function readForeign(path: string, { most, refusal }: { most: number; refusal: () => Error }): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile() || facts.nlink > 1 || facts.size > most) throw refusal();
      const bytes = Buffer.alloc(facts.size);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw isCode(error, 'ELOOP') ? refusal() : error;
  }
}
