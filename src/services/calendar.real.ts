/** The calendar's answers as the API gives them, over the real store. */
import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, makeBench, readyOne } from '../../test/support/engine.ts';
import { addPlace } from '../../test/support/places.ts';
import { auditOf } from '../../test/support/audit.ts';
import { reserve } from '../engine/intents/reservation.ts';
import { type CarrelError, describeError } from '../lib/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as providers from '../store/providers.ts';
import { licenceServices } from './licences.ts';
import type { MachineRequest } from './interface.ts';
import { calendarServices } from './calendar.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';
import { seriesServices } from './series.ts';

const HOUR = 3_600_000;

function services(bench: Bench) {
  const parts = { deps: bench.deps } as Parts;
  return { ...calendarServices(parts), ...licenceServices(parts), ...reservationServices(parts), ...seriesServices(parts) };
}

const caller = (bench: Bench) => ({ ...bench.who, role: 'admin' as const });
const request = (more: Partial<MachineRequest> = {}): MachineRequest => ({ image: 'golden', mode: 'linked', forMs: HOUR, ...more });
const later = (bench: Bench, ms: number) => ({ text: new Date(bench.deps.now().getTime() + ms).toISOString(), zone: 'UTC' });

test('a reservation for later, seen, moved and answered for', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const it = services(bench);
  const made = await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: later(bench, 2 * HOUR) }) });
  expect(made).toMatchObject({ state: 'booked', kind: 'lab', machine: { state: 'planned', vcpus: expect.any(Number) } });
  expect(Date.parse(made.startsAt) - Date.parse(made.preparesAt as string)).toBe(600_000);
  const answer = await it.availability(caller(bench), request({ at: later(bench, 2 * HOUR) }));
  expect(answer).toMatchObject({
    possible: false,
    provider: 'here',
    reason: { code: 'no-capacity', details: { resource: 'machines', free: 0 } },
  });
  // After the end, the turn-round and a preparation of its own, at a whole minute that can be typed.
  expect(Date.parse(answer.next as string)).toBe(Math.ceil((Date.parse(made.endsAt as string) + 12 * 60_000) / 60_000) * 60_000);
  expect(answer.estimate).toBeUndefined();
  const moved = await it.moveReservation(caller(bench), { id: made.id, at: later(bench, 10 * HOUR) });
  expect(Date.parse(moved.endsAt as string) - Date.parse(moved.startsAt)).toBe(HOUR);
  expect((await it.availability(caller(bench), request({ at: later(bench, 2 * HOUR) }))).possible).toBe(true);
  // Nothing new goes to a place that is disabled, so nothing is said to be free there.
  await providers.enable(bench.store.db, bench.providerId, false);
  await expect(it.availability(caller(bench), request({ at: later(bench, 2 * HOUR) }))).rejects.toMatchObject({ code: 'unavailable' });
  await providers.enable(bench.store.db, bench.providerId, true);
  await expect(it.reserve(caller(bench), { id: randomUUID(), ...request({ at: { text: 'soon', zone: 'UTC' } }) })).rejects.toMatchObject({
    code: 'bad-request',
  });
});

test('of a series its times are said, and which of them cannot be had, before it is reserved: what is said comes about', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const it = services(bench);
  const first = bench.deps.now().getTime() + 26 * HOUR;
  const times = [0, 1, 2, 3, 4].map((days) => new Date(first + days * 24 * HOUR).toISOString());
  await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: { text: times[2] as string, zone: 'UTC' } }) });
  const at = { text: times[0] as string, zone: 'UTC' };
  const rule = 'FREQ=DAILY;COUNT=5';
  const answer = await it.availability(caller(bench), { ...request({ at }), rule });
  expect(answer.times).toEqual(times.map((time, i) => ({ at: time, free: i !== 2 })));
  expect((await it.availability(caller(bench), request({ at }))).times).toBeUndefined();
  const made = await it.reserveSeries(caller(bench), { id: randomUUID(), ...request({ at }), at, rule, partial: true });
  expect(made.reservations.map((r) => r.startsAt)).toEqual(times.filter((_, i) => i !== 2));
  // Further ahead than the site allows, and nothing at all of what could never be made.
  await it.setRule(caller(bench), { kind: 'lab', ahead: '200h' });
  const far = await it.availability(caller(bench), { ...request({ at }), rule: 'FREQ=DAILY;COUNT=9' });
  expect(far.times?.map(({ free }) => free)).toEqual([false, false, false, false, false, true, true, true, false]);
  const large = await it.availability(caller(bench), { ...request({ at, vcpus: 4_000 }), rule });
  expect(large.times?.every(({ free }) => !free)).toBe(true);
  for (const wrong of [
    { ...request({ at }), rule: 'FREQ=HOURLY' },
    { ...request(), rule },
  ])
    await expect(it.availability(caller(bench), wrong)).rejects.toMatchObject({ code: 'bad-request' });
});

