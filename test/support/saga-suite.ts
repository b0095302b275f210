/**
 * The tests that every saga passes over a driver and real PostgreSQL: each step run twice, a failure before and after each step, each undo
 * run twice, and a crash at each fault point after which another worker takes the run over. A saga without a case here fails.
 */
import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type AnySaga,
  type Bench,
  drain,
  idle,
  jobOf,
  makeBench,
  makeWorker,
  observe,
  problems,
  readyOne,
  reservationOf,
  reserveOne,
  unstickAll,
  until,
} from './engine.ts';
import type { BenchDriver, WhenOver } from './bench-world.ts';
import { makeCtx } from '../../src/lib/context.ts';
import { CarrelError } from '../../src/lib/errors.ts';
import * as checkpoints from '../../src/store/checkpoints.ts';
import * as images from '../../src/store/images.ts';
import * as machines from '../../src/store/machines.ts';
import * as masters from '../../src/store/masters.ts';
import * as providers from '../../src/store/providers.ts';
import { reapFormerLives } from '../../src/store/queue.ts';
import { proveRevision } from '../../src/engine/intents/prove.ts';
import { addCheckpoint, deleteCheckpoint, revertToCheckpoint } from '../../src/engine/intents/checkpoints.ts';
import { captureReservation, prepareImage, removeRevision, retireRevision } from '../../src/engine/intents/image.ts';
import { addMaster, replicateMaster } from '../../src/engine/intents/masters.ts';
import { endReservation } from '../../src/engine/intents/end.ts';
import { reimageReservation } from '../../src/engine/intents/reimage.ts';
import { powerReservation } from '../../src/engine/intents/reservation.ts';
import { relocateReservation, unlinkReservation } from '../../src/engine/intents/unlink.ts';
import type { FaultPoint, Step } from '../../src/engine/saga.ts';
import { everyStepTwice, everyUndoTwice, failingAt } from '../../src/engine/saga-testing.ts';
import { SAGAS } from '../../src/engine/sagas/index.ts';

interface Begun {
  /** Problems of the finished state. */
  finished(): Promise<string[]>;
  /** Problems that are not in the snapshot once it was undone. */
  undone?(): Promise<string[]>;
  /** For what cannot be taken back and is dropped when it fails: asks for it anew. */
  again?(): Promise<unknown>;
}

interface Case {
  /** What has to be there before; the snapshot is taken after it. */
  ready?(bench: Bench): Promise<void>;
  begin(bench: Bench): Promise<Begun>;
}

const wrong = (entries: Record<string, boolean>): string[] =>
  Object.entries(entries)
    .filter(([, right]) => !right)
    .map(([what]) => `not so: ${what}`);

const there = (bench: Bench, machineId: string) => bench.world.machines().find((m) => m.id === machineId);
const master = (bench: Bench, revisionId: string) => bench.world.masters().find((m) => m.revisionId === revisionId);

const theReservation = async (bench: Bench) => {
  const [row] = await bench.store.db.selectFrom('reservation').selectAll().execute();
  if (!row) throw new Error('there is no reservation');
  return row;
};

const provisionCase = (mode: 'linked' | 'full' | 'instant'): Case => ({
  async begin(bench) {
    const { id, machineId } = await reserveOne(bench, { mode });
    return {
      async finished() {
        const machine = await machines.find(bench.store.db, machineId);
        return wrong({
          'reservation ready': (await reservationOf(bench, id)).state === 'ready',
          'machine running': machine?.state === 'running' && there(bench, machineId)?.power === 'on',
          'address known': machine?.address?.sshPort === there(bench, machineId)?.sshPort,
          'one machine': bench.world.machines().length === 1,
        });
      },
      async undone() {
        const row = await reservationOf(bench, id);
        const machine = await machines.find(bench.store.db, machineId);
        return wrong({
          'reservation failed': row.state === 'failed' && row.stage === 'gone' && row.endedAt !== null,
          'the cause is kept': row.failure?.code === 'injected',
          'machine gone': machine?.state === 'gone',
        });
      },
    };
  },
});

