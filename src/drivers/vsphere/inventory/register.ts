import type { Entity, Inventory, InventoryChange, Ref } from '../../../vsphere/index.ts';
import { refKey } from '../../../vsphere/index.ts';
import { foldersUsed, type View, viewOfEntity } from './view.ts';

const STRUCTURE = ['name', 'config', 'config.hardware.device', 'config.files.vmPathName', 'config.instanceUuid', 'snapshot'];
const VIEW_CHANGES = ['name', 'parent', 'config', 'snapshot', 'runtime'];

interface Row {
  entity: Entity;
  name: string;
  folders: Set<string>;
  view: View | undefined;
}

/**
 * The machines of the inventory by what the driver asks for: name, revision, and the folders that their disks need. Kept up to date by the
 * client's update loop; asking costs no request, whatever the number of machines.
 */
export class Register {
  readonly #rows = new Map<string, Row>();
  readonly #byName = new Map<string, Set<string>>();
  readonly #byFolder = new Map<string, Set<string>>();
  readonly #snapshotted = new Set<string>();
  readonly #blind = new Set<string>();
  readonly #stop: () => void;

  constructor(inventory: Inventory) {
    for (const entity of inventory.all('VirtualMachine')) this.#put(entity);
    this.#stop = inventory.onChange((change) => this.#onChange(change));
  }

  close(): void {
    this.#stop();
  }

  /** Every machine there is. */
  views(): View[] {
    return [...this.#rows.values()].map((row) => this.#view(row));
  }

  byName(name: string): Ref[] {
    return [...(this.#byName.get(name) ?? [])].flatMap((key) => this.#rows.get(key)?.entity.ref ?? []);
  }

  view(ref: Ref): View | undefined {
    const row = this.#rows.get(refKey(ref));
    return row && this.#view(row);
  }

  /** Machines whose files or disks' parents lie in that folder, `[ds] dir/`. */
  usersOf(folder: string): View[] {
    return [...(this.#byFolder.get(folder) ?? [])].flatMap((key) => {
      const row = this.#rows.get(key);
      return row ? [this.#view(row)] : [];
    });
  }

  /** Machines with snapshots, which may name disks that no device of theirs shows. A view is another object as soon as its machine changed. */
  snapshotted(): View[] {
    return [...this.#snapshotted].flatMap((key) => {
      const row = this.#rows.get(key);
      return row ? [this.#view(row)] : [];
    });
  }

  /** How many machines' configuration cannot be read. */
  get blind(): number {
    return this.#blind.size;
  }

  #view(row: Row): View {
    row.view ??= viewOfEntity(row.entity);
    return row.view;
  }

  #onChange({ kind, entity, paths }: InventoryChange): void {
    if (entity.ref.type !== 'VirtualMachine') return;
    if (kind === 'leave') return this.#drop(refKey(entity.ref));
    const row = this.#rows.get(refKey(entity.ref));
    if (row === undefined || kind === 'enter') return this.#put(entity);
    row.entity = entity;
    if (paths.some((path) => VIEW_CHANGES.some((head) => path.startsWith(head)))) row.view = undefined;
    if (paths.some((path) => STRUCTURE.includes(path))) this.#put(entity);
  }

  #put(entity: Entity): void {
    const key = refKey(entity.ref);
    this.#drop(key);
    const view = viewOfEntity(entity);
    const row: Row = { entity, name: view.name, folders: foldersUsed(view), view };
    this.#rows.set(key, row);
    add(this.#byName, row.name, key);
    for (const folder of row.folders) add(this.#byFolder, folder, key);
    if (view.snapshots !== undefined) this.#snapshotted.add(key);
    if (view.instanceUuid === undefined) this.#blind.add(key);
  }

  #drop(key: string): void {
    const row = this.#rows.get(key);
    if (row === undefined) return;
    this.#rows.delete(key);
    this.#snapshotted.delete(key);
    this.#blind.delete(key);
    remove(this.#byName, row.name, key);
    for (const folder of row.folders) remove(this.#byFolder, folder, key);
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}

function remove(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set?.delete(value) && set.size === 0) map.delete(key);
}
