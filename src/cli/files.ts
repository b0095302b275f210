import { writeFile } from 'node:fs/promises';
import { CarrelError } from '../lib/errors.ts';

/** Writes what a command was asked to keep in a file. `bad-request` where that cannot be written. */
export async function writeAsked(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content).catch((cause: unknown) => {
    throw new CarrelError('bad-request', `${file} cannot be written`, { hint: 'Give another --file.', cause });
  });
}
