import Type, { type TSchema } from 'typebox';
import { expect, test } from 'vitest';
import { routes } from '../contract/api.ts';
import { compileSerializer, compileValidator } from './compilers.ts';
import { schemaOf } from './parts.ts';

const at = { method: 'GET', url: '/' };
const wrong = { type: 'nothing of the kind' } as unknown as TSchema;

test('nothing is compiled before it is needed', () => {
  const serialize = compileSerializer({ schema: wrong, ...at, httpStatus: '200' });
  expect(() => serialize({})).toThrow();
  const of = new Proxy(Type.Object({ name: Type.String() }), {
    get(schema, key, receiver) {
      if (!ready) throw new Error('too early');
      return Reflect.get(schema, key, receiver) as unknown;
    },
  });
  let ready = false;
  const validate = compileValidator({ schema: of, ...at, httpPart: 'body' });
  expect(() => validate({ name: 'x' })).toThrow('too early');
  ready = true;
  expect(validate({ name: 'x' })).toEqual({ value: { name: 'x' } });
});

test.each(routes.map((route) => [route.operation, route] as const))('all schemas of %s can be compiled', (_operation, route) => {
  const { response = {}, ...parts } = schemaOf(route) as { response?: Record<string, TSchema> } & Record<string, TSchema>;
  for (const [httpStatus, schema] of Object.entries(response)) {
    const serialize = compileSerializer({ schema, ...at, httpStatus });
    // What is missing in it is said by the compiled one: it was made.
    try {
      serialize({});
    } catch (error) {
      expect(String(error)).toMatch(/is required|does not match/);
    }
  }
  for (const [httpPart, schema] of Object.entries(parts))
    if (typeof schema === 'object') expect(compileValidator({ schema, ...at, httpPart })(undefined)).toBeTypeOf('object');
});
