/**
 * kill -9 of a real server at steps of every saga, over real QEMU (crash-qemu.ts) and over the simulator as vCenter and as ESXi
 * (crash-vsphere.ts): its machines live on, and after restart every reservation and revision is finished or undone, with no leaked
 * machine, process, folder, file, port or row (promise 6).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Reservation } from '../../src/contract/reservations.ts';
import { SAGAS } from '../../src/engine/sagas/index.ts';
import { errorCode } from '../../src/lib/errors.ts';
import { type TestServer, until } from './server.ts';

/** A way through one saga: `provision`, or `provision (full)`. */
export interface Way {
  /** What has to be there before. */
  ready?: () => Promise<unknown>;
  /** Sets it going. The server may die before it has answered: the intent is durable all the same. */
  begin: () => Promise<unknown>;
  /** Called when the server is dead. */
  dead?: () => void;
}

/** Where the machines are made. */
export interface CrashPlace {
  readonly server: TestServer;
  readonly mode: 'linked' | 'instant';
  /** Ways that only this place has, or that are gone in another manner there; `here` are those of all places. */
  ways(here: Readonly<Record<string, Way>>): Record<string, Way>;
  /** Sagas that cannot be set going here. Their tests run elsewhere. */
  readonly elsewhere: readonly string[];
  /** Brings all up, a server included, with the image `starter`. */
  setUp(env: () => NodeJS.ProcessEnv): Promise<void>;
  dispose(): Promise<void>;
  /** Starts a server on what is there; `env` has what makes it die. */
  start(env: NodeJS.ProcessEnv): Promise<void>;
  /** Makes a revision of the image `second`; its number. */
  second(): Promise<number>;
  /** After a restart and the end of all work; `ready` are the reservations that have machines. Throws if anything else is there, or less. */
  check(ready: readonly Reservation[]): Promise<void>;
}

/** Every point at which the server is killed in one saga. */
export function pointsOf(saga: string): string[] {
  return [
    ...(SAGAS[saga]?.steps ?? []).flatMap((step) => [`${saga}:${step.name}:do:before`, `${saga}:${step.name}:do:after`]),
    `${saga}:end:do:before`,
  ];
}

/** Waits until no work is left. Fails at once if some of it is parked: nobody would take that up again. */
export async function allWorkOver(server: TestServer): Promise<void> {
  await until('all work to come to an end', async () => {
    const { items } = await server.client.listJobs({ query: { limit: 200 } });
    const stuck = items.find((job) => job.state === 'stuck');
    if (stuck !== undefined) throw new Error(`parked: ${JSON.stringify(stuck)}`);
    return items.every((job) => job.state === 'done' || job.state === 'undone') ? true : undefined;
  });
}

/** A place with its ways, and what is the same for a kill by whatever means. */
export class Crashes {
  readonly place: CrashPlace;
  readonly ways: Record<string, Way>;

  constructor(place: CrashPlace) {
    this.place = place;
    this.ways = place.ways(this.#everywhere());
  }

  get #client() {
    return this.place.server.client;
  }

  get faultFile(): string {
    return join(this.place.server.dataDir, 'fault');
  }

  get env(): NodeJS.ProcessEnv {
    return { CARREL_FAULT_FILE: this.faultFile };
  }

