/**
 * vSphere's simulator, as vCenter or as ESXi, as the place of crash-suite.ts. It runs in the test's own process, so it outlives the server as a
 * real one does; what is there is read from its model, past the driver. The server can be killed at any write of it as well.
 */
import { expect, test } from 'vitest';
import { damagedParents } from '../../src/core/lineage.ts';
import type { Reservation } from '../../src/contract/reservations.ts';
import { errorCode } from '../../src/lib/errors.ts';
import { type TestDb, testDb } from '../../src/store/testing.ts';
import type { Vm } from '../../src/vsim/model/entities.ts';
import { CLOUD_IMAGE } from '../../src/vsim/model/options.ts';
import { fileHash, openLink } from '../../src/vsim/model/vmdk.ts';
import { startVsim, type Vsim } from '../../src/vsim/vsim.ts';
import { allWorkOver, type Crashes, type CrashPlace, type Way } from './crash-suite.ts';
import { TestServer } from './server.ts';

export type Kind = 'vcenter' | 'esxi';

/** What changes something and is no task. */
const WRITES = new Set(['UnregisterVM', 'MarkAsTemplate', 'MarkAsVirtualMachine', 'MakeDirectory', 'RegisterVM_Task']);
/** Which of the `n` writes from now on, and of which method if it matters. */
export interface AtWrite {
  n: number;
  method?: string;
}

export class VSpherePlace implements CrashPlace {
  server!: TestServer;
  readonly mode = 'linked';
  readonly elsewhere: readonly string[];
  readonly kind: Kind;
  readonly #guestSshPort: number;
  readonly #over: (() => Promise<void>)[] = [];
  vsim!: Vsim;
  t!: TestDb;
  /** Machines and folders of other people. */
  #others = new Set<string>();
  #golden = new Map<string, string>();
  #armed: { left: number; method: string | undefined; strike: () => void } | undefined;

  /** An address alone does not tell one simulated guest from another; a port that nobody else here takes does. */
  constructor(kind: Kind, guestSshPort: number) {
    this.kind = kind;
    this.#guestSshPort = guestSshPort;
    // a lone host moves nothing
    this.elsewhere = kind === 'esxi' ? ['relocate'] : [];
  }

