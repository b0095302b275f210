/** From a file as people bring it to the disk that is in it, while it is sent. */
import { type Bytes, peek } from './streams.ts';
import { MARK_BYTES, packingOf, unpack } from './unpack.ts';

export interface Unwrapped {
  bytes: Bytes;
  /** Nothing was around it: `bytes` are those that came, and as many. */
  plain: boolean;
}

/** Takes one layer of compression off. What is packed twice is left for the check of the first bytes, which names it. */
export async function unwrap(sent: Bytes): Promise<Unwrapped> {
  const { head, all } = await peek(sent, MARK_BYTES);
  const packing = packingOf(head);
  return packing === undefined ? { bytes: all, plain: true } : { bytes: unpack(packing, all), plain: false };
}
