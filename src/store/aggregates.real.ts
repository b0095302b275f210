import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { makeCtx } from '../lib/context.ts';
import { waitFor } from '../lib/retry.ts';
import * as accounts from './accounts.ts';
import * as audit from './audit.ts';
import * as events from './events.ts';
import * as images from './images.ts';
import * as machines from './machines.ts';
import * as masters from './masters.ts';
import * as providers from './providers.ts';
import { dueToExpire } from './due.ts';
import * as reservations from './reservations.ts';
import type { Db } from './schema.ts';
import { seed } from './seed-testing.ts';
import { testDb } from './testing.ts';

const now = new Date('2026-11-23T10:00:00.123Z');
const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
const bound = () => makeCtx({ timeoutMs: 600_000 });

test('accounts: a name is taken once and must be of the right form', async () => {
  const { db } = await testDb(onTestFinished);
  const make = (name: string) => accounts.create(db, { id: randomUUID(), name, role: 'user', now });
  await make('ann');
  await expect(make('ann')).rejects.toMatchObject({ code: 'already-exists' });
  for (const bad of ['', 'Ann', 'a b', '-a', 'a'.repeat(65), 'a\n', "a'--"])
    await expect(make(bad)).rejects.toMatchObject({ code: 'bad-request' });
  expect((await accounts.list(db, { limit: 9 })).map((a) => a.name)).toEqual(['ann']);
});

test('tokens: only the right one, only until it is over or taken back; what is stored signs nobody in', async () => {
  const { db } = await testDb(onTestFinished);
  const { accountId } = await seed(db, now);
  const token = accounts.makeToken();
  const short = accounts.makeToken();
  const { id } = await accounts.addToken(db, { id: randomUUID(), accountId, token, label: 'l', now });
  await accounts.addToken(db, { id: randomUUID(), accountId, token: short, label: 's', now, expiresAt: later(10) });
  expect((await accounts.verifyToken(db, token, now))?.id).toBe(accountId);
  expect((await accounts.verifyToken(db, short, later(9)))?.id).toBe(accountId);
  expect(await accounts.verifyToken(db, short, later(10))).toBeUndefined();
  for (const wrong of ['', 'carrel_', `${token}x`, token.slice(0, -1), accounts.tokenHash(token).toString('hex'), accounts.makeToken()]) {
    expect(await accounts.verifyToken(db, wrong, now)).toBeUndefined();
  }
  const [row] = await db.selectFrom('token').selectAll().where('id', '=', id).execute();
  expect(JSON.stringify(row)).not.toContain(token);
  expect(row?.lastUsedAt).toEqual(now);
  expect(await accounts.removeToken(db, accountId, id)).toBe(true);
  expect(await accounts.verifyToken(db, token, now)).toBeUndefined();
});

test('of many that make an image of one name at once, all get the same', async () => {
  const t = await testDb(onTestFinished);
  const { accountId } = await seed(t.db, now);
  const make = (db: Db) => images.ensure(db, { id: randomUUID(), name: 'debian', description: '', ownerId: accountId, now });
  const other = await t.again();
  const got = await Promise.all(Array.from({ length: 20 }, (_, i) => make(i % 2 ? t.db : other.db)));
  expect(new Set(got.map((i) => i.id)).size).toBe(1);
});

test('revision numbers are drawn without gaps and doubles by 20 at once', async () => {
  const t = await testDb(onTestFinished);
  const { accountId, imageId } = await seed(t.db, now);
  const stores = [t.store, await t.again(), await t.again()];
  const before = (await images.revisionsOf(t.db, [imageId])).length;
  const add = (i: number) =>
    (stores[i % 3] as typeof t.store).tx((tx) =>
      images.addRevision(tx, { id: randomUUID(), imageId, source: { kind: 'x' }, createdBy: accountId, now }),
    );
  const made = await Promise.all(Array.from({ length: 20 }, (_, i) => add(i)));
  expect(made.map((r) => r.number).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => before + i + 1));
});

async function draft(
  t: { db: Db; store: { tx: <T>(work: (tx: never) => Promise<T>) => Promise<T> } },
  imageId: string,
  accountId: string,
): Promise<string> {
  const id = randomUUID();
  await images.addRevision(t.db, { id, imageId, source: {}, createdBy: accountId, now });
  await images.transitionRevision(t.db, id, 'prepared', { facts: { a: 'b' } }, now);
  return id;
}

