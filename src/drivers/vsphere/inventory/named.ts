import { driverError } from '../../../driver/errors.ts';
import { type Entity, type Ref, refKey, sameRef, splitInventoryPath, unescapeName, type VSphereClient } from '../../../vsphere/index.ts';

/** The name that people see: servers keep `%`, `/` and `\` escaped. */
export function shownName(entity: Entity): string {
  return unescapeName(String((entity.props.get('name') as string | undefined) ?? ''));
}

const same = (a: string, b: string): boolean => a.normalize('NFC') === b.normalize('NFC');

/** What has that name as people see it, or that inventory path; what has it as the server keeps it, escaped, only where nothing else does. */
export function named(client: VSphereClient, all: readonly Entity[], wanted: string): Entity[] {
  const byName = all.filter((entity) => same(shownName(entity), wanted));
  if (byName.length > 0) return byName;
  const path = wanted.startsWith('/') ? splitInventoryPath(wanted).join('\n') : undefined;
  const byPath = all.filter((entity) => {
    const at = client.inventory.pathOf(entity.ref);
    return path !== undefined && at !== undefined && same(splitInventoryPath(at).join('\n'), path);
  });
  return byPath.length > 0 ? byPath : all.filter((entity) => same(shownName(entity), unescapeName(wanted)));
}

/** The one of that name; `not-found` with the names there are, or with the paths of all that have it. */
export function oneNamed(client: VSphereClient, what: string, all: readonly Entity[], wanted: string): Entity {
  const found = named(client, all, wanted);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) {
    const names = [...new Set(all.map(shownName))].sort();
    throw driverError('not-found', `there is no ${what} called ${wanted}`, {
      hint: names.length === 0 ? `The account sees no ${what} at all.` : `Name one of: ${names.join(', ')}.`,
    });
  }
  const paths = found.map((entity) => `${client.inventory.pathOf(entity.ref) ?? ''} (${entity.ref.value})`);
  throw driverError('not-found', `${found.length} are called ${wanted}, so that it is not clear which ${what} is meant`, {
    hint: `Give the path of one, or rename one: ${paths.join(', ')}.`,
  });
}

/** The networks of a data center that a card can be on. */
export function networksOf(client: VSphereClient, datacenter: Ref): Entity[] {
  const all = client.inventory.all('Network').filter((net) => sameRef(client.inventory.datacenterOf(net.ref) ?? datacenter, datacenter));
  return [...new Map(all.map((net) => [refKey(net.ref), net])).values()];
}
