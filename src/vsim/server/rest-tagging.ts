import { ApiError } from '../model/api-error.ts';
import type { Entity } from '../model/entities.ts';
import type { Model } from '../model/model.ts';
import {
  attach,
  attachedTo,
  categories,
  type Category,
  createCategory,
  createTag,
  deleteCategory,
  deleteTag,
  mustCategory,
  mustTag,
  type Tag,
  tags,
  tagsOf,
  updateCategory,
  updateTag,
} from '../model/tags.ts';
import { type RestAnswer, type RestCall, unknown } from './rest-call.ts';

const wrong = (message: string): ApiError => new ApiError('invalid_argument', message);
const PRIVILEGE = 'InventoryService.Tagging.';

/** Fields of what was sent. Each is checked when it is taken; what nobody takes is unexpected_input, as it is to a server. */
class Fields {
  readonly #rest: Map<string, unknown>;

  constructor(body: unknown) {
    if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) throw wrong('An object is needed.');
    this.#rest = new Map(Object.entries(body ?? {}));
  }

  /** A specification: the body itself under `/api`, a field of it under `/rest`. */
  static spec(call: RestCall, field: string): Fields {
    if (call.plain) return new Fields(call.body);
    const outer = new Fields(call.body);
    const inner = new Fields(outer.must(field));
    outer.end();
    return inner;
  }

  #take(field: string): unknown {
    const value = this.#rest.get(field);
    this.#rest.delete(field);
    return value ?? undefined;
  }

  must(field: string): unknown {
    const value = this.#take(field);
    if (value === undefined) throw new ApiError('invalid_argument', `The field ${field} is missing.`, 'vapi.data.structure.field.missing');
    return value;
  }

  text(field: string): string {
    return asText(field, this.must(field));
  }

  mayText(field: string): string | undefined {
    const value = this.#take(field);
    return value === undefined ? undefined : asText(field, value);
  }

  list(field: string): unknown[] {
    const value = this.must(field);
    if (!Array.isArray(value)) throw wrong(`${field} is no list.`);
    return value;
  }

  texts(field: string): string[] {
    return this.list(field).map((value) => asText(field, value));
  }

  mayTexts(field: string): string[] | undefined {
    return this.#rest.get(field) === undefined ? undefined : this.texts(field);
  }

  end(): void {
    const [name] = this.#rest.keys();
    if (name !== undefined)
      throw new ApiError('unexpected_input', `The field ${name} is not known here.`, 'vapi.data.structure.field.extra');
  }
}

function asText(field: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(`${field} is no text.`);
  return value;
}

function cardinality(text: string | undefined): Category['cardinality'] | undefined {
  if (text === undefined || text === 'SINGLE' || text === 'MULTIPLE') return text;
  throw wrong(`'${text}' is neither SINGLE nor MULTIPLE.`);
}

/** Only what is there, so that an update leaves the rest. */
const named = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const ids = (list: readonly { id: string }[]): string[] => list.map(({ id }) => id);

function categoryHandler(call: RestCall): RestAnswer {
  const m = call.sim.model;
  const { verb, id } = call;
  if (id === '') {
    if (verb === 'GET') return { value: ids(categories(m)) };
    if (verb !== 'POST') throw unknown(`${verb} of categories`);
    m.require(`${PRIVILEGE}CreateCategory`, m.root);
    const f = Fields.spec(call, 'create_spec');
    const spec = { name: f.text('name'), description: f.text('description'), types: f.texts('associable_types') };
    const made = { ...spec, cardinality: cardinality(f.text('cardinality')) ?? 'SINGLE', id: f.mayText('category_id') };
    f.end();
    return { made: createCategory(m, made).id };
  }
  const category = mustCategory(m, id);
  if (verb === 'GET') {
    const { name, description } = category;
    return { value: { id, name, description, cardinality: category.cardinality, associable_types: category.types, used_by: [] } };
  }
  if (verb === 'PATCH') {
    m.require(`${PRIVILEGE}EditCategory`, m.root);
    const f = Fields.spec(call, 'update_spec');
    const to = { name: f.mayText('name'), description: f.mayText('description'), types: f.mayTexts('associable_types') };
    const change = named({ ...to, cardinality: cardinality(f.mayText('cardinality')) });
    f.end();
    updateCategory(m, category, change);
    return undefined;
  }
  if (verb !== 'DELETE') throw unknown(`${verb} of a category`);
  m.require(`${PRIVILEGE}DeleteCategory`, m.root);
  deleteCategory(m, category);
  return undefined;
}