async function oneThatIsOff(bench: Bench): Promise<void> {
  const { id } = await readyOne(bench);
  await powerReservation(bench.deps, bench.who, id, 'off');
  await drain(bench);
}

/** Of a machine that is to have disks of its own: what the store says is what the provider shows. */
async function ownDisks(bench: Bench, machineId: string) {
  const shown = await [...bench.deps.drivers.values()][0]?.readBack(makeCtx(), machineId);
  const row = await machines.find(bench.store.db, machineId);
  const alone = shown?.chains.every((chain) => chain.length === 1) === true;
  return {
    alone,
    'the store says what is': row?.mode === shown?.mode && row?.unlinkedAt instanceof Date === alone && alone === (shown?.mode === 'full'),
    'it is off': there(bench, machineId)?.power === 'off' && row?.state === 'stopped',
  };
}

const rowsOf = async (bench: Bench, machineId: string) =>
  (await checkpoints.ofMachine(bench.store.db, machineId)).map((c) => `${c.name} ${c.state}`);

/** One that is there, of a machine that runs. */
const withCheckpoint = async (bench: Bench) => {
  const { id } = await readyOne(bench);
  await addCheckpoint(bench.deps, bench.who, { reservationId: id, name: 'first', description: '' });
  await drain(bench);
};

/** The work on a checkpoint that is there; `left` are the rows and the provider's own count when it is done. */
const checkpointCase = (work: typeof revertToCheckpoint, left: readonly string[]): Case => ({
  ready: withCheckpoint,
  async begin(bench) {
    const { id, machineId } = await theReservation(bench);
    const [point] = await checkpoints.ofMachine(bench.store.db, machineId);
    const again = () => work(bench.deps, bench.who, { reservationId: id, id: point?.id ?? '' });
    await again();
    const driver = () => [...bench.deps.drivers.values()][0];
    return {
      again,
      finished: async () =>
        wrong({
          'rows are right': (await rowsOf(bench, machineId)).join() === left.join(),
          'the provider has the same': (await driver()?.checkpoints(makeCtx(), machineId))?.length === left.length,
          'it runs': there(bench, machineId)?.power === 'on',
          recorded: (await machines.find(bench.store.db, machineId))?.state === 'running',
          ready: (await reservationOf(bench, id)).stageText === 'ready',
        }),
      undone: async () =>
        wrong({
          'still there': (await rowsOf(bench, machineId)).join() === 'first there',
          told: (await reservationOf(bench, id)).stageText.startsWith('checkpoint first could not be'),
          'still ready': (await reservationOf(bench, id)).state === 'ready',
        }),
    };
  },
});

