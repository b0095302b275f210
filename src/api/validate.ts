/**
 * Checks what comes in against the contract's schemas. Nothing is coerced or removed in a body; query strings and path parameters,
 * which are text by nature, are read as the number or truth value that the schema wants.
 */
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Convert } from 'typebox/value';
import { CarrelError } from '../lib/errors.ts';

interface Violation {
  keyword: string;
  instancePath: string;
  message: string;
  params: object;
}

export type HttpPart = 'body' | 'querystring' | 'params' | 'headers';

const PART: Record<HttpPart, string> = { body: 'the body', querystring: 'the query', params: 'the path', headers: 'the headers' };

/** What the contract says about what stands at a path such as `/labels/course`; undefined where it says nothing. */
function wordsFor(schema: TSchema, instancePath: string): string | undefined {
  let at: { description?: string; properties?: Record<string, TSchema>; items?: TSchema } | undefined = schema;
  let words: string | undefined;
  for (const step of instancePath.split('/').slice(1)) {
    at = at?.properties?.[step] ?? at?.items;
    words = at?.description ?? words;
  }
  return words;
}

function describe(part: string, violation: Violation, schema: TSchema): string {
  const where = violation.instancePath.slice(1).replaceAll('/', '.') || part;
  const params = violation.params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
    allowedValues?: unknown[];
  };
  switch (violation.keyword) {
    case 'additionalProperties':
      return `${where} has members that are not known here: ${(params.additionalProperties ?? []).slice(0, 5).join(', ')}`;
    case 'required':
      return `${where === part ? part : where} lacks ${(params.requiredProperties ?? []).join(', ')}`;
    case 'enum':
      return `${where} must be one of ${(params.allowedValues ?? []).join(', ')}`;
    default: {
      const measured = measure(violation);
      if (measured !== undefined) return `${where} ${measured}`;
      const wrong = NOT_WELL[violation.keyword] ?? 'is not what is asked for here';
      return `${where} ${wrong}. ${wordsFor(schema, violation.instancePath) ?? ''}`.trimEnd();
    }
  }
}

/** After which it is said what it should be. */
const NOT_WELL: Readonly<Record<string, string>> = {
  pattern: 'is not written as it should be',
  format: 'is not written as it should be',
  minLength: 'is too short',
};

/** What is wrong with a value by a limit or a type, as one would say it. */
function measure({ keyword, params }: Violation): string | undefined {
  const { limit = 0, type } = params as { limit?: number; type?: string };
  switch (keyword) {
    case 'maxLength':
      return `is too long: it has at most ${limit} characters`;
    case 'minimum':
      return `is at least ${limit}`;
    case 'maximum':
      return `is at most ${limit}`;
    case 'minItems':
      return `has at least ${limit} members`;
    case 'maxItems':
      return `has at most ${limit} members`;
    case 'type':
      return type === 'integer' ? 'must be a whole number' : `must be ${/^[aeio]/.test(type ?? '') ? 'an' : 'a'} ${type}`;
    default:
      return undefined;
  }
}

/** The first thing that is wrong, as an error for the caller. */
function refusal(part: string, violations: readonly Violation[], schema: TSchema): CarrelError {
  // An unknown member is reported twice: as itself and by the object it stands in, which says it better.
  const [first] = violations.filter((v) => v.keyword !== 'boolean');
  const detail = first === undefined ? `${part} is not what is asked for here` : describe(part, first, schema);
  return new CarrelError('bad-request', detail, { hint: 'GET /api/v1/openapi.json says what each request takes.' });
}

/** A number as people write one. Convert takes more for one: `1.5` for the integer 1, `0x10`, ` 5 `. */
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/;

/** Text read as what the schema wants; what would be another value than it was written as stays text, and is refused. */
function read(schema: TSchema, data: unknown): unknown {
  const written: Record<string, unknown> = { ...(data as object | undefined) };
  const value = Convert(schema, { ...written }) as Record<string, unknown>;
  for (const [key, number] of Object.entries(value)) {
    const text = written[key];
    if (typeof number === 'number' && !(typeof text === 'string' && PLAIN_NUMBER.test(text) && Number(text) === number)) value[key] = text;
  }
  return value;
}

/** Where in it text stands that is none: PostgreSQL holds no U+0000, and half of a surrogate pair is no character. */
function unfit(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\0') || /\p{Surrogate}/u.test(value) ? path : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const found = unfit(key, path) ?? unfit(inner, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A Fastify validator for one part of one route. */
export function validator(part: HttpPart, schema: TSchema): (data: unknown) => { value: unknown } | { error: Error } {
  const compiled = Compile(schema);
  const text = part === 'querystring' || part === 'params';
  return (data) => {
    const value = text ? read(schema, data) : data;
    if (compiled.Check(value)) {
      const where = unfit(value);
      if (where === undefined) return { value };
      const detail = `${where || PART[part]} holds a character that is none (U+0000, or half of a surrogate pair)`;
      return { error: new CarrelError('bad-request', detail, { hint: 'Leave that character out.' }) };
    }
    return { error: refusal(PART[part], compiled.Errors(value) as Violation[], schema) };
  };
}
