/** Images that get another name or description while something of them is under way. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Bench, drain, jobOf, makeBench, problems, readyOne, reservationOf, reserveOne } from '../../test/support/engine.ts';
import { captureReservation } from '../engine/intents/image.ts';
import { replicateMaster } from '../engine/intents/masters.ts';
import { reserve } from '../engine/intents/reservation.ts';
import { trialOf } from '../engine/trial.ts';
import * as audit from '../store/audit.ts';
import { follow, lastEventId } from './follow.ts';
import { imageServices } from './images.ts';
import { licenceServices } from './licences.ts';
import type { Parts } from './parts.ts';
import { reservationServices } from './reservations.ts';

function servicesOf(bench: Bench) {
  const parts = { deps: bench.deps } as Parts;
  return { images: imageServices(parts), reservations: reservationServices(parts), by: { ...bench.who, role: 'admin' as const } };
}

test('what is reserved, captured and uploaded of an image goes on under its new name', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const ready = await readyOne(bench);
  const waiting = await reserveOne(bench);
  await captureReservation(bench.deps, bench.who, { reservationId: ready.id, image: 'golden', publish: false });
  expect(await it.images.changeImage(it.by, bench.imageId, { name: 'silver' })).toMatchObject({ id: bench.imageId, name: 'silver' });
  await drain(bench);
  expect((await jobOf(bench, 'capture')).state).toBe('done');
  expect((await reservationOf(bench, waiting.id)).state).toBe('ready');
  expect(await it.reservations.showReservation(ready.id)).toMatchObject({ image: 'silver', hostname: ready.hostname });
  expect(await problems(bench)).toEqual([]);
  const dir = mkdtempSync(join(tmpdir(), 'carrel-names-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'disk.raw'), 'a disk');
  const sent = { image: 'golden', imageId: bench.imageId, path: join(dir, 'disk.raw'), bytes: 6, sha256: 'ab', notes: [], publish: false };
  const uploaded = await it.images.importImage(it.by, { ...sent, format: 'raw', hints: {} });
  expect([uploaded.image.id, uploaded.image.name, uploaded.revision.number]).toEqual([bench.imageId, 'silver', 3]);
  expect((await it.images.listImages()).map((i) => i.name)).toEqual(['silver']);
});

test('an old name leads to the new one until another image takes it, and none takes one that is there', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const rename = (id: string, name: string) => it.images.changeImage(it.by, id, { name });
  await rename(bench.imageId, 'silver');
  await rename(bench.imageId, 'bronze');
  for (const former of ['golden', 'silver']) expect(await it.images.nameSince(former)).toBe('bronze');
  expect(await it.images.nameSince('tin')).toBeUndefined();
  const other = await it.images.buildImage(it.by, { image: 'golden', recipe: 'tiny', publish: false });
  expect(other.image.id).not.toBe(bench.imageId);
  expect((await it.images.showImage('golden'))?.id).toBe(other.image.id);
  await expect(rename(bench.imageId, 'golden')).rejects.toMatchObject({
    code: 'conflict',
    message: 'there is an image called golden already',
  });
  await expect(rename(bench.imageId, 'Gold!')).rejects.toMatchObject({ code: 'bad-request' });
  await expect(rename(randomUUID(), 'tin')).rejects.toMatchObject({ code: 'not-found' });
  // The other gives it up in its turn: whoever asks is led to that one.
  await rename(other.image.id, 'tin');
  expect(await it.images.nameSince('golden')).toBe('tin');
});

test('each change is in the audit log once, with what was before', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  for (let twice = 0; twice < 2; twice++) {
    const now = await it.images.changeImage(it.by, bench.imageId, { name: 'silver', description: 'for the lab' });
    expect(now).toMatchObject({ name: 'silver', description: 'for the lab' });
  }
  const noted = await audit.list(bench.store.db, { limit: 10, subjectId: bench.imageId });
  expect(noted.map((e) => [e.actor, e.action, e.detail])).toEqual([
    ['ada', 'image.described', { from: '', to: 'for the lab' }],
    ['ada', 'image.renamed', { from: 'golden', to: 'silver' }],
  ]);
});

test('everybody who follows is told of a new name or description once, those too who come back later', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const start = await lastEventId(bench.store);
  const over = new AbortController();
  onTestFinished(() => over.abort());
  // Somebody who has nothing to do with the image.
  const there = follow(bench.store, { accountId: randomUUID(), after: start, signal: over.signal });
  const first = there.next();
  const change = (to: { name?: string; description?: string }) => it.images.changeImage(it.by, bench.imageId, to);
  await change({ description: 'for the lab' });
  await change({ description: 'for the lab' });
  await change({ name: 'silver' });
  const told = [
    { kind: 'image', subject: bench.imageId, body: { name: 'golden' } },
    { kind: 'image', subject: bench.imageId, body: { name: 'silver', from: 'golden' } },
  ];
  expect([(await first).value, (await there.next()).value]).toMatchObject(told);
  over.abort();
  await there.next();
  // Nobody follows now, so what was missed is read from the store.
  const later = new AbortController();
  onTestFinished(() => later.abort());
  const back = follow(bench.store, { accountId: randomUUID(), after: start, signal: later.signal });
  expect([(await back.next()).value, (await back.next()).value]).toMatchObject(told);
});

test('a capture becomes part of the image that was asked about, whatever that is called by then', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const ready = await readyOne(bench);
  await it.images.changeImage(it.by, bench.imageId, { name: 'silver' });
  const request = { reservationId: ready.id, image: 'golden', imageId: bench.imageId, publish: false };
  const made = await it.reservations.capture(it.by, request);
  expect([made.image.id, made.revision.image]).toEqual([bench.imageId, 'silver']);
  expect((await it.images.listImages()).map((i) => i.name)).toEqual(['silver']);
});

test('labels that a capture is given are put on its image beside those that it has, and written down; too many are refused whole', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const ready = await readyOne(bench);
  await it.images.changeImage(it.by, bench.imageId, { labels: { course: 'cs101', term: 'w25' } });
  const request = { reservationId: ready.id, image: 'golden', imageId: bench.imageId, publish: false };
  const many = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`k${n}`, '']));
  await expect(it.reservations.capture(it.by, { ...request, labels: many })).rejects.toMatchObject({ code: 'bad-request' });
  expect((await it.images.listRevisions('golden')).length).toBe(1);
  const { image } = await it.reservations.capture(it.by, { ...request, labels: { term: 's26', kind: 'capture' } });
  expect((await it.images.showImage('golden'))?.labels).toEqual({ course: 'cs101', kind: 'capture', term: 's26' });
  const [first] = (await audit.list(bench.store.db, { limit: 10 })).filter(({ action }) => action === 'image.labelled');
  expect([first?.subjectId, first?.detail]).toEqual([image.id, { labels: { course: 'cs101', kind: 'capture', term: 's26' } }]);
});

test('whoever asks by a former name is told the new one, wherever that is noticed', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  await it.images.changeImage(it.by, bench.imageId, { name: 'silver' });
  const { deps, who, providerId } = bench;
  const provider = await bench.store.db.selectFrom('provider').selectAll().where('id', '=', providerId).executeTakeFirstOrThrow();
  const signal = AbortSignal.timeout(600_000);
  const asks = (image: string) => [
    reserve(deps, who, { id: randomUUID(), image, mode: 'linked', forMs: 3_600_000 }),
    replicateMaster(deps, who, { image, provider: provider.name }),
    trialOf(deps, provider, { image, revision: undefined }),
    it.images.verifyImage(it.by, { image }, signal),
    licenceServices({ deps } as Parts).addLicence(it.by, { name: 'tool', seats: 1, images: [image] }),
  ];
  for (const [image, hint, details] of [
    ['golden', 'It is called silver now.', { calledNow: 'silver' }],
    ['tin', 'see `carrel image ls`', {}],
  ] as const)
    for (const result of await Promise.allSettled(asks(image)))
      expect(result).toMatchObject({ reason: { code: 'not-found', message: `there is no image called ${image}`, hint, details } });
});

test('labels of an image are changed one by one, written down once, and find it; more than sixteen are refused whole', async () => {
  const bench = await makeBench(onTestFinished);
  const it = servicesOf(bench);
  const change = (labels: Record<string, string | null>) => it.images.changeImage(it.by, bench.imageId, { labels });
  expect((await change({ course: 'cs101', team: 'a' })).labels).toEqual({ course: 'cs101', team: 'a' });
  expect((await change({ team: null, 'a.b/c': '' })).labels).toEqual({ 'a.b/c': '', course: 'cs101' });
  await change({ course: 'cs101' });
  const entries = (await audit.list(bench.store.db, { limit: 10 })).filter(({ action }) => action === 'image.labelled');
  expect(entries.map(({ detail }) => detail)).toEqual([
    { labels: { 'a.b/c': '', course: 'cs101' } },
    { labels: { course: 'cs101', team: 'a' } },
  ]);
  const found = async (labels: { key: string; value?: string }[]) => (await it.images.listImages(labels)).map(({ name }) => name);
  expect(await found([{ key: 'course', value: 'cs101' }, { key: 'a.b/c' }])).toEqual(['golden']);
  expect(await found([{ key: 'team' }])).toEqual([]);
  const many = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`l${n}`, 'x']));
  await expect(change(many)).rejects.toMatchObject({ code: 'bad-request', message: 'it would have 17 labels, and 16 is the most' });
  expect((await change({ course: null, 'a.b/c': null })).labels).toBeUndefined();
});
