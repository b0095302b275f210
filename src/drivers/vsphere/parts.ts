import type { Capabilities, DriverEvent } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { VSphereClient } from '../../vsphere/index.ts';
import { Checkpoints } from './machines/checkpoints.ts';
import { mustBeYoungEnough } from './endpoint/age.ts';
import { Endpoint } from './endpoint/endpoint.ts';
import { Files } from './storage/files.ts';
import { Frozen } from './masters/frozen.ts';
import { Folders } from './storage/folders.ts';
import { Guests } from './machines/guests.ts';
import { InstantClones } from './machines/instant.ts';
import { Layouts } from './storage/layout.ts';
import { Locate } from './endpoint/locate.ts';
import { Machines } from './machines/machines.ts';
import { Masters } from './masters/masters.ts';
import { MasterVerbs } from './masters/master-verbs.ts';
import { CLONES_PER_HOST, linkedStrategy, paceOf, POWER_PER_HOST, SLOWER, type VSphereProviderOptions } from './options.ts';
import { Power } from './machines/power.ts';
import { Questions } from './machines/questions.ts';
import { Reseal } from './masters/reseal.ts';
import { Seeding } from './masters/seeding.ts';
import { Sending } from './masters/sending.ts';
import { openSite, type Site, usableHosts } from './endpoint/site.ts';
import { Strategies } from './machines/strategies.ts';
import { OwnDisks } from './machines/own-disks.ts';
import { Relocate } from './machines/relocate.ts';
import { Unlink } from './machines/unlink.ts';
import { Heartbeats } from './survey/heartbeats.ts';
import { Survey } from './survey/survey.ts';
import { Teardown } from './storage/teardown.ts';
import { conditionOf, powerOf, shownPower, type View } from './inventory/view.ts';

/** A full clone costs 4 of the 16 units that vCenter gives a host; what is over queues there, where nobody goes first. */
const COPIES_PER_HOST = 4;

/** Everything behind an open driver. */
export interface Parts {
  end: Endpoint;
  locate: Locate;
  masters: Masters;
  teardown: Teardown;
  masterVerbs: MasterVerbs;
  reseal: Reseal;
  machines: Machines;
  power: Power;
  questions: Questions;
  checkpoints: Checkpoints;
  unlink: Unlink;
  relocate: Relocate;
  survey: Survey;
  guests: Guests;
  watch: (onEvent: (event: DriverEvent) => void) => () => void;
}

