import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../../lib/context.ts';
import { VSphereClient } from '../client.ts';
import { isFault } from '../errors.ts';
import { ref, ScriptFault, scriptServer } from '../testing.ts';
import type { AnyValue, Ref } from '../types/value.ts';
import type { PropertyFilterSpec } from '../types/vim.gen.ts';

const ctx = makeCtx({ timeoutMs: 600_000 });
const vm = (n: number) => ref('VirtualMachine', `vm-${n}`);
const task = ref('Task', 'task-1');

const GONE = { _type: 'ManagedObjectNotFound', obj: vm(3) };
const UNKNOWN = { _type: 'InvalidProperty', name: 'layoutEx' };

/** A server with two machines and a task; `refuse` may throw for a request, which is told by `requests`. */
async function connected(refuse: (specs: readonly PropertyFilterSpec[]) => void = () => {}) {
  const there = new Map<string, Record<string, AnyValue>>([
    ['vm-1', { name: 'one', layoutEx: 'its files' }],
    ['vm-2', { name: 'two', layoutEx: 'its files' }],
    ['task-1', { 'info.state': 'running' }],
  ]);
  const requests: string[][] = [];
  const server = await scriptServer({
    RetrievePropertiesEx: ({ args }) => {
      const specs = args['specSet'] as PropertyFilterSpec[];
      const asked = ({ propSet, objectSet }: PropertyFilterSpec) =>
        objectSet.map(({ obj }) => `${obj.value}: ${(propSet[0]?.pathSet ?? []).join()}`);
      requests.push(specs.flatMap(asked));
      refuse(specs);
      const objects = specs.flatMap(({ propSet, objectSet }) =>
        objectSet.flatMap(({ obj }) => {
          const props = there.get(obj.value);
          if (props === undefined) return [];
          const paths = propSet[0]?.pathSet ?? [];
          return [{ obj, propSet: paths.filter((name) => name in props).map((name) => ({ name, val: props[name] })) }];
        }),
      );
      return { objects };
    },
  });
  onTestFinished(() => server.stop());
  const client = new VSphereClient(server.options());
  onTestFinished(() => client.close());
  return { client, requests };
}

const refs = (specs: readonly PropertyFilterSpec[]): Ref[] => specs.flatMap(({ objectSet }) => objectSet.map(({ obj }) => obj));

test('what is asked at the same time of objects of any type is one request, and each object is in it once', async () => {
  const { client, requests } = await connected();
  const [names, layout, state] = await Promise.all([
    client.reads.all(ctx, 'VirtualMachine', [vm(1), vm(2), vm(3)], ['name']),
    client.reads.get(ctx, 'VirtualMachine', vm(1), ['layoutEx']),
    client.reads.get(ctx, 'Task', task, ['info.state']),
  ]);
  expect(names.map((read) => read?.props.name)).toEqual(['one', 'two', undefined]);
  expect(names[2]).toBeUndefined();
  expect(layout?.props.layoutEx).toBe('its files');
  expect(state?.props['info.state']).toBe('running');
  expect(requests).toEqual([['vm-1: name,layoutEx', 'vm-2: name', 'vm-3: name', 'task-1: info.state']]);
});

test('an object that is gone and spoils the whole answer is not there, and the others are read again without it', async () => {
  const { client, requests } = await connected((specs) => {
    if (refs(specs).some(({ value }) => value === 'vm-3')) throw new ScriptFault(GONE);
  });
  const found = await client.reads.all(ctx, 'VirtualMachine', [vm(3), vm(1)], ['name']);
  expect(found.map((read) => read?.props.name)).toEqual([undefined, 'one']);
  expect(found[0]).toBeUndefined();
  expect(requests).toHaveLength(2);
  expect(await client.reads.get(ctx, 'VirtualMachine', vm(3), ['name'])).toBeUndefined();
});

test('what is refused to one is not refused to the others', async () => {
  const { client } = await connected((specs) => {
    if (specs.some(({ propSet }) => propSet[0]?.pathSet?.includes('layoutEx'))) throw new ScriptFault(UNKNOWN);
  });
  const [name, layout] = await Promise.all([
    client.reads.get(ctx, 'VirtualMachine', vm(1), ['name']),
    client.reads.get(ctx, 'VirtualMachine', vm(2), ['layoutEx']).catch((error: unknown) => error),
  ]);
  expect(name?.props.name).toBe('one');
  expect(isFault(layout, 'InvalidProperty')).toBe(true);
});
