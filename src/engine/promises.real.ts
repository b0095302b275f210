/** The design's promises as the engine keeps them, with drivers that break them on purpose. docs/spec/promises.md names these tests. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  otherProcess,
  type Bench,
  drain,
  jobOf,
  makeBench,
  observe,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  TAG,
  withoutLocks,
} from '../../test/support/engine.ts';
import { publicKey } from '../../test/support/public-key.ts';
import { guestAccount, guestWrite } from '../drivers/fake/guest-files.ts';
import { masterDigest, plantForeign, plantStray } from '../drivers/fake/interference.ts';
import { makeCtx } from '../lib/context.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import { Sealer } from './credentials.ts';
import { connect } from './intents/connect.ts';
import { prepareImage, removeRevision, retireRevision } from './intents/image.ts';
import { endReservation } from './intents/end.ts';
import { Reconciler } from './reconcilers/reconcile.ts';
import type { EngineDeps } from './deps.ts';

const powered = (bench: Bench) => bench.calls.filter((c) => c.startsWith('power '));
const audited = (bench: Bench, subjectId: string) =>
  bench.store.db.selectFrom('audit').select(['action', 'detail']).where('subjectId', '=', subjectId).orderBy('id').execute();

test('promise 1: machines that write and end leave the master bit for bit', async () => {
  const bench = await makeBench(onTestFinished);
  const before = masterDigest(bench.fake, bench.revisionId);
  for (const mode of ['linked', 'full', 'instant'] as const) {
    const row = await readyOne(bench, { mode });
    guestWrite(bench.fake, row.machineId, '/home/learner/note', 'mine');
    await endReservation(bench.deps, row.id, 'end', 'ada');
    await drain(bench);
  }
  expect(masterDigest(bench.fake, bench.revisionId)).toBe(before);
  expect((await bench.driver.verifyMaster(makeCtx(), bench.revisionId)).ok).toBe(true);
});

describe('promise 2', () => {
  test('a delete keeps its proof in the audit log', async () => {
    const bench = await makeBench(onTestFinished);
    const row = await readyOne(bench);
    await endReservation(bench.deps, row.id, 'end', 'ada');
    await drain(bench);
    const [entry] = await audited(bench, row.machineId);
    expect(entry).toMatchObject({ action: 'machine.destroyed', detail: { parents: [{ existsBefore: true, existsAfter: true }] } });
  });

  test.each(['destroy-takes-parent', 'destroy-touches-parent'] as const)(
    'a delete that damages a parent stops with master-changed: %s',
    async (kind) => {
      const bench = await makeBench(onTestFinished, { sabotage: [kind] });
      const row = await readyOne(bench);
      await endReservation(bench.deps, row.id, 'end', 'ada');
      await drain(bench);
      expect(await jobOf(bench, 'end')).toMatchObject({ state: 'stuck', error: { code: 'master-changed' } });
      expect((await audited(bench, row.machineId)).map((a) => a.action)).toEqual(['machine.destroyed.parents-damaged']);
      expect((await reservationOf(bench, row.id)).state).toBe('ending');
    },
  );

  test('the same in the clean-up of a machine that never became ready', async () => {
    const bench = await makeBench(onTestFinished, { sabotage: ['destroy-touches-parent'] });
    bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'guest-timeout' });
    const row = await reserveOne(bench);
    await drain(bench);
    expect(await jobOf(bench, 'provision')).toMatchObject({ state: 'stuck', direction: 'undo', error: { code: 'master-changed' } });
    expect((await audited(bench, row.machineId)).map((a) => a.action)).toEqual(['machine.destroyed.parents-damaged']);
  });

  test('a revision with a machine on it, or with a disk of somebody else, is not removed', async () => {
    const bench = await makeBench(onTestFinished);
    const row = await readyOne(bench);
    await retireRevision(bench.deps, bench.who, bench.revisionId);
    await expect(removeRevision(bench.deps, bench.who, bench.revisionId)).rejects.toMatchObject({
      code: 'has-children',
      details: { children: [{ machine: row.machineId }] },
    });
    await endReservation(bench.deps, row.id, 'end', 'ada');
    await drain(bench);
    plantForeign(bench.fake, `/fake/masters/${bench.revisionId}/disk-0.fake`);
    await removeRevision(bench.deps, bench.who, bench.revisionId);
    await drain(bench);
    expect(await jobOf(bench, 'remove-revision')).toMatchObject({ state: 'undone', error: { code: 'has-children' } });
    expect((await bench.driver.verifyMaster(makeCtx(), bench.revisionId)).ok).toBe(true);
  });
});

describe('promises 3 and 4', () => {
  test.each([
    ['linked', 'leaf-is-master', 'gate-refused'],
    ['linked', 'linked-is-full', 'not-linked'],
    ['instant', 'instant-is-full', 'not-linked'],
  ] as const)('a %s clone with %s is refused with its code, never powered on, and nothing is left', async (mode, kind, code) => {
    const bench = await makeBench(onTestFinished, { sabotage: [kind] });
    const before = await observe(bench);
    const row = await reserveOne(bench, { mode });
    await drain(bench);
    expect(await reservationOf(bench, row.id)).toMatchObject({ state: 'failed', failure: { code } });
    expect(powered(bench)).toEqual([]);
    expect(await observe(bench)).toEqual(before);
    expect(await problems(bench)).toEqual([]);
  });

  test.each(['leaf-elsewhere', 'full-has-parent', 'foreign-parent'] as const)('a clone with %s is never powered on', async (kind) => {
    const bench = await makeBench(onTestFinished, { sabotage: [kind] });
    const row = await reserveOne(bench, { mode: kind === 'full-has-parent' ? 'full' : 'linked' });
    await drain(bench);
    expect(await reservationOf(bench, row.id)).toMatchObject({ state: 'failed', failure: { code: 'gate-refused' } });
    expect(powered(bench)).toEqual([]);
    // Disks that the driver put where they do not belong are found as strays and swept.
    await new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });
    expect(await problems(bench)).toEqual([]);
  });
});

describe('promise 5', () => {
  const run = (bench: Bench) => new Reconciler(bench.deps).run(makeCtx(), bench.providerId, { dryRun: false, askedFor: true });

  test('foreign things are seen and left alone', async () => {
    const bench = await makeBench(onTestFinished);
    const plain = plantForeign(bench.fake);
    const child = plantForeign(bench.fake, `/fake/masters/${bench.revisionId}/disk-0.fake`);
    const stray = plantStray(bench.fake, 'somebody-else');
    const { results } = await run(bench);
    expect(results.map((r) => [r.finding.kind, r.outcome])).toEqual(Array.from({ length: 3 }, () => ['foreign', 'reported']));
    expect([await plain.unchanged(), await child.unchanged(), bench.fake.state.disks[stray] !== undefined]).toEqual([true, true, true]);
  });

  test('a partial or failed reading changes nothing; a whole one mends', async () => {
    const bench = await makeBench(onTestFinished);
    // Made first, so that the half which a partial reading shows holds it.
    const leaked = randomUUID();
    await bench.driver.clone(makeCtx(), {
      machineId: leaked,
      revisionId: bench.revisionId,
      mode: 'linked',
      hostname: 'leaked',
      hardware: { vcpus: 1, memoryMiB: 128 },
    });
    const kept = await readyOne(bench);
    const lost = await readyOne(bench);
    bench.fake.change((state) => {
      delete state.machines[lost.machineId];
      delete state.disks[`/fake/machines/${lost.machineId}/disk-0.fake`];
    });
    const before = await observe(bench);
    bench.fake.addFault({ verb: 'inventory', when: 'middle', count: 1, error: 'unavailable' });
    const partial = await run(bench);
    expect(partial.complete).toBe(false);
    expect(partial.results.filter((r) => r.outcome === 'mended')).toEqual([]);
    expect(await observe(bench)).toEqual(before);
    bench.fake.addFault({ verb: 'inventory', when: 'before', count: 1, error: 'unavailable' });
    await expect(run(bench)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await observe(bench)).toEqual(before);
    expect(new Set((await run(bench)).results.map((r) => `${r.finding.kind} ${r.outcome}`))).toEqual(
      new Set(['leaked-machine mended', 'missing-machine mended']),
    );
    await drain(bench);
    expect((await reservationOf(bench, lost.id)).state).toBe('ended');
    expect((await reservationOf(bench, kept.id)).state).toBe('ready');
    expect(await problems(bench)).toEqual([]);
  });

  test('by itself it acts only on what it saw three times in a row', async () => {
    const bench = await makeBench(onTestFinished);
    plantStray(bench.fake, TAG);
    const reconciler = new Reconciler(bench.deps);
    const outcomes: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      const { results } = await reconciler.run(makeCtx(), bench.providerId, { dryRun: false, askedFor: false });
      outcomes.push(results.map((r) => r.outcome));
    }
    expect(outcomes).toEqual([['reported'], ['reported'], ['mended']]);
    expect(await problems(bench)).toEqual([]);
  });
});

describe('promise 7', () => {
  const PLACES = 10;

  /** 40 people at one moment, half of them in each of two processes. Returns how many were promised a machine, and why others were not. */
  async function rush(bench: Bench, processes: readonly EngineDeps[]) {
    const tries = Array.from({ length: 40 }, (_, i) => reserveOne(bench, { deps: processes[i % processes.length] as EngineDeps }));
    const ends = await Promise.allSettled(tries);
    const refusals = new Set(ends.flatMap((e) => (e.status === 'rejected' ? [(e.reason as { code: string }).code] : [])));
    return { promised: ends.filter((e) => e.status === 'fulfilled').length, refusals };
  }

  /** What is promised beyond the provider's limit; an empty list if nothing is. */
  async function overbooked(bench: Bench): Promise<string[]> {
    const used = await machines.used(bench.store.db, bench.providerId);
    return used.machines > PLACES ? [`${used.machines} machines for ${PLACES} places`] : [];
  }

  test('40 at one moment for 10 places: exactly 10 are promised', async () => {
    const bench = await makeBench(onTestFinished, { limits: { machines: PLACES }, ownDatabase: true });
    const { promised, refusals } = await rush(bench, [bench.deps, await otherProcess(bench)]);
    expect(promised).toBe(PLACES);
    expect([...refusals]).toEqual(['no-capacity']);
    expect(await overbooked(bench)).toEqual([]);
  });

  test('without the row lock the same rush overbooks, and the check says so', async () => {
    const bench = await makeBench(onTestFinished, { limits: { machines: PLACES }, ownDatabase: true });
    const two = [bench.deps, await otherProcess(bench)];
    // Each as a process of its own: in one they would go in turns.
    await rush(
      bench,
      Array.from({ length: 40 }, (_, i) => withoutLocks(two[i % 2] as EngineDeps)),
    );
    expect(await overbooked(bench)).not.toEqual([]);
  });

  test('the same id twice at one moment is one reservation', async () => {
    const bench = await makeBench(onTestFinished, { limits: { machines: 1 } });
    const id = randomUUID();
    const both = await Promise.all([reserveOne(bench, { id }), reserveOne(bench, { id })]);
    expect(both[0].machineId).toBe(both[1].machineId);
    expect((await machines.used(bench.store.db, bench.providerId)).machines).toBe(1);
  });
});