test('a refusal names the first start that can be had, which is then taken; of a move as well', async () => {
  const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
  const it = services(bench);
  const first = await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: later(bench, 2 * HOUR) }) });
  const ask = (text: string) => ({ id: randomUUID(), ...request({ at: { text, zone: 'UTC' } }) });
  const end = first.endsAt as string;
  const refused = (await it.reserve(caller(bench), ask(end)).catch((e: unknown) => e)) as CarrelError;
  const { next } = refused.details as { next: string };
  expect(refused.message).toMatch(new RegExp(`turn-round.*the first start at which it can be had is ${next}`));
  expect(describeError(refused).match(/turn-round/g)).toHaveLength(1);
  expect(Date.parse(next) - Date.parse(end)).toBeLessThanOrEqual(13 * 60_000);
  const second = await it.reserve(caller(bench), ask(next));
  await expect(it.moveReservation(caller(bench), { id: second.id, at: { text: end, zone: 'UTC' } })).rejects.toMatchObject({
    message: expect.stringContaining(next),
    details: { next },
  });
});

test('who holds as many as may be is told when there may be another', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  await it.setRule(caller(bench), { kind: 'lab', atOnce: 1 });
  const at = later(bench, 2 * HOUR);
  const made = await it.reserve(caller(bench), { id: randomUUID(), ...request({ at }) });
  const answer = await it.availability(caller(bench), request({ at }));
  expect(answer).toMatchObject({ possible: false, reason: { code: 'limit-reached' } });
  expect(Date.parse(answer.next as string)).toBe(Math.ceil(Date.parse(made.endsAt as string) / 60_000) * 60_000);
  await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: { text: answer.next as string, zone: 'UTC' } }) });
});

test('an end that a clock shows is the next such moment after the start, over night too', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const at = { text: '2030-03-05 22:00', zone: 'Europe/Amsterdam' };
  const ask = (until: string) => it.availability(caller(bench), request({ at, until: { text: until, zone: 'Europe/Amsterdam' } }));
  expect(await ask('09:00')).toMatchObject({ startsAt: '2030-03-05T21:00:00.000Z', endsAt: '2030-03-06T08:00:00.000Z' });
  expect(await ask('2030-03-07 01:00')).toMatchObject({ endsAt: '2030-03-07T00:00:00.000Z' });
  await expect(ask('2030-03-05 21:00')).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('before it begins'),
  });
});

test('a start further ahead than the rules allow is answered for, not promised', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  for (const forMs of [HOUR, Number.POSITIVE_INFINITY]) {
    const far = request({ at: later(bench, 3 * 365 * 24 * HOUR), forMs, mode: forMs === HOUR ? 'linked' : 'full' });
    const answer = await it.availability(caller(bench), far);
    expect(answer).toMatchObject({ possible: false, reason: { code: 'limit-reached', details: { rule: 'ahead' } } });
    await expect(it.reserve(caller(bench), { id: randomUUID(), ...far })).rejects.toMatchObject({ code: 'limit-reached' });
  }
});

