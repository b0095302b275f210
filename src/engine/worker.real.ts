/** The worker over real PostgreSQL: lost leases, cancels, shutdown, start slots, and what time does to reservations. */
import type { KyselyPlugin } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { pino } from 'pino';
import {
  type Bench,
  drain,
  dueNow,
  idle,
  jobOf,
  makeBench,
  observe,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  startWorker,
  until,
} from '../../test/support/engine.ts';
import { CarrelError } from '../lib/errors.ts';
import * as jobs from '../store/jobs.ts';
import * as machines from '../store/machines.ts';
import { reapFormerLives } from '../store/queue.ts';
import { captureReservation } from './intents/image.ts';
import { endReservation } from './intents/end.ts';
import { extendReservation, powerReservation } from './intents/reservation.ts';
import { expireDue } from './timers.ts';

/** A guest that never answers, to the first that asks. */
function stallGuest(bench: Bench, count = 1): void {
  bench.fake.addFault({ verb: 'guest.ready', when: 'before', count, error: 'hang' });
}

const called = (bench: Bench, verb: string): boolean => bench.calls.some((c) => c.startsWith(`${verb} `));
const stalled = (bench: Bench) => until(() => called(bench, 'ready'), 'a guest that is waited for');

/** Until what was resolved by now has been acted on. */
const idleTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('leases', () => {
  test('a run whose lease was lost is aborted, and the new owner finishes it', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const bench = await makeBench(onTestFinished, { log });
    stallGuest(bench);
    const { id } = await reserveOne(bench);
    await startWorker(bench, { name: 'bench/first', leaseMs: 1500, pollMs: 60_000, concurrency: 1 });
    await stalled(bench);
    await reapFormerLives(bench.store, 'bench/second');
    const second = await startWorker(bench, { name: 'other/second' });
    await until(() => idle(bench), 'an end');
    await until(() => lines.some((l) => l.includes('another worker has taken this run over')), 'the first one hearing of it');
    await second.stop();
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(await problems(bench)).toEqual([]);
  });

  test('a run that is claimed while a heartbeat is on its way is not taken for lost', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const bench = await makeBench(onTestFinished, { log });
    let held = false;
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    onTestFinished(() => open());
    let answers = 0;
    const slow: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        held = true;
        await gate;
        answers += 1;
        return result;
      },
    };
    const beats = { ...bench.store, db: bench.store.db.withPlugin(slow) };
    stallGuest(bench, 2);
    await reserveOne(bench);
    await startWorker(bench, { leaseMs: 20_000, beats });
    await until(() => held, 'a heartbeat on its way');
    const second = await reserveOne(bench);
    await until(() => bench.calls.includes(`ready ${second.machineId}`), 'a run that was claimed meanwhile');
    open();
    await until(() => answers > 0, 'the answer to the heartbeat');
    await idleTurn();
    expect(lines.filter((line) => line.includes('taken this run over'))).toEqual([]);
    const rows = await bench.store.db.selectFrom('job').select('fence').where('state', '=', 'running').execute();
    expect(rows.map((r) => r.fence)).toEqual([1, 1]);
  });

  test('a worker that wakes up late can write nothing', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const bench = await makeBench(onTestFinished, { log });
    const holdAt = (wanted: string) => {
      let open!: () => void;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const held = { open, there: false };
      return Object.assign(held, {
        fault: async (point: string) => {
          if (point !== wanted) return;
          held.there = true;
          await gate;
        },
      });
    };
    const [late, second] = [holdAt('provision:start:do:after'), holdAt('provision:guest:do:before')];
    const { id } = await reserveOne(bench);
    await startWorker(bench, { name: 'bench/late', fault: late.fault, concurrency: 1 });
    await until(() => late.there, 'the first one asleep');
    const job = await jobOf(bench, 'provision');
    await reapFormerLives(bench.store, 'bench/second');
    await startWorker(bench, { name: 'other/second', fault: second.fault });
    onTestFinished(() => [late, second].forEach((held) => held.open()));
    await until(() => second.there, 'the second one in the middle');
    const stand = async () => [
      await jobs.findJob(bench.store.db, job.id),
      await jobs.jobSteps(bench.store.db, job.id),
      await observe(bench),
    ];
    const before = await stand();
    late.open();
    await until(() => lines.some((l) => l.includes('another worker has taken this run over')), 'its refusal');
    expect(await stand()).toEqual(before);
    second.open();
    await until(() => idle(bench), 'an end');
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(await problems(bench)).toEqual([]);
  });

  test('the work of a worker that died without a word moves on when its lease has run out', async () => {
    const bench = await makeBench(onTestFinished);
    let died = false;
    const fault = (point: string) => {
      if (point === 'provision:clone:do:after') died = true;
      if (died) throw new CarrelError('fenced', 'the process ended');
    };
    const { id } = await reserveOne(bench);
    const first = await startWorker(bench, { name: 'here/first', leaseMs: 1500, fault });
    await until(() => died, 'its death');
    await first.stop();
    await startWorker(bench, { name: 'elsewhere/second', leaseMs: 1500 });
    await until(() => idle(bench), 'an end');
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(await problems(bench)).toEqual([]);
  });

  test.each([
    ['end', 'stuck'],
    ['provision', 'undone'],
  ] as const)('a job that takes its server down each time is not tried for ever: %s is %s', async (saga, state) => {
    const bench = await makeBench(onTestFinished);
    const row = saga === 'end' ? await readyOne(bench) : await reserveOne(bench);
    if (saga === 'end') await endReservation(bench.deps, row.id, 'end', 'ada');
    const fault = (point: string) => {
      if (point.endsWith(':do:before')) throw new CarrelError('fenced', 'the process ended');
    };
    for (let life = 0; life < 30 && (await idle(bench)) === false; life++) {
      await drain(bench, { fault }).catch(() => {});
      await reapFormerLives(bench.store, 'bench/next');
    }
    expect((await jobOf(bench, saga)).state).toBe(state);
  });
});