function tagHandler(call: RestCall): RestAnswer {
  const m = call.sim.model;
  const { verb, id } = call;
  // Under `/rest` the path names the category, and clients say it in the body too.
  if (verb === 'POST list-tags-for-category') {
    const f = new Fields(call.body);
    const said = f.mayText('category_id');
    f.end();
    const of = call.plain ? said : id;
    if (of === undefined || of === '' || (said !== undefined && said !== of)) throw wrong('A category is needed.');
    return { value: ids(tagsOf(m, mustCategory(m, of))) };
  }
  if (id === '') {
    if (verb === 'GET') return { value: ids(tags(m)) };
    if (verb !== 'POST') throw unknown(`${verb} of tags`);
    m.require(`${PRIVILEGE}CreateTag`, m.root);
    const f = Fields.spec(call, 'create_spec');
    const spec = { category: f.text('category_id'), name: f.text('name'), description: f.text('description'), id: f.mayText('tag_id') };
    f.end();
    return { made: createTag(m, spec).id };
  }
  const tag = mustTag(m, id);
  if (verb === 'GET') return { value: { id, name: tag.name, description: tag.description, category_id: tag.category.id, used_by: [] } };
  if (verb === 'PATCH') {
    m.require(`${PRIVILEGE}EditTag`, m.root);
    const f = Fields.spec(call, 'update_spec');
    const change = named({ name: f.mayText('name'), description: f.mayText('description') });
    f.end();
    updateTag(m, tag, change);
    return undefined;
  }
  if (verb !== 'DELETE') throw unknown(`${verb} of a tag`);
  m.require(`${PRIVILEGE}DeleteTag`, m.root);
  deleteTag(m, tag);
  return undefined;
}

/** An object by its DynamicID. One that is not there looks like one that may not be seen: unauthorized. */
function entityOf(m: Model, value: unknown): Entity {
  const f = new Fields(value);
  const type = f.text('type');
  const entity = m.objects.get(f.text('id'));
  f.end();
  if (entity === undefined || entity.type !== type || !m.has(m.actor, 'System.Read', entity)) {
    throw new ApiError(
      'unauthorized',
      'Unable to authorize: there is no such object, or it may not be read.',
      'vapi.security.authorization.invalid',
    );
  }
  return entity;
}

function fasten(m: Model, tag: Tag, entity: Entity, on: boolean): undefined {
  m.require(`${PRIVILEGE}AttachTag`, entity);
  if (on) attach(m, tag, entity);
  else tag.objects.delete(entity);
  return undefined;
}

/** Does each by itself; those that fail are told, and the others are done. */
function batch<T>(items: readonly T[], work: (item: T) => void): RestAnswer {
  const errors: { id: string; default_message: string; args: string[] }[] = [];
  for (const item of items) {
    try {
      work(item);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      errors.push({ id: error.id, default_message: error.message, args: [] });
    }
  }
  return { value: { success: errors.length === 0, error_messages: errors } };
}

const objectIds = (m: Model, tag: Tag) =>
  [...tag.objects].filter((entity) => m.has(m.actor, 'System.Read', entity)).map(({ type, id }) => ({ type, id }));

/** What is asked of one tag, which the path names. */
const ON_TAG: Record<string, (m: Model, tag: Tag, f: Fields) => RestAnswer> = {
  attach: (m, tag, f) => fasten(m, tag, entityOf(m, f.must('object_id')), true),
  detach: (m, tag, f) => fasten(m, tag, entityOf(m, f.must('object_id')), false),
  'attach-tag-to-multiple-objects': (m, tag, f) => batch(f.list('object_ids'), (object) => fasten(m, tag, entityOf(m, object), true)),
  'detach-tag-from-multiple-objects': (m, tag, f) => batch(f.list('object_ids'), (object) => fasten(m, tag, entityOf(m, object), false)),
  'list-attached-objects': (m, tag) => ({ value: objectIds(m, tag) }),
};

const ON_ALL: Record<string, (m: Model, f: Fields) => RestAnswer> = {
  'list-attached-tags': (m, f) => ({ value: ids(attachedTo(m, entityOf(m, f.must('object_id')))) }),
  'attach-multiple-tags-to-object': (m, f) => {
    const entity = entityOf(m, f.must('object_id'));
    return batch(f.texts('tag_ids'), (id) => fasten(m, mustTag(m, id), entity, true));
  },
  'detach-multiple-tags-from-object': (m, f) => {
    const entity = entityOf(m, f.must('object_id'));
    return batch(f.texts('tag_ids'), (id) => fasten(m, mustTag(m, id), entity, false));
  },
  // A tag that is not there is left out.
  'list-attached-objects-on-tags': (m, f) => {
    const wanted = f.texts('tag_ids');
    return { value: tags(m).flatMap((tag) => (wanted.includes(tag.id) ? [{ tag_id: tag.id, object_ids: objectIds(m, tag) }] : [])) };
  },
  'list-attached-tags-on-objects': (m, f) => ({
    value: f.list('object_ids').map((object) => {
      const entity = entityOf(m, object);
      return { object_id: { type: entity.type, id: entity.id }, tag_ids: ids(attachedTo(m, entity)) };
    }),
  }),
};

function associationHandler(call: RestCall): RestAnswer {
  const m = call.sim.model;
  const action = /^POST (.+)$/.exec(call.verb)?.[1] ?? '';
  const one = Object.hasOwn(ON_TAG, action) ? ON_TAG[action] : undefined;
  const all = Object.hasOwn(ON_ALL, action) ? ON_ALL[action] : undefined;
  const f = new Fields(call.body);
  if (one !== undefined && call.id !== '') return one(m, mustTag(m, call.id), f);
  if (all !== undefined && call.id === '') return all(m, f);
  throw unknown(`${call.verb} of tag associations`);
}

/** Categories, tags, and what has which (`cis/tagging`). */
export const tagging = {
  'cis/tagging/category': { handle: categoryHandler },
  'cis/tagging/tag': { handle: tagHandler },
  'cis/tagging/tag-association': { handle: associationHandler },
};
