/** Machines with a larger disk than their image's. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { makeCtx } from '../lib/context.ts';
import type { CarrelError } from '../lib/errors.ts';
import * as machines from '../store/machines.ts';
import { availability } from './intents/availability.ts';
import { reimageReservation } from './intents/reimage.ts';
import { powerReservation, reserve } from './intents/reservation.ts';
import { unlinkReservation } from './intents/unlink.ts';

/** Of the fake's golden disk, and of the one asked for, in MiB. */
const OWN = 256;
const ASKED = 300;
/** What a linked clone of that size is counted with: 5 % unless the operator sets another share. */
const SHARE = 15;
const HOUR = 3_600_000;

const held = async (bench: Bench) => (await machines.used(bench.store.db, bench.providerId)).storageMiB;
/** The size of a reservation's first disk, in MiB, as the provider shows it. */
async function seen(bench: Bench, id: string): Promise<number> {
  const { machineId } = await reservationOf(bench, id);
  const driver = bench.deps.drivers.get(bench.providerId);
  const { chains } = (await driver?.readBack(makeCtx({ timeoutMs: 600_000 }), machineId)) ?? { chains: [] };
  return (chains[0]?.[0]?.virtualBytes ?? 0) / 2 ** 20;
}

test('the disk is as large as asked for, whatever is made anew; a full copy and one that gets disks of its own hold that much storage', async () => {
  const bench = await makeBench(onTestFinished, { limits: { storageMiB: 2 * ASKED + SHARE } });
  const full = await readyOne(bench, { mode: 'full', diskMiB: ASKED });
  const linked = await readyOne(bench, { diskMiB: ASKED });
  expect([await seen(bench, full.id), await seen(bench, linked.id), await held(bench)]).toEqual([ASKED, ASKED, ASKED + SHARE]);
  const asked = { image: 'golden', mode: 'full' as const, forMs: HOUR };
  expect((await availability(bench.deps, bench.who, { ...asked, diskMiB: ASKED + 1 })).possible).toBe(false);
  expect((await availability(bench.deps, bench.who, { ...asked, diskMiB: ASKED })).possible).toBe(true);
  await expect(reserveOne(bench, { mode: 'full', diskMiB: ASKED + 1 })).rejects.toMatchObject({
    code: 'no-capacity',
    details: { resource: 'storageMiB', wanted: ASKED + 1, free: ASKED },
  });
  for (const { id } of [full, linked]) await reimageReservation(bench.deps, bench.who, { id });
  await drain(bench);
  expect([await seen(bench, full.id), await seen(bench, linked.id), await held(bench)]).toEqual([ASKED, ASKED, ASKED + SHARE]);
  await powerReservation(bench.deps, bench.who, linked.id, 'off');
  await drain(bench);
  await unlinkReservation(bench.deps, bench.who, linked.id);
  await drain(bench);
  expect([await seen(bench, linked.id), await held(bench)]).toEqual([ASKED, 2 * ASKED]);
  expect(await problems(bench)).toEqual([]);
});

test('one smaller than the image has is refused with its size, and one in a mode that has none with the mode that has', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { growsDisk: ['full'] } });
  await expect(reserveOne(bench, { mode: 'full', diskMiB: OWN - 1 })).rejects.toMatchObject({
    code: 'bad-request',
    message: `its image has ${OWN} MiB of disk, and a machine's is never smaller: not ${OWN - 1} MiB`,
  });
  const can = async (mode: 'linked' | 'full') => (await availability(bench.deps, bench.who, { image: 'golden', mode, forMs: HOUR })).disk;
  expect([await can('linked'), await can('full')]).toEqual([
    { leastMiB: OWN, grows: false },
    { leastMiB: OWN, grows: true },
  ]);
  await expect(reserveOne(bench, { mode: 'linked', diskMiB: ASKED })).rejects.toMatchObject({
    code: 'not-supported',
    hint: expect.stringContaining('--mode full') as string,
  });
  expect(await seen(bench, (await readyOne(bench, { mode: 'full', diskMiB: OWN })).id)).toBe(OWN);
});

test('what reserve refuses at any time cannot be had by the calendar either, for the same reason', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { growsDisk: ['full'], cloneModes: ['linked', 'full'] } });
  const refusedAs = async (request: { mode: 'linked' | 'full' | 'instant'; diskMiB?: number; memoryMiB?: number }) => {
    const asked = { image: 'golden', forMs: HOUR, ...request };
    const said = await reserve(bench.deps, bench.who, { id: randomUUID(), ...asked }).catch((error: unknown) => error);
    const { possible, refusal, next, free } = await availability(bench.deps, bench.who, asked);
    expect([possible, next, free]).toEqual([false, undefined, []]);
    expect(refusal).toMatchObject({ code: (said as CarrelError).code, message: (said as CarrelError).message });
    return refusal?.code;
  };
  expect([
    await refusedAs({ mode: 'linked', diskMiB: ASKED }),
    await refusedAs({ mode: 'instant' }),
    await refusedAs({ mode: 'full', diskMiB: OWN - 1 }),
  ]).toEqual(['not-supported', 'not-supported', 'bad-request']);
});

test('an image that has outgrown what was asked for by the time it begins is not cut off', async () => {
  const bench = await makeBench(onTestFinished);
  const { id } = await reserveOne(bench, { diskMiB: ASKED });
  await drain(bench);
  const sizeOf = async () => ((await jobOf(bench, 'provision')).input as { diskMiB?: number }).diskMiB;
  expect(await sizeOf()).toBe(ASKED);
  await bench.store.db
    .updateTable('master')
    .set({ virtualBytes: (ASKED + 1) * 2 ** 20 })
    .execute();
  await reimageReservation(bench.deps, bench.who, { id });
  await drain(bench);
  expect([await sizeOf(), (await reservationOf(bench, id)).diskMib]).toEqual([undefined, ASKED]);
});