describe('cancel', () => {
  test.each(['clone', 'guest.ready'] as const)('while %s is under way: undone, and the reservation ends', async (verb) => {
    const bench = await makeBench(onTestFinished);
    const before = await observe(bench);
    bench.fake.addFault({ verb, when: verb === 'clone' ? 'middle' : 'before', count: 1, error: 'hang' });
    const { id, machineId } = await reserveOne(bench);
    await startWorker(bench, { pollMs: 60_000 });
    await until(() => called(bench, verb === 'clone' ? 'clone' : 'ready'), verb);
    expect((await endReservation(bench.deps, id, 'end', 'ada')).state).toBe('ending');
    await until(() => idle(bench), 'an end');
    expect(await reservationOf(bench, id)).toMatchObject({ state: 'ended', stage: 'gone', failure: null });
    expect((await machines.find(bench.store.db, machineId))?.state).toBe('gone');
    expect(await observe(bench)).toEqual(before);
    expect(await problems(bench)).toEqual([]);
  });

  test('before anybody began: nothing is made at all', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await reserveOne(bench);
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect(called(bench, 'clone')).toBe(false);
    expect(await problems(bench)).toEqual([]);
  });

  test('in the moment in which it becomes ready: it is taken away in the ordinary way', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await reserveOne(bench);
    const fault = async (point: string) => {
      if (point === 'provision:end:do:before') await endReservation(bench.deps, id, 'end', 'ada');
    };
    await drain(bench, { fault });
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect((await jobOf(bench, 'provision')).state).toBe('done');
    expect(await problems(bench)).toEqual([]);
  });
});

describe('shutdown', () => {
  test('runs are given back untouched, and a new worker finishes them with the same machine', async () => {
    const bench = await makeBench(onTestFinished);
    stallGuest(bench);
    const { id, machineId } = await reserveOne(bench);
    const first = await startWorker(bench);
    await stalled(bench);
    await first.stop();
    expect(await jobOf(bench, 'provision')).toMatchObject({ state: 'ready', direction: 'do', worker: null });
    expect(bench.fake.state.machines[machineId]?.power).toBe('on');
    await startWorker(bench);
    await until(() => idle(bench), 'an end');
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(Object.keys(bench.fake.state.machines)).toEqual([machineId]);
    expect(await problems(bench)).toEqual([]);
  });

  test('in the middle of an undo that hangs: it does not wait for it, and a new worker undoes the rest', async () => {
    const bench = await makeBench(onTestFinished);
    stallGuest(bench);
    bench.fake.addFault({ verb: 'destroy', when: 'before', count: 1, error: 'hang' });
    const { id } = await reserveOne(bench);
    const first = await startWorker(bench);
    await stalled(bench);
    await endReservation(bench.deps, id, 'end', 'ada');
    await until(() => called(bench, 'destroy'), 'the undo');
    await first.stop();
    expect(await jobOf(bench, 'provision')).toMatchObject({ state: 'ready', direction: 'undo' });
    await startWorker(bench);
    await until(() => idle(bench), 'an end');
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect(await problems(bench)).toEqual([]);
  });
});

