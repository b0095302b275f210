/** Revisions that are taken away while others want machines of them. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, inside, jobOf, makeBench, overtaken, problems, reservationOf } from '../../test/support/engine.ts';
import * as accounts from '../store/accounts.ts';
import * as images from '../store/images.ts';
import { availability } from './intents/availability.ts';
import { endReservation } from './intents/end.ts';
import { prepareImage, publishRevision, removeRevision, retireRevision } from './intents/image.ts';
import { beginReservation } from './intents/begin.ts';
import { reserve } from './intents/reservation.ts';
import { reserveSeries } from './intents/series.ts';
import type { EngineDeps } from './deps.ts';

const HOUR = 3_600_000;

/** A second revision, as a draft. */
async function draft(bench: Bench): Promise<string> {
  const source = { kind: 'recipe', recipe: 'tiny' } as const;
  const { revision } = await prepareImage(bench.deps, bench.who, { image: 'golden', publish: false, source, told: source });
  await drain(bench);
  return revision.id;
}

function book(bench: Bench, revision: number | undefined, deps: EngineDeps = bench.deps) {
  const startsAt = new Date(bench.deps.now().getTime() + 2 * HOUR);
  return reserve(deps, bench.who, { id: randomUUID(), image: 'golden', revision, mode: 'linked', forMs: HOUR, startsAt });
}

test('a revision of which something is booked is not removed, and it is said what stands in the way', async () => {
  const bench = await makeBench(onTestFinished);
  const id = await draft(bench);
  const made = await book(bench, 2);
  const refused = removeRevision(bench.deps, bench.who, id);
  await expect(refused).rejects.toMatchObject({
    code: 'has-children',
    message: `1 reservation is booked of it, the first from ${made.during.start.toISOString()} on`,
    details: { children: [{ reservation: made.id }] },
  });
  expect((await images.revision(bench.store.db, id))?.state).toBe('draft');
  await endReservation(bench.deps, made.id, 'end', 'ada');
  await removeRevision(bench.deps, bench.who, id);
  await drain(bench);
  expect(await jobOf(bench, 'remove-revision')).toMatchObject({ state: 'done' });
  expect(await problems(bench)).toEqual([]);
});

test('one that is reserved while it is being removed is refused; one that is removed while it is being reserved stays', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const id = await draft(bench);
  const remove = (deps: EngineDeps = bench.deps) => removeRevision(deps, bench.who, id);
  const tooLate = overtaken(
    bench,
    async (tx) => void (await book(bench, 2, inside(bench, tx))),
    () => remove(),
  );
  await expect(tooLate).rejects.toMatchObject({ code: 'has-children' });
  const [row] = await bench.store.db.selectFrom('reservation').select('id').where('revisionId', '=', id).execute();
  await endReservation(bench.deps, (row as { id: string }).id, 'end', 'ada');
  const gone = overtaken(
    bench,
    async (tx) => void (await remove(inside(bench, tx))),
    () => book(bench, 2),
  );
  await expect(gone).rejects.toMatchObject({ code: 'wrong-state', message: 'revision 2 of golden is retired' });
});

test('what begins while its revision is retired and removed is made of what is left, or fails and says so', async () => {
  const bench = await makeBench(onTestFinished, { ownDatabase: true });
  const first = await book(bench, undefined);
  const second = await draft(bench);
  await publishRevision(bench.deps, bench.who, second);
  bench.clock.skewMs = 2 * HOUR - 60_000;
  const state = overtaken(
    bench,
    async (tx) => {
      await retireRevision(inside(bench, tx), bench.who, second);
      await removeRevision(inside(bench, tx), bench.who, second);
    },
    () => beginReservation(bench.deps, first.id),
  );
  expect(await state).toBe('preparing');
  await drain(bench);
  expect(await reservationOf(bench, first.id)).toMatchObject({ state: 'ready', revisionId: bench.revisionId });
  expect(await problems(bench)).toEqual([]);
});

test('a draft is reserved by its author, the owner of its image and operators alone; others are told so by `when` too', async () => {
  const bench = await makeBench(onTestFinished);
  await draft(bench);
  const other = { accountId: randomUUID(), name: 'bob', role: 'user' };
  await accounts.create(bench.store.db, { id: other.accountId, name: 'bob', role: 'user', now: bench.deps.now() });
  const request = { image: 'golden', mode: 'linked' as const, forMs: HOUR, revision: 2 };
  const asBob = () => reserve(bench.deps, other, { id: randomUUID(), ...request });
  await expect(asBob()).rejects.toMatchObject({ code: 'not-allowed', message: expect.stringContaining('is a draft') });
  await expect(availability(bench.deps, other, request)).rejects.toMatchObject({ code: 'not-allowed' });
  const series = { ...request, id: randomUUID(), startsAt: new Date(bench.deps.now().getTime() + HOUR), zone: 'UTC', partial: true };
  await expect(reserveSeries(bench.deps, other, { ...series, rule: 'FREQ=DAILY;COUNT=2' })).rejects.toMatchObject({ code: 'not-allowed' });
  await reserve(bench.deps, { ...other, role: 'admin' }, { id: randomUUID(), ...request });
  await reserve(bench.deps, bench.who, { id: randomUUID(), ...request });
  await reserve(bench.deps, other, { id: randomUUID(), ...request, revision: 1 });
});