test('publishing takes the last one back in the same moment; of many at once one stays published', async () => {
  const t = await testDb(onTestFinished);
  const { accountId, imageId, revisionId } = await seed(t.db, now);
  expect((await images.published(t.db, imageId))?.id).toBe(revisionId);
  const ids = await Promise.all(Array.from({ length: 8 }, () => draft(t as never, imageId, accountId)));
  const stores = [t.store, await t.again(), await t.again()];
  await Promise.all(ids.map((id, i) => (stores[i % 3] as typeof t.store).tx((tx) => images.publish(tx, id, later(1)))));
  const states = (await images.revisionsOf(t.db, [imageId])).map((r) => r.state);
  expect(states.filter((s) => s === 'published')).toHaveLength(1);
  expect(states.filter((s) => s === 'draft')).toHaveLength(8);
  expect((await images.published(t.db, imageId))?.publishedAt).toEqual(later(1));
});

test('a revision takes no event that its table refuses, and stays as it was', async () => {
  const { db, store } = await testDb(onTestFinished);
  const { accountId, imageId } = await seed(db, now);
  const id = randomUUID();
  await images.addRevision(db, { id, imageId, source: {}, createdBy: accountId, now });
  await expect(store.tx((tx) => images.publish(tx, id, now))).rejects.toMatchObject({ code: 'wrong-state' });
  expect((await images.revision(db, id))?.state).toBe('preparing');
  expect(await images.published(db, imageId)).toBeDefined();
});

test('a sealed master is recorded once: another try changes nothing of it', async () => {
  const { db } = await testDb(onTestFinished);
  const { providerId, revisionId } = await seed(db, now);
  const master = { revisionId, providerId, files: [{ path: '/m', bytes: 2 ** 40, sha256: 'aa' }], virtualBytes: 2 ** 41, sealedAt: now };
  await masters.put(db, master);
  await masters.put(db, { ...master, files: [{ path: '/m', bytes: 1, sha256: 'bb' }] });
  expect(await masters.find(db, revisionId, providerId)).toEqual(master);
});

test('how a provider is has changed if its state, the reason or the reason’s code is another, and since when moves with the state alone', async () => {
  const { db } = await testDb(onTestFinished);
  const { providerId: id } = await seed(db, now);
  const since = (await providers.find(db, id)).stateSince;
  const is = (why: providers.StateReason, minutes: number) => providers.setState(db, id, 'down', why, later(minutes));
  expect(await is({ text: 'it is away', code: 'unavailable' }, 1)).toBe(true);
  expect(await is({ text: 'it is away', code: 'unavailable' }, 2)).toBe(false);
  expect(await is({ text: 'it is away', code: 'no-permission' }, 3)).toBe(true);
  expect(await is({ text: 'it is far away', code: 'no-permission' }, 4)).toBe(true);
  expect((await providers.find(db, id)).stateSince).toEqual(since);
  expect(await providers.setState(db, id, 'up', null, later(5))).toBe(true);
  expect(await providers.find(db, id)).toMatchObject({ stateSince: later(5), stateReason: null, stateCode: null });
});

test('a reservation is promised with its machine, shown, lengthened and ended', async () => {
  const { db, store } = await testDb(onTestFinished);
  const s = await seed(db, now);
  const r = s.reservation({ during: { start: now, end: later(60) } });
  await store.tx((tx) => reservations.create(tx, r));
  expect(await reservations.find(db, r.id)).toMatchObject({
    state: 'preparing',
    stage: 'queued',
    during: { start: now, end: later(60) },
    notes: [],
  });
  expect(await machines.find(db, r.machineId)).toMatchObject({ state: 'planned', memoryMib: 128, vcpus: 1, createdAt: now });
  expect(await machines.used(db, s.providerId)).toEqual({ machines: 1, memoryMiB: 128, vcpus: 1, storageMiB: 0 });

  expect(await store.tx((tx) => reservations.transition(tx, r.id, 'provisioned', { readyAt: later(1) }))).toBe('ready');
  expect(await dueToExpire(db, later(59))).toEqual([]);
  expect(await dueToExpire(db, later(60))).toEqual([{ id: r.id }]);
  await store.tx((tx) => reservations.setEnd(tx, r.id, later(90), later(2)));
  expect(await dueToExpire(db, later(60))).toEqual([]);

  await reservations.setCredential(db, r.id, Buffer.from('sealed'));
  expect(await store.tx((tx) => reservations.transition(tx, r.id, 'end', { endAskedAt: later(3) }))).toBe('ending');
  await expect(store.tx((tx) => reservations.setEnd(tx, r.id, later(99), now))).rejects.toMatchObject({ code: 'wrong-state' });
  expect(await machines.used(db, s.providerId)).toMatchObject({ machines: 1 });
  await machines.transition(db, r.machineId, 'destroyed', { goneAt: later(4) });
  expect(await store.tx((tx) => reservations.transition(tx, r.id, 'tornDown', { endedAt: later(4) }))).toBe('ended');
  expect(await machines.used(db, s.providerId)).toEqual({ machines: 0, memoryMiB: 0, vcpus: 0, storageMiB: 0 });
  // The credential goes with the machine (promise 8).
  expect(await reservations.find(db, r.id)).toMatchObject({ state: 'ended', credential: null, endAskedAt: later(3), endedAt: later(4) });
});

