/** A capture that may hold what belongs to a person is handed out only with a word of whoever answers for it (promise 8). */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, readyOne } from '../../test/support/engine.ts';
import { override } from '../drivers/fake/sabotage-tools.ts';
import * as images from '../store/images.ts';
import { captureReservation, publishRevision } from './intents/image.ts';

const WHY = 'nothing was removed from its disk';

/** A bench whose driver cannot clean what it captures. */
async function dirtyBench(): Promise<Bench> {
  const bench = await makeBench(onTestFinished);
  const dirty = override(bench.driver, {
    capture: async (ctx, spec) => {
      const master = await bench.driver.capture(ctx, spec);
      return { ...master, facts: { ...master.facts, unclean: WHY } };
    },
  });
  return { ...bench, driver: dirty, deps: { ...bench.deps, drivers: new Map([[bench.providerId, dirty]]) } };
}

async function captured(bench: Bench, more: { publish: boolean; publishUnclean?: string }) {
  const row = await readyOne(bench);
  const { revision } = await captureReservation(bench.deps, bench.who, { reservationId: row.id, image: 'captured', ...more });
  await drain(bench);
  return revision.id;
}

const stateOf = async (bench: Bench, id: string) => (await images.revision(bench.store.db, id))?.state;
const auditOf = async (bench: Bench, id: string) =>
  (await bench.store.db.selectFrom('audit').selectAll().where('subjectId', '=', id).orderBy('id').execute()).map((a) => [
    a.action,
    a.detail,
  ]);

test('asked to be published at once it stays a draft, and is published only with a reason, which is kept', async () => {
  const bench = await dirtyBench();
  const id = await captured(bench, { publish: true });
  expect(await stateOf(bench, id)).toBe('draft');
  await expect(publishRevision(bench.deps, bench.who, id)).rejects.toMatchObject({
    code: 'unclean',
    message: expect.stringContaining(WHY),
    hint: expect.stringContaining('--publish-unclean'),
  });
  expect(await stateOf(bench, id)).toBe('draft');
  await publishRevision(bench.deps, bench.who, id, 'a classroom machine, looked through by hand');
  expect(await stateOf(bench, id)).toBe('published');
  expect(await auditOf(bench, id)).toContainEqual([
    'revision.published',
    { unclean: WHY, reason: 'a classroom machine, looked through by hand' },
  ]);
});

test('with a reason given at once it is published, and the reason is kept; a clean one needs none', async () => {
  const bench = await dirtyBench();
  const id = await captured(bench, { publish: true, publishUnclean: 'nobody was ever in it' });
  expect(await stateOf(bench, id)).toBe('published');
  expect(await auditOf(bench, id)).toContainEqual([
    'revision.published',
    expect.objectContaining({ unclean: WHY, reason: 'nobody was ever in it' }),
  ]);
  const clean = await makeBench(onTestFinished);
  expect(await stateOf(clean, await captured(clean, { publish: true }))).toBe('published');
});
