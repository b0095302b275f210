import type { Ref } from '../../vsphere/types/value.ts';
import type { ObjectContent } from '../../vsphere/types/vim.gen.ts';
import type { Entity } from '../model/entities.ts';
import { VimFault } from '../model/fault.ts';
import type { Model } from '../model/model.ts';
import { Collector } from './collector.ts';
import type { Reader } from './props/context.ts';
import { isView, type View, viewProps } from './views.ts';

/** Views and collectors that one session may hold. */
const MAX_OBJECTS = 1000;
const MAX_TOKENS = 100;

/** Reads events or tasks of the past, page by page. */
export interface HistoryCollector extends Entity {
  readonly type: 'EventHistoryCollector' | 'TaskHistoryCollector';
  items: () => Record<string, unknown>[];
  /** What is before it was read. */
  at: number;
}

/** What a retrieval has not answered yet, and in pages of which size it goes on. */
export interface Rest {
  objects: ObjectContent[];
  max: number;
}

/** What belongs to one session and dies with it: views, collectors, filters, result tokens. */
export class SessionState {
  readonly key: string;
  readonly views = new Map<string, View>();
  readonly collectors = new Map<string, Collector>();
  readonly tokens = new Map<string, Rest>();
  readonly histories = new Map<string, HistoryCollector>();
  readonly #model: Model;
  readonly #reader: () => Reader;
  #next = 1;

  constructor(key: string, model: Model, reader: () => Reader) {
    this.key = key;
    this.#model = model;
    this.#reader = reader;
  }

  newId(kind: string): string {
    if (this.views.size + this.collectors.size + this.histories.size >= MAX_OBJECTS) {
      throw new VimFault('LimitExceeded', 'The session has too many views and collectors.', { limit: MAX_OBJECTS });
    }
    return `session[${this.key}]${kind}-${this.#next++}`;
  }

  lookup(r: Ref): Entity | undefined {
    const own = this.own(r.value);
    if (own !== undefined) return own.type === r.type || (isView(own) && r.type === 'ManagedObjectView') ? own : undefined;
    const entity = this.#model.objects.get(r.value);
    return entity?.type === r.type ? entity : undefined;
  }

  /** An object of this session: a view, a collector, a filter. */
  own(id: string): Entity | undefined {
    const view = this.views.get(id);
    if (view !== undefined) return view;
    if (this.collectors.has(id)) return { type: 'PropertyCollector', id, name: id, parent: undefined };
    if (this.histories.has(id)) return this.histories.get(id);
    for (const collector of this.collectors.values()) {
      if (collector.filters.has(id)) return { type: 'PropertyFilter', id, name: id, parent: undefined };
    }
    return undefined;
  }

  collector(id: string): Collector {
    let collector = this.collectors.get(id);
    if (collector === undefined) {
      collector = new Collector(id, this.#model, this.#reader, (r) => this.lookup(r));
      this.collectors.set(id, collector);
    }
    return collector;
  }

  addToken(rest: Rest): string {
    const oldest = this.tokens.keys().next().value;
    if (this.tokens.size >= MAX_TOKENS && oldest !== undefined) this.tokens.delete(oldest);
    const token = String(this.#next++);
    this.tokens.set(token, rest);
    return token;
  }

  props(entity: Entity): Record<string, unknown> | undefined {
    if (isView(entity)) return viewProps(entity);
    if (entity.type === 'PropertyCollector') {
      const filters = [...(this.collectors.get(entity.id)?.filters.keys() ?? [])];
      return { filter: filters.map((value) => ({ type: 'PropertyFilter', value })) };
    }
    const history = this.histories.get(entity.id);
    return history === undefined ? undefined : { latestPage: history.items().slice(-10) };
  }

  close(): void {
    const fault = new VimFault('NotAuthenticated', 'The session is not authenticated.', { privilegeId: 'System.View' });
    for (const collector of this.collectors.values()) collector.close(fault);
    this.collectors.clear();
    this.views.clear();
    this.tokens.clear();
    this.histories.clear();
  }
}