const CASES: Readonly<Record<string, Case>> = {
  provision: provisionCase('linked'),
  end: {
    async ready(bench) {
      await readyOne(bench);
    },
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      await endReservation(bench.deps, id, 'end', 'ada');
      return {
        async finished() {
          const machine = await machines.find(bench.store.db, machineId);
          return wrong({
            'reservation ended': (await reservationOf(bench, id)).state === 'ended',
            'machine gone': machine?.state === 'gone' && there(bench, machineId) === undefined,
            // Also when it was found gone the second time: the first proof stays.
            'a proof that names what was removed': (machine?.proof?.removed.length ?? 0) > 0,
            'nothing in use': (await machines.used(bench.store.db, bench.providerId)).machines === 0,
          });
        },
      };
    },
  },
  reimage: {
    async ready(bench) {
      await readyOne(bench);
    },
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      await reimageReservation(bench.deps, bench.who, { id });
      return {
        async finished() {
          // The run asks for another, which is made by a run of its own.
          await drain(bench);
          const row = await reservationOf(bench, id);
          const old = await machines.find(bench.store.db, machineId);
          return wrong({
            'ready again': row.state === 'ready',
            'with another machine, which runs': row.machineId !== machineId && there(bench, row.machineId)?.power === 'on',
            'the old one gone': old?.state === 'gone' && there(bench, machineId) === undefined,
            'with its proof': (old?.proof?.removed.length ?? 0) > 0,
            'one in use': (await machines.used(bench.store.db, bench.providerId)).machines === 1,
          });
        },
      };
    },
  },
  prepare: {
    async begin(bench) {
      const { source, staged } = await bench.world.source(onTestFinished);
      const made = await prepareImage(bench.deps, bench.who, {
        image: 'imported',
        publish: true,
        source,
        told: { kind: source.kind },
      });
      return {
        finished: async () =>
          wrong({
            published: (await images.revision(bench.store.db, made.revision.id))?.state === 'published',
            'master sealed': master(bench, made.revision.id)?.digest !== undefined,
            'upload removed': !(await staged()),
          }),
        undone: async () =>
          wrong({
            failed: (await images.revision(bench.store.db, made.revision.id))?.state === 'failed',
            'upload removed': !(await staged()),
          }),
      };
    },
  },
  capture: {
    async ready(bench) {
      const { id } = await readyOne(bench);
      if ([...bench.deps.capabilities.values()][0]?.liveCapture) return;
      await powerReservation(bench.deps, bench.who, id, 'off');
      await drain(bench);
    },
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      const powerBefore = there(bench, machineId)?.power;
      const made = await captureReservation(bench.deps, bench.who, { reservationId: id, image: 'captured', publish: false });
      const machineAsItWas = async () => wrong({ 'the machine is as it was': there(bench, machineId)?.power === powerBefore });
      return {
        finished: async () => [
          ...wrong({
            draft: (await images.revision(bench.store.db, made.revision.id))?.state === 'draft',
            'master sealed': master(bench, made.revision.id)?.digest !== undefined,
          }),
          ...(await machineAsItWas()),
        ],
        undone: async () => [
          ...wrong({ failed: (await images.revision(bench.store.db, made.revision.id))?.state === 'failed' }),
          ...(await machineAsItWas()),
        ],
      };
    },
  },
  power: {
    ready: oneThatIsOff,
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      const again = () => powerReservation(bench.deps, bench.who, id, 'on');
      await again();
      return {
        again,
        finished: async () =>
          wrong({
            'it runs': there(bench, machineId)?.power === 'on',
            recorded: (await machines.find(bench.store.db, machineId))?.state === 'running',
            'still ready': (await reservationOf(bench, id)).state === 'ready',
          }),
        undone: async () =>
          wrong({
            told: (await reservationOf(bench, id)).stageText.startsWith('power on failed'),
            'still ready': (await reservationOf(bench, id)).state === 'ready',
          }),
      };
    },
  },
  unlink: {
    ready: oneThatIsOff,
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      const again = () => unlinkReservation(bench.deps, bench.who, id);
      await again();
      return {
        again,
        finished: async () =>
          wrong({
            ...(await ownDisks(bench, machineId)),
            told: (await reservationOf(bench, id)).stageText.includes('disks of its own now'),
          }),
        undone: async () => {
          const { alone: _, ...rest } = await ownDisks(bench, machineId);
          return wrong({ ...rest, told: (await reservationOf(bench, id)).stageText.startsWith('it was not given disks of its own') });
        },
      };
    },
  },
  relocate: {
    ready: oneThatIsOff,
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      const where = () => [...bench.deps.drivers.values()][0]?.whereabouts(machineId)?.datastores ?? [];
      const [from] = where();
      const datastore = from === 'ds0' ? 'ds1' : 'ds0';
      const again = () => relocateReservation(bench.deps, bench.who, { id, datastore });
      await again();
      const truth = async () => {
        const told = await ownDisks(bench, machineId);
        // the fake has no datastores
        return { ...told, 'it lies there whole or not at all': from === undefined || where().join() === (told.alone ? datastore : from) };
      };
      return {
        again,
        finished: async () =>
          wrong({
            ...(await truth()),
            told: (await reservationOf(bench, id)).stageText.includes(`it lies on the datastore ${datastore} now`),
          }),
        undone: async () => {
          const { alone: _, ...rest } = await truth();
          return wrong({ ...rest, told: (await reservationOf(bench, id)).stageText.startsWith('it was not moved') });
        },
      };
    },
  },
  prove: {
    async begin(bench) {
      const [made] = await bench.store.db.selectFrom('revision').select(['id', 'number']).execute();
      const number = made?.number ?? 0;
      const { id, machineId } = await proveRevision(bench.deps, bench.who, {
        id: randomUUID(),
        image: 'golden',
        revision: number,
        proof: { publish: true },
      });
      const over = async () => ({
        'reservation ended': (await reservationOf(bench, id)).state === 'ended',
        'machine gone': there(bench, machineId) === undefined,
      });
      const facts = async () => (await images.revision(bench.store.db, made?.id ?? ''))?.facts ?? {};
      return {
        finished: async () =>
          wrong({ ...(await over()), proved: 'proved' in (await facts()), 'not both': !('notProved' in (await facts())) }),
        undone: async () =>
          wrong({ ...(await over()), 'the cause is kept': 'notProved' in (await facts()), 'not both': !('proved' in (await facts())) }),
      };
    },
  },
  checkpoint: {
    async ready(bench) {
      await readyOne(bench);
    },
    async begin(bench) {
      const { id, machineId } = await theReservation(bench);
      const again = () => addCheckpoint(bench.deps, bench.who, { reservationId: id, name: 'first', description: 'before the update' });
      await again();
      const driver = () => [...bench.deps.drivers.values()][0];
      return {
        again,
        finished: async () => {
          const [row] = await checkpoints.ofMachine(bench.store.db, machineId);
          const names = (await driver()?.checkpoints(makeCtx(), machineId))?.map((c) => c.name);
          return wrong({
            'one row': (await rowsOf(bench, machineId)).join() === 'first there',
            'the provider has it, and no other': names?.join() === row?.id,
            'it runs': there(bench, machineId)?.power === 'on',
            'still ready': (await reservationOf(bench, id)).state === 'ready',
          });
        },
        undone: async () =>
          wrong({
            'no row': (await rowsOf(bench, machineId)).length === 0,
            'the provider has none': (await driver()?.checkpoints(makeCtx(), machineId))?.length === 0,
            told: (await reservationOf(bench, id)).stageText.startsWith('checkpoint first could not be made'),
            'it runs': there(bench, machineId)?.power === 'on',
          }),
      };
    },
  },
  'remove-revision': {
    async begin(bench) {
      await retireRevision(bench.deps, bench.who, bench.revisionId);
      const again = () => removeRevision(bench.deps, bench.who, bench.revisionId);
      await again();
      return {
        again,
        finished: async () =>
          wrong({
            'no row': (await images.revision(bench.store.db, bench.revisionId)) === undefined,
            'no master': master(bench, bench.revisionId) === undefined,
          }),
        undone: async () => wrong({ 'not handed out': (await images.revision(bench.store.db, bench.revisionId))?.state === 'retired' }),
      };
    },
  },
  'add-master': {
    async ready(bench) {
      // A revision whose machines were all on another provider: its master here is made by an import of the same.
      await bench.driver.removeMaster(makeCtx(), bench.revisionId);
      await masters.remove(bench.store.db, bench.revisionId, bench.providerId);
    },
    async begin(bench) {
      const { source, staged } = await bench.world.source(onTestFinished);
      const provider = (await providers.find(bench.store.db, bench.providerId)).name;
      await addMaster(bench.deps, bench.who, { image: 'golden', revision: 1, provider, source, told: { kind: source.kind } });
      return {
        finished: async () =>
          wrong({
            'master sealed': master(bench, bench.revisionId)?.digest !== undefined,
            'master recorded': (await masters.find(bench.store.db, bench.revisionId, bench.providerId)) !== undefined,
            'upload removed': !(await staged()),
          }),
        undone: async () =>
          wrong({
            'still published': (await images.revision(bench.store.db, bench.revisionId))?.state === 'published',
            'upload removed': !(await staged()),
          }),
      };
    },
  },
};

