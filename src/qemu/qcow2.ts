import { type FileHandle, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CarrelError } from '../lib/errors.ts';

/** What a qcow2 file says about itself in its header (QEMU's docs/interop/qcow2.txt). */
export interface Qcow2Header {
  version: number;
  /** Size the guest sees, in bytes. */
  virtualBytes: number;
  clusterBits: number;
  /** As written in the file: may be relative, or a protocol such as `nbd:…` or `json:…`. */
  backingFile: string | undefined;
  backingFormat: string | undefined;
  encrypted: boolean;
  dirty: boolean;
  corrupt: boolean;
  /** Guest data lies in another file. */
  externalData: boolean;
  /** Incompatible feature bits that this reader does not know, as a bit mask. */
  unknownIncompatible: bigint;
  l1Offset: number;
  l1Entries: number;
  refcountOffset: number;
  refcountClusters: number;
  snapshots: number;
}

const MAGIC = 0x514649fb;
/** Feature bits: dirty, corrupt, external data file, compression type, extended L2. */
const KNOWN_INCOMPATIBLE = 0b11111n;
const EXT_BACKING_FORMAT = 0xe2792aca;
const EXT_DATA_FILE = 0x44415441;
/** QEMU's own limit for the length of a backing file name, in bytes. */
const MAX_BACKING_NAME = 1023;

export function isQcow2(head: Buffer): boolean {
  return head.length >= 8 && head.readUInt32BE(0) === MAGIC;
}

/** Reads a header from the first bytes of a file; `bad-image` when it is none or is cut off. */
export function parseQcow2(head: Buffer): Qcow2Header {
  if (!isQcow2(head)) throw bad('it does not begin as a qcow2 file does');
  if (head.length < 72) throw bad('the qcow2 header is cut off');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw bad(`qcow2 version ${version} is not known`);
  if (version === 3 && head.length < 104) throw bad('the qcow2 header is cut off');
  const incompatible = version === 3 ? head.readBigUInt64BE(72) : 0n;
  const headerLength = version === 3 ? head.readUInt32BE(100) : 72;
  if (version === 3 && (headerLength < 104 || headerLength > head.length)) throw bad(`a header of ${headerLength} bytes makes no sense`);
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw bad(`clusters of 2^${clusterBits} bytes make no sense`);
  const extensions = readExtensions(head, headerLength);
  return {
    version,
    virtualBytes: safeNumber(head.readBigUInt64BE(24), 'size'),
    clusterBits,
    backingFile: backingName(head),
    backingFormat: extensions.get(EXT_BACKING_FORMAT)?.toString('utf8'),
    encrypted: head.readUInt32BE(32) !== 0,
    dirty: (incompatible & 1n) !== 0n,
    corrupt: (incompatible & 2n) !== 0n,
    externalData: (incompatible & 4n) !== 0n || extensions.has(EXT_DATA_FILE),
    unknownIncompatible: incompatible & ~KNOWN_INCOMPATIBLE,
    l1Entries: head.readUInt32BE(36),
    l1Offset: safeNumber(head.readBigUInt64BE(40), 'L1 table'),
    refcountOffset: safeNumber(head.readBigUInt64BE(48), 'refcount table'),
    refcountClusters: head.readUInt32BE(56),
    snapshots: head.readUInt32BE(60),
  };
}

function backingName(head: Buffer): string | undefined {
  const offset = safeNumber(head.readBigUInt64BE(8), 'backing file name');
  const length = head.readUInt32BE(16);
  if (offset === 0 || length === 0) return undefined;
  if (length > MAX_BACKING_NAME || offset + length > head.length) throw bad('the name of its backing file is cut off');
  return head.toString('utf8', offset, offset + length);
}

function readExtensions(head: Buffer, from: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let at = from;
  while (at + 8 <= head.length) {
    const type = head.readUInt32BE(at);
    const length = head.readUInt32BE(at + 4);
    if (type === 0) break;
    if (at + 8 + length > head.length) throw bad('a header extension is cut off');
    found.set(type, head.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

function safeNumber(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw bad(`its ${what} is absurd (${value})`);
  return Number(value);
}

function bad(message: string): CarrelError {
  return new CarrelError('bad-image', message);
}

/** Longest part of a file that a header with its backing name may take: one cluster of QEMU's default size. */
export const HEAD_BYTES = 65_536;

/** The first bytes of an open file, at most `length`. */
export async function readHead(file: FileHandle, length = HEAD_BYTES, position = 0): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Reads a file's qcow2 header; undefined when the file is not qcow2. Takes no lock, so it works beside a running QEMU. */
export async function readQcow2(path: string): Promise<Qcow2Header | undefined> {
  const file = await open(path, 'r');
  try {
    // The header and its backing name fit into the first 4 KiB in nearly every file; the rest is read only when it is needed.
    const head = await readHead(file, 4096);
    if (!isQcow2(head)) return undefined;
    const needed = head.length >= 20 ? safeNumber(head.readBigUInt64BE(8), 'backing file name') + head.readUInt32BE(16) : 0;
    return parseQcow2(needed > head.length ? await readHead(file) : head);
  } finally {
    await file.close();
  }
}

/** The absolute path that a backing file name means for the file at `path`; protocols are given back as they are. */
export function resolveBacking(path: string, backing: string): string {
  const plain = backing.startsWith('file:') ? backing.slice(5) : backing;
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(plain) ? plain : resolve(dirname(path), plain);
}
