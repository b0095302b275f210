/**
 * kill -9 of the server at steps of every saga, over real QEMU: its machines live on, and after restart every reservation
 * and revision is finished or undone, with no leaked process, folder, file, port or row (promise 6).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SAGAS } from '../../src/engine/sagas/index.ts';
import { haveAppliance } from './qemu-harness.ts';
import { TestServer, until } from './server.ts';

/** Defines the tests. */
export function crashSuite(which: 'all' | 'some'): void {
  const server = new TestServer();

  const faultFile = join(server.dataDir, 'fault');
  const start = () => server.start({ CARREL_FAULT_FILE: faultFile });

  beforeAll(async () => {
    await haveAppliance(server.dataDir);
    await start();
    await server.buildStarter();
    // The frozen parent is made once, so that what follows are restores.
    expect((await server.reserve('instant')).state).toBe('ready');
    await server.endAll();
  });
  afterAll(() => server.dispose());

  /** A disk that nobody will boot: making a revision of it is quick. */
  function uploadSecond() {
    const bytes = new Uint8Array(1 << 20).fill(7, 4096);
    // The mark of a boot sector, by which a raw disk is known; without a partition table nobody looks into it.
    bytes.set([0x55, 0xaa], 510);
    const content = new Blob([bytes]);
    return server.client.uploadImage({
      params: { name: 'second' },
      query: { format: 'raw', agent: 'none', publish: true },
      content,
      bytes: content.size,
    });
  }

  /** What sets a saga going. Returns the id of what to look at afterwards. */
  const TRIGGERS: Record<string, () => Promise<void>> = {
    provision: async () => {
      await server.client.reserve({ body: { image: 'starter', mode: 'instant', for: '1h' } });
    },
    end: async () => {
      const { items } = await server.client.listReservations();
      await server.client.endReservation({ params: { id: items[0]?.id as string } });
    },
    reimage: async () => {
      const { items } = await server.client.listReservations();
      await server.client.reimageReservation({ params: { id: items[0]?.id as string }, body: {} });
    },
    prepare: async () => {
      await uploadSecond();
    },
    capture: async () => {
      const { items } = await server.client.listReservations();
      await server.client.captureReservation({ params: { id: items[0]?.id as string }, body: { image: 'captured' } });
    },
    power: async () => {
      const { items } = await server.client.listReservations();
      await server.client.powerReservation({ params: { id: items[0]?.id as string }, body: { op: 'off' } });
    },
    checkpoint: async () => {
      const { items } = await server.client.listReservations();
      await server.client.addCheckpoint({ params: { id: items[0]?.id as string }, body: { name: 'kept' } });
    },
    unlink: async () => {
      const { items } = await server.client.listReservations();
      const params = { id: items[0]?.id as string };
      await server.client.powerReservation({ params, body: { op: 'off' } });
      const isOff = async () => (await server.client.showReservation({ params })).machine.state === 'stopped';
      await until('the machine to be off', async () => ((await isOff()) ? true : undefined));
      await server.client.unlinkReservation({ params });
    },
    prove: async () => {
      await server.client.proveRevision({ params: { name: 'starter', number: 1 }, body: {} });
    },
    'remove-revision': async () => {
      const { items } = await server.client.listRevisions({ params: { name: 'second' } });
      const number = items.find((r) => r.state !== 'retired')?.number as number;
      await server.client.retireRevision({ params: { name: 'second', number } });
      await server.client.deleteRevision({ params: { name: 'second', number } });
    },
  };
  /**
   * What this host alone cannot set going (its saga tests run on the fake and on the simulator): a further master wants a second provider, a move
   * another datastore.
   */
  const ELSEWHERE = ['add-master', 'relocate'];
  const NEEDS_MACHINE = new Set(['end', 'reimage', 'capture', 'power', 'checkpoint', 'unlink']);
  const NEEDS_SECOND = new Set(['remove-revision']);

  const here = Object.values(SAGAS).filter(({ name }) => !ELSEWHERE.includes(name));
  /** Every point at which the server is killed. */
  const all = here.flatMap((saga) => [
    ...saga.steps.flatMap((step) => [`${saga.name}:${step.name}:do:before`, `${saga.name}:${step.name}:do:after`]),
    `${saga.name}:end:do:before`,
  ]);
  /**
   * One kill between the world and its record for each kind of thing that is made or taken away: a machine that runs and that nobody has
   * written down yet, one that is being taken away, golden disks of a file, golden disks of a machine. Every saga's points are cut on the fake
   * driver and the simulator (saga-suite.ts), and here at length.
   */
  const some = ['provision:start', 'end:destroy', 'prepare:master', 'capture:flatten'].map((step) => `${step}:do:after`);

  test('every saga has a trigger here', () => {
    expect([...Object.keys(TRIGGERS), ...ELSEWHERE].sort()).toEqual(Object.keys(SAGAS).sort());
    expect(all).toEqual(expect.arrayContaining(some));
  });

  test.each(which === 'all' ? all : some)('killed at %s', async (point) => {
    const saga = point.split(':')[0] as string;
    if (NEEDS_SECOND.has(saga)) {
      const { revision } = await uploadSecond();
      await until('the second image', async () => {
        const { state } = await server.client.showRevision({ params: { name: 'second', number: revision.number } });
        return state === 'published' ? true : undefined;
      });
    }
    if (NEEDS_MACHINE.has(saga)) expect((await server.reserve('instant')).state).toBe('ready');
    const alive = new Set(server.processes());
    writeFileSync(faultFile, point);
    // The server may die before it has answered: the intent is durable all the same.
    await TRIGGERS[saga]?.().catch(() => {});
    await server.gone();
    // Machines that were running go on without the server, unless it was just taking them away.
    if (saga === 'capture') expect(server.processes()).toEqual(expect.arrayContaining([...alive]));

    await start();
    await until('all work to come to an end', async () => {
      const { items } = await server.client.listJobs({ query: { limit: 200 } });
      return items.every((job) => job.state === 'done' || job.state === 'undone') ? true : undefined;
    });
    const { items } = await server.client.listReservations({ query: { past: true, limit: 1000 } });
    for (const r of items) expect(['ready', 'ended', 'failed']).toContain(r.state);
    const ready = items.filter((r) => r.state === 'ready');
    // One machine or none for each reservation, and nothing besides.
    const [provider] = (await server.client.listProviders()).items;
    expect(provider?.used.machines).toBe(ready.length);
    expect(
      server
        .traces()
        .filter((t) => t.startsWith('machines/'))
        .sort(),
    ).toEqual(ready.map((r) => `machines/${r.machine.id}`).sort());
    expect((await server.client.reconcile({ body: { dryRun: true } })).findings).toEqual([]);
    const image = await server.client.verifyImage({ params: { name: 'starter' }, body: {} });
    expect(image.ok).toBe(true);

    await server.endAll();
    expect(server.traces()).toEqual([]);
  });
}
