/** An OVA: a tar archive of an OVF description, its disks, and a manifest of hashes. */
import { createHash, type Hash } from 'node:crypto';
import { CarrelError } from '../lib/errors.ts';
import { MAX_OVF_BYTES, type Ovf, readOvf } from './ovf.ts';
import type { Bytes } from './streams.ts';
import { type TarEntry, tarEntries } from './tar.ts';
import { unpack } from './unpack.ts';

const ALGORITHMS = ['sha1', 'sha256', 'sha512'];
/** More files than a machine has; their hashes are kept. */
const MAX_FILES = 256;

function bad(message: string, hint: string): CarrelError {
  return new CarrelError('bad-image', message, { hint });
}

/** The hashes of the files that went by, and what the manifest says they are. */
class Manifest {
  private readonly hashes = new Map<string, Map<string, string>>();
  private stated: { file: string; algorithm: string; hex: string }[] | undefined;

  /** Lines of `SHA256(disk.vmdk)= 0123…`. */
  read(text: string): void {
    this.stated = text
      .split(/\r?\n/)
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [, name = '', file = '', hex = ''] = /^\s*(\w[\w-]*)\s*\((.*)\)\s*=\s*([0-9a-fA-F]+)\s*$/.exec(line) ?? [];
        const algorithm = name.toLowerCase().replace('-', '');
        if (!ALGORITHMS.includes(algorithm))
          throw bad('its manifest cannot be read', 'export the machine again, with a manifest of SHA-256');
        return { file, algorithm, hex: hex.toLowerCase() };
      });
  }

  /** The file's content, hashed as it is read. */
  async *over(entry: TarEntry): AsyncGenerator<Buffer> {
    const wanted = this.stated?.filter(({ file }) => file === entry.name).map(({ algorithm }) => algorithm) ?? ALGORITHMS;
    const hashes = new Map<string, Hash>([...new Set(wanted)].map((algorithm) => [algorithm, createHash(algorithm)]));
    for await (const part of entry.content) {
      for (const hash of hashes.values()) hash.update(part);
      yield part;
    }
    this.hashes.set(entry.name, new Map([...hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')])));
  }

  check(): void {
    for (const { file, algorithm, hex } of this.stated ?? []) {
      const found = this.hashes.get(file)?.get(algorithm);
      if (found === hex) continue;
      const what = found === undefined ? 'is not there' : 'is not what it was';
      throw bad(`by its manifest, its file ${JSON.stringify(file.slice(0, 200))} ${what}`, 'fetch the OVA again');
    }
  }
}

/**
 * The system disk of the archive; `described` hears of the description as soon as it has come. What the manifest says is checked at the
 * end, when all has been read. All that is wrong is `bad-image`.
 */
export async function* diskOfOva(archive: Bytes, described: (ovf: Ovf) => void): AsyncGenerator<Buffer> {
  const manifest = new Manifest();
  const seen = new Set<string>();
  let ovf: Ovf | undefined;
  let found = false;
  for await (const entry of tarEntries(archive)) {
    if (seen.has(entry.name) || seen.size >= MAX_FILES)
      throw bad('it is a tar archive with a file twice, or with very many', 'export the machine again');
    seen.add(entry.name);
    if (ovf === undefined) {
      ovf = readOvf(await descriptionIn(entry, manifest));
      described(ovf);
    } else if (entry.name.endsWith('.mf')) manifest.read((await small(entry.content, entry)).toString('utf8'));
    else if (entry.name === ovf.systemDisk.href) {
      found = true;
      const content = manifest.over(entry);
      if (ovf.systemDisk.gzip) {
        yield* unpack('gzip', content);
        await drain(content);
      } else yield* content;
    } else await drain(manifest.over(entry));
  }
  if (ovf === undefined) throw bad('it is a tar archive without files', 'fetch it again');
  if (!found) throw bad(`its disk ${JSON.stringify(ovf.systemDisk.href.slice(0, 200))} is not in it`, 'fetch the OVA again');
  manifest.check();
}

async function descriptionIn(entry: TarEntry, manifest: Manifest): Promise<Buffer> {
  if (!/\.ovf$/i.test(entry.name)) {
    const name = JSON.stringify(entry.name.slice(0, 200));
    throw bad(
      `it is a tar archive that begins with ${name}, and not with the OVF description of a machine, as an OVA does`,
      'unpack it (tar -xf FILE), and import the disk that is in it; of an OVA: tar -cf NEW.ova NAME.ovf NAME.mf NAME.vmdk, in this order',
    );
  }
  return small(manifest.over(entry), entry);
}

async function small(content: Bytes, entry: TarEntry): Promise<Buffer> {
  if (entry.bytes > MAX_OVF_BYTES)
    throw bad(`its file ${JSON.stringify(entry.name.slice(0, 200))} is absurdly large`, 'export the machine again');
  const parts: Buffer[] = [];
  for await (const part of content) parts.push(part);
  return Buffer.concat(parts);
}

async function drain(content: Bytes): Promise<void> {
  for await (const _ of content);
}
