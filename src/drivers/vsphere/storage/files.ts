import { createHash } from 'node:crypto';
import type { RemovedFile } from '../../../core/lineage.ts';
import type { Ctx } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import {
  browse,
  type BrowsedFile,
  datastoreFileExists,
  deleteDisk,
  deletePath,
  download,
  isFault,
  SharedRead,
  upload,
  vsphereError,
} from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { bare, datastoreName, folderOf, lastName } from '../inventory/paths.ts';

/** A descriptor is a small text; anything larger is none. */
const DESCRIPTOR_BYTES = 64 * 1024;

/** What a disk's descriptor says of its content, read from the storage itself. */
export interface Descriptor {
  cid: string | undefined;
  /** SHA-256 over all that changes when the disk's content does: CIDs, extents and the content id, but not `ddb.deletable`. */
  sha256: string;
  /** False for a disk that was ever a parent: the server refuses to delete it. */
  deletable: boolean;
  /** Where it says that its parent is: a name in the same folder, or a path. */
  parentHint: string | undefined;
  /** The text, one character per byte. */
  text: string;
}

export interface DiskFact {
  exists: boolean;
  bytes: number;
  identity: string;
}

/** Looking at datastores: what is in a folder, what is left of a machine, what a disk is. Questions at the same time share requests. */
export class Files {
  readonly #end: Endpoint;
  readonly #folders: SharedRead<string, readonly BrowsedFile[]>;
  readonly #descriptors: SharedRead<string, Descriptor>;
  readonly #roots: SharedRead<{ store: string; name: string }, string[]>;

  constructor(end: Endpoint) {
    this.#end = end;
    this.#folders = new SharedRead(
      end.pacer(),
      (folder) => folder,
      async (ctx, folders) => await byKey(folders, async (folder) => await this.#list(ctx, folder, false)),
    );
    this.#descriptors = new SharedRead(
      end.pacer(),
      (path) => path,
      async (ctx, paths) => await byKey(paths, async (path) => await this.#descriptor(ctx, path)),
    );
    this.#roots = new SharedRead(end.pacer(), rootKey, async (ctx, items) => await this.#searchRoots(ctx, items));
  }

  /** The files of a folder; undefined if there is no such folder. */
  async list(ctx: Ctx, folder: string): Promise<readonly BrowsedFile[] | undefined> {
    return await this.#folders.get(ctx, folder);
  }

  /** Everything below a folder, with sizes in bytes; empty if it is not there. */
  async tree(ctx: Ctx, folder: string): Promise<RemovedFile[]> {
    const found = await this.#list(ctx, folder, true);
    return (found ?? []).filter((f) => !f.folder).map((f) => ({ path: f.path, bytes: Number(f.size ?? 0n) }));
  }

  /** Folders of that name on a datastore, also those that the server named `name_1`, `name_2` …, as `[ds] name/` (H7, H20). */
  async foldersNamed(ctx: Ctx, store: string, name: string): Promise<string[]> {
    const found = await this.#roots.get(ctx, { store, name });
    return found ?? [];
  }

