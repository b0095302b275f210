/** A retirement that is taken back: what may come back, and what must not. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, inside, makeBench, overtaken, problems, readyOne, reserveOne } from '../../test/support/engine.ts';
import { tamperMaster } from '../drivers/fake/interference.ts';
import { makeCtx } from '../lib/context.ts';
import * as audit from '../store/audit.ts';
import * as images from '../store/images.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage, publishRevision, removeRevision, retireRevision, unretireRevision } from './intents/image.ts';
import { Reconciler } from './reconcilers/reconcile.ts';

const stateOf = async (bench: Bench, id = bench.revisionId) => (await images.revision(bench.store.db, id))?.state;
const unretire = (bench: Bench, deps = bench.deps, id = bench.revisionId) => unretireRevision(deps, bench.who, id);

test('what a person retired comes back as a draft, and is lent again once it is published; the audit log has both', async () => {
  const bench = await makeBench(onTestFinished);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await expect(publishRevision(bench.deps, bench.who, bench.revisionId)).rejects.toMatchObject({
    code: 'wrong-state',
    hint: 'Bring it back first: `carrel image unretire`.',
  });
  await unretire(bench);
  expect(await stateOf(bench)).toBe('draft');
  await expect(unretire(bench)).rejects.toMatchObject({ code: 'wrong-state' });
  await publishRevision(bench.deps, bench.who, bench.revisionId);
  await readyOne(bench);
  const noted = await audit.list(bench.store.db, { limit: 10, subjectId: bench.revisionId });
  expect(noted.map((e) => [e.actor, e.action]).slice(0, 3)).toEqual([
    ['ada', 'revision.published'],
    ['ada', 'revision.unretired'],
    ['ada', 'revision.retired'],
  ]);
  expect(await problems(bench)).toEqual([]);
});

test('one whose golden disk was changed stays out of service, with the reason, also if a person retired it as well', async () => {
  const bench = await makeBench(onTestFinished);
  tamperMaster(bench.fake, bench.revisionId);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
  await expect(unretire(bench)).rejects.toMatchObject({
    code: 'master-changed',
    message: expect.stringContaining('disk-0.fake') as string,
    hint: expect.stringContaining('carrel image verify') as string,
  });
  expect(await stateOf(bench)).toBe('retired');
});

test('one that was never made does not come back', async () => {
  const bench = await makeBench(onTestFinished, { sabotage: [] });
  const source = { kind: 'recipe', recipe: 'tiny' } as const;
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'golden', publish: false, source, told: source });
  const failure = { code: 'bad-image', message: 'it is no disk', retry: 'never', hint: '', details: {} } as const;
  await images.transitionRevision(bench.store.db, revision.id, 'prepareFailed', { failure }, new Date());
  await retireRevision(bench.deps, bench.who, revision.id);
  const refused = unretire(bench, bench.deps, revision.id);
  await expect(refused).rejects.toMatchObject({ code: 'wrong-state', message: 'revision 2 was never made: it is no disk' });
});

test('one that is being removed does not come back, nor one that is gone but for its row', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await removeRevision(bench.deps, bench.who, bench.revisionId);
  await expect(unretire(bench)).rejects.toMatchObject({ code: 'busy', message: 'revision 1 is being removed' });
  await drain(bench);
  // The reservation that was names it, so its row stays.
  expect(await stateOf(bench)).toBe('retired');
  await expect(unretire(bench)).rejects.toMatchObject({ code: 'wrong-state', message: 'the golden disks of revision 1 are gone' });
  await expect(reserveOne(bench)).rejects.toMatchObject({ code: 'wrong-state' });
  expect(await problems(bench)).toEqual([]);
});

test('of a removal and a way back at one moment, the later sees the other', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  const late = overtaken(
    bench,
    async (tx) => void (await removeRevision(inside(bench, tx), bench.who, bench.revisionId)),
    () => unretire(bench),
  );
  await expect(late).rejects.toMatchObject({ code: 'busy' });
  await drain(bench);
  expect(await stateOf(bench)).toBeUndefined();
});
