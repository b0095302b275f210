/** Store, drivers, engine and services brought up in order, and taken down in the reverse one. The HTTP server stands on this. */
import { say } from '../core/notices.ts';
import type { CapacityLimits } from '../core/capacity.ts';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { certificateOf, endpointOf, makeDriver, writtenOffDriver } from '../drivers/registry.ts';
import type { Driver } from '../driver/index.ts';
import { recordSeen } from '../engine/condition.ts';
import { Sealer } from '../engine/credentials.ts';
import { type PAUSES, ProviderRegistry } from '../engine/provider-registry.ts';
import { tellAway } from '../engine/away.ts';
import { endWrittenOff } from '../engine/intents/write-off.ts';
import { Presence } from '../engine/presence.ts';
import { Reconciler, startReconciler } from '../engine/reconcilers/reconcile.ts';
import type { FaultPoint } from '../engine/saga.ts';
import { countHours, startTimers } from '../engine/timers.ts';
import { Worker } from '../engine/worker.ts';
import type { EngineDeps } from '../engine/deps.ts';
import { type Ctx, makeCtx } from '../lib/context.ts';
import { describeError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { type Cluster, ensureCluster } from '../store/cluster.ts';
import { openStore, type PoolOptions, type Store } from '../store/db.ts';
import * as events from '../store/events.ts';
import { checkOwner, takeStore } from '../store/installation.ts';
import { pruneJobs } from '../store/jobs.ts';
import * as providers from '../store/providers.ts';
import { reapFormerLives } from '../store/queue.ts';
import * as sessions from '../store/sessions.ts';
import type { Provider } from '../store/schema.ts';
import { schemaWork } from '../store/migrate.ts';
import { serverLock } from '../store/server-lock.ts';
import { endpointConfig, plainReport } from './endpoint-config.ts';
import { fingerprint, type Installation } from './installation.ts';
import { makeServices, type Parts } from '../services/index.ts';
import type { Services } from '../services/interface.ts';

export interface ControlPlaneOptions {
  installation: Installation;
  /** A PostgreSQL of the site's own; a private cluster in the data directory if left out. */
  databaseUrl: string | undefined;
  log: Logger;
  version: string;
  limits: Partial<CapacityLimits>;
  /** Largest disk of an image that is brought, in bytes. */
  maxImageBytes?: number | undefined;
  /** Runs of one worker at one time. */
  concurrency: number;
  fault?: FaultPoint | undefined;
  /** See `DriverConfig`; for tests. */
  builtStarter?: string | undefined;
  /** Whether this machine's QEMU is a provider; true unless given. */
  qemu?: boolean | undefined;
  /** In place of QEMU's; for tests. */
  driver?: Driver | undefined;
  /** How often providers are looked at and tried; for tests. */
  providerPauses?: Partial<typeof PAUSES> | undefined;
  /** How often this server says that it is there, and how long its holds last; for tests. */
  presence?: { beatMs?: number; holdMs?: number } | undefined;
  /** Instead of {@link API_POOL}; for tests. */
  apiPool?: PoolOptions | undefined;
}

export interface ControlPlane {
  /** This server among those of the installation. */
  presence: Presence;
  services: Services;
  parts: Parts;
  store: Store;
  /** Aborts when this process may not go on, with the reason. */
  lost: AbortSignal;
  stop(): Promise<void>;
}

/** Length of a lease: work of a dead server moves on within it (and at once when it was of this installation). */
const LEASE_MS = 20_000;
const POLL_MS = 5_000;
/** Between two looks at what other servers do, in milliseconds. */
const FOLLOW_EVERY_MS = 10_000;
const RECONCILE_EVERY_MS = 60_000;
/** How long a look at a server's certificate may take. */
const CERTIFICATE_MS = 15_000;
const PRUNE_EVERY_MS = 3_600_000;
/** How long ended jobs and events are kept. */
const KEEP_MS = 30 * 86_400_000;
/** Somebody waits for every request: one that stands in another's way is refused with a sentence before they give up on it. */
export const API_POOL: PoolOptions = {
  purpose: 'api',
  poolSize: 10,
  limits: { connectionMs: 5_000, lockMs: 5_000, statementMs: 15_000, queryMs: 20_000 },
};
/** Heartbeats and timers: no load of requests or runs takes these connections. */
const VITAL_POOL: PoolOptions = {
  purpose: 'vital',
  poolSize: 4,
  limits: { connectionMs: 5_000, lockMs: 5_000, statementMs: 10_000, queryMs: 12_000 },
};

/**
 * Brings everything up. What was opened is closed again when a later part fails.
 * Errors: those of cluster and store, `already-running`, and those of the driver's `open`.
 */
export async function startControlPlane(ctx: Ctx, options: ControlPlaneOptions): Promise<ControlPlane> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse().splice(0)) {
      await close().catch((error: unknown) => options.log.warn({ err: describeError(error) }, 'something did not close cleanly'));
    }
  };
  try {
    return await bringUp(ctx, options, closers, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function bringUp(
  ctx: Ctx,
  options: ControlPlaneOptions,
  closers: (() => Promise<unknown>)[],
  stop: () => Promise<void>,
): Promise<ControlPlane> {
  const { installation, log } = options;
  let cluster: Cluster | undefined;
  if (options.databaseUrl === undefined) {
    cluster = await ensureCluster(ctx, { dir: join(installation.dir, 'pg'), log });
    closers.push(() => (cluster as Cluster).stop());
  }
  const target = options.databaseUrl ?? (cluster as Cluster).conn;
  const owner = { id: installation.id, keyFingerprint: fingerprint(installation.key) };
  await checkOwner(target, owner);
  // Locked before the schema is changed: a newer server must not take away under an older one what that needs.
  const lock = await serverLock(ctx, target, { serverId: installation.serverId, alone: (await schemaWork(target)) === 'alone' });
  closers.push(() => lock.release());
  const store = await openStore(ctx, target);
  closers.push(() => store.close());
  await takeStore(store.db, owner, new Date());
  await lock.share();
  // Requests, durable work, and what keeps leases and due times each have connections of their own.
  const api = store.apart(options.apiPool ?? API_POOL);
  const vital = store.apart(VITAL_POOL);

  const presence = new Presence({
    ...{ store: vital, log, version: options.version, ...options.presence },
    id: installation.serverId,
    ownHost: options.qemu !== false,
  });
  const clock = { log, now: () => presence.now(), newId: () => randomUUID() };
  const sealer = new Sealer(installation.key);
  const driverFor = (row: Provider): Driver => {
    if (row.writtenOffAt !== null) return writtenOffDriver(row.name, row.writtenOffReason ?? '');
    const { maxImageBytes, limits, builtStarter } = options;
    const config = { ...ofInstallation(options), maxImageBytes };
    if (row.connection !== null) return makeDriver({ ...config, ...endpointConfig(row, sealer) });
    const machineSecret = sealer.derive('guest accounts of machines');
    const { kind } = row;
    return options.driver ?? makeDriver({ ...config, installationId: installation.hostTag, kind, limits, machineSecret, builtStarter });
  };
  const registry = new ProviderRegistry({
    store,
    ...clock,
    make: driverFor,
    serves: (row) => presence.serves(row),
    taken: (id) => presence.take(id),
    tells: (id) => presence.holds(id),
    onOpen: (id, driver) => watchMachines(deps, driver, () => presence.holds(id)),
    pauses: options.providerPauses,
  });
  const deps: EngineDeps = { store, serverId: presence.id, drivers: registry.drivers, capabilities: registry.capabilities, ...clock };
  const host = await hostProvider(store, options);
  await presence.start();
  closers.push(() => presence.stop());
  closers.push(() => registry.stop());
  await openProviders(host, store, registry, options);
  closers.push(followOthers(deps, vital, registry, options.presence?.beatMs));
  const name = `${installation.serverId}/${process.pid}-${randomUUID().slice(0, 8)}`;
  const taken = await reapFormerLives(store, name);
  if (taken > 0) log.info({ taken }, 'taking up what an earlier server left unfinished');
  const worker = new Worker({
    deps,
    name,
    concurrency: options.concurrency,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    beats: vital,
    serves: () => ({ serverId: presence.id, providerIds: [...new Set([...registry.drivers.keys(), ...presence.held()])] }),
    ...(options.fault ? { fault: options.fault } : {}),
  });
  await worker.start();
  closers.push(() => worker.stop());
  const reconciler = new Reconciler(deps);
  closers.push(startReconciler(deps, reconciler, RECONCILE_EVERY_MS, (id) => presence.holds(id)));
  // Of a store that was just upgraded or filled, all of them.
  await countHours({ ...deps, store: vital });
  closers.push(startTimers({ ...deps, store: vital }));
  closers.push(startPruning(deps));

  const parts: Parts = {
    deps: { ...deps, store: api },
    sealer,
    reconciler,
    registry,
    endpoint: (row) => {
      const at = endpointOf({ ...ofInstallation(options), ...endpointConfig(row, sealer) });
      return { check: async (ctx) => plainReport(await at.check(ctx)), vms: (ctx) => at.vms(ctx) };
    },
    certificateOf: (url, signal) => certificateOf(makeCtx({ signal, timeoutMs: CERTIFICATE_MS }), url),
    probe: (row) => makeDriver({ ...ofInstallation(options), maxImageBytes: options.maxImageBytes, ...endpointConfig(row, sealer) }),
    cluster,
    version: options.version,
  };
  return { presence, services: makeServices(parts), parts, store, lost: lock.lost, stop };
}

const ofInstallation = ({ installation, log }: ControlPlaneOptions) => ({
  dataDir: installation.dir,
  installationId: installation.id,
  log,
});

/** The provider that is this server's own host; undefined without QEMU, which is then said of what it had. */
async function hostProvider(store: Store, options: ControlPlaneOptions): Promise<string | undefined> {
  const { serverId } = options.installation;
  const now = new Date();
  if (options.qemu !== false) {
    const spec = { id: randomUUID(), name: hostname(), kind: options.driver?.kind ?? 'qemu', now, serverId };
    return store.tx((tx) => providers.ensureHost(tx, spec));
  }
  const own = (await providers.list(store.db)).filter((row) => row.connection === null && (row.serverId ?? serverId) === serverId);
  for (const { id } of own) await providers.setState(store.db, id, 'down', { text: say('provider-no-qemu', {}) }, now);
  return undefined;
}

/**
 * Takes up what other servers change of the providers, and says of the hosts of those that are away that they are. Looks every few seconds;
 * returns how to stop.
 */
function followOthers(deps: EngineDeps, vital: Store, registry: ProviderRegistry, everyMs = FOLLOW_EVERY_MS): () => Promise<void> {
  let looking: Promise<unknown> | undefined;
  const look = () => {
    looking ??= registry
      .follow()
      .then(() => tellAway({ ...deps, store: vital }))
      .then(() => endWrittenOff(deps))
      .catch((error: unknown) => deps.log.warn({ err: describeError(error) }, 'what other servers do is not known'))
      .finally(() => (looking = undefined));
  };
  const timer = setInterval(look, everyMs);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/**
 * The host's own provider first: without another one a server on which QEMU does not start is of no use, and says why. The rest come
 * up by themselves.
 */
async function openProviders(
  host: string | undefined,
  store: Store,
  registry: ProviderRegistry,
  options: ControlPlaneOptions,
): Promise<void> {
  await registry.start();
  if (host === undefined) return;
  const others = (await providers.list(store.db)).some((row) => row.connection !== null && row.enabled);
  try {
    await registry.firstTry(host);
  } catch (error) {
    if (!others) throw error;
    options.log.warn({ err: describeError(error) }, "this machine's QEMU is not open; the other providers are served");
  }
}

/** A guest that switches itself off, a hypervisor process that ends, a machine that stands still: that shows within moments; the reconciler is the net below. */
function watchMachines(deps: EngineDeps, driver: Driver, mine: () => boolean): () => void {
  // In the order in which it was told.
  let recorded: Promise<unknown> = Promise.resolve();
  return driver.watch((event) => {
    if (!mine()) return;
    recorded = recorded
      .then(() => deps.store.tx((tx) => recordSeen(deps, tx, event.machineId, event, 'engine')))
      .catch((error: unknown) => deps.log.debug({ err: describeError(error) }, 'a power change was not recorded; the reconciler will'));
  });
}

function startPruning(deps: EngineDeps): () => Promise<void> {
  const prune = async () => {
    const before = new Date(deps.now().getTime() - KEEP_MS);
    await pruneJobs(deps.store.db, before);
    await events.prune(deps.store.db, before);
    await sessions.prune(deps.store.db, before);
  };
  const timer = setInterval(
    () => void prune().catch((error: unknown) => deps.log.warn({ err: describeError(error) }, 'pruning failed')),
    PRUNE_EVERY_MS,
  );
  return async () => clearInterval(timer);
}