/** Golden disks on a second datastore of the same provider. A whole copy stays when the run fails after it, so it is asked for anew. */
const replicaCase: Case = {
  async begin(bench) {
    const { name: provider } = await providers.find(bench.store.db, bench.providerId);
    const again = () => replicateMaster(bench.deps, bench.who, { image: 'golden', provider, datastore: 'ds1' });
    const stores = async () =>
      (await masters.find(bench.store.db, bench.revisionId, bench.providerId))?.files.map(({ path }) => path.slice(0, 5)).join();
    const copies = () => bench.world.masters().filter((m) => m.revisionId === bench.revisionId && m.digest !== undefined).length;
    await again();
    return {
      again,
      finished: async () => wrong({ 'two whole copies': copies() === 2, 'both recorded': (await stores()) === '[ds0],[ds1]' }),
      undone: async () => [
        ...wrong({
          'the first is whole': copies() >= 1,
          'the first alone is recorded': (await stores()) === '[ds0]',
          'still published': (await images.revision(bench.store.db, bench.revisionId))?.state === 'published',
        }),
        ...(await problems(bench)),
      ],
    };
  },
};

/** The other ways through one saga; the generic tests run them as well. */
const VARIANTS: readonly (readonly [string, string, Case])[] = [
  ...Object.keys(SAGAS).map((name) => [name, name, CASES[name] as Case] as const),
  ['provision (full)', 'provision', provisionCase('full')],
  ['checkpoint (revert)', 'checkpoint', checkpointCase(revertToCheckpoint, ['first there'])],
  ['checkpoint (delete)', 'checkpoint', checkpointCase(deleteCheckpoint, [])],
  ['provision (instant)', 'provision', provisionCase('instant')],
  ['add-master (replica)', 'add-master', replicaCase],
];

