import { ProviderAdded } from '../contract/providers.ts';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { routes } from '../contract/api.ts';
import { PATHS } from '../contract/paths.ts';
import { PROBLEM_CODES } from '../contract/problem.ts';
import { openapiDocument } from './openapi.ts';

type Node = { [key: string]: unknown };
const document = openapiDocument() as Node;

function walk(node: unknown, visit: (node: Node, at: string) => void, at = '#'): void {
  if (Array.isArray(node)) node.forEach((item, i) => walk(item, visit, `${at}/${i}`));
  else if (node !== null && typeof node === 'object') {
    visit(node as Node, at);
    for (const [key, value] of Object.entries(node)) walk(value, visit, `${at}/${key.replaceAll('/', '~1')}`);
  }
}

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Node | undefined)?.[key], document);
}

interface OperationObject {
  operationId: string;
  parameters?: { name: string; in: string; required: boolean }[];
  responses: Record<string, unknown>;
  'x-codes': string[];
}

function operations(): [string, OperationObject][] {
  return Object.entries(document.paths as Record<string, Record<string, OperationObject>>).flatMap(([path, item]) =>
    Object.values(item).map((operation): [string, OperationObject] => [path, operation]),
  );
}

describe('the address of an endpoint', () => {
  const pattern = new RegExp((ProviderAdded.properties.url as { pattern?: string }).pattern ?? 'nothing');

  it.each(['https://vc.example', 'https://vc.example:8443/sdk', 'https://[::1]:443'])('%s is one', (url) => expect(url).toMatch(pattern));

  it.each(['http://vc.example', 'https://', 'https://root:word@vc.example', 'https://vc.example/?u=root@x', 'https://a b'])(
    '%s is none: no account, no query',
    (url) => expect(url).not.toMatch(pattern),
  );
});

describe('the OpenAPI document', () => {
  it('is checked in as the contract says it', () => {
    const file = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
    const hint = 'run node_modules/.bin/tsx scripts/gen-openapi.ts';
    expect(document, hint).toEqual(JSON.parse(file));
    expect(file === `${JSON.stringify(document, null, 2)}\n`, hint).toBe(true);
  });

  it('has every operation once', () => {
    const ids = operations().map(([, operation]) => operation.operationId);
    expect(ids.sort()).toEqual(Object.keys(PATHS).sort());
  });

  it('has no reference that leads nowhere, and no component that nothing refers to', () => {
    const used = new Set<string>();
    walk(document, (node) => {
      if (typeof node.$ref !== 'string') return;
      used.add(node.$ref);
      expect(resolve(node.$ref), node.$ref).toBeDefined();
    });
    const { schemas, responses } = document.components as { schemas: Node; responses: Node };
    const made = [
      ...Object.keys(schemas).map((k) => `#/components/schemas/${k}`),
      ...Object.keys(responses).map((k) => `#/components/responses/${k}`),
    ];
    expect(made.filter((ref) => !used.has(ref))).toEqual([]);
  });

  it('declares each parameter of a path, and only those', () => {
    for (const [path, operation] of operations()) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
      const declared = (operation.parameters ?? []).filter((p) => p.in === 'path');
      expect(declared.map((p) => p.name)).toEqual(wanted);
      expect(declared.every((p) => p.required)).toBe(true);
    }
  });

  it('uses only words of JSON Schema 2020-12 in its schemas', () => {
    const known = new Set(
      '$ref type enum const anyOf properties required additionalProperties patternProperties items description examples format pattern minLength maxLength minItems maxItems maxProperties minimum maximum'.split(
        ' ',
      ),
    );
    walk((document.components as { schemas: Node }).schemas, (node, at) => {
      const isMap = at === '#' || /\/(properties|patternProperties)$/.test(at);
      if (!isMap)
        expect(
          Object.keys(node).filter((key) => !known.has(key)),
          at,
        ).toEqual([]);
    });
  });

  it('every good answer has a schema, and every incoming object refuses members it does not know', () => {
    for (const route of routes) {
      for (const part of [route.params, route.query, route.body]) {
        if (part !== undefined) expect((part as unknown as Node).additionalProperties, route.operation).toBe(false);
      }
    }
    for (const [, operation] of operations()) {
      expect(operation['x-codes'].every((code) => (PROBLEM_CODES as readonly string[]).includes(code))).toBe(true);
      expect(Object.keys(operation.responses).length).toBeGreaterThan(1);
    }
  });
});
