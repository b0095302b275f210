/** Golden disks that are sealed anew: what is recorded of them then, and who comes back into service. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, makeBench, problems, readyOne } from '../../test/support/engine.ts';
import type { Master } from '../driver/driver.ts';
import { driverError } from '../driver/errors.ts';
import { makeCtx } from '../lib/context.ts';
import * as audit from '../store/audit.ts';
import * as images from '../store/images.ts';
import * as masters from '../store/masters.ts';
import { takeOutOfService } from './damage.ts';
import { publishRevision, removeRevision, retireRevision, unretireRevision } from './intents/image.ts';
import { resealMasters } from './intents/reseal.ts';

const request = { image: 'golden', revision: 1, reason: 'ds0 is gold now' };
const recorded = async (bench: Bench) => (await masters.find(bench.store.db, bench.revisionId, bench.providerId)) as masters.NewMaster;
const revisionOf = async (bench: Bench) => await images.revision(bench.store.db, bench.revisionId);

/** A bench whose driver seals anew; `asked` is what it was told of each time. */
async function resealing(answer: (files: Master['files']) => Partial<Master> = () => ({})) {
  const bench = await makeBench(onTestFinished, { capabilities: { reseal: true } });
  const asked: unknown[] = [];
  bench.driver.resealMaster = async (_ctx, revisionId, known) => {
    asked.push(known);
    const { files } = await recorded(bench);
    const { profile } = (await revisionOf(bench)) as { profile: Master['profile'] };
    return { revisionId, profile, files, virtualBytes: 1, facts: { seal: 'every byte' }, ...answer(files) };
  };
  const reseal = (more: object = {}) => resealMasters(bench.deps, makeCtx(), bench.who, { ...request, ...more });
  return { bench, asked, reseal };
}

test('what lies elsewhere now is recorded so, with the reason in the audit log, and its machines go on', async () => {
  const { bench, asked, reseal } = await resealing((files) => ({ files: files.map((f) => ({ ...f, sha256: 'b'.repeat(64) })) }));
  const before = (await recorded(bench)).files;
  await reseal();
  expect(asked).toEqual([before]);
  const { files } = await recorded(bench);
  expect(files.map((f) => [f.path, f.sha256])).toEqual(before.map((f) => [f.path, 'b'.repeat(64)]));
  expect((await revisionOf(bench))?.facts).toMatchObject({ seal: 'every byte' });
  const [noted] = await audit.list(bench.store.db, { limit: 1, subjectId: bench.revisionId });
  expect(noted).toMatchObject({
    actor: 'ada',
    action: 'master.resealed',
    detail: { image: 'golden@1', reason: request.reason, before, files },
  });
  await readyOne(bench);
});

test('a revision that was out of service for its disks may be brought back then, and not before', async () => {
  const { bench, reseal } = await resealing();
  await takeOutOfService(bench.deps, bench.revisionId, 'moved', 'reconciler');
  await expect(unretireRevision(bench.deps, bench.who, bench.revisionId)).rejects.toMatchObject({ code: 'master-changed' });
  await reseal();
  expect(await revisionOf(bench)).toMatchObject({ state: 'retired', failure: null });
  await unretireRevision(bench.deps, bench.who, bench.revisionId);
  await publishRevision(bench.deps, bench.who, bench.revisionId);
  await readyOne(bench);
  expect(await problems(bench)).toEqual([]);
});

test('what differs stays as it was recorded and out of service', async () => {
  const { bench, reseal } = await resealing(() => {
    throw driverError('master-changed', 'it is not what was sealed');
  });
  await takeOutOfService(bench.deps, bench.revisionId, 'changed', 'reconciler');
  const before = await recorded(bench);
  await expect(reseal()).rejects.toMatchObject({ code: 'master-changed' });
  expect(await recorded(bench)).toEqual(before);
  expect((await revisionOf(bench))?.failure).toMatchObject({ code: 'master-changed' });
});

test('of one of two providers: the reason to be out of service stays until both were sealed anew', async () => {
  const { bench, reseal } = await resealing();
  const { db } = bench.store;
  const { name } = await db.selectFrom('provider').select('name').where('id', '=', bench.providerId).executeTakeFirstOrThrow();
  await takeOutOfService(bench.deps, bench.revisionId, 'moved', 'reconciler');
  const row = await db.selectFrom('provider').selectAll().where('id', '=', bench.providerId).executeTakeFirstOrThrow();
  const other = '00000000-0000-4000-8000-0000000000aa';
  const copy = Object.fromEntries(
    Object.entries(row).map(([k, v]) => [k, v !== null && typeof v === 'object' && !(v instanceof Date) ? JSON.stringify(v) : v]),
  );
  await db
    .insertInto('provider')
    .values({ ...copy, id: other, name: 'elsewhere' } as never)
    .execute();
  await masters.put(db, { ...(await recorded(bench)), providerId: other });
  await reseal({ provider: name });
  expect((await revisionOf(bench))?.failure).toMatchObject({ code: 'master-changed' });
});

test('refused: no such revision, none there, a provider that cannot, something at work', async () => {
  const { bench, reseal } = await resealing();
  await expect(reseal({ revision: 9 })).rejects.toMatchObject({ code: 'not-found' });
  await expect(reseal({ provider: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' });
  await retireRevision(bench.deps, bench.who, bench.revisionId);
  await removeRevision(bench.deps, bench.who, bench.revisionId);
  await expect(reseal()).rejects.toMatchObject({ code: 'busy' });
  const plain = await makeBench(onTestFinished);
  await expect(resealMasters(plain.deps, makeCtx(), plain.who, request)).rejects.toMatchObject({ code: 'not-supported' });
});
