/**
 * The kernel within a bzImage. QEMU starts an uncompressed one by its PVH entry: nothing is unpacked by the guest, which an imitated processor
 * takes 0.7 s for, and QEMU maps the file instead of holding a copy. For the helper guest alone: with a TPM, QEMU 7.2 puts the initial RAM disk
 * of such a kernel over the firmware's ACPI tables, so machines that people get start from the bzImage.
 */
import { gunzipSync } from 'node:zlib';

/** Of the header of the boot protocol (Linux, `Documentation/arch/x86/boot.rst`). */
const AT = { setupSectors: 0x1f1, magic: 0x202, version: 0x206, payloadOffset: 0x248, payloadLength: 0x24c };
const SECTOR = 512;
/** The first version whose header says where the payload is. */
const WITH_PAYLOAD = 0x0208;

/** The frame that `lz4 -l` writes, which the kernel's build uses: blocks without an end mark, each of at most 8 MiB unpacked. */
const LZ4_LEGACY = 0x184c2102;

const PT_NOTE = 4;
/** Xen's note that names the entry for PVH (`xen/include/public/elfnote.h`). */
const PHYS32_ENTRY = 18;

/**
 * The ELF kernel that a bzImage unpacks; undefined where that cannot be had: another kind of file, another compression than LZ4 and gzip, or a
 * kernel without an entry for PVH. Then the bzImage itself is what is started.
 */
export function uncompressedKernel(image: Buffer): Buffer | undefined {
  const payload = payloadOf(image);
  if (payload === undefined) return undefined;
  const kernel = unpacked(payload);
  return kernel !== undefined && hasPvhEntry(kernel) ? kernel : undefined;
}

function payloadOf(image: Buffer): Buffer | undefined {
  if (image.length < AT.payloadLength + 4 || image.toString('latin1', AT.magic, AT.magic + 4) !== 'HdrS') return undefined;
  if (image.readUInt16LE(AT.version) < WITH_PAYLOAD) return undefined;
  // For historical reasons 0 means 4.
  const setup = ((image[AT.setupSectors] || 4) + 1) * SECTOR;
  const start = setup + image.readUInt32LE(AT.payloadOffset);
  const end = start + image.readUInt32LE(AT.payloadLength);
  return end > image.length || end - start < 8 ? undefined : image.subarray(start, end);
}

/** The kernel's build writes the length of what comes out behind what it compressed with LZ4. */
function unpacked(payload: Buffer): Buffer | undefined {
  try {
    if (payload.readUInt16BE(0) === 0x1f8b) return gunzipSync(payload);
    if (payload.readUInt32LE(0) === LZ4_LEGACY) return lz4Blocks(payload.subarray(4, -4), payload.readUInt32LE(payload.length - 4));
  } catch {
    // Not what it seemed to be.
  }
  return undefined;
}

function lz4Blocks(data: Buffer, length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  for (let from = 0; from + 4 <= data.length; ) {
    const end = from + 4 + data.readUInt32LE(from);
    at = lz4Block(data.subarray(from + 4, end), out, at);
    from = end;
  }
  if (at !== length) throw new RangeError(`${at} bytes came out of ${length}`);
  return out;
}

/** One block of `lz4_Block_format.md`: literals, then a match in what came out before, again and again; the last has literals alone. */
function lz4Block(block: Buffer, out: Buffer, start: number): number {
  let at = start;
  let from = 0;
  const next = (): number => {
    const byte = block[from++];
    if (byte === undefined) throw new RangeError('the block ends too early');
    return byte;
  };
  /** A length of 15 goes on in further bytes, of which the last is not 255. */
  const whole = (nibble: number): number => {
    let sum = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = next();
    return sum;
  };
  while (from < block.length) {
    const token = next();
    const literals = whole(token >> 4);
    at += block.copy(out, at, from, from + literals);
    from += literals;
    if (from >= block.length) break;
    const back = next() | (next() << 8);
    const length = whole(token & 15) + 4;
    if (back === 0 || back > at - start || at + length > out.length) throw new RangeError('a match leads out of the block');
    // A match may reach into itself: then it repeats.
    if (back >= length) out.copyWithin(at, at - back, at - back + length);
    else for (let i = 0; i < length; i++) out[at + i] = out[at + i - back] as number;
    at += length;
  }
  return at;
}

function hasPvhEntry(elf: Buffer): boolean {
  if (elf.length < 64 || elf.readUInt32BE(0) !== 0x7f454c46 || elf[4] !== 2 || elf[5] !== 1) return false;
  const [headers, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  for (let i = 0; i < count; i++) {
    const header = headers + i * size;
    if (header + 56 > elf.length || elf.readUInt32LE(header) !== PT_NOTE) continue;
    const start = Number(elf.readBigUInt64LE(header + 8));
    if (
      notes(elf.subarray(start, start + Number(elf.readBigUInt64LE(header + 32)))).some((n) => n.name === 'Xen' && n.type === PHYS32_ENTRY)
    )
      return true;
  }
  return false;
}

function notes(section: Buffer): { name: string; type: number }[] {
  const found: { name: string; type: number }[] = [];
  const padded = (length: number) => (length + 3) & ~3;
  for (let at = 0; at + 12 <= section.length; ) {
    const [nameLength, bodyLength, type] = [section.readUInt32LE(at), section.readUInt32LE(at + 4), section.readUInt32LE(at + 8)];
    found.push({ name: section.toString('latin1', at + 12, at + 12 + Math.max(0, nameLength - 1)), type });
    at += 12 + padded(nameLength) + padded(bodyLength);
  }
  return found;
}
