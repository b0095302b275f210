/** A revision that is lent once before it is handed out: what comes of it is written to it, and the machine is gone either way. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, problems, reservationOf } from '../../test/support/engine.ts';
import * as images from '../store/images.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage } from './intents/image.ts';
import { proveRevision } from './intents/prove.ts';

/** A draft that nobody has seen. */
async function draft(bench: Bench) {
  const { source } = await bench.world.source(onTestFinished);
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'brought', publish: false, source, told: { kind: source.kind } });
  await drain(bench);
  return { of: { image: 'brought', revision: revision.number }, now: async () => await images.revision(bench.store.db, revision.id) };
}

test('what can be lent is handed out, and nothing stays of the proof', async () => {
  const bench = await makeBench(onTestFinished);
  const { of, now } = await draft(bench);
  expect((await now())?.state).toBe('draft');
  const { id } = await proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof: { publish: true } });
  await drain(bench);
  expect(await now()).toMatchObject({ state: 'published', facts: { proved: expect.stringMatching(/^20/) } });
  expect(await reservationOf(bench, id)).toMatchObject({ state: 'ended', failure: null });
  expect(bench.world.machines()).toEqual([]);
  expect(await problems(bench)).toEqual([]);
});

test('what never answers stays a draft with the reason, which the next proof that succeeds takes away', async () => {
  const bench = await makeBench(onTestFinished);
  const { of, now } = await draft(bench);
  const proof = { publish: true };
  const [driver] = [...bench.deps.drivers.values()];
  if (!driver) throw new Error('there is no driver');
  const ready = driver.guest.ready.bind(driver.guest);
  driver.guest.ready = () =>
    Promise.reject(Object.assign(new Error('the guest does not start: its kernel panicked'), { code: 'guest-failed' }));
  const { id } = await proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof });
  await drain(bench);
  expect(await now()).toMatchObject({ state: 'draft', facts: { notProved: expect.stringContaining('its kernel panicked') } });
  expect(await reservationOf(bench, id)).toMatchObject({ state: 'failed' });
  driver.guest.ready = ready;
  await proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof: { publish: false } });
  await drain(bench);
  const proved = await now();
  expect(proved).toMatchObject({ state: 'draft', facts: { proved: expect.anything() } });
  expect(proved?.facts).not.toHaveProperty('notProved');
});

test('a proof that its person ends says nothing of the revision', async () => {
  const bench = await makeBench(onTestFinished);
  const { of, now } = await draft(bench);
  const { id } = await proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof: { publish: true } });
  await endReservation(bench.deps, id, 'end', 'ada');
  await drain(bench);
  expect((await now())?.state).toBe('draft');
  expect(Object.keys((await now())?.facts ?? {})).not.toEqual(expect.arrayContaining(['proved']));
  expect(Object.keys((await now())?.facts ?? {})).not.toEqual(expect.arrayContaining(['notProved']));
});

test('what may hold secrets is not handed out by a proof without a word of somebody', async () => {
  const bench = await makeBench(onTestFinished);
  const { of, now } = await draft(bench);
  const id = (await now())?.id as string;
  await bench.store.db
    .updateTable('revision')
    .set({ facts: JSON.stringify({ unclean: 'a partition that cannot be read' }) as never })
    .where('id', '=', id)
    .execute();
  const ask = (proof: { publish: boolean; publishUnclean?: string }) =>
    proveRevision(bench.deps, bench.who, { id: randomUUID(), ...of, proof });
  await expect(ask({ publish: true })).rejects.toMatchObject({ code: 'unclean' });
  await ask({ publish: true, publishUnclean: 'the lab has nothing to hide' });
  await drain(bench);
  expect((await now())?.state).toBe('published');
  const said = await bench.store.db
    .selectFrom('audit')
    .selectAll()
    .where('subjectId', '=', id)
    .where('action', '=', 'revision.published')
    .execute();
  const detail = { unclean: 'a partition that cannot be read', reason: 'the lab has nothing to hide' };
  expect(said).toMatchObject([{ actor: bench.who.name, detail }]);
});