test('a reservation may have no end', async () => {
  const { db, store } = await testDb(onTestFinished);
  const s = await seed(db, now);
  const r = s.reservation({ kind: 'server', during: { start: now, end: null } });
  await store.tx((tx) => reservations.create(tx, r));
  expect((await reservations.find(db, r.id))?.during).toEqual({ start: now, end: null });
  expect(await dueToExpire(db, new Date('2999-01-01'))).toEqual([]);
});

test('a span that ends before it begins is refused', async () => {
  const { db, store } = await testDb(onTestFinished);
  const s = await seed(db, now);
  for (const end of [now, later(-1)]) {
    await expect(store.tx((tx) => reservations.create(tx, s.reservation({ during: { start: now, end } })))).rejects.toMatchObject({
      code: 'invalid',
    });
  }
  expect(await reservations.live(db)).toEqual([]);
});

test('no stage leads back from the end, and a straggler tells nobody', async () => {
  const { db, store } = await testDb(onTestFinished);
  const s = await seed(db, now);
  const r = s.reservation({});
  await store.tx((tx) => reservations.create(tx, r));
  const at = async (stage: Parameters<typeof reservations.setStage>[2]) => {
    await reservations.setStage(db, r.id, stage, stage, now);
    return (await reservations.find(db, r.id))?.stage;
  };
  expect(await at('booting')).toBe('booting');
  expect(await at('starting')).toBe('starting');
  expect(await at('ending')).toBe('ending');
  const { last } = await events.bounds(db);
  expect(await at('ready')).toBe('ending');
  expect((await events.bounds(db)).last).toBe(last);
  expect(await at('gone')).toBe('gone');
  expect(await at('ending')).toBe('gone');
});

test('notes added by many at once are all kept, each once', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const r = s.reservation({});
  await t.store.tx((tx) => reservations.create(tx, r));
  await Promise.all(Array.from({ length: 20 }, (_, i) => reservations.addNotes(t.db, r.id, [`n${i % 10}`])));
  expect([...((await reservations.find(t.db, r.id))?.notes ?? [])].sort()).toEqual(Array.from({ length: 10 }, (_, i) => `n${i}`));
});

test('events at one moment follow each other; a state changes only by its table', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const other = await t.again();
  // Ended while the last step ran: whichever comes first, it is ending and never handed out afterwards.
  for (let i = 0; i < 25; i++) {
    const r = s.reservation({});
    await t.store.tx((tx) => reservations.create(tx, r));
    await Promise.all([
      other.tx((tx) => reservations.transition(tx, r.id, 'end', { endAskedAt: now })),
      t.store.tx((tx) => reservations.transition(tx, r.id, 'provisioned', { readyAt: now })),
    ]);
    expect((await reservations.find(t.db, r.id))?.state).toBe('ending');
    await expect(machines.transition(t.db, r.machineId, 'poweredOn', {})).rejects.toMatchObject({ details: { state: 'planned' } });
    expect((await machines.find(t.db, r.machineId))?.state).toBe('planned');
  }
});

test('audit keeps order and pages backwards', async () => {
  const { db } = await testDb(onTestFinished);
  for (let i = 0; i < 5; i++) {
    await audit.append(db, {
      at: now,
      actor: 'ann',
      action: `a${i}`,
      subjectKind: 'machine',
      subjectId: i % 2 ? 'm1' : 'm0',
      detail: { i },
    });
  }
  const [first, second] = await audit.list(db, { limit: 2 });
  expect([first?.action, second?.action]).toEqual(['a4', 'a3']);
  expect((await audit.list(db, { limit: 9, before: second?.id })).map((e) => e.action)).toEqual(['a2', 'a1', 'a0']);
  expect((await audit.list(db, { limit: 9, subjectId: 'm1' })).map((e) => e.detail)).toEqual([{ i: 3 }, { i: 1 }]);
});

