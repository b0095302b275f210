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

function describe(part: string, violation: Violation): string {
  const where = violation.instancePath.slice(1).replaceAll('/', '.') || part;
  const params = violation.params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
    allowedValues?: unknown[];
    pattern?: string | RegExp;
  };
  switch (violation.keyword) {
    case 'additionalProperties':
      return `${part} has members that are not known here: ${(params.additionalProperties ?? []).slice(0, 5).join(', ')}`;
    case 'required':
      return `${where === part ? part : where} lacks ${(params.requiredProperties ?? []).join(', ')}`;
    case 'enum':
      return `${where} must be one of ${(params.allowedValues ?? []).join(', ')}`;
    case 'pattern':
      return `${where} is not written as it should be: it has to match ${String(params.pattern)}`;
    default:
      return `${where} ${violation.message}`;
  }
}

/** The first thing that is wrong, as an error for the caller. */
function refusal(part: string, violations: readonly Violation[]): CarrelError {
  // An unknown member is reported twice: as itself and by the object it stands in, which says it better.
  const [first] = violations.filter((v) => v.keyword !== 'boolean');
  const detail = first === undefined ? `${part} is not what is asked for here` : describe(part, first);
  return new CarrelError('bad-request', detail, { hint: 'GET /api/v1/openapi.json says what each request takes.' });
}

/** A Fastify validator for one part of one route. */
export function validator(part: HttpPart, schema: TSchema): (data: unknown) => { value: unknown } | { error: Error } {
  const compiled = Compile(schema);
  const text = part === 'querystring' || part === 'params';
  return (data) => {
    const value = text ? Convert(schema, data ?? {}) : data;
    if (compiled.Check(value)) return { value };
    return { error: refusal(PART[part], compiled.Errors(value) as Violation[]) };
  };
}