test('what no place makes at any time is said with the reason, and what its disk may be all the same', async () => {
  const bench = await makeBench(onTestFinished, { capabilities: { growsDisk: ['full'] } });
  expect(await services(bench).availability(caller(bench), request({ diskMiB: 1_000_000 }))).toMatchObject({
    possible: false,
    free: [],
    reason: { code: 'not-supported', message: expect.stringMatching(/^a linked clone here has .*: Ask for --mode full/) },
    disk: { grows: false },
  });
});

test('while a machine is made it is told how long that took here, once three were measured', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const now = () => it.reserve(caller(bench), { id: randomUUID(), ...request() });
  for (let i = 0; i < 3; i++) {
    expect((await now()).estimate).toBeUndefined();
    await drain(bench);
  }
  const made = await now();
  expect(made.estimate).toMatchObject({ count: 3 });
  await drain(bench);
  expect(await it.showReservation(made.id)).not.toHaveProperty('estimate');
});

test('maintenance is told with what it touches, is in the way while it is there, and is in the audit log', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const made = await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: later(bench, 2 * HOUR) }) });
  const window = await it.addMaintenance(caller(bench), {
    provider: 'here',
    at: later(bench, HOUR),
    forMs: 3 * HOUR,
    reason: 'new switch',
  });
  expect(window).toMatchObject({ provider: 'here', reservations: [made.id], createdBy: 'ada' });
  const asked = request({ at: later(bench, 90 * 60_000) });
  expect((await it.availability(caller(bench), asked)).reason).toMatchObject({
    code: 'maintenance',
    message: expect.stringContaining('new switch'),
  });
  expect(await it.listMaintenance()).toEqual([window]);
  expect(await it.removeMaintenance(caller(bench), window.id)).toBe(true);
  expect(await it.removeMaintenance(caller(bench), window.id)).toBe(false);
  expect((await it.availability(caller(bench), asked)).possible).toBe(true);
  expect(await auditOf(bench, 'maintenance.')).toEqual(['maintenance.added', 'maintenance.removed']);
  await expect(
    it.addMaintenance(caller(bench), { provider: 'here', at: later(bench, -HOUR), forMs: 3 * HOUR, reason: 'x' }),
  ).rejects.toMatchObject({ code: 'bad-request', message: expect.stringMatching(/Z is past$/) });
  await expect(it.addMaintenance(caller(bench), { provider: 'there', forMs: HOUR, reason: 'x' })).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('a rule that is changed holds from then on; two changes at one time are both kept', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  await Promise.all([
    it.setRule(caller(bench), { kind: 'lab', longest: '30m' }),
    it.setRule(caller(bench), { kind: 'lab', atOnce: 2 }),
    it.setRule(caller(bench), { kind: 'long', allowed: false }),
  ]);
  const { mine } = await it.showRules(caller(bench));
  expect(mine.find((r) => r.kind === 'lab')).toMatchObject({ longestMs: 1_800_000, atOnce: 2 });
  const answer = await it.availability(caller(bench), request({ kind: 'lab' }));
  expect(answer).toMatchObject({ possible: false, reason: { code: 'limit-reached', details: { rule: 'longest' } } });
  expect(answer.next).toBeUndefined();
  expect((await it.availability(caller(bench), request())).reason).toMatchObject({ code: 'not-allowed' });
  await it.setRule(caller(bench), { kind: 'lab', longest: null, group: 'admin' });
  expect((await it.availability(caller(bench), request())).possible).toBe(true);
});

