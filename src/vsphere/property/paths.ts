/** Inventory paths and datastore paths. */
import { vsphereError } from '../errors.ts';

/** A name as vSphere stores and shows it: `%`, `/` and `\` escaped. Names in calls (clone, create, rename) must be escaped too. */
export function escapeName(name: string): string {
  return name.replace(/[%/\\]/g, (c) => (c === '%' ? '%25' : c === '/' ? '%2f' : '%5c'));
}

/** The name a person gave. */
export function unescapeName(name: string): string {
  return name.replace(/%(25|2f|5c)/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** The unescaped names of an inventory path: `/DC/vm/a%2fb` is DC, vm, a/b. */
export function splitInventoryPath(path: string): string[] {
  if (!path.startsWith('/')) {
    throw vsphereError('vsphere-config', `"${path}" is not an inventory path`, {
      hint: 'Give it from the root: /Datacenter/vm/Folder/Name, with %2f for a slash in a name.',
    });
  }
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(unescapeName);
}

/** The path of names that are not escaped yet. */
export function joinInventoryPath(names: readonly string[]): string {
  return `/${names.map(escapeName).join('/')}`;
}

/** A file or folder on a datastore: `[name] path`. */
export interface DatastorePath {
  datastore: string;
  /** Relative to the datastore's root, without leading or trailing slash; '' is the root. */
  path: string;
}

/** Reads `[datastore] folder/file`. Refuses `..`, so that a path never leads out of the folder it is in. */
export function parseDatastorePath(text: string): DatastorePath {
  const m = /^\[([^\]]+)\] ?(.*)$/.exec(text);
  const parts = (m?.[2] ?? '').split('/').filter((p) => p !== '' && p !== '.');
  if (!m || parts.includes('..')) {
    throw vsphereError('vsphere-config', `"${text}" is not a datastore path`, { hint: 'Give it as [datastore] folder/file.' });
  }
  return { datastore: m[1] as string, path: parts.join('/') };
}

export function formatDatastorePath(path: DatastorePath): string {
  return path.path === '' ? `[${path.datastore}]` : `[${path.datastore}] ${path.path}`;
}

/** The folder that a file is in; of the root, the root. */
export function datastoreParent(path: DatastorePath): DatastorePath {
  const at = path.path.lastIndexOf('/');
  return { datastore: path.datastore, path: at < 0 ? '' : path.path.slice(0, at) };
}

/** Whether `inner` is `outer` or lies in it. Whole names are compared: `vm1` does not hold `vm1_1`. */
export function datastoreContains(outer: DatastorePath, inner: DatastorePath): boolean {
  return outer.datastore === inner.datastore && (outer.path === '' || inner.path === outer.path || inner.path.startsWith(`${outer.path}/`));
}

/** A child of a folder. */
export function datastoreJoin(folder: DatastorePath, ...names: string[]): DatastorePath {
  return { datastore: folder.datastore, path: [folder.path, ...names].filter((p) => p !== '').join('/') };
}
