import type { Entity } from './entities.ts';
import { invalidArgument, VimFault } from './fault.ts';
import type { Model } from './model.ts';

/** A custom attribute: of objects of one type, or of all. */
export interface CustomField {
  readonly key: number;
  name: string;
  readonly type: string | undefined;
}

interface State {
  fields: Map<number, CustomField>;
  /** Values by key. */
  values: WeakMap<Entity, Map<number, string>>;
  nextKey: number;
}

const states = new WeakMap<Model, State>();
const FIRST_KEY = 101;

/** Types that may have attributes of their own. */
const TYPES =
  /^(ManagedEntity|VirtualMachine|HostSystem|ClusterComputeResource|ComputeResource|Datacenter|Datastore|Folder|ResourcePool|Network|DistributedVirtualPortgroup|DistributedVirtualSwitch|VmwareDistributedVirtualSwitch|StoragePod|VirtualApp)$/;

function stateOf(m: Model): State {
  let state = states.get(m);
  if (state === undefined) {
    state = { fields: new Map(), values: new WeakMap(), nextKey: FIRST_KEY };
    states.set(m, state);
  }
  return state;
}

export const customFields = (m: Model): CustomField[] => [...stateOf(m).fields.values()];

const fits = (field: CustomField, entity: Entity): boolean =>
  field.type === undefined ||
  field.type === 'ManagedEntity' ||
  field.type === entity.type ||
  (field.type === 'DistributedVirtualSwitch' && entity.type === 'VmwareDistributedVirtualSwitch');

/** The attributes that an object may have. */
export const fieldsFor = (m: Model, entity: Entity): CustomField[] => customFields(m).filter((field) => fits(field, entity));

/** The attributes that an object has, in the order of their keys. */
export function customValues(m: Model, entity: Entity): { key: number; value: string }[] {
  const values = stateOf(m).values.get(entity);
  return fieldsFor(m, entity).flatMap(({ key }) => {
    const value = values?.get(key);
    return value === undefined ? [] : [{ key, value }];
  });
}

/** A name may be used once for each type, and once for all types. */
function assertNewName(m: Model, name: string, type: string | undefined): void {
  if (name === '') throw invalidArgument('name');
  if (customFields(m).some((field) => field.name === name && field.type === type)) {
    throw new VimFault('DuplicateName', `The name '${name}' already exists.`, { name, object: m.root });
  }
}

function mustField(m: Model, key: number): CustomField {
  const field = stateOf(m).fields.get(key);
  if (field === undefined) throw invalidArgument('key');
  return field;
}

function allChanged(m: Model, manager: Entity, field: CustomField): void {
  m.changed(manager, 'field');
  for (const entity of m.objects.values())
    if (fits(field, entity)) m.changed(entity, 'availableField', 'customValue', 'value', 'summary.customValue');
}

/** AddCustomFieldDef; DuplicateName, or InvalidArgument for a type that has no attributes. */
export function addField(m: Model, manager: Entity, name: string, type: string | undefined): CustomField {
  if (type !== undefined && !TYPES.test(type)) throw invalidArgument('moType');
  assertNewName(m, name, type);
  const state = stateOf(m);
  const field = { key: state.nextKey++, name, type };
  state.fields.set(field.key, field);
  allChanged(m, manager, field);
  return field;
}

/** RemoveCustomFieldDef; its values go too. InvalidArgument if there is none of that key. */
export function removeField(m: Model, manager: Entity, key: number): void {
  const field = mustField(m, key);
  stateOf(m).fields.delete(key);
  allChanged(m, manager, field);
}

/** RenameCustomFieldDef; DuplicateName, InvalidArgument. */
export function renameField(m: Model, manager: Entity, key: number, name: string): void {
  const field = mustField(m, key);
  if (field.name === name) return;
  assertNewName(m, name, field.type);
  field.name = name;
  allChanged(m, manager, field);
}

/** SetField; InvalidArgument if there is no attribute of that key for such an object. */
export function setField(m: Model, entity: Entity, key: number, value: string): void {
  if (!fits(mustField(m, key), entity)) throw invalidArgument('key');
  const { values } = stateOf(m);
  values.set(entity, (values.get(entity) ?? new Map<number, string>()).set(key, value));
  m.changed(entity, 'customValue', 'value', 'summary.customValue');
}