test('licences: what is held of them, and a refusal that names one', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const by = caller(bench);
  expect(await it.addLicence(by, { name: 'matlab', seats: 1, images: ['golden'] })).toMatchObject({
    seats: 1,
    images: ['golden'],
    held: 0,
    mostHeld: 0,
  });
  await expect(it.addLicence(by, { name: 'matlab', seats: 2 })).rejects.toMatchObject({ code: 'already-exists' });
  await expect(it.addLicence(by, { name: 'other', seats: 2, images: ['nothing'] })).rejects.toMatchObject({ code: 'not-found' });
  const made = await it.reserve(by, { id: randomUUID(), ...request() });
  await it.reserve(by, { id: randomUUID(), ...request({ at: later(bench, 2 * HOUR) }) });
  expect(await it.listLicences()).toMatchObject([{ name: 'matlab', held: 1, mostHeld: 1 }]);
  const until = new Date(Date.parse(made.endsAt as string) + 120_000).toISOString();
  const answer = await it.availability(by, request());
  expect(answer.reason).toMatchObject({
    code: 'no-capacity',
    message: expect.stringContaining(`matlab is taken`),
    details: { resource: 'licence', until },
  });
  await expect(it.reserve(by, { id: randomUUID(), ...request() })).rejects.toMatchObject({
    code: 'no-capacity',
    message: expect.stringContaining('the first start at which it can be had is'),
  });
  expect(await it.changeLicence(by, 'matlab', { seats: 2 })).toMatchObject({ seats: 2, images: ['golden'] });
  await it.reserve(by, { id: randomUUID(), ...request() });
  expect(await it.changeLicence(by, 'matlab', { images: [] })).toMatchObject({ images: [], held: 0 });
  await it.removeLicence(by, 'matlab');
  await expect(it.removeLicence(by, 'matlab')).rejects.toMatchObject({ code: 'not-found' });
});

test('of several changes of a licence at one moment each is whole, and one that is gone is not found', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const by = caller(bench);
  await it.addLicence(by, { name: 'matlab', seats: 1 });
  await Promise.all(Array.from({ length: 8 }, () => it.changeLicence(by, 'matlab', { images: ['golden'] })));
  expect((await it.listLicences())[0]?.images).toEqual(['golden']);
  await it.removeLicence(by, 'matlab');
  await expect(it.changeLicence(by, 'matlab', { seats: 2 })).rejects.toMatchObject({ code: 'not-found' });
});

test('a rule keeps how many checkpoints a machine may have', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const { mine } = await it.setRule(caller(bench), { kind: 'lab', checkpoints: 2 });
  expect(mine.find((rule) => rule.kind === 'lab')?.checkpoints).toBe(2);
});

test('how long before its end a machine’s people are told is kept, and from when its end is near is shown; no time is not at all', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const { id } = await readyOne(bench);
  const told = async (tellEnd: string | null, group?: 'user' | 'admin') => {
    const { mine } = await it.setRule(caller(bench), { kind: 'lab', tellEnd, ...(group === undefined ? {} : { group }) });
    const shown = await it.showReservation(id);
    const near = shown?.endNearAt === undefined ? undefined : Date.parse(shown.endsAt as string) - Date.parse(shown.endNearAt);
    return [mine.find(({ kind }) => kind === 'lab')?.tellEndMs, near];
  };
  expect([await told('20m'), await told(null)]).toEqual([
    [1_200_000, 1_200_000],
    [0, undefined],
  ]);
  // Of what is at most twice as long as that its people know; and what is said of a person's group counts.
  expect((await told('7d'))[1]).toBeUndefined();
  const { role } = await bench.store.db
    .selectFrom('account')
    .select('role')
    .where('id', '=', bench.who.accountId)
    .executeTakeFirstOrThrow();
  expect((await told('5m', role))[1]).toBe(300_000);
});

test('what a site says of a kind and a group is seen, and taken away again', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const by = caller(bench);
  await it.setRule(by, { kind: 'lab', connectWithin: '15m' });
  await expect(it.setRule(by, { kind: 'lab', group: 'students', atOnce: 2 })).rejects.toMatchObject({
    code: 'bad-request',
    hint: expect.stringContaining('user and admin'),
  });
  await it.setRule(by, { kind: 'lab', group: 'user', connectWithin: null, atOnce: 2 });
  const { site, mine } = await it.setRule(by, { kind: 'long', group: 'user', allowed: false });
  expect(site).toEqual({
    '*': { lab: { connectWithinMs: 900_000 } },
    user: { lab: { connectWithinMs: null, atOnce: 2 }, long: { allowed: false } },
  });
  expect(mine.find((rule) => rule.kind === 'lab')?.connectWithinMs).toBe(900_000);
  expect((await it.setRule(by, { kind: 'lab', group: 'user', reset: true, atOnce: 5 })).site['user']).toEqual({
    lab: { atOnce: 5 },
    long: { allowed: false },
  });
  for (const kind of ['lab', 'long'] as const) await it.setRule(by, { kind, group: 'user', reset: true });
  expect((await it.setRule(by, { kind: 'lab', reset: true })).site).toEqual({});
});

