import { datastoreContains, datastoreParent, formatDatastorePath, parseDatastorePath } from '../../../vsphere/index.ts';

/** The folder of a file with a trailing slash, `[ds] dir/`: the form in which own folders are compared. */
export function folderOf(path: string): string {
  return `${formatDatastorePath(datastoreParent(parseDatastorePath(path)))}/`;
}

/** The last name of `[ds] dir/` or `[ds] dir/file`. */
export function lastName(path: string): string {
  const { path: inside } = parseDatastorePath(path);
  return inside.slice(inside.lastIndexOf('/') + 1);
}

export function datastoreName(path: string): string {
  return parseDatastorePath(path).datastore;
}

/** Whether a file lies in a folder, whole names compared: `vm1/` does not hold `vm1_1/x`. */
export function isInside(folder: string, path: string): boolean {
  return datastoreContains(parseDatastorePath(folder), parseDatastorePath(path));
}

/** `[ds] dir` without the slash, as calls want it. */
export function bare(folder: string): string {
  return formatDatastorePath(parseDatastorePath(folder));
}

/** `dir/file` of `[ds] dir/file`: what stays when a datastore gets another name. */
export function withoutStore(path: string): string {
  return parseDatastorePath(path).path;
}
