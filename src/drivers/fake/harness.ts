import type { Harness, HarnessTimeouts } from '../../driver/conformance/harness.ts';
import type { Capabilities, Driver } from '../../driver/driver.ts';
import { makeCtx } from '../../lib/context.ts';
import { FakeDriver } from './fake-driver.ts';
import { guestAccount, guestRead, guestWrite } from './guest-files.ts';
import { leaks, masterDigest, plantForeign, plantStray, tamperChain, tamperMaster } from './interference.ts';
import { FakeWorld } from './world.ts';

const TAG = 'conformance';

export interface FakeHarnessOptions {
  /** File of the world; in memory if left out. */
  path?: string | undefined;
  capabilities?: Partial<Capabilities> | undefined;
  recipe?: string | undefined;
  /** Puts something between the suite and each driver, such as a sabotage. */
  wrap?: ((driver: FakeDriver) => Driver) | undefined;
  timeouts?: HarnessTimeouts | undefined;
  /** False lets the suite go the way it goes where boots are dear. */
  cheap?: boolean | undefined;
  /** Only the hooks that every harness must have, and those that reach the guest. */
  fewHooks?: boolean | undefined;
}

/** The conformance harness of the fake; with a path, a restart reads the world anew from its file. */
export async function makeFakeHarness(options: FakeHarnessOptions = {}): Promise<Harness> {
  let world = new FakeWorld({ path: options.path });
  const make = (): Driver => {
    const driver = new FakeDriver({ world, tag: TAG, capabilities: { reseal: true, ...options.capabilities } });
    return options.wrap?.(driver) ?? driver;
  };
  let driver = make();
  const capabilities = await driver.open(makeCtx());
  const hooks: Partial<Harness> = {
    failNext: async (verb, when) => world.addFault({ verb, when, count: 1, error: 'unavailable' }),
    tamperChain: async (machineId, how) => tamperChain(world, machineId, how),
    tamperMaster: async (revisionId) => tamperMaster(world, revisionId),
    otherDatastore: async () => 'elsewhere',
    crashMachine: async (machineId) => world.crash(machineId),
    plantStray: async () => plantStray(world, TAG),
  };
  return {
    get driver() {
      return driver;
    },
    capabilities,
    cheap: options.cheap ?? true,
    timeouts: options.timeouts ?? { verbMs: 60_000, masterMs: 60_000, guestMs: 60_000, abortMs: 60_000 },
    prepareSpec: (revisionId) => ({ revisionId, source: { kind: 'recipe', recipe: options.recipe ?? 'tiny' } }),
    async restart() {
      if (options.path !== undefined) world = new FakeWorld({ path: options.path });
      driver = make();
      await driver.open(makeCtx());
    },
    dispose: () => driver.close(),
    masterDigest: async (revisionId) => masterDigest(world, revisionId),
    leaks: async (keep) => leaks(world, TAG, keep),
    plantForeign: async (parentPath) => plantForeign(world, parentPath),
    guestWrite: async (machineId, path, text) => guestWrite(world, machineId, path, text),
    guestRead: async (machineId, path) => guestRead(world, machineId, path),
    guestAccount: async (machineId, user) => guestAccount(world, machineId, user),
    ...(options.fewHooks ? {} : hooks),
  };
}