  /** Every folder of this installation on a datastore. */
  async ownFolders(ctx: Ctx, store: string): Promise<string[]> {
    const { prefix } = this.#end.names;
    const found = await browse(ctx, this.#end.client, this.#end.store(store).ref, `[${store}]`, { match: [`${prefix}*`] });
    return found.filter((f) => lastName(f.path).startsWith(prefix) && isFolder(f)).map((f) => `${f.path}/`);
  }

  /** What disks are now, by path: there or not, their size, and a mark that changes with their content. */
  async facts(ctx: Ctx, paths: readonly string[]): Promise<Map<string, DiskFact>> {
    const unique = [...new Set(paths)];
    const [lists, descriptors] = await Promise.all([this.#folders.all(ctx, unique.map(folderOf)), this.#descriptors.all(ctx, unique)]);
    return new Map(
      unique.map((path, i) => {
        const file = lists[i]?.find((f) => f.path === path);
        const identity = descriptors[i]?.cid ?? (file === undefined ? '' : `${file.size}:${file.modified?.getTime() ?? ''}`);
        return [path, { exists: file !== undefined, bytes: Number(file?.size ?? 0n), identity: file === undefined ? '' : identity }];
      }),
    );
  }

  /** The descriptor of a disk; undefined if it cannot be had. */
  async descriptor(ctx: Ctx, path: string): Promise<Descriptor | undefined> {
    return await this.#descriptors.get(ctx, path);
  }

  /** The same, with the reason where it cannot be had: `vsphere-not-found`, `vsphere-http` with `details.status`. */
  async mustDescriptor(ctx: Ctx, path: string): Promise<Descriptor> {
    const found = readDescriptor(await this.#text(ctx, path));
    if (found === undefined) throw vsphereError('vsphere-http', `${path} is no disk's descriptor`);
    return found;
  }

  async exists(ctx: Ctx, path: string): Promise<boolean> {
    return await datastoreFileExists(ctx, this.#end.client, this.#end.store(datastoreName(path)).ref, path);
  }

  /** Deletes a folder with all that is in it. The caller has shown that nothing else needs it. */
  async deleteFolder(ctx: Ctx, key: string, folder: string): Promise<void> {
    const { client, site } = this.#end;
    await this.#end.call(ctx, key, async (inner) => await deletePath(inner, client, bare(folder), site.datacenter));
  }

  /** Deletes one disk, descriptor and extents. The caller has shown that nothing stands on it. */
  async deleteDisk(ctx: Ctx, key: string, path: string): Promise<void> {
    const { client, site } = this.#end;
    await this.#end.call(ctx, key, async (inner) => await deleteDisk(inner, client, path, site.datacenter));
  }

  /** Takes the mark against deletion from a disk of our own; every other byte of its descriptor stays. */
  async unmark(ctx: Ctx, key: string, path: string, { text }: Descriptor): Promise<void> {
    const bytes = Buffer.from(text.replace(KEPT, 'ddb.deletable = "true"'), 'latin1');
    const options = { datacenter: this.#end.site.datacenterPath };
    await this.#end.call(ctx, key, async (inner) => await upload(inner, this.#end.client, path, { bytes }, options));
  }

  async #list(ctx: Ctx, folder: string, recursive: boolean): Promise<BrowsedFile[] | undefined> {
    try {
      return await browse(ctx, this.#end.client, this.#end.store(datastoreName(folder)).ref, bare(folder), { recursive });
    } catch (error) {
      if (isFault(error, 'FileNotFound')) return undefined;
      throw error;
    }
  }

  async #searchRoots(ctx: Ctx, items: readonly { store: string; name: string }[]): Promise<Map<string, string[]>> {
    const answer = new Map<string, string[]>(items.map((item) => [rootKey(item), []]));
    const byStore = [...new Set(items.map((item) => item.store))];
    await Promise.all(
      byStore.map(async (store) => {
        const match = items.flatMap((item) => (item.store === store ? [item.name, `${item.name}_*`] : []));
        const found = await browse(ctx, this.#end.client, this.#end.store(store).ref, `[${store}]`, { match });
        for (const file of found) {
          const base = this.#end.names.parse(lastName(file.path))?.base;
          if (base !== undefined) answer.get(rootKey({ store, name: base }))?.push(`${file.path}/`);
        }
      }),
    );
    return answer;
  }

  async #descriptor(ctx: Ctx, path: string): Promise<Descriptor | undefined> {
    try {
      return readDescriptor(await this.#text(ctx, path));
    } catch (error) {
      if (isCode(error, 'vsphere-not-found', 'vsphere-http')) return undefined;
      throw error;
    }
  }

  /** A file's text, as far as a descriptor may be long. */
  async #text(ctx: Ctx, path: string): Promise<string> {
    return await download(ctx, this.#end.client, path, { datacenter: this.#end.site.datacenterPath }, async (bytes) => {
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of bytes as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > DESCRIPTOR_BYTES) break;
        parts.push(part);
      }
      return Buffer.concat(parts).toString('latin1');
    });
  }
}

const rootKey = ({ store, name }: { store: string; name: string }): string => `${store}/${name}`;

function isFolder(file: BrowsedFile): boolean {
  return file.folder || !lastName(file.path).includes('.');
}

async function byKey<V>(keys: readonly string[], read: (key: string) => Promise<V | undefined>): Promise<Map<string, V>> {
  const found = new Map<string, V>();
  await Promise.all(
    keys.map(async (key) => {
      const value = await read(key);
      if (value !== undefined) found.set(key, value);
    }),
  );
  return found;
}

/** Lines that say what the content is. `ddb.deletable` goes to false when a disk gets its first child and is left out (vsphere.md §3.4). */
const CONTENT = /^(CID=|parentCID=|createType=|RW |RDONLY |ddb\.longContentID)/;

const KEPT = /^ddb\.deletable\s*=\s*"false"[ \t]*$/m;

/** A descriptor's text; undefined if it is none. */
export function readDescriptor(text: string): Descriptor | undefined {
  if (!text.startsWith('# Disk DescriptorFile')) return undefined;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => CONTENT.test(line));
  return {
    cid: /^CID=([0-9a-fA-F]+)/m.exec(text)?.[1],
    sha256: createHash('sha256').update(lines.join('\n')).digest('hex'),
    deletable: !KEPT.test(text),
    parentHint: /^parentFileNameHint="(.*)"\s*$/m.exec(text)?.[1],
    text,
  };
}