const sagaOf = (name: string): AnySaga => SAGAS[name] as AnySaga;

/** Every fault point at which runSaga can be cut short; those of undo only where there is one. */
function faultPoints(name: string): string[] {
  const { steps, forwardOnly } = sagaOf(name);
  const of = (step: Pick<Step<never, never>, 'name'>, way: string) => [
    `${name}:${step.name}:${way}:before`,
    `${name}:${step.name}:${way}:after`,
  ];
  return [
    ...steps.flatMap((s) => of(s, 'do')),
    `${name}:end:do:before`,
    ...(forwardOnly ? [] : [...steps.flatMap((s) => of(s, 'undo')), `${name}:end:undo:before`]),
  ];
}

/** A worker's process that dies at a point: nothing of it acts any more, and its job is left as it stands. */
function deathAt(name: string, point: string): { fault: FaultPoint; died: Promise<void> } {
  let dead = false;
  let tell!: () => void;
  const died = new Promise<void>((resolve) => (tell = resolve));
  const last = sagaOf(name).steps.at(-1)?.name;
  const fault: FaultPoint = (at) => {
    if (at === point) {
      dead = true;
      tell();
    }
    if (dead) throw new CarrelError('fenced', `the process ended at ${point}`);
    // The way to the undo: everything was done, and the last answer says that it failed.
    if (point.includes(':undo:') && at === `${name}:${last}:do:after`) throw new CarrelError('injected', 'it was made to fail');
  };
  return { fault, died };
}

export interface SagaSuite {
  /** The fake driver unless given. */
  on?: (whenOver: WhenOver) => Promise<BenchDriver>;
  /** Titles of the ways that this driver cannot go. */
  without?: readonly string[];
  /** Runs one test of so many only, counted from `from`; all unless given. */
  part?: { every: number; from: number };
  /** Of each step, the failure before it is undone once and the one after it twice; else both in both ways. */
  brief?: boolean;
}

type Run = () => Promise<void>;

