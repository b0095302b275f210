import type { Entity, Folder } from './entities.ts';
import { invalidArgument, VimFault } from './fault.ts';

/** Inventory names escape only these three. */
export function unescapeName(name: string): string {
  return name.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\').replaceAll(/%25/g, '%');
}

export function escapeName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}

export function checkName(name: string): void {
  if (name === '') throw invalidArgument('name');
  if (name.length > 80) throw new VimFault('InvalidName', `The name '${name}' is not valid.`, { name });
}

export function putChild(folder: Folder, child: Entity): void {
  folder.children.set(child.name, child);
}

export function assertFree(folder: Folder, name: string): void {
  const other = folder.children.get(name);
  if (other !== undefined) throw new VimFault('DuplicateName', `The name '${name}' already exists.`, { name, object: other });
}

/** The path of an object from the root folder, such as /DC0/vm/golden/ubuntu, with its names escaped. */
export function inventoryPath(entity: Entity): string {
  const names: string[] = [];
  for (let at: Entity | undefined = entity; at?.parent !== undefined; at = at.parent) names.unshift(escapeName(at.name));
  return `/${names.join('/')}`;
}