test('what a group may hold together is seen by its people, refused in words, and taken away again', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const by = caller(bench);
  await it.setRule(by, { kind: 'lab', groupAtOnce: 40 });
  const { site, mine } = await it.setRule(by, { kind: 'lab', group: 'user', groupAtOnce: 1 });
  expect(site).toEqual({ '*': { lab: { groupAtOnce: 40 } }, user: { lab: { groupAtOnce: 1 } } });
  const together = (rules: typeof mine) => rules.find((rule) => rule.kind === 'lab')?.together;
  expect(together(mine)).toEqual([{ group: '*', atOnce: 40 }]);
  const ann = { ...by, accountId: randomUUID(), name: 'ann', role: 'user' as const };
  await accounts.create(bench.store.db, { id: ann.accountId, name: 'ann', role: 'user', now: new Date() });
  expect(together((await it.showRules(ann)).mine)).toEqual([...(together(mine) ?? []), { group: 'user', atOnce: 1 }]);
  const request = { image: 'golden', mode: 'linked' as const, forMs: 3_600_000 };
  await reserve(bench.deps, ann, { id: randomUUID(), ...request });
  expect((await it.availability(ann, request)).reason).toMatchObject({
    code: 'limit-reached',
    message: expect.stringContaining('the people of group user together may hold 1 lab reservations at one time'),
    details: { rule: 'group-at-once', group: 'user' },
  });
  expect((await it.availability(by, request)).possible).toBe(true);
  await it.setRule(by, { kind: 'lab', group: 'user', groupAtOnce: null });
  expect((await it.availability(ann, request)).possible).toBe(true);
  await it.setRule(by, { kind: 'lab', group: 'user', reset: true });
  expect((await it.setRule(by, { kind: 'lab', reset: true })).site).toEqual({});
});

test('a time without anybody is kept, and one too short for the minute at which open connections are noted is refused', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const by = caller(bench);
  await expect(it.setRule(by, { kind: 'lab', idleAfter: '4m' })).rejects.toMatchObject({ code: 'bad-request' });
  const { site } = await it.setRule(by, { kind: 'lab', idleAfter: '5m' });
  expect(site).toEqual({ '*': { lab: { idleAfterMs: 300_000 } } });
  expect((await it.setRule(by, { kind: 'lab', idleAfter: null })).site).toEqual({ '*': { lab: { idleAfterMs: null } } });
});

test('a note that has a code is told with it and its facts, for pages in other languages', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  const at = later(bench, 2 * HOUR);
  await it.addMaintenance(caller(bench), { provider: 'here', at, forMs: HOUR, reason: 'new switch' });
  const end = { text: new Date(Date.parse(at.text) + HOUR).toISOString(), zone: 'UTC' };
  const { notes, noteNotices } = await it.reserve(caller(bench), { id: randomUUID(), ...request({ at: end }) });
  expect(notes).toHaveLength(1);
  expect(noteNotices).toMatchObject([
    { code: 'late-by-maintenance', facts: { at: expect.stringMatching(/Z$/), after: expect.any(String) } },
  ]);
});

test('why a machine is where it is, is told as notices beside the sentence; where there is one place, neither', async () => {
  const bench = await makeBench(onTestFinished);
  const it = services(bench);
  expect(await it.reserve(caller(bench), { id: randomUUID(), ...request({}) })).not.toHaveProperty('placementNotices');
  await addPlace(bench);
  const { placement, placementNotices } = await it.reserve(caller(bench), { id: randomUUID(), ...request({}) });
  expect(placement).toMatch(/^there was chosen: there would have \d+ % left, here would have \d+ % left$/);
  expect(placementNotices?.map((n) => [n.code, n.facts['place']])).toEqual([
    ['place-chosen', 'there'],
    ['place-left', 'there'],
    ['place-left', 'here'],
  ]);
});
