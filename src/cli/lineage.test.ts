import { expect, test } from 'vitest';
import type { Lineage } from '../contract/lineage.ts';
import { tree } from './commands/image-lineage.ts';

const disk = (path: string, parent?: string) => ({
  ...{ path, format: 'qcow2', bytes: 1, virtualBytes: 1, identity: 'x' },
  ...(parent === undefined ? {} : { parent }),
});

test('the same path on two hosts is two disks, and what could not be read is named', () => {
  const chain = (provider: string, name: string) => ({
    ...{ provider, owner: 'machine' as const, id: name, name },
    disks: [disk('/m/a.qcow2', '/g.qcow2'), disk('/g.qcow2')],
  });
  const lineage: Lineage = {
    complete: false,
    notRead: [{ provider: 'lab', reason: 'lab is served by c alone, which is not there' }],
    chains: [chain('h1', 'one'), chain('h2', 'two')],
    unused: [{ ...disk('/x.qcow2'), provider: 'h2' }],
  };
  expect(tree(lineage).split('\n')).toEqual([
    '/g.qcow2   on h1',
    '  /m/a.qcow2   (machine one)',
    '/g.qcow2   on h2',
    '  /m/a.qcow2   (machine two)',
    '/x.qcow2   (nothing uses it)   on h2',
    'lab could not be read: lab is served by c alone, which is not there',
    'not everything could be read: what is missing here may be there',
  ]);
  expect(tree({ complete: true, chains: [], unused: [] })).toBe('no disks');
});
