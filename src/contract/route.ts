import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { type Method, type Operation, operationPath } from './paths.ts';
import type { ProblemCode } from './problem.ts';

/**
 * Who may call a route: `public` needs no token; `user` any account; `admin` the role of that name; `ticket` an account's token or
 * a one-time ticket in the query (for browsers, which cannot set headers on a WebSocket).
 */
export type Scope = 'public' | 'user' | 'admin' | 'ticket';

/** How the bytes of request and answer are handled; `json` unless said otherwise. */
export type RouteKind = 'json' | 'text' | 'png' | 'upload' | 'sse' | 'websocket';

export interface RouteSpec<P extends TSchema, Q extends TSchema, B extends TSchema, R extends TSchema> {
  summary: string;
  description?: string;
  tag: string;
  scope: Scope;
  kind?: RouteKind;
  params?: P;
  query?: Q;
  body?: B;
  response: R;
  /** Status of a good answer; 200 unless said otherwise. */
  status?: number;
  /** Codes a caller should expect besides those that every route has (bad-request, unauthorized, rate-limited, internal). */
  errors?: readonly ProblemCode[];
}

export interface RouteDef<
  P extends TSchema = TSchema,
  Q extends TSchema = TSchema,
  B extends TSchema = TSchema,
  R extends TSchema = TSchema,
> extends RouteSpec<P, Q, B, R> {
  operation: Operation;
  method: Method;
  path: string;
  kind: RouteKind;
  status: number;
}

/** Declares one operation. The marker `TNone` stands for "has no such part". */
export function route<P extends TSchema = TNone, Q extends TSchema = TNone, B extends TSchema = TNone, R extends TSchema = TNone>(
  operation: Operation,
  spec: RouteSpec<P, Q, B, R>,
): RouteDef<P, Q, B, R> {
  return { kind: 'json', status: 200, ...spec, operation, ...operationPath(operation) };
}

/** A schema that nothing matches: the type of a part that a route does not have. */
export type TNone = ReturnType<typeof Type.Never>;

/** An object that refuses members it does not know; for everything that comes in. */
export function strict<P extends TProperties>(properties: P, options: { description?: string } = {}): TObject<P> {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** A copy of a schema with more said about it; TypeBox's hidden marks are kept, which a spread would lose. */
function annotated<S extends TSchema>(schema: S, extra: Record<string, string>): S {
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(schema)) as S;
  return Object.assign(copy, extra);
}

/** Gives a schema the name under which it stands in the OpenAPI document's components. */
export function named<S extends TSchema>(name: string, schema: S): S {
  return annotated(schema, { title: name });
}

/** Says what a value means where it is used. */
export function described<S extends TSchema>(schema: S, description: string): S {
  return annotated(schema, { description });
}

/** Bytes of a picture; said as text, which no JSON holds. */
export const Png = Type.Unsafe<Uint8Array>({ type: 'string', format: 'binary' });

/** One of several words. */
export function oneOf<const T extends readonly string[]>(values: T, description?: string) {
  return Type.Unsafe<T[number]>({ type: 'string', enum: [...values], ...(description === undefined ? {} : { description }) });
}

type Part<Name extends string, S> = S extends TNone ? unknown : { [K in Name]: Static<S & TSchema> };
/** Query strings may be left out where every member is optional. */
type QueryPart<S> = S extends TNone
  ? unknown
  : Record<string, never> extends Static<S & TSchema>
    ? { query?: Static<S & TSchema> }
    : { query: Static<S & TSchema> };

/** What a caller gives to an operation. */
export type Input<R> = R extends RouteDef<infer P, infer Q, infer B, infer _R> ? Part<'params', P> & QueryPart<Q> & Part<'body', B> : never;

/** What a handler gets: like {@link Input}, but the query is always there. */
export type HandlerInput<R> =
  R extends RouteDef<infer P, infer Q, infer B, infer _R> ? Part<'params', P> & Part<'query', Q> & Part<'body', B> : never;

/** What an operation answers with. */
export type Output<R> = R extends RouteDef<infer _P, infer _Q, infer _B, infer S> ? Static<S> : never;
