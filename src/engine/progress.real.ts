/** How far long work is: kept while its step is at work, and shown to whose it is. */
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, jobOf, makeBench, readyOne, reserveOne, startWorker, until } from '../../test/support/engine.ts';
import type { Driver } from '../driver/index.ts';
import * as images from '../store/images.ts';
import * as jobs from '../store/jobs.ts';
import * as reservations from '../store/reservations.ts';
import { showReservations, showRevisions } from '../services/views.ts';
import { captureReservation } from './intents/image.ts';

/** The bench with a verb that says how far it is, and goes on when it is let. */
function slow(bench: Bench, verb: 'clone' | 'capture', fraction: number): () => void {
  let go = (): void => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const inner = bench.driver;
  const work = (inner[verb] as (...args: unknown[]) => Promise<unknown>).bind(inner);
  const held = new Proxy(inner, {
    get(target, name) {
      if (name !== verb) return Reflect.get(target, name, target);
      return async (...[ctx, spec]: Parameters<Driver['clone']>) => {
        ctx.progress({ text: 'copying the disk', fraction });
        await gone;
        return await work(ctx, spec);
      };
    },
  });
  (bench.deps.drivers as Map<string, Driver>).set(bench.providerId, held);
  onTestFinished(go);
  return go;
}

const shown = async (bench: Bench, id: string) =>
  (await showReservations(bench.store.db, [(await reservations.find(bench.store.db, id)) as never], () => undefined))[0];

test('a machine whose disk is copied says how far that is, and no longer when it is there', async () => {
  const bench = await makeBench(onTestFinished);
  const go = slow(bench, 'clone', 0.456);
  const { id } = await reserveOne(bench, { mode: 'full' });
  await startWorker(bench, { progressEveryMs: 1 });
  await until(async () => (await shown(bench, id))?.progress !== undefined, 'a word of how far it is');
  expect((await shown(bench, id))?.progress).toEqual({ text: 'copying the disk', fraction: 0.456 });
  go();
  await until(async () => (await shown(bench, id))?.state === 'ready', 'the machine');
  expect(await shown(bench, id)).not.toHaveProperty('progress');
  expect(await jobOf(bench, 'provision')).toMatchObject({ state: 'done', progress: null });
});

test('a capture says it of the revision and of the machine that is captured; a run that another took over writes nothing', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await readyOne(bench);
  const go = slow(bench, 'capture', 0.5);
  const { revision } = await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
  await startWorker(bench, { progressEveryMs: 1 });
  const { db } = bench.store;
  const ofRevision = async () => (await showRevisions(db, [(await images.revision(db, revision.id)) as never]))[0]?.progress;
  await until(async () => (await ofRevision()) !== undefined, 'a word of how far it is');
  expect([await ofRevision(), (await shown(bench, id))?.progress]).toEqual(Array(2).fill({ text: 'copying the disk', fraction: 0.5 }));
  const job = await jobOf(bench, 'capture');
  await jobs.noteProgress(db, { id: job.id, fence: job.fence - 1 }, { text: 'of before' });
  expect(await ofRevision()).toMatchObject({ fraction: 0.5 });
  go();
  await until(async () => (await images.revision(db, revision.id))?.state === 'draft', 'the revision');
  expect([await ofRevision(), (await shown(bench, id))?.progress]).toEqual([undefined, undefined]);
});
