import { createHash, randomUUID } from 'node:crypto';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { CarrelError, describeError, isCode } from '../../../lib/errors.ts';
import { retry } from '../../../lib/retry.ts';
import { downloadPart } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Files } from './files.ts';
import { folderOf } from '../inventory/paths.ts';
import type { Content, SealedExtent } from '../inventory/tags.ts';

/** Bytes of a drawn block; of what is read at both ends, where partition tables and boot loaders lie; and the least part of a whole read. */
const BLOCK = 64 * 1024;
const END = 2 ** 20;
/** Drawn blocks with data that a disk's seal wants, and draws at most: much of a thin disk is zeros, and what is allocated HTTP does not tell. */
const DATA = 32;
const DRAWS = 96;
/** Parts of a whole read at most: a changed byte is named by its part, and the seal must stay small enough for a machine's configuration. */
const PARTS = 64;
/** Longest time of one read in milliseconds, and tries of it. */
const READ_MS = 600_000;
const TRIES = 5;
/** Extents of at most so many bytes are sealed whole, unless the provider says otherwise. */
export const WHOLE_BYTES = 2 ** 30;

/** What a comparison found. */
export interface Compared {
  /** The seal as it would be of what was read now. */
  now: Content;
  /** What differs, in words that name file and place. */
  problems: string[];
}

interface Span {
  from: number;
  length: number;
}

/**
 * The bytes of golden disks, read from their extents by datastore HTTP when a master is sealed and when it is verified; never for a clone. A
 * sample sees a disk that was written to or replaced, and a part of it that went bad only by chance; whole reads see every byte.
 */
export class Contents {
  readonly #end: Endpoint;
  readonly #files: Files;

  constructor(parts: { end: Endpoint; files: Files }) {
    this.#end = parts.end;
    this.#files = parts.files;
  }

