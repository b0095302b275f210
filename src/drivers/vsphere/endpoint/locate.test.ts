import { expect, test } from 'vitest';
import { makeCtx } from '../../../lib/context.ts';
import type { Endpoint } from './endpoint.ts';
import { Locate } from './locate.ts';

const REF = { type: 'VirtualMachine', value: 'vm-1' };

test.each([
  ['is told of, by its identity', async () => [{ ref: REF }], [], true],
  ['is told of, by its name', async () => [], [REF], true],
  ['is not told of', async () => [], [], false],
  ['cannot be told of, for the inventory is not up to date', async () => await Promise.reject(new Error('stale')), [], true],
] as const)('a machine that %s is to be looked for: no server is asked', async (_, findByInstanceUuid, named, expected) => {
  const end = { client: { inventory: { findByInstanceUuid } }, register: { byName: () => named } } as unknown as Endpoint;
  expect(await new Locate(end).shown(makeCtx(), 'A', 'name')).toBe(expected);
});
