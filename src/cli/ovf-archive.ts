/** An OVF description and the files that lie beside it, as the OVA that they would be in: made as it is read, and never on a disk. */
import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { CarrelError } from '../lib/errors.ts';

export interface OvfArchive {
  /** Of the whole archive. */
  bytes: number;
  content: Readable;
}

interface Part {
  name: string;
  path: string;
  size: number;
}

/** Bytes of a file whose first kilobyte tells whether it is an OVF description: XML with an `Envelope` of OVF's. */
const HEAD = 1024;
const BLOCK = 512;
/** Two empty blocks. */
const END = 2 * BLOCK;

/** Longest description that the server reads, in bytes. */
const MAX_OVF_BYTES = 2 * 1024 ** 2;

/** Whether that file is a description, by its content. */
export async function isOvf(file: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return /^\uFEFF?\s*<[^]*?<(?:\w+:)?Envelope\s[^]*schemas\.dmtf\.org\/ovf/.test(buffer.toString('utf8', 0, bytesRead));
}

/**
 * The archive of the description at `path`: it first, then its manifest (the file of the same name that ends in .mf) if there is one, then
 * the files that it names, as DSP0243 orders them. Errors: `bad-image`, `not-found` (a file that it names is not beside it).
 */
export async function ovfArchive(path: string): Promise<OvfArchive> {
  const description = await partOf(path, stat);
  if (description.size > MAX_OVF_BYTES) throw new CarrelError('bad-image', `${path} is absurdly large for an OVF description`);
  const dir = dirname(path);
  const manifest = await partOf(path.replace(/\.ovf$/i, '.mf')).catch(() => undefined);
  const named = await Promise.all(
    filesOf(path, await readFile(path, 'utf8')).map((name) =>
      partOf(join(dir, name)).catch((cause: unknown) => {
        throw new CarrelError('not-found', `${path} names ${JSON.stringify(name)}, which does not lie beside it`, {
          hint: 'an OVF description is imported with its files in the same folder; fetch them too, or export the machine as one OVA',
          cause,
        });
      }),
    ),
  );
  const parts = [description, ...(manifest === undefined || manifest.path === path ? [] : [manifest]), ...named];
  const content = parts.reduce((sum, { size }) => sum + Math.ceil(size / BLOCK) * BLOCK, 0);
  return { bytes: (await headerBytes(parts)) + content + END, content: packed(parts) };
}

/**
 * Names in its `References`. What the description means is the server's to judge, which reads it whole; here is only asked what belongs to it.
 * Throws `bad-image` where one would lie elsewhere than beside it: no other file leaves this machine.
 */
function filesOf(path: string, description: string): string[] {
  const names = [...description.matchAll(/<(?:\w+:)?File\s(?:[^>]*?\s)?(?:\w+:)?href\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, a, b]) =>
    plain(a ?? b ?? ''),
  );
  for (const name of names) {
    if (!/[/\\:]/.test(name) && !['', '.', '..'].includes(name)) continue;
    throw new CarrelError('bad-image', `${path} names a file outside of its folder (${JSON.stringify(name.slice(0, 200))})`, {
      hint: 'export the machine again, as one OVA',
    });
  }
  return [...new Set(names)];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text of an attribute of XML. */
const plain = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });

/** What is a link beside the description is none of its files: it may lead to any. */
async function partOf(path: string, look: typeof stat = lstat): Promise<Part> {
  const found = await look(path);
  if (!found.isFile()) throw new CarrelError('bad-image', `${path} is not a file`);
  return { name: basename(path), path, size: found.size };
}

/** What stands before the files: more than one block each where a name is long or not of ASCII. Sizes are never more than a number there. */
async function headerBytes(parts: readonly Part[]): Promise<number> {
  const archive = pack();
  for (const { name } of parts) archive.entry({ name, size: 0 }, Buffer.alloc(0));
  archive.finalize();
  let bytes = -END;
  for await (const part of archive as AsyncIterable<Buffer>) bytes += part.length;
  return bytes;
}

function packed(parts: readonly Part[]): Readable {
  const archive = pack();
  const fill = async (): Promise<void> => {
    for (const { name, path, size } of parts) {
      if (size === 0) archive.entry({ name, size }, Buffer.alloc(0));
      // A file that grows meanwhile is sent as long as it was.
      else await pipeline(createReadStream(path, { end: size - 1, highWaterMark: 1 << 20 }), archive.entry({ name, size }));
    }
    archive.finalize();
  };
  fill().catch((error: unknown) => archive.destroy(error as Error));
  return Readable.from(archive as AsyncIterable<Buffer>, { objectMode: false });
}
