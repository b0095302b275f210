/** The little of ELF that is needed to carry a program with its libraries out of a package, and no more. */

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

export interface ElfNeeds {
  /** The dynamic loader's path, of programs. */
  interpreter?: string;
  /** File names of the libraries (DT_NEEDED). */
  libraries: string[];
}

interface Segment {
  type: number;
  offset: number;
  vaddr: number;
  filesz: number;
}

function cString(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}

/** What a 64-bit little-endian ELF file wants at run time; undefined for any other file. */
export function elfNeeds(file: Buffer): ElfNeeds | undefined {
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1) return undefined;
  const phoff = Number(file.readBigUInt64LE(32));
  const phentsize = file.readUInt16LE(54);
  const segments: Segment[] = Array.from({ length: file.readUInt16LE(56) }, (_, i) => {
    const at = phoff + i * phentsize;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      vaddr: Number(file.readBigUInt64LE(at + 16)),
      filesz: Number(file.readBigUInt64LE(at + 32)),
    };
  });
  const interp = segments.find((s) => s.type === PT_INTERP);
  const dynamic = segments.find((s) => s.type === PT_DYNAMIC);
  const result: ElfNeeds = { libraries: [] };
  if (interp) result.interpreter = cString(file, interp.offset);
  if (dynamic) result.libraries = neededLibraries(file, dynamic, segments);
  return result;
}

function neededLibraries(file: Buffer, dynamic: Segment, segments: readonly Segment[]): string[] {
  const names: number[] = [];
  let strtab = 0;
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.filesz; at += 16) {
    const tag = Number(file.readBigInt64LE(at));
    const value = Number(file.readBigUInt64LE(at + 8));
    if (tag === 0) break;
    if (tag === DT_NEEDED) names.push(value);
    if (tag === DT_STRTAB) strtab = value;
  }
  const home = segments.find((s) => s.type === PT_LOAD && strtab >= s.vaddr && strtab < s.vaddr + s.filesz);
  if (!home) return [];
  return names.map((name) => cString(file, strtab - home.vaddr + home.offset + name));
}