/** Connects, finds the places that the options name, and learns what this server can do. Errors: `no-permission`, `not-found`, `unavailable`. */
export async function openParts(ctx: Ctx, options: VSphereProviderOptions): Promise<{ parts: Parts; capabilities: Capabilities }> {
  const client = new VSphereClient({
    url: options.url,
    credentials: options.credentials,
    trust: options.trust,
    log: options.log,
    answerMs: options.answerMs,
    pace: paceOf(options),
    lazyMs: paceOf(options, SLOWER.lazy)?.everyMs,
    loop: { pace: paceOf(options, SLOWER.updates) },
  });
  try {
    await mustBeOfKind(ctx, client, options);
    mustBeYoungEnough(await client.connect(ctx));
    const site = await openSite(ctx, client, options);
    const capabilities = await learn(ctx, client, site, options);
    const end = new Endpoint(client, options, site, capabilities.cloneModes.includes('instant'));
    return { parts: join(end), capabilities };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function mustBeOfKind(ctx: Ctx, client: VSphereClient, options: VSphereProviderOptions): Promise<void> {
  const is = (await client.isVCenter(ctx)) ? 'vcenter' : 'esxi';
  if (is === options.kind) return;
  throw driverError('not-supported', `the server is of kind ${is}, the provider of kind ${options.kind}`, {
    hint: is === 'vcenter' ? 'Add it as a vCenter.' : 'Add it as an ESXi host.',
  });
}

/** What hosts can do decides, not their version (vsphere.md §1.0). */
async function learn(ctx: Ctx, client: VSphereClient, site: Site, options: VSphereProviderOptions): Promise<Capabilities> {
  const hosts = usableHosts(client, site);
  const found = await client.readAll(ctx, 'HostSystem', hosts, ['capability.deltaDiskBackingsSupported']);
  if (found.some((host) => host.props['capability.deltaDiskBackingsSupported'] === false)) {
    throw driverError('not-supported', 'a host of the cluster cannot let two machines share a parent disk');
  }
  const strategy = linkedStrategy(options);
  if (strategy === 'snapshot-clone' && options.kind === 'esxi') {
    throw driverError('not-supported', 'a lone host does not clone from snapshots', { hint: 'Choose child-disk or shared-master.' });
  }
  const about = await client.connect(ctx);
  return {
    cloneModes: makesInstant(options, strategy, about.apiVersion) ? ['linked', 'full', 'instant'] : ['linked', 'full'],
    instantTpm: false,
    instantElseLinked: true,
    liveCapture: false,
    checkpoints: true,
    unlink: strategy !== 'shared-master',
    reseal: true,
    relocate: options.kind === 'vcenter' && strategy !== 'shared-master',
    growsDisk: ['full'],
    replicas: true,
    suspend: true,
    console: 'webmks',
    recipes: [],
    guestWays: ['cloud-init', 'guest-operations', ...(options.kind === 'vcenter' ? (['sysprep'] as const) : []), 'cloudbase-init'],
    protocols: ['ssh', 'rdp'],
    importFormats: (await options.converter?.formats()) ?? [],
    startSlots: startsPerHost(options) * Math.max(1, hosts.length),
    copySlots: COPIES_PER_HOST * Math.max(1, hosts.length),
    facts: { server: about.fullName, apiVersion: about.apiVersion, linkedClones: strategy, hosts: String(hosts.length) },
  };
}

/**
 * Machines that are made and switched on at one time, per host. Each is either being cloned or being switched on, and both have a bound of their own: with
 * fewer than the two together one of them would lie idle. By default these are the 16 units of work that vSphere has on a host (vsphere.md §3.7).
 */
function startsPerHost({ limits }: VSphereProviderOptions): number {
  return (limits?.clonesPerHost ?? CLONES_PER_HOST) + (limits?.powerPerHost ?? POWER_PER_HOST);
}

/**
 * Whether the server knows the call: vCenter from 6.7 on (vsphere.md §2), and frozen parents are made from the master's snapshot. Whether an image's
 * guest can be frozen, whether the account may and a host takes it shows when the first one is made; a machine is linked then, and says why.
 */
function makesInstant(options: VSphereProviderOptions, strategy: string, apiVersion: string): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  return options.kind === 'vcenter' && strategy === 'snapshot-clone' && (major > 6 || (major === 6 && minor >= 7));
}

function join(end: Endpoint): Parts {
  const locate = new Locate(end);
  const files = new Files(end);
  const layouts = new Layouts(end);
  const masters = new Masters({ end, files });
  const folders = new Folders({ end, files, layouts });
  const teardown = new Teardown({ end, locate, files, layouts, folders });
  const seeding = new Seeding({ end, locate, masters, teardown });
  const sending = new Sending({ end, locate, seeding, teardown });
  const frozen = new Frozen({ end, locate, files, teardown });
  const masterVerbs = new MasterVerbs({ end, layouts, masters, seeding, sending, teardown, frozen });
  const reseal = new Reseal({ end, locate, masters });
  const strategies = new Strategies({ end, locate, masters });
  const instant = new InstantClones({ end, locate, frozen });
  const machines = new Machines({ end, locate, masters, strategies, instant, teardown, masterVerbs });
  const power = new Power({ end, locate, machines, instant });
  const questions = new Questions({ end, locate });
  const checkpoints = new Checkpoints({ end, folders, locate, machines });
  const ownDisks = new OwnDisks({ end, folders, layouts });
  const unlink = new Unlink({ end, folders, layouts, locate, machines, masters, ownDisks });
  const relocate = new Relocate({ end, files, folders, layouts, locate, machines, masters, ownDisks, teardown });
  const heartbeats = new Heartbeats(end);
  const survey = new Survey({ end, locate, files, layouts, masters, folders, heartbeats, teardown });
  const guests = new Guests({ end, locate, machines, masters });
  return {
    end,
    locate,
    masters,
    teardown,
    masterVerbs,
    reseal,
    machines,
    power,
    questions,
    checkpoints,
    unlink,
    relocate,
    survey,
    guests,
    watch: watcher(end, power, heartbeats),
  };
}

/** Changes of a machine that may mean another power state or condition. */
const TELLING = ['runtime.powerState', 'runtime.connectionState', 'runtime.question', 'guestHeartbeatStatus'];

/** Tells of changes of our machines that nobody here asked for. */
function watcher(end: Endpoint, powers: Power, heartbeats: Heartbeats): Parts['watch'] {
  return (onEvent) =>
    end.client.inventory.onChange(({ kind, entity, paths }) => {
      if (kind !== 'modify' || entity.ref.type !== 'VirtualMachine' || !paths.some((path) => TELLING.includes(path))) return;
      const view = end.register.view(entity.ref);
      const machineId = view && machineOf(end, view);
      if (machineId === undefined) return;
      const state = entity.props.get('runtime.powerState');
      const power = powerOf(typeof state === 'string' ? state : undefined);
      if (powers.isOurs(machineId, power, paths.includes('runtime.powerState'))) return;
      const condition = conditionOf(view as View, heartbeats.hung(entity.ref));
      onEvent({ kind: 'machine', machineId, power: shownPower({ ...(view as View), power }), condition });
    });
}

/** Which machine of ours that is: by its tag, or by its name while its configuration cannot be read. */
function machineOf(end: Endpoint, view: View): string | undefined {
  if (view.instanceUuid !== undefined) return end.owned(view) && view.tags.kind === 'machine' ? view.tags.id : undefined;
  const named = end.names.parse(view.name);
  return named?.kind === 'machine' ? named.id : undefined;
}