describe('time', () => {
  const HOUR = 3_600_000;
  const audited = (bench: Bench, action: string) =>
    bench.store.db
      .selectFrom('audit')
      .select('subjectId')
      .where('action', '=', action)
      .execute()
      .then((rows) => rows.map((r) => r.subjectId));

  test('a reservation whose span is over ends, once', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await readyOne(bench, { forMs: HOUR });
    expect(await expireDue(bench.deps)).toBe(0);
    bench.clock.skewMs = HOUR + 1000;
    expect(await expireDue(bench.deps)).toBe(1);
    expect(await expireDue(bench.deps)).toBe(0);
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect(await audited(bench, 'reservation.expire')).toEqual([id]);
    expect(await problems(bench)).toEqual([]);
  });

  test('one that was put off ends at its new time', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await readyOne(bench, { forMs: HOUR });
    await extendReservation(bench.deps, bench.who, id, HOUR);
    bench.clock.skewMs = HOUR + 1000;
    expect(await expireDue(bench.deps)).toBe(0);
    bench.clock.skewMs = 2 * HOUR + 1000;
    expect(await expireDue(bench.deps)).toBe(1);
  });

  test.each([24 * HOUR, -24 * HOUR])('a clock set by %i ms loses nothing and doubles nothing', async (skewMs) => {
    const bench = await makeBench(onTestFinished);
    const short = await readyOne(bench, { forMs: HOUR });
    const long = await readyOne(bench, { forMs: 10 * 24 * HOUR });
    bench.clock.skewMs = skewMs;
    // Work that is asked for now is done now: no pause is taken away here.
    await startWorker(bench, { pollMs: 60_000 });
    const late = await reserveOne(bench);
    const expired = await expireDue(bench.deps);
    await until(() => idle(bench), 'an end');
    expect(expired).toBe(skewMs > 0 ? 1 : 0);
    expect((await reservationOf(bench, short.id)).state).toBe(skewMs > 0 ? 'ended' : 'ready');
    expect((await reservationOf(bench, long.id)).state).toBe('ready');
    expect((await reservationOf(bench, late.id)).state).toBe('ready');
    bench.clock.skewMs = 0;
    for (const { id } of [short, long, late]) await endReservation(bench.deps, id, 'end', 'ada');
    await until(() => idle(bench), 'an end');
    expect((await machines.used(bench.store.db, bench.providerId)).machines).toBe(0);
    expect(Object.keys(bench.fake.state.machines)).toEqual([]);
    expect(await problems(bench)).toEqual([]);
  });
});

describe('two requests for one machine', () => {
  test('an end during a capture is refused with busy, its time being up waits for it, and afterwards both go through', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await readyOne(bench, { forMs: 60_000 });
    await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
    await expect(endReservation(bench.deps, id, 'end', 'ada')).rejects.toMatchObject({ code: 'busy', retry: 'later' });
    await expect(powerReservation(bench.deps, bench.who, id, 'off')).rejects.toMatchObject({ code: 'busy' });
    bench.clock.skewMs = 61_000;
    expect(await expireDue(bench.deps)).toBe(0);
    expect((await reservationOf(bench, id)).state).toBe('ready');
    await drain(bench);
    expect(await expireDue(bench.deps)).toBe(1);
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect(await problems(bench)).toEqual([]);
  });

  test('a capture that is stuck does not keep the machine for ever', async () => {
    const bench = await makeBench(onTestFinished);
    const { id } = await readyOne(bench);
    await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
    bench.fake.addFault({ verb: 'capture', when: 'middle', count: 1, error: 'no-space' });
    bench.fake.addFault({ verb: 'removeMaster', when: 'before', count: 99, error: 'busy' });
    await drain(bench);
    expect((await jobOf(bench, 'capture')).state).toBe('stuck');
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
  });

  test('a preparation whose undo is stuck goes on when somebody ends it', async () => {
    const bench = await makeBench(onTestFinished);
    bench.fake.addFault({ verb: 'guest.ready', when: 'before', count: 1, error: 'guest-timeout' });
    bench.fake.addFault({ verb: 'destroy', when: 'before', count: 12, error: 'busy' });
    const { id } = await reserveOne(bench);
    await drain(bench);
    expect(await jobOf(bench, 'provision')).toMatchObject({ state: 'stuck', direction: 'undo' });
    await endReservation(bench.deps, id, 'end', 'ada');
    await drain(bench);
    expect((await reservationOf(bench, id)).state).toBe('ended');
    expect(await problems(bench)).toEqual([]);
  });

  test('an end in the middle of a power-on: the machine goes, and the power-on writes nothing over it', async () => {
    const bench = await makeBench(onTestFinished);
    const { id, machineId } = await readyOne(bench);
    await powerReservation(bench.deps, bench.who, id, 'off');
    await drain(bench);
    await powerReservation(bench.deps, bench.who, id, 'on');
    let ended = false;
    const fault = async (point: string) => {
      if (point !== 'power:end:do:before' || ended) return;
      ended = true;
      await endReservation(bench.deps, id, 'end', 'ada');
      await dueNow(bench);
      await drain(bench);
    };
    await drain(bench, { fault });
    expect(await reservationOf(bench, id)).toMatchObject({ state: 'ended', stageText: 'ended' });
    expect((await machines.find(bench.store.db, machineId))?.state).toBe('gone');
    expect(await problems(bench)).toEqual([]);
  });

  test('a guest that goes off while it is waited for is switched on again', async () => {
    const bench = await makeBench(onTestFinished);
    const { id, machineId } = await reserveOne(bench);
    const fault = (point: string) => {
      if (point === 'provision:guest:do:before')
        bench.fake.change((state) => Object.assign(state.machines[machineId] ?? {}, { power: 'off', readyAt: undefined }));
    };
    await drain(bench, { fault });
    expect((await reservationOf(bench, id)).state).toBe('ready');
    expect(bench.fake.state.machines[machineId]?.power).toBe('on');
  });
});
