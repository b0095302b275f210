import { ApiError } from './api-error.ts';
import type { Entity } from './entities.ts';
import type { Model } from './model.ts';

/** How many tags of a category one object may have. */
export type Cardinality = 'SINGLE' | 'MULTIPLE';

export interface Category {
  readonly id: string;
  name: string;
  description: string;
  cardinality: Cardinality;
  /** Types of objects, with or without `urn:vim25:`; none means all. */
  types: string[];
}

export interface Tag {
  readonly id: string;
  readonly category: Category;
  name: string;
  description: string;
  readonly objects: Set<Entity>;
}

interface State {
  categories: Map<string, Category>;
  tags: Map<string, Tag>;
}

const states = new WeakMap<Model, State>();

function stateOf(m: Model): State {
  let state = states.get(m);
  if (state === undefined) {
    const fresh: State = { categories: new Map(), tags: new Map() };
    // What is destroyed or unregistered loses its tags: another object never gets its reference.
    m.listen((kind, entity) => {
      if (kind === 'leave') for (const tag of fresh.tags.values()) tag.objects.delete(entity);
    });
    states.set(m, fresh);
    state = fresh;
  }
  return state;
}

const notFound = (id: string): ApiError => new ApiError('not_found', `Tagging object ${id} not found`, 'cis.tagging.objectNotFound.error');
const exists = (name: string): ApiError =>
  new ApiError('already_exists', `The name '${name}' is in use.`, 'cis.tagging.duplicateName.error');
const wrong = (message: string): ApiError => new ApiError('invalid_argument', message);

export const categories = (m: Model): Category[] => [...stateOf(m).categories.values()];
export const tags = (m: Model): Tag[] => [...stateOf(m).tags.values()];
export const tagsOf = (m: Model, category: Category): Tag[] => tags(m).filter((tag) => tag.category === category);
export const attachedTo = (m: Model, entity: Entity): Tag[] => tags(m).filter((tag) => tag.objects.has(entity));

/** The category of an id; not_found. */
export function mustCategory(m: Model, id: string): Category {
  const category = stateOf(m).categories.get(id);
  if (category === undefined) throw notFound(id);
  return category;
}

/** The tag of an id; not_found. */
export function mustTag(m: Model, id: string): Tag {
  const tag = stateOf(m).tags.get(id);
  if (tag === undefined) throw notFound(id);
  return tag;
}

function assertName(name: string, others: readonly { name: string }[]): void {
  if (name.trim() === '') throw wrong('A name is needed.');
  if (others.some((other) => other.name === name)) throw exists(name);
}

/** An id as tagging gives it, or the one that was wished for: it must be such an id, and unused. */
function newId(m: Model, kind: 'Category' | 'Tag', wished: string | undefined): string {
  const id = wished ?? `urn:vmomi:InventoryService${kind}:${m.random.uuid()}:GLOBAL`;
  if (!new RegExp(`^urn:vmomi:InventoryService${kind}:[\\w-]+:\\w+$`).test(id)) throw wrong(`'${id}' is no id of such an object.`);
  const { categories: all, tags: others } = stateOf(m);
  if (all.has(id) || others.has(id)) throw exists(id);
  return id;
}

/** Makes a category; already_exists for a name that is in use, invalid_argument for none. */
export function createCategory(m: Model, spec: Omit<Category, 'id'> & { id: string | undefined }): Category {
  assertName(spec.name, categories(m));
  const category: Category = { ...spec, id: newId(m, 'Category', spec.id) };
  stateOf(m).categories.set(category.id, category);
  return category;
}

/** Changes what is named. Types may be added at the end, and one tag an object may become many, but neither the other way: invalid_argument. */
export function updateCategory(m: Model, category: Category, to: Partial<Omit<Category, 'id'>>): void {
  if (to.name !== undefined)
    assertName(
      to.name,
      categories(m).filter((other) => other !== category),
    );
  if (to.cardinality === 'SINGLE' && category.cardinality === 'MULTIPLE') throw wrong('A category of many tags cannot become one of one.');
  const { types } = to;
  if (types !== undefined && (category.types.length === 0 ? types.length > 0 : category.types.some((type, i) => types[i] !== type))) {
    throw wrong('Types can only be added to a category.');
  }
  Object.assign(category, to);
}

/** Removes a category with its tags. */
export function deleteCategory(m: Model, category: Category): void {
  for (const tag of tagsOf(m, category)) deleteTag(m, tag);
  stateOf(m).categories.delete(category.id);
}

/** Makes a tag; already_exists for a name that its category has, not_found without such a category. */
export function createTag(m: Model, spec: { id: string | undefined; category: string; name: string; description: string }): Tag {
  const category = mustCategory(m, spec.category);
  assertName(spec.name, tagsOf(m, category));
  const tag: Tag = { id: newId(m, 'Tag', spec.id), category, name: spec.name, description: spec.description, objects: new Set() };
  stateOf(m).tags.set(tag.id, tag);
  return tag;
}

/** Changes what is named; already_exists, invalid_argument. */
export function updateTag(m: Model, tag: Tag, to: { name?: string; description?: string }): void {
  if (to.name !== undefined)
    assertName(
      to.name,
      tagsOf(m, tag.category).filter((other) => other !== tag),
    );
  Object.assign(tag, to);
}

/** Removes a tag from all that has it. */
export function deleteTag(m: Model, tag: Tag): void {
  stateOf(m).tags.delete(tag.id);
}

const bare = (type: string): string => type.replace(/^urn:vim25:/, '');

/**
 * Attaches a tag; once more is nothing. invalid_argument if its category is not for such objects, or if it is one of one tag an object and the object
 * has another.
 */
export function attach(m: Model, tag: Tag, entity: Entity): void {
  const { category } = tag;
  if (tag.objects.has(entity)) return;
  if (category.types.length > 0 && !category.types.some((type) => bare(type) === entity.type)) {
    throw new ApiError('invalid_argument', `Tags of '${category.name}' are not for a ${entity.type}.`, 'cis.tagging.notAssociable.error');
  }
  if (category.cardinality === 'SINGLE' && attachedTo(m, entity).some((other) => other.category === category)) {
    throw new ApiError('invalid_argument', `The object has a tag of '${category.name}'.`, 'cis.tagging.cardinality.error');
  }
  tag.objects.add(entity);
}