  async #one() {
    const { items } = await this.#client.listReservations();
    return { id: items[0]?.id as string };
  }

  /** One that is lent; what was lent before stays the one. */
  async machine(): Promise<void> {
    if ((await this.#one()).id !== undefined) return;
    const { state, failure } = await this.place.server.reserve(this.place.mode);
    expect([state, failure]).toEqual(['ready', undefined]);
  }

  /** One that is off. */
  async machineOff(): Promise<void> {
    await this.machine();
    const params = await this.#one();
    await this.#client.powerReservation({ params, body: { op: 'off' } });
    const isOff = async () => (await this.#client.showReservation({ params })).machine.state === 'stopped';
    await until('the machine to be off', async () => ((await isOff()) ? true : undefined));
    await allWorkOver(this.place.server);
  }

  async #secondPublished(): Promise<void> {
    const number = await this.place.second();
    await until('the second image', async () => {
      const { state, failure } = await this.#client.showRevision({ params: { name: 'second', number } });
      if (state === 'failed') throw new Error(failure?.message);
      return state === 'published' ? true : undefined;
    });
  }

  #everywhere(): Record<string, Way> {
    const machine = () => this.machine();
    const { mode } = this.place;
    const of = (work: (params: { id: string }) => Promise<unknown>) => async () => work(await this.#one());
    return {
      provision: { begin: () => this.#client.reserve({ body: { image: 'starter', mode, for: '1h' } }) },
      end: { ready: machine, begin: of((params) => this.#client.endReservation({ params })) },
      reimage: { ready: machine, begin: of((params) => this.#client.reimageReservation({ params, body: {} })) },
      prepare: { begin: () => this.place.second() },
      capture: { ready: machine, begin: of((params) => this.#client.captureReservation({ params, body: { image: 'captured' } })) },
      power: { ready: machine, begin: of((params) => this.#client.powerReservation({ params, body: { op: 'off' } })) },
      checkpoint: { ready: machine, begin: of((params) => this.#client.addCheckpoint({ params, body: { name: 'kept' } })) },
      unlink: { ready: () => this.machineOff(), begin: of((params) => this.#client.unlinkReservation({ params })) },
      prove: { begin: () => this.#client.proveRevision({ params: { name: 'starter', number: 1 }, body: {} }) },
      'remove-revision': {
        ready: () => this.#secondPublished(),
        begin: async () => {
          const { items } = await this.#client.listRevisions({ params: { name: 'second' } });
          const number = items.find((r) => r.state !== 'retired')?.number as number;
          await this.#client.retireRevision({ params: { name: 'second', number } });
          await this.#client.deleteRevision({ params: { name: 'second', number } });
        },
      },
    };
  }

  /** Everything as it should be after a restart: work at its end, one machine or none for each reservation, and nothing besides. */
  async allWell(): Promise<void> {
    const { place } = this;
    await allWorkOver(place.server);
    const { items } = await this.#client.listReservations({ query: { past: true, limit: 1000 } });
    for (const r of items) expect(['ready', 'ended', 'failed']).toContain(r.state);
    const ready = items.filter((r) => r.state === 'ready');
    const provider = await until('the provider to be open', async () => {
      const [one] = (await this.#client.listProviders()).items;
      return one?.state === 'up' ? one : undefined;
    });
    expect(provider.used.machines).toBe(ready.length);
    await place.check(ready);
    const { findings } = await this.#client.reconcile({ body: { dryRun: true } });
    expect(findings.filter(({ kind }) => kind !== 'foreign')).toEqual([]);
    const image = await this.#client.verifyImage({ params: { name: 'starter' }, body: {} });
    expect(image.ok).toBe(true);
  }

  /** Ends all that is lent; nothing is left. */
  async allEnded(): Promise<void> {
    await this.place.server.endAll();
    await this.place.check([]);
  }

  /**
   * Each way goes until the server is dead; `arm` says how it dies. Then another server, and all has to be well. A machine that one way left is
   * the next one's; in the end nothing is left.
   */
  async killed(turns: readonly (readonly [way: string, arm: () => void])[]): Promise<void> {
    for (const [name, arm] of turns) {
      const way = this.ways[name] as Way;
      await way.ready?.();
      arm();
      await way.begin().catch(() => {});
      await this.place.server.gone();
      await this.#again(way);
    }
    await this.allEnded();
  }

  /** The way goes until its work is over, or until the server is dead. `arm` says what happens in it. */
  async gone(way: Way, arm: () => void): Promise<void> {
    const { server } = this.place;
    await way.ready?.();
    arm();
    await way.begin().catch((error: unknown) => {
      if (!isOfDeath(error)) throw error;
    });
    await until('the end of the server or of the work', async () => {
      if (server.pid === undefined) return true;
      const { items } = await this.#client.listJobs({ query: { limit: 200 } }).catch((error: unknown) => {
        if (isOfDeath(error)) return { items: [{ state: 'running' }] };
        throw error;
      });
      return items.every(({ state }) => state !== 'ready' && state !== 'running') ? true : undefined;
    });
  }

  /** Another server in place of one that is dead: all has to be well. */
  async #again(way: Way): Promise<void> {
    way.dead?.();
    await this.place.start(this.env);
    await this.allWell();
  }

  /** The same, and then all is ended. */
  async recovered(way: Way): Promise<void> {
    await this.#again(way);
    await this.allEnded();
  }
}

/** The answer of a server that is just dying. */
function isOfDeath(error: unknown): boolean {
  return error instanceof TypeError || errorCode(error) === 'unreachable';
}

/** Defines the tests. `some`: those points alone, of the ways that are named as the saga is, one after the other on what is there. */
export function crashSuite(place: CrashPlace, some?: readonly string[]): Crashes {
  const crashes = new Crashes(place);
  beforeAll(() => place.setUp(() => crashes.env));
  afterAll(() => place.dispose());
  // What one test found must not stand in the way of the next.
  beforeEach(async () => {
    if (place.server.pid !== undefined) return;
    await place.start(crashes.env);
    await allWorkOver(place.server);
    await place.server.endAll();
  });

  const all = Object.keys(crashes.ways).flatMap((way) => pointsOf(way.split(' ')[0] as string).map((point) => [way, point] as const));

  test('every saga has a way here', () => {
    const sagas = new Set(Object.keys(crashes.ways).map((way) => way.split(' ')[0]));
    expect(new Set([...sagas, ...place.elsewhere])).toEqual(new Set(Object.keys(SAGAS)));
    for (const point of some ?? []) expect(all.map(([, p]) => p)).toContain(point);
  });

  const at = (way: string, point: string) => [way, () => writeFileSync(crashes.faultFile, point)] as const;
  if (some === undefined) test.each(all)('%s: killed at %s', (way, point) => crashes.killed([at(way, point)]));
  else if (some.length > 0) {
    test(`killed at ${some.join(', then at ')}`, () => crashes.killed(some.map((point) => at(point.split(':')[0] as string, point))));
  }
  return crashes;
}