test('a follower misses no event of many writers, whatever order they commit in', async () => {
  const t = await testDb(onTestFinished);
  const stores = [t.store, ...(await Promise.all([t.again(), t.again(), t.again()]))];
  const [alice, bob] = [randomUUID(), randomUUID()];
  let writing = true;
  const seen: number[] = [];
  const seenByAlice: number[] = [];
  const follow = async (into: number[], accountId?: string) => {
    for (let stop = false; !stop; ) {
      stop = !writing;
      const page = await events.after(t.db, { after: into.at(-1) ?? 0, accountId, limit: 7 });
      into.push(...page.map((e) => e.id));
      if (page.length > 0) stop = false;
    }
  };
  const write = async (n: number) => {
    const store = stores[n % stores.length] as typeof t.store;
    for (let i = 0; i < 25; i++) {
      await store
        .tx(async (tx) => {
          await events.append(tx, { at: now, accountId: n % 2 ? alice : bob, kind: 'job', subjectId: randomUUID(), body: { i } });
          // Other work between the event and the commit, of different length each time.
          for (let k = 0; k < (n * 7 + i * 3) % 5; k++) await accounts.list(tx, { limit: 9 });
          if (i % 6 === 5) throw new Error('rolled back');
        })
        .catch(() => {});
    }
  };
  const followers = [follow(seen), follow(seenByAlice, alice)];
  await Promise.all(Array.from({ length: 8 }, (_, n) => write(n)));
  writing = false;
  await Promise.all(followers);
  const all = await t.db.selectFrom('event').select(['id', 'accountId']).orderBy('id').execute();
  expect(all).toHaveLength(8 * 21);
  expect(seen).toEqual(all.map((e) => e.id));
  expect(seenByAlice).toEqual(all.filter((e) => e.accountId === alice).map((e) => e.id));
});

test('followers are woken once per commit that appended, and ids go on after a prune', async () => {
  const { db, store } = await testDb(onTestFinished);
  let woken = 0;
  const stop = await store.listen([events.EVENT_CHANNEL], () => (woken += 1));
  onTestFinished(() => stop());
  const event = (at: Date): events.NewEvent => ({ at, accountId: null, kind: 'job', subjectId: randomUUID(), body: {} });
  await store.tx(async (tx) => {
    await events.append(tx, event(now));
    await events.append(tx, event(now));
  });
  await waitFor(bound(), 2, () => (woken === 1 ? true : undefined));
  const { last } = await events.bounds(db);
  expect(await events.prune(db, later(1))).toBe(1);
  await events.append(db, event(later(2)));
  expect((await events.bounds(db)).last).toBeGreaterThan(last);
});

test('of a provider that was written off or disabled nobody who looked at it before says that it is down or up', async () => {
  const t = await testDb(onTestFinished);
  const now = new Date('2026-11-23T10:00:00Z');
  const { providerId } = await seed(t.db, now);
  const state = async () => (await providers.find(t.db, providerId)).state;
  const say = (to: 'up' | 'down' | 'disabled') => providers.setState(t.db, providerId, to, { text: to }, now);
  expect([await say('down'), await state()]).toEqual([true, 'down']);
  await providers.writeOff(t.db, providerId, 'the disk died', now);
  expect([await say('disabled'), await say('down'), await say('up'), await state()]).toEqual([true, false, false, 'disabled']);
  await providers.enable(t.db, providerId, true);
  expect([await say('up'), await state()]).toEqual([true, 'up']);
});

test('of many reservations that are written at once it is said what is there, and of nothing else', async () => {
  const t = await testDb(onTestFinished);
  const s = await seed(t.db, now);
  const [soon, same] = [
    { start: now, end: later(90) },
    { start: later(60), end: later(120) },
  ];
  const asked = [
    s.reservation({ during: { start: later(60), end: later(120) }, hostname: 'a', notes: ['one', 'it\'s "two"'], labels: { term: 's26' } }),
    s.reservation({ during: { start: now, end: null }, kind: 'server', placement: 'there', pinned: false, diskMiB: 90, storageMiB: 80 }),
    s.reservation({ during: { start: later(60), end: later(120) }, prepareAt: later(50), datastore: 'one', storageMiB: 10 }),
    s.reservation({ during: { start: later(60), end: later(180) }, proof: { askedBy: 'ann', publish: true }, mode: 'full' }),
    s.reservation({ during: same }),
    s.reservation({ during: same, prepareAt: later(40) }),
    s.reservation({ during: soon }),
    s.reservation({ during: soon, prepareAt: later(10) }),
  ];
  const [first, ...rest] = asked as [(typeof asked)[0], ...typeof asked];
  await t.store.tx((tx) => reservations.create(tx, { ...first, hostname: 'before' }));
  const said = await t.store.tx((tx) => reservations.createAll(tx, asked));
  const there = await reservations.live(t.db);
  expect(there.map((row) => row.hostname)).toContain('before');
  expect(said.map((row) => row.id)).toEqual(rest.map((r) => r.id));
  expect(said).toEqual(said.map(({ id }) => there.find((row) => row.id === id)));
  expect(new Set(said.map((row) => row.state))).toEqual(new Set(['preparing', 'booked']));
  expect(said.map((row) => row.hold.start)).toEqual(rest.map((r) => r.prepareAt ?? r.during.start));
  const told = await events.after(t.db, { after: 0, limit: 100 });
  const words = said.map((row) => [row.id, row.state, row.during.end?.toISOString() ?? null]);
  expect(told.slice(-said.length).map((e) => [e.subjectId, e.body['state'], e.body['endsAt']])).toEqual(words);
  expect(await t.store.tx((tx) => reservations.createAll(tx, asked))).toEqual([]);
});