export function sagaSuite({ on, without = [], part = { every: 1, from: 0 }, brief = false }: SagaSuite = {}): void {
  const variants = VARIANTS.filter(([title]) => !without.includes(title));
  let count = 0;
  const group = (title: string, all: readonly (readonly [string, Run])[]) => {
    const some = all.filter(() => (count++ - part.from) % part.every === 0);
    if (some.length > 0) describe(title, () => some.forEach(([name, run]) => test(name, run)));
  };

  async function begun(name: string, kase: Case) {
    const bench = await makeBench(onTestFinished, on ? { on } : {});
    await kase.ready?.(bench);
    const before = await observe(bench);
    const bytes = master(bench, bench.revisionId)?.digest;
    const it = await kase.begin(bench);
    /** The finished state, and of the golden image not a byte changed. */
    const finished = async () => {
      const now = master(bench, bench.revisionId);
      return [
        ...(await it.finished()),
        ...(now === undefined || bytes === undefined || now.digest === bytes ? [] : ['the golden image was changed']),
      ];
    };
    return { bench, before, it: { ...it, finished }, saga: sagaOf(name) };
  }

  test('every saga has a case, and every case a saga', () => {
    expect(Object.keys(CASES).sort()).toEqual(Object.keys(SAGAS).sort());
  });

  group(
    'every step run twice ends right',
    variants.map(([title, name, kase]) => [title, () => everyStepRunTwice(name, kase)]),
  );

  async function everyStepRunTwice(name: string, kase: Case): Promise<void> {
    const { bench, it, saga } = await begun(name, kase);
    await drain(bench, { sagas: { [name]: everyStepTwice(saga) } });
    expect(await it.finished()).toEqual([]);
    expect(await problems(bench)).toEqual([]);
  }

  /** After a failure in `broken`: parked and finished once the fault is gone, dropped and asked for again, or undone without a trace. */
  async function afterFailure(name: string, kase: Case, change: (saga: AnySaga) => AnySaga): Promise<void> {
    const { bench, before, it, saga } = await begun(name, kase);
    await drain(bench, { sagas: { [name]: change(saga) } });
    const job = await jobOf(bench, name);
    if (saga.forwardOnly) {
      expect(job).toMatchObject({ state: 'stuck', direction: 'do', error: { code: 'injected' } });
      expect(await unstickAll(bench)).toBe(1);
    } else {
      expect(job.state).toBe('undone');
      expect(await it.undone?.()).toEqual([]);
      if (it.again === undefined) {
        expect(await observe(bench)).toEqual(before);
        expect(await problems(bench)).toEqual([]);
        return;
      }
      await it.again();
    }
    await drain(bench);
    expect(await it.finished()).toEqual([]);
    expect(await problems(bench)).toEqual([]);
  }

  for (const [title, name, kase] of variants) {
    const all = sagaOf(name).steps.flatMap(({ name: step }) =>
      (['before', 'after'] as const).flatMap((when): [string, Run][] => {
        const ways: [string, Run][] = [
          [`${when} step ${step}`, () => afterFailure(name, kase, (saga) => failingAt(saga, step, when))],
          [
            `${when} step ${step}, every undo run twice`,
            () => afterFailure(name, kase, (saga) => everyUndoTwice(failingAt(saga, step, when))),
          ],
        ];
        return brief ? [ways[when === 'before' ? 0 : 1] as [string, Run]] : ways;
      }),
    );
    group(`${title}: a failure leaves the world as before`, all);
  }

  async function takenOver(name: string, kase: Case, point: string): Promise<void> {
    const { bench, before, it } = await begun(name, kase);
    const { fault, died } = deathAt(name, point);
    const first = makeWorker(bench, { fault, name: 'bench/first' });
    await first.start();
    await died;
    await first.stop();
    await bench.reopen();
    expect((await jobOf(bench, name)).state).toBe('running');
    expect(await reapFormerLives(bench.store, 'bench/second')).toBe(1);
    const second = makeWorker(bench, { name: 'bench/second' });
    await second.start();
    await until(() => idle(bench), 'an end of all jobs');
    await second.stop();
    const end = (await jobOf(bench, name)).state;
    expect(end).toBe(point.includes(':undo:') ? 'undone' : 'done');
    if (end === 'done') expect(await it.finished()).toEqual([]);
    else {
      expect(await it.undone?.()).toEqual([]);
      if (it.again === undefined) expect(await observe(bench)).toEqual(before);
      else {
        await it.again();
        await drain(bench);
        expect(await it.finished()).toEqual([]);
      }
    }
    expect(await problems(bench)).toEqual([]);
  }

  // A full clone goes the way of a linked one here, a delete that of an undo; the instant one is powered on from another state.
  for (const [title, name, kase] of variants.filter(([variant]) => !['provision (full)', 'checkpoint (delete)'].includes(variant))) {
    group(
      `${title}: the process ends at a fault point and another worker takes the run over`,
      faultPoints(name).map((point) => [point, () => takenOver(name, kase, point)]),
    );
  }
}
