/** The OpenAPI 3.1 document, from the contract. Its schemas are JSON Schema 2020-12 already, so they go in as they are. */
import type { TSchema } from 'typebox';
import { routes } from '../contract/api.ts';
import { PROBLEM_CODES, Problem, type ProblemCode } from '../contract/problem.ts';
import type { RouteDef } from '../contract/route.ts';
import { PROBLEMS } from './errors.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const EVERY_ROUTE: readonly ProblemCode[] = ['bad-request', 'internal'];
const WITH_TOKEN: readonly ProblemCode[] = ['unauthorized', 'rate-limited'];

const ABOUT = `Carrel lends virtual machines. Every answer that is an error is a problem document (RFC 9457) whose \`code\` programs match on.
Sign in with \`Authorization: Bearer <token>\`. Spans of time are written \`2h\`, \`90m\`, \`1d12h\` or as ISO 8601 durations without years and months.`;

/** Moves every schema with a title into the components, and puts a reference in its place. */
class Components {
  readonly schemas: JsonObject = {};

  take(schema: TSchema): Json {
    return this.#walk(JSON.parse(JSON.stringify(schema)) as Json);
  }

  #walk(node: Json): Json {
    if (Array.isArray(node)) return node.map((item) => this.#walk(item));
    if (node === null || typeof node !== 'object') return node;
    const walked: JsonObject = {};
    for (const [key, value] of Object.entries(node)) walked[key] = this.#walk(value);
    if (typeof walked.title !== 'string' || walked.type === undefined) return walked;
    const { title, ...rest } = walked;
    const before = this.schemas[title];
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(rest)) throw new Error(`two schemas are called ${title}`);
    this.schemas[title] = rest;
    return { $ref: `#/components/schemas/${title}` };
  }
}

function parameters(place: 'path' | 'query', schema: TSchema | undefined, components: Components): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, TSchema>; required?: string[] };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = components.take(property) as JsonObject;
    return {
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody(route: RouteDef, components: Components): JsonObject {
  if (route.kind === 'upload') return { requestBody: { required: true, content: { 'application/octet-stream': {} } } };
  if (route.body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: components.take(route.body) } } } };
}

function goodAnswer(route: RouteDef, components: Components): JsonObject {
  switch (route.kind) {
    case 'websocket':
      return { description: 'The connection becomes a WebSocket.' };
    case 'sse':
      return { description: 'A stream of events.', content: { 'text/event-stream': { schema: components.take(route.response) } } };
    case 'png':
      return { description: route.summary, content: { 'image/png': { schema: components.take(route.response) } } };
    case 'text':
      return {
        description: route.summary,
        content: { [route.operation === 'rdpFile' ? 'application/x-rdp' : 'text/plain']: { schema: components.take(route.response) } },
      };
    case 'json':
    case 'upload':
      return { description: route.summary, content: { 'application/json': { schema: components.take(route.response) } } };
  }
}

/** Codes that an operation may answer with, in the order of the contract's table. */
function codesOf(route: RouteDef): ProblemCode[] {
  const codes = new Set<ProblemCode>([...EVERY_ROUTE, ...(route.scope === 'public' ? [] : WITH_TOKEN), ...(route.errors ?? [])]);
  if (route.scope === 'admin') codes.add('not-allowed');
  if (route.body !== undefined) codes.add('too-large').add('unsupported-media-type');
  return PROBLEM_CODES.filter((code) => codes.has(code));
}

function answers(route: RouteDef, components: Components): JsonObject {
  const refusals = [...new Set(codesOf(route).map((code) => PROBLEMS[code].status))].sort((a, b) => a - b);
  return {
    [route.status]: goodAnswer(route, components),
    ...Object.fromEntries(refusals.map((status) => [status, { $ref: `#/components/responses/Refusal${status}` }])),
  };
}

/** One answer per status, which lists the codes that go with it. */
function refusalAnswers(components: Components): JsonObject {
  const found: JsonObject = {};
  for (const status of new Set(PROBLEM_CODES.map((code) => PROBLEMS[code].status))) {
    const codes = PROBLEM_CODES.filter((code) => PROBLEMS[code].status === status);
    found[`Refusal${status}`] = {
      description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      content: { 'application/problem+json': { schema: components.take(Problem) } },
    };
  }
  return found;
}

function operation(route: RouteDef, components: Components): JsonObject {
  const params = [...parameters('path', route.params, components), ...parameters('query', route.query, components)];
  return {
    operationId: route.operation,
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [route.tag],
    security: route.scope === 'public' ? [] : [{ token: [] }, { session: [] }, ...(route.scope === 'ticket' ? [{ ticket: [] }] : [])],
    ...(params.length === 0 ? {} : { parameters: params }),
    ...requestBody(route, components),
    responses: answers(route, components),
    'x-scope': route.scope,
    'x-codes': codesOf(route),
  };
}

let document: JsonObject | undefined;

/**
 * The whole document, made when it is asked for the first time. The version is the contract's, not the server's: a release alone must not
 * change it.
 */
export function openapiDocument(): JsonObject {
  document ??= makeDocument();
  return document;
}

function makeDocument(): JsonObject {
  const components = new Components();
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method.toLowerCase()] = operation(route, components);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Carrel', version: '1', description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((r) => r.tag))].map((name) => ({ name })),
    paths,
    components: {
      responses: refusalAnswers(components),
      schemas: components.schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-carrel',
          description: 'From POST /api/v1/session. A request that changes something needs the header `X-Carrel-CSRF: 1` too.',
        },
        ticket: {
          type: 'apiKey',
          in: 'query',
          name: 'ticket',
          description: 'From POST /api/v1/reservations/{id}/console-ticket; good once.',
        },
      },
    },
  };
}