describe('promise 8', () => {
  test('the same credential at each connect, sealed, in no log and no other row, and gone with the reservation', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const bench = await makeBench(onTestFinished, { log });
    const sealer = new Sealer(Buffer.alloc(32, 1));
    const row = await readyOne(bench);
    const go = (key?: string) => connect(makeCtx({ log }), bench.deps, sealer, bench.who, row.id, key);
    const first = await go();
    const key = publicKey(3);
    const second = await go(key);
    expect([second.user, second.password]).toEqual([first.user, first.password]);
    expect(guestAccount(bench.fake, row.machineId, first.user)).toEqual({ passwordLocked: false, authorizedKeys: [key] });

    const sealed = (await reservationOf(bench, row.id)).credential as Buffer;
    expect(sealer.open(row.id, sealed)).toMatchObject({ password: first.password });
    expect(() => sealer.open(randomUUID(), sealed)).toThrow(expect.objectContaining({ code: 'credential-unreadable' }) as Error);
    expect(await everyRow(bench)).not.toContain(first.password);
    expect(sealed.includes(Buffer.from(first.password))).toBe(false);
    expect(lines.join('')).not.toContain(first.password);
    expect(bench.calls.join()).not.toContain(first.password);
    expect((await audited(bench, row.id)).map((a) => a.action)).toEqual([
      'reservation.made',
      'reservation.connected',
      'reservation.connected',
    ]);

    await endReservation(bench.deps, row.id, 'end', 'ada');
    await drain(bench);
    expect((await reservationOf(bench, row.id)).credential).toBeNull();
    await expect(go()).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('a connect that is overtaken by the end seals nothing into the row', async () => {
    const bench = await makeBench(onTestFinished);
    const row = await readyOne(bench);
    // The end goes through between connect's first look and its transaction.
    const overtaken: EngineDeps = {
      ...bench.deps,
      store: {
        ...bench.store,
        tx: async (work) => {
          await endReservation(bench.deps, row.id, 'end', 'ada');
          await drain(bench);
          return bench.store.tx(work);
        },
      },
    };
    const sealer = new Sealer(Buffer.alloc(32, 1));
    await expect(connect(makeCtx(), overtaken, sealer, bench.who, row.id, undefined)).rejects.toMatchObject({ code: 'wrong-state' });
    expect((await reservationOf(bench, row.id)).credential).toBeNull();
  });

  /** All rows of all tables as text; bytes as hex and as what they would read like. */
  async function everyRow(bench: Bench): Promise<string> {
    const tables = ['reservation', 'machine', 'job', 'jobStep', 'event', 'audit', 'setting', 'revision'] as const;
    const rows = await Promise.all(tables.map((t) => bench.store.db.selectFrom(t).selectAll().execute()));
    return JSON.stringify(rows, (_, v: unknown) =>
      typeof v === 'object' && v !== null && 'type' in v && v.type === 'Buffer'
        ? Buffer.from((v as unknown as { data: number[] }).data).toString('latin1')
        : v,
    );
  }
});

test('promise 9: publishing a new revision leaves a running reservation on its own', async () => {
  const bench = await makeBench(onTestFinished);
  const row = await readyOne(bench);
  const machine = structuredClone(bench.fake.state.machines[row.machineId]);
  const next = await prepareImage(bench.deps, bench.who, {
    image: 'golden',
    publish: true,
    source: { kind: 'recipe', recipe: 'tiny' },
    told: {},
  });
  await drain(bench);
  expect((await images.published(bench.store.db, bench.imageId))?.id).toBe(next.revision.id);
  expect(bench.fake.state.machines[row.machineId]).toEqual(machine);
  expect(await reservationOf(bench, row.id)).toMatchObject({ state: 'ready', revisionId: bench.revisionId });
  expect((await readyOne(bench)).revisionId).toBe(next.revision.id);
});

test('promise 10: a failure says the provider’s own fault and what to do', async () => {
  const bench = await makeBench(onTestFinished);
  bench.fake.addFault({ verb: 'clone', when: 'middle', count: 1, error: 'no-space' });
  const row = await reserveOne(bench);
  await drain(bench);
  const { failure, stageText, stage } = await reservationOf(bench, row.id);
  expect(failure).toMatchObject({ code: 'no-space', message: 'a fault was planted in the middle of clone' });
  expect([stage, stageText]).toEqual(['gone', failure?.message]);
});
