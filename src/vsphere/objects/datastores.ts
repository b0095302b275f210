/** Files on datastores: looking, making folders, moving, deleting. Paths are `[datastore] folder/file`. */
import type { Ctx } from '../../lib/context.ts';
import type { RunOptions, VSphereClient } from '../client.ts';
import { isFault, vsphereError } from '../errors.ts';
import { datastoreParent, formatDatastorePath, parseDatastorePath } from '../property/paths.ts';
import { isA } from '../types/guard.ts';
import { type AnyValue, type Ref, refKey } from '../types/value.ts';
import type { AnyFileInfo, AnyFileQuery, HostDatastoreBrowserSearchResults, HostDatastoreBrowserSearchSpec } from '../types/vim.gen.ts';

export interface BrowseOptions {
  /** Shell patterns of names; all unless given. */
  match?: string[];
  /** Kinds of files to know by their type; without it only names, sizes and folders are told apart. */
  query?: AnyFileQuery[];
  /** Folders below too. */
  recursive?: boolean;
}

export interface BrowsedFile {
  /** `[datastore] folder/file`. */
  path: string;
  folder: boolean;
  size: bigint | undefined;
  modified: Date | undefined;
  info: AnyFileInfo;
}

/** The files of a folder. Fails with FileNotFound (see isFault) if there is no such folder. */
export async function browse(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  datastore: Ref,
  folder: string,
  options: BrowseOptions = {},
): Promise<BrowsedFile[]> {
  const browser = await browserOf(ctx, client, datastore);
  const searchSpec: HostDatastoreBrowserSearchSpec = {
    query: options.query,
    details: { fileType: true, fileSize: true, modification: true, fileOwner: false },
    matchPattern: options.match ?? ['*'],
  };
  const method = options.recursive ? 'SearchDatastoreSubFolders_Task' : 'SearchDatastore_Task';
  const { result } = await client.run(ctx, method, browser, { datastorePath: folder, searchSpec });
  return searchResults(result).flatMap((r) => (r.file ?? []).map((info) => browsed(r.folderPath ?? folder, info)));
}

/** The browser of a datastore is the same as long as the datastore is: asked once per client. */
const browsers = new WeakMap<VSphereClient, Map<string, Ref>>();

async function browserOf(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, datastore: Ref): Promise<Ref> {
  let known = browsers.get(client);
  if (known === undefined) browsers.set(client, (known = new Map()));
  const there = known.get(refKey(datastore));
  if (there) return there;
  const { props } = await client.read(ctx, 'Datastore', datastore, ['browser']);
  if (!props.browser) throw vsphereError('vsphere-not-found', 'the datastore has no browser');
  known.set(refKey(datastore), props.browser);
  return props.browser;
}

function searchResults(value: AnyValue | undefined): HostDatastoreBrowserSearchResults[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((r): r is HostDatastoreBrowserSearchResults => isA(r, 'HostDatastoreBrowserSearchResults'));
}

function browsed(folder: string, info: AnyFileInfo): BrowsedFile {
  const base = parseDatastorePath(folder);
  return {
    path: formatDatastorePath({ datastore: base.datastore, path: [base.path, info.path].filter((p) => p !== '').join('/') }),
    folder: isA(info, 'FolderFileInfo'),
    size: info.fileSize,
    modified: info.modification,
    info,
  };
}

/** Whether a file or folder is there, asked of the server. */
export async function datastoreFileExists(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, datastore: Ref, path: string): Promise<boolean> {
  const parsed = parseDatastorePath(path);
  const name = parsed.path.slice(parsed.path.lastIndexOf('/') + 1);
  if (name === '') return true;
  try {
    const found = await browse(ctx, client, datastore, formatDatastorePath(datastoreParent(parsed)), { match: [name] });
    return found.some((f) => parseDatastorePath(f.path).path === parsed.path);
  } catch (error) {
    if (isFault(error, 'FileNotFound')) return false;
    throw error;
  }
}

/** Makes a folder and what is missing above it; one that is there already is no error. */
export async function makeFolder(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, path: string, datacenter?: Ref): Promise<void> {
  const files = await client.manager(ctx, 'fileManager');
  try {
    await client.call(ctx, 'MakeDirectory', files, { name: path, datacenter, createParentDirectories: true }, { safe: true });
  } catch (error) {
    if (!isFault(error, 'FileAlreadyExists')) throw error;
  }
}

/**
 * Deletes a file, or a folder with everything in it. It knows nothing of disk chains: whoever calls has proved that nothing else stands on it.
 * What is gone already is no error. Refuses the root of a datastore.
 */
export async function deletePath(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, path: string, datacenter?: Ref): Promise<void> {
  if (parseDatastorePath(path).path === '') throw vsphereError('vsphere-config', `refusing to delete all of ${path}`);
  const files = await client.manager(ctx, 'fileManager');
  try {
    await client.run(ctx, 'DeleteDatastoreFile_Task', files, { name: path, datacenter }, { patient: true });
  } catch (error) {
    if (!isFault(error, 'FileNotFound')) throw error;
  }
}

/** Deletes one disk, descriptor and extents; done if it is not there. The server asks neither who stands on it nor whose it is. */
export async function deleteDisk(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, path: string, datacenter?: Ref): Promise<void> {
  const disks = await client.manager(ctx, 'virtualDiskManager');
  try {
    await client.run(ctx, 'DeleteVirtualDisk_Task', disks, { name: path, datacenter });
  } catch (error) {
    if (!isFault(error, 'FileNotFound')) throw error;
  }
}

/** Moves a file or folder. Disks must be moved by the VirtualDiskManager, which moves their extents too. */
export async function movePath(ctx: Pick<Ctx, 'signal'>, client: VSphereClient, from: string, to: string, datacenter?: Ref): Promise<void> {
  const files = await client.manager(ctx, 'fileManager');
  await client.run(ctx, 'MoveDatastoreFile_Task', files, {
    sourceName: from,
    sourceDatacenter: datacenter,
    destinationName: to,
    destinationDatacenter: datacenter,
    force: false,
  });
}

/** Copies a disk, reading through its parents, into one that stands alone; thin on ESXi. ESXi's way to a full copy and to a capture. */
export async function copyDisk(
  ctx: Pick<Ctx, 'signal'>,
  client: VSphereClient,
  from: string,
  to: string,
  options: { datacenter?: Ref | undefined; adapterType?: string } & Pick<RunOptions, 'onProgress' | 'onTask'> = {},
): Promise<void> {
  const disks = await client.manager(ctx, 'virtualDiskManager');
  // Unset would mean preallocated on ESXi. vCenter keeps the source's format, and answers a destSpec with NotImplemented.
  const thin = { _type: 'VirtualDiskSpec' as const, adapterType: options.adapterType ?? 'lsiLogic', diskType: 'thin' };
  const destSpec = (await client.isVCenter(ctx)) ? undefined : thin;
  await client.run(
    ctx,
    'CopyVirtualDisk_Task',
    disks,
    { sourceName: from, sourceDatacenter: options.datacenter, destName: to, destDatacenter: options.datacenter, destSpec, force: false },
    { onProgress: options.onProgress, onTask: options.onTask },
  );
}
