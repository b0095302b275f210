import { expect, test } from 'vitest';
import { waysOf } from './lacks.ts';

const AT = '2026-12-01T10:00:00.000Z';
const short = { resource: 'machines', missing: { machines: 1 }, at: AT, providerId: 'one' };
const closed = { resource: 'maintenance', provider: 'one', from: AT, until: null };
const lack = (where: object) => ({ where: { at: new Date(AT), ...where }, missing: { machines: 1 } });

test('each place is a way by itself; maintenance is none', () => {
  const two = { ...short, places: [short, closed, { ...short, providerId: 'two', resource: 'storageMiB' }] };
  expect(waysOf(two, ['one', 'two', 'three'], false)).toEqual([
    [lack({ providerIds: ['one'], storage: false })],
    [lack({ providerIds: ['two'], storage: true })],
  ]);
  expect(waysOf(closed, ['one'], false)).toEqual([]);
  expect(waysOf({ ...short, resource: 'licence', licenceId: 'seat' }, ['one'], false)).toEqual([[lack({ licenceId: 'seat' })]]);
});

test('of several occurrences all are lacking together, and one that nobody can make room for leaves no way', () => {
  const occurrence = (details: object) => ({ at: AT, code: 'no-capacity', message: '', details });
  const of = (...details: object[]) => ({ refused: details.map(occurrence) });
  const one = lack({ providerIds: ['one'], storage: false });
  expect(waysOf(of(short, short), ['one'], false)).toEqual([[one, one]]);
  expect(waysOf(of(short, closed), ['one'], false)).toEqual([]);
  expect(waysOf(of(short, closed), ['one'], true)).toEqual([[one]]);
});
