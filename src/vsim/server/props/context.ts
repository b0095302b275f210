import type { Ref } from '../../../vsphere/types/value.ts';
import type { Entity } from '../../model/entities.ts';
import type { Session } from '../../model/sessions.ts';
import type { Sim } from '../../model/simulate.ts';

/** Who reads, and in which version of the API; values are left out that the version does not have. */
export interface Reader {
  sim: Sim;
  session: Session | undefined;
  /** 6.7 as 6.7, 8.0.3.0 as 8.0. */
  version: number;
  /** Properties of what belongs to a session: views, filters, collectors. */
  sessionProps: (entity: Entity) => Record<string, unknown> | undefined;
  about: Record<string, string>;
}

export const ref = (entity: { type: string; id: string }): Ref => ({ type: entity.type, value: entity.id });
export const refs = (entities: Iterable<{ type: string; id: string }>): Ref[] => Array.from(entities, ref);
export const date = (ms: number): Date => new Date(ms);
export const long = (n: number): bigint => BigInt(Math.floor(n));
export const MB = 2 ** 20;

/** How a type's properties are read. `nested` gives the fields of a large object one by one, so that a client that wants one does not pay for all. */
export interface PropTable<T> {
  top: Record<string, (entity: T, reader: Reader) => unknown>;
  nested?: Record<string, (entity: T, reader: Reader) => Record<string, () => unknown> | undefined>;
}
