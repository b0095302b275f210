/** From a file as people bring it to the disk that is in it, while it is sent. */
import { CarrelError } from '../lib/errors.ts';
import { diskOfOva } from './ova.ts';
import type { ProposedHardware } from './ovf.ts';
import { type Bytes, peek } from './streams.ts';
import { isTar, TAR_BYTES } from './tar.ts';
import { packingOf, unpack } from './unpack.ts';

/** What was said of the machine that the disk is from. */
export interface Found {
  proposed: Partial<ProposedHardware>;
  /** Sentences for the person who brought the file. */
  notes: string[];
}

export interface Unwrapped {
  bytes: Bytes;
  /** Nothing was around it: `bytes` are those that came, and as many. */
  plain: boolean;
  /** Asked once all bytes were taken. */
  found: () => Found;
}

/**
 * Takes one layer of compression off, and of an OVA its system disk out. What is packed twice is left for the check of the first bytes,
 * which names it. `maxBytes` bounds what a packed OVA may hold besides; the disk is bounded by who takes it.
 */
export async function unwrap(sent: Bytes, maxBytes: number): Promise<Unwrapped> {
  const outer = await peek(sent, TAR_BYTES);
  const packing = packingOf(outer.head);
  const { head, all } = packing === undefined ? outer : await peek(unpack(packing, outer.all), TAR_BYTES);
  const found: Found = { proposed: {}, notes: [] };
  if (!isTar(head)) return { bytes: all, plain: packing === undefined, found: () => found };
  const bytes = diskOfOva(packing === undefined ? all : bounded(all, maxBytes), ({ proposed, notes }) => {
    found.proposed = proposed;
    found.notes = notes;
  });
  return { bytes, plain: false, found: () => found };
}

async function* bounded(bytes: Bytes, max: number): AsyncGenerator<Buffer> {
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.byteLength;
    if (count > max) throw new CarrelError('too-large', 'unpacked, the file has more than what is taken', { details: { maxBytes: max } });
    yield chunk;
  }
}
