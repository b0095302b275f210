import { expect, it } from 'vitest';
import { ApiError } from '../../../src/client/errors.ts';
import { endIsNear } from './reservation.ts';
import { calledNow } from './renamed.ts';
import { resealProviders } from './revision.ts';

it('golden disks are sealed anew where a provider that has them can, and where something speaks for it', () => {
  const master = (provider: string) => ({ provider, files: [], virtualBytes: 1, sealedAt: '' });
  const providers = ['vc', 'esx', 'local'].map((name) => ({ name, state: 'up' as const, reseals: name !== 'local' }));
  const masters = [master('vc'), master('local')];
  const failure = { code: 'master-changed', message: '', retry: 'never' as const };
  const of = (state: 'published' | 'retired' | 'failed', seen?: Parameters<typeof resealProviders>[1], why?: typeof failure) =>
    resealProviders({ masters, state, ...(why === undefined ? {} : { failure: why }) }, seen, providers);
  expect([of('retired', undefined, failure), of('published', 'damaged'), of('published', 'descriptor')]).toEqual([['vc'], ['vc'], ['vc']]);
  expect([of('published'), of('published', 'bytes'), of('published', 'samples'), of('failed', 'damaged', failure)]).toEqual([
    [],
    [],
    [],
    [],
  ]);
  const off = providers.map((provider) => ({ ...provider, state: 'disabled' as const }));
  expect(resealProviders({ masters, state: 'retired', failure }, undefined, off)).toEqual([]);
});

it('an end is near when the server says so, and only of one that is ready', () => {
  const endNearAt = '2026-01-02T03:04:05.000Z';
  const at = Date.parse(endNearAt);
  expect([endIsNear({ state: 'ready', endNearAt }, at - 1), endIsNear({ state: 'ready', endNearAt }, at)]).toEqual([false, true]);
  expect([endIsNear({ state: 'ready' }, at), endIsNear({ state: 'ending', endNearAt }, at)]).toEqual([false, false]);
});

it('an image that was asked for by a former name is gone to by the present one', () => {
  const refused = (code: string, details: Record<string, unknown>) =>
    new ApiError({ type: 'x', title: 't', status: 404, code, detail: 'd', details });
  expect(calledNow(refused('not-found', { calledNow: 'new' }))).toBe('new');
  for (const error of [refused('not-found', {}), refused('conflict', { calledNow: 'new' }), new Error('x'), null])
    expect(calledNow(error)).toBeUndefined();
});