  /**
   * Seals the disks of a chain. What the server does not give at all is told by `unread`; `unavailable` where it does not give it just now (no
   * host answers, the file is locked), since a seal must not be weaker for that.
   */
  async seal(ctx: Ctx, chain: readonly string[]): Promise<Content> {
    const id = randomUUID();
    try {
      const paths = (await Promise.all(chain.map(async (path) => await this.#extentsOf(ctx, path)))).flat();
      const extents: SealedExtent[] = [];
      for (const [i, path] of paths.entries()) extents.push(await this.#sealExtent(ctx, path, `${id} ${i}`, paths.length));
      return { id, extents };
    } catch (error) {
      if (!isCode(error, 'vsphere-not-found', 'vsphere-http')) throw error;
      if (isPassing(error)) throw unreadable(chain[0] ?? '', error);
      return { unread: describeError(error) };
    }
  }

  /** Reads again what was sealed: the samples, or with `full` all that there are hashes of. `unavailable` where that cannot be read. */
  async compare(ctx: Ctx, was: Content, full: boolean): Promise<Compared> {
    if ('unread' in was) return { now: was, problems: [] };
    const extents: SealedExtent[] = [];
    const problems: string[] = [];
    for (const [i, extent] of was.extents.entries()) {
      const found = await this.#compareExtent(ctx, extent, `${was.id} ${i}`, full);
      extents.push(found.now);
      problems.push(...found.problems);
    }
    return { now: { id: was.id, extents }, problems };
  }

  async #compareExtent(ctx: Ctx, was: SealedExtent, seed: string, full: boolean): Promise<{ now: SealedExtent; problems: string[] }> {
    const whole = full && was.parts !== undefined;
    const spans = whole ? partsOf(was.bytes) : samplesOf(seed, was.bytes, was.samples.length);
    try {
      const { size } = await this.#read(ctx, was.path, { from: 0, length: 1 });
      if (size !== was.bytes) {
        return { now: { ...was, bytes: size }, problems: [`${was.path} has ${size} bytes, not ${was.bytes}`] };
      }
      const read = await this.#hashes(ctx, was.path, spans);
      const hashes = whole ? was.parts : was.samples;
      const wrong = spans.filter((_, i) => read[i] !== hashes?.[i]).toSorted((a, b) => a.from - b.from);
      const where = wrong.slice(0, 3).map(({ from, length }) => `${from} to ${from + length - 1}`);
      const more = wrong.length > where.length ? `, and ${wrong.length - where.length} more places` : '';
      return {
        now: whole ? { ...was, parts: read } : { ...was, samples: read },
        problems: wrong.length === 0 ? [] : [`${was.path} was changed at bytes ${where.join(', ')}${more}`],
      };
    } catch (error) {
      if (!isCode(error, 'vsphere-not-found', 'vsphere-http')) throw error;
      // also a data center with another name than it had gives 404: whether the file is there is asked by another way
      if (!isCode(error, 'vsphere-not-found') || (await this.#files.exists(ctx, was.path))) throw unreadable(was.path, error);
      return { now: { ...was, bytes: 0 }, problems: [`${was.path} is not there`] };
    }
  }

  /** The extents' files of one disk, as its descriptor names them. */
  async #extentsOf(ctx: Ctx, disk: string): Promise<string[]> {
    const descriptor = await this.#again(ctx, async () => await this.#files.mustDescriptor(ctx, disk));
    const names = [...descriptor.text.matchAll(/^(?:RW|RDONLY)\s+\d+\s+\S+\s+"([^"]+)"/gm)].map((m) => m[1] ?? '');
    const none = names.find((name) => /[/:]/.test(name)) ?? (names.length === 0 ? disk : undefined);
    if (none !== undefined) throw new CarrelError('vsphere-not-found', `${none} is no file of the datastore`);
    return names.map((name) => `${folderOf(disk)}${name}`);
  }

  async #sealExtent(ctx: Ctx, path: string, seed: string, extents: number): Promise<SealedExtent> {
    const { size: bytes } = await this.#read(ctx, path, { from: 0, length: 1 });
    const samples: string[] = [];
    const wanted = Math.ceil(DATA / extents);
    const most = endsOf(bytes).length + Math.ceil(DRAWS / extents);
    while (bytes > 0 && samples.length < most && samples.filter((hash) => hash !== ZEROS).length < endsOf(bytes).length + wanted) {
      const next = samplesOf(seed, bytes, Math.min(most, samples.length + 16)).slice(samples.length);
      if (next.length === 0) break;
      samples.push(...(await this.#hashes(ctx, path, next)));
    }
    if (bytes > (this.#end.options.sealWholeBytes ?? WHOLE_BYTES)) return { path, bytes, samples };
    this.#end.progress(ctx, 'reading the golden disks');
    return { path, bytes, samples, parts: await this.#hashes(ctx, path, partsOf(bytes)) };
  }

  async #hashes(ctx: Ctx, path: string, spans: readonly Span[]): Promise<string[]> {
    return (await Promise.all(spans.map(async (span) => await this.#read(ctx, path, span)))).map(({ hash }) => hash);
  }

  async #read(ctx: Ctx, path: string, span: Span): Promise<{ hash: string; size: number }> {
    return await this.#end.reads.run(ctx, async () => {
      return await this.#again(ctx, async () => {
        const hash = createHash('sha256');
        let zeros = span.length === BLOCK;
        const options = { datacenter: this.#end.site.datacenterPath, timeoutMs: READ_MS };
        const { size } = await downloadPart(ctx, this.#end.client, path, span, options, (chunk) => {
          hash.update(chunk);
          zeros &&= isZeros(chunk);
        });
        return { hash: zeros ? ZEROS : hash.digest('base64url').slice(0, 22), size };
      });
    });
  }

  async #again<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
    const firstDelayMs = this.#end.patience.retryMs;
    return await retry(ctx, { attempts: TRIES, firstDelayMs, maxDelayMs: 20 * firstDelayMs, retryable: isPassing }, work);
  }
}

const ZEROS = '-';

/** By comparing the bytes with themselves, one further on: several times as quick as a look at each, and a seal reads gigabytes. */
function isZeros(bytes: Uint8Array): boolean {
  return bytes.length === 0 || (bytes[0] === 0 && Buffer.compare(bytes.subarray(1), bytes.subarray(0, -1)) === 0);
}

/** How the server says that it cannot give the file now: session gone, locked, asked too often, no host that answers. */
function isPassing(error: unknown): boolean {
  if (isCode(error, 'vsphere-closed', 'vsphere-unreachable', 'vsphere-hung', 'vsphere-busy')) return true;
  return isCode(error, 'vsphere-http') && [401, 409, 423, 429, 502, 503, 504].includes(Number((error as CarrelError).details?.['status']));
}

function unreadable(path: string, cause: unknown): CarrelError {
  return driverError('unavailable', `the bytes of ${path} cannot be read just now: ${describeError(cause)}`, {
    cause,
    hint: 'Reading by datastore HTTP needs Datastore.Browse and Datastore.FileManagement, and a host that has the datastore and answers.',
  });
}

/** The first MiB of a file and the last, as far as they are two. */
function endsOf(bytes: number): Span[] {
  const first = { from: 0, length: Math.min(END, bytes) };
  const from = Math.max(first.length, bytes - END);
  return from < bytes ? [first, { from, length: bytes - from }] : [first];
}

/** Both ends and then drawn blocks, `count` in all or as many as there are: the same for the same seal, none twice. */
export function samplesOf(seed: string, bytes: number, count: number): Span[] {
  const spans = endsOf(bytes).slice(0, count);
  // blocks that lie in no end
  const first = END / BLOCK;
  const between = Math.floor((bytes - END) / BLOCK) - first;
  const drawn = new Set<number>();
  for (let i = 0; spans.length < Math.min(count, spans.length + between - drawn.size); i++) {
    const number = createHash('sha256').update(`${seed} ${i}`).digest().readUIntBE(0, 6);
    const block = first + (number % between);
    if (drawn.has(block)) continue;
    drawn.add(block);
    spans.push({ from: block * BLOCK, length: BLOCK });
  }
  return spans;
}

/** Equal parts of whole MiB that cover a file. */
export function partsOf(bytes: number): Span[] {
  const length = Math.max(1, Math.ceil(bytes / PARTS / END)) * END;
  return Array.from({ length: Math.ceil(bytes / length) }, (_, i) => ({
    from: i * length,
    length: Math.min(length, bytes - i * length),
  }));
}

/** One SHA-256 of a disk: over its descriptor's, and over all that was read of its bytes. */
export function sealHash(descriptor: string, content: Content | undefined): string {
  if (content === undefined || 'unread' in content) return descriptor;
  const extents = content.extents.map(({ path, bytes, samples, parts }) => [path, bytes, samples, parts ?? []]);
  return createHash('sha256')
    .update(JSON.stringify([descriptor, content.id, extents]))
    .digest('hex');
}

/** How much of a disk its seal covers. */
export function coverage(content: Content | undefined): 'bytes' | 'samples' | 'descriptor' {
  if (content === undefined || 'unread' in content) return 'descriptor';
  return content.extents.every((extent) => extent.parts !== undefined) ? 'bytes' : 'samples';
}
