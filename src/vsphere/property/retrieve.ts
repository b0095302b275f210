/** Reading properties once: RetrievePropertiesEx with its pages. */
import type { Ctx } from '../../lib/context.ts';
import { localizedFaultError, type VimFaultError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { AnyValue, Ref } from '../types/value.ts';
import type { ObjectContent, PropertyFilterSpec, RetrieveResult, VimObjects } from '../types/vim.gen.ts';

export type ObjectType = keyof VimObjects;

/** The type behind a property path, by the tables. */
export type PathValue<T, P extends string> = P extends `${infer K}.${infer R}`
  ? K extends keyof NonNullable<T>
    ? PathValue<NonNullable<T>[K], R>
    : AnyValue
  : P extends keyof NonNullable<T>
    ? NonNullable<NonNullable<T>[P]>
    : AnyValue;

/** What was read of one object. A path that is in neither is unset on the server. */
export interface Read<T extends ObjectType, P extends string> {
  ref: Ref;
  props: { [K in P]?: PathValue<VimObjects[T], K> | undefined };
  /** Properties that the server would not or could not give, and why. */
  missing: ReadonlyMap<string, VimFaultError>;
}

/** Objects per page: a page is decoded in one go, so it must not hold up the process. */
const PAGE = 250;

export function toRead<T extends ObjectType, P extends string>(content: ObjectContent): Read<T, P> {
  // no prototype: names come from the server
  const props = Object.create(null) as Record<string, AnyValue>;
  for (const p of content.propSet ?? []) props[p.name] = p.val;
  return {
    ref: content.obj,
    props: props as Read<T, P>['props'],
    missing: new Map((content.missingSet ?? []).map((m) => [m.path, localizedFaultError(`reading ${m.path}`, m.fault)])),
  };
}

/** All pages of a retrieval. */
export async function retrieve(ctx: Pick<Ctx, 'signal'>, session: Session, specSet: PropertyFilterSpec[]): Promise<ObjectContent[]> {
  const content = await session.open(ctx);
  const collector = content.propertyCollector;
  const out: ObjectContent[] = [];
  let page: RetrieveResult | undefined = await session.call(ctx, 'RetrievePropertiesEx', collector, {
    specSet,
    options: { maxObjects: PAGE },
  });
  while (page) {
    for (const o of page.objects) out.push(o);
    if (page.token === undefined) break;
    page = await session.call(ctx, 'ContinueRetrievePropertiesEx', collector, { token: page.token });
  }
  return out;
}

/** Properties of known objects of one type, in one request (pages apart). An object that is gone is left out. */
export async function readMany<T extends ObjectType, P extends string>(
  ctx: Pick<Ctx, 'signal'>,
  session: Session,
  type: T,
  refs: readonly Ref[],
  paths: readonly P[],
): Promise<Read<T, P>[]> {
  if (refs.length === 0) return [];
  const objects = await retrieve(ctx, session, [
    {
      propSet: [{ type, pathSet: [...paths] }],
      objectSet: refs.map((obj) => ({ obj, skip: false })),
      reportMissingObjectsInResults: refs.length > 1 ? true : undefined,
    },
  ]);
  return objects.map((o) => toRead<T, P>(o));
}

/** Properties of one object; its fault (ManagedObjectNotFound) if it is gone. */
export async function readOne<T extends ObjectType, P extends string>(
  ctx: Pick<Ctx, 'signal'>,
  session: Session,
  type: T,
  ref: Ref,
  paths: readonly P[],
): Promise<Read<T, P>> {
  const [found] = await readMany(ctx, session, type, [ref], paths);
  return found ?? { ref, props: {}, missing: new Map() };
}