  async setUp(env: () => NodeJS.ProcessEnv): Promise<void> {
    this.server = new TestServer();
    this.t = await testDb((over) => this.#over.push(over));
    const options = { kind: this.kind, masters: 2, masterBytes: 2 ** 20, bootMs: 1, guestSshPort: this.#guestSshPort };
    this.vsim = await startVsim({ ...CLOUD_IMAGE, ...options });
    this.#watch();
    for (const what of this.#there()) this.#others.add(what);
    await this.start(env());
    const { vsim, server } = this;
    await server.client.addProvider({
      body: {
        ...{ name: 'lab', kind: this.kind, url: vsim.url, username: vsim.username, password: vsim.password },
        trust: { fingerprint256: vsim.fingerprint256 },
      },
    });
    await this.#import('starter', 'copy');
    await allWorkOver(server);
    const { masters } = await server.client.showRevision({ params: { name: 'starter', number: 1 } });
    for (const { path } of masters.flatMap((m) => m.files)) this.#golden.set(path, this.#hash(path));
    expect(this.#golden.size).toBeGreaterThan(0);
  }

  async dispose(): Promise<void> {
    await this.server.dispose();
    await this.vsim.close();
    for (const over of this.#over.reverse()) await over();
    if (this.vsim.model.bugs.length > 0) throw this.vsim.model.bugs[0];
  }

  async start(env: NodeJS.ProcessEnv): Promise<void> {
    await this.server.start({ ...env, DATABASE_URL: this.t.url }, undefined, ['--no-qemu']);
  }

  async #import(name: string, how: 'copy' | 'adopt'): Promise<number> {
    const vm = this.vsim.sim.masters[how === 'copy' ? 0 : 1]?.path as string;
    const body = { provider: 'lab', vm, how, publish: true, sshPort: this.#guestSshPort } as const;
    return (await this.server.client.importVm({ params: { name }, body })).revision.number;
  }

  second(): Promise<number> {
    return this.#import('second', 'copy');
  }

  ways(here: Readonly<Record<string, Way>>): Record<string, Way> {
    const one = async () => (await this.server.client.listReservations()).items[0] as Reservation;
    const off = here.unlink?.ready as () => Promise<unknown>;
    const params = async () => ({ id: (await one()).id });
    const kept = async () => {
      await here.checkpoint?.ready?.();
      await here.checkpoint?.begin();
      await allWorkOver(this.server);
    };
    const checkpoint = async () => {
      const { id } = await params();
      const { items } = await this.server.client.listCheckpoints({ params: { id } });
      return { id, checkpoint: items[0]?.id as string };
    };
    return {
      ...here,
      'provision (full)': {
        begin: () => this.server.client.reserve({ body: { image: 'starter', mode: 'full', for: '1h' } }),
      },
      capture: { ready: off, begin: () => here.capture?.begin() ?? Promise.resolve() },
      'prepare (adopt)': {
        ready: () => this.#givenBack(),
        begin: () => this.#import('adopted', 'adopt'),
      },
      'checkpoint (revert)': {
        ready: kept,
        begin: async () => this.server.client.revertCheckpoint({ params: await checkpoint() }),
      },
      'checkpoint (delete)': {
        ready: kept,
        begin: async () => this.server.client.deleteCheckpoint({ params: await checkpoint() }),
      },
      'add-master': {
        ready: async () => {
          await this.second();
          await allWorkOver(this.server);
        },
        begin: () => this.server.client.replicateImage({ params: { name: 'second' }, body: { provider: 'lab', datastore: 'ds1' } }),
      },
      ...(this.kind === 'esxi'
        ? {}
        : {
            relocate: {
              ready: off,
              begin: async () => {
                const { id, machine } = await one();
                const datastore = machine.datastores?.includes('ds1') ? 'ds0' : 'ds1';
                await this.server.client.relocateReservation({ params: { id }, body: { datastore } });
              },
            },
          }),
    };
  }

  /** What changes something at once, without a saga. */
  calls(): Record<string, Way> {
    const body = { reason: 'a test of crashes' };
    const reseal = async () =>
      this.server.client.resealRevision({ params: { name: 'starter', number: 1 }, body }).catch((error: unknown) => {
        // Who asked is told, and asks again.
        if (errorCode(error) !== 'unavailable') throw error;
      });
    return { reseal: { begin: reseal } };
  }

  /** What was adopted before is its owner's again, as it was. */
  async #givenBack(): Promise<void> {
    const { client } = this.server;
    const images = (await client.listImages()).items;
    if (!images.some((image) => image.name === 'adopted')) return;
    for (const { number, state } of (await client.listRevisions({ params: { name: 'adopted' } })).items) {
      if (state !== 'retired') await client.retireRevision({ params: { name: 'adopted', number } });
      await client.deleteRevision({ params: { name: 'adopted', number } });
    }
    await allWorkOver(this.server);
  }

  /** `strike` is called at that write, when it is done and nobody has heard of it. */
  atWrite({ n, method }: AtWrite, strike: () => void): void {
    this.#armed = { left: n, method, strike };
  }

  /** Whether what was asked for with {@link atWrite} is still to come; it comes no more. */
  disarm(): boolean {
    const armed = this.#armed !== undefined;
    this.#armed = undefined;
    return armed;
  }

  /** Kills the server there. */
  killAt(write: AtWrite): void {
    this.atWrite(write, () => process.kill(this.server.pid as number, 'SIGKILL'));
  }

  /** There the server restarts, and is away for some calls more. */
  restartAt(write: AtWrite): void {
    this.atWrite(write, () =>
      // Not in the middle of the model's own work.
      setImmediate(() => {
        this.vsim.restart();
        this.vsim.fault({ point: 'drop', count: 5 });
      }),
    );
  }

  /** The simulator asks its rules at each effect of a task and before each answer: there it is told to us. */
  #watch(): void {
    const { rules } = this.vsim.model;
    // With no rules at all nobody is asked before an answer.
    rules.add({ point: 'before', method: 'none' });
    const match = rules.match.bind(rules);
    rules.match = (point, method, ...rest) => {
      const armed = this.#armed;
      const write = point === 'effect' || (point === 'reply' && WRITES.has(method));
      if (armed !== undefined && write && (armed.method === undefined || armed.method === method) && --armed.left === 0) {
        this.#armed = undefined;
        armed.strike();
      }
      return match(point, method, ...rest);
    };
  }

  /** Folders on datastores and machines, by the simulator's own word. */
  #there(): string[] {
    const { storage, vms } = this.vsim.model;
    const folders = storage.all().flatMap((store) => [...store.subfolders('')].map((name) => `[${store.name}] ${name}/`));
    return [...folders, ...[...vms.values()].map((vm) => `machine ${vm.record.instanceUuid}`)];
  }

  #hash(path: string): string {
    return fileHash(openLink(this.vsim.model.storage, path));
  }

  async check(ready: readonly Reservation[]): Promise<void> {
    const { model } = this.vsim;
    // All went on: nothing was given up because of a crash.
    const given = await this.t.db.selectFrom('job').select(['saga', 'state', 'error']).where('state', '<>', 'done').execute();
    expect(given).toEqual([]);
    // What was taken away has its proof, also where nobody heard of the delete.
    const gone = await this.t.db.selectFrom('machine').select(['id', 'proof']).where('state', '=', 'gone').execute();
    expect(gone.filter(({ proof }) => proof === null || proof.removed.length === 0 || damagedParents(proof).length > 0)).toEqual([]);
    for (const { machine } of ready) expect(model.findVms((vm) => vm.record.instanceUuid === machine.id)).toHaveLength(1);
    const golden = (await this.t.db.selectFrom('master').select('files').execute()).flatMap(({ files }) => files.map((f) => f.path));
    const folderOf = (path: string) => `${path.split('/')[0]}/`;
    const goldenFolders = new Set(golden.map(folderOf));
    const home = (vm: Vm) => folderOf(vm.record.vmPath);
    const allowed = new Set(this.#others);
    for (const folder of goldenFolders) allowed.add(folder);
    for (const vm of model.vms.values()) {
      const lent = ready.some(({ machine }) => machine.id === vm.record.instanceUuid);
      if (lent || goldenFolders.has(home(vm))) allowed.add(`machine ${vm.record.instanceUuid}`);
      if (lent) allowed.add(home(vm));
    }
    expect(this.#there().filter((what) => !allowed.has(what))).toEqual([]);
    for (const [path, hash] of this.#golden) expect([path, this.#hash(path)]).toEqual([path, hash]);
  }
}

/** Defines a test: the server killed when each `write` was made, before anybody heard of it, one after the other on what is there. */
export function killedAt(crashes: Crashes, place: VSpherePlace, all: readonly (readonly [way: string, write: AtWrite])[]): void {
  const named = all.map(([way, { method, n }]) => `${way}, ${method} ${n}`);
  test(`killed at writes of vSphere: ${named.join('; ')}`, () =>
    crashes.killed(all.map(([way, write]) => [way, () => place.killAt(write)] as const)));
}

/** Defines tests: vCenter or ESXi itself restarts there, under a server that goes on. */
export function restartedAt(crashes: Crashes, place: VSpherePlace, all: readonly (readonly [way: string, write: AtWrite])[]): void {
  test.each(all)('%s: vSphere restarts at a write: %o', async (way, write) => {
    expect(await restarted(crashes, place, crashes.ways[way] as Way, write)).toBe(true);
  });
}

/** Whether it came to that write, and so to a restart. */
async function restarted(crashes: Crashes, place: VSpherePlace, way: Way, write: AtWrite): Promise<boolean> {
  await crashes.gone(way, () => place.restartAt(write));
  const reached = !place.disarm();
  await crashes.allWell();
  await crashes.allEnded();
  return reached;
}

/** Defines tests: the same at every write of each way, one after the other. */
export function atEveryWrite(crashes: Crashes, place: VSpherePlace): void {
  const ways = Object.entries({ ...crashes.ways, ...place.calls() });
  test.for(ways)('%s: killed at each write of vSphere', async ([, way], { annotate }) => {
    let writes = 0;
    for (; ; writes++) {
      await crashes.gone(way, () => place.killAt({ n: writes + 1 }));
      if (place.disarm()) break;
      await place.server.gone();
      await crashes.recovered(way);
    }
    await crashes.allWell();
    await crashes.allEnded();
    await annotate(`${writes} writes`);
    expect(writes).toBeGreaterThan(0);
  });
  test.for(ways)('%s: vSphere restarts at each write', async ([, way], { annotate }) => {
    let writes = 0;
    while (await restarted(crashes, place, way, { n: writes + 1 })) writes++;
    await annotate(`${writes} writes`);
    expect(writes).toBeGreaterThan(0);
  });
}
