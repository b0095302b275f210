import type { Capabilities, DriverEvent } from '../../driver/driver.ts';
import { driverError } from '../../driver/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import { VSphereClient } from '../../vsphere/index.ts';
import { Checkpoints } from './machines/checkpoints.ts';
import { Endpoint } from './endpoint/endpoint.ts';
import { Files } from './storage/files.ts';
import { Folders } from './storage/folders.ts';
import { Guests } from './machines/guests.ts';
import { Layouts } from './storage/layout.ts';
import { Locate } from './endpoint/locate.ts';
import { Machines } from './machines/machines.ts';
import { Masters } from './masters/masters.ts';
import { MasterVerbs } from './masters/master-verbs.ts';
import { linkedStrategy, type VSphereProviderOptions } from './options.ts';
import { Power } from './machines/power.ts';
import { Questions } from './machines/questions.ts';
import { Seeding } from './masters/seeding.ts';
import { Sending } from './masters/sending.ts';
import { openSite, type Site, usableHosts } from './endpoint/site.ts';
import { Strategies } from './machines/strategies.ts';
import { Unlink } from './machines/unlink.ts';
import { Survey } from './survey/survey.ts';
import { Teardown } from './storage/teardown.ts';
import { conditionOf, powerOf, type View } from './inventory/view.ts';

/** A full clone costs 4 of the 16 units that vCenter gives a host; what is over queues there, where nobody goes first. */
const COPIES_PER_HOST = 4;

/** Everything behind an open driver. */
export interface Parts {
  end: Endpoint;
  locate: Locate;
  masters: Masters;
  teardown: Teardown;
  masterVerbs: MasterVerbs;
  machines: Machines;
  power: Power;
  questions: Questions;
  checkpoints: Checkpoints;
  unlink: Unlink;
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
  });
  try {
    await mustBeOfKind(ctx, client, options);
    const site = await openSite(ctx, client, options);
    const capabilities = await learn(ctx, client, site, options);
    return { parts: join(new Endpoint(client, options, site)), capabilities };
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
    cloneModes: ['linked', 'full'],
    liveCapture: false,
    checkpoints: true,
    unlink: strategy !== 'shared-master',
    replicas: true,
    suspend: true,
    console: 'webmks',
    recipes: [],
    importFormats: (await options.converter?.formats()) ?? [],
    startSlots: (options.limits?.powerPerHost ?? 8) * Math.max(1, hosts.length),
    copySlots: COPIES_PER_HOST * Math.max(1, hosts.length),
    facts: { server: about.fullName, apiVersion: about.apiVersion, linkedClones: strategy, hosts: String(hosts.length) },
  };
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
  const masterVerbs = new MasterVerbs({ end, layouts, masters, seeding, sending, teardown });
  const strategies = new Strategies({ end, locate, masters });
  const machines = new Machines({ end, locate, masters, strategies, teardown, masterVerbs });
  const power = new Power({ end, locate, machines });
  const questions = new Questions({ end, locate });
  const checkpoints = new Checkpoints({ end, folders, locate, machines });
  const unlink = new Unlink({ end, folders, layouts, locate, machines, masters });
  const survey = new Survey({ end, locate, files, layouts, masters, folders });
  const guests = new Guests({ end, locate, machines, masters });
  return {
    end,
    locate,
    masters,
    teardown,
    masterVerbs,
    machines,
    power,
    questions,
    checkpoints,
    unlink,
    survey,
    guests,
    watch: watcher(end, power),
  };
}

/** Changes of a machine that may mean another power state or condition. */
const TELLING = ['runtime.powerState', 'runtime.connectionState', 'runtime.question'];

/** Tells of changes of our machines that nobody here asked for. */
function watcher(end: Endpoint, power: Power): Parts['watch'] {
  return (onEvent) =>
    end.client.inventory.onChange(({ kind, entity, paths }) => {
      if (kind !== 'modify' || entity.ref.type !== 'VirtualMachine' || !paths.some((path) => TELLING.includes(path))) return;
      const view = end.register.view(entity.ref);
      const machineId = view && machineOf(end, view);
      if (machineId === undefined || power.busy.has(machineId)) return;
      const state = entity.props.get('runtime.powerState');
      const condition = conditionOf(view as View);
      onEvent({ kind: 'machine', machineId, power: powerOf(typeof state === 'string' ? state : undefined), condition });
    });
}

/** Which machine of ours that is: by its tag, or by its name while its configuration cannot be read. */
function machineOf(end: Endpoint, view: View): string | undefined {
  if (view.instanceUuid !== undefined) return end.owned(view) && view.tags.kind === 'machine' ? view.tags.id : undefined;
  const named = end.names.parse(view.name);
  return named?.kind === 'machine' ? named.id : undefined;
}
