import type { Ctx } from '../../../lib/context.ts';
import { checkPrivileges, type Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { named, networksOf } from '../inventory/named.ts';
import { linkedStrategy } from '../options.ts';

/** Privileges by where they are needed (vsphere.md §5.3). */
const MACHINES = [
  'VirtualMachine.Inventory.Create',
  'VirtualMachine.Inventory.Unregister',
  'VirtualMachine.Config.AddExistingDisk',
  'VirtualMachine.Config.AddNewDisk',
  'VirtualMachine.Config.AddRemoveDevice',
  'VirtualMachine.Config.EditDevice',
  'VirtualMachine.Config.AdvancedConfig',
  'VirtualMachine.Config.Settings',
  'VirtualMachine.Config.Annotation',
  'VirtualMachine.Config.CPUCount',
  'VirtualMachine.Config.Memory',
  'VirtualMachine.Interact.PowerOn',
  'VirtualMachine.Interact.PowerOff',
  'VirtualMachine.Interact.Reset',
  'VirtualMachine.Interact.Suspend',
  'VirtualMachine.Interact.ConsoleInteract',
  'VirtualMachine.State.CreateSnapshot',
  'VirtualMachine.State.RevertToSnapshot',
  'VirtualMachine.State.RemoveSnapshot',
];
const CLONES = [
  'VirtualMachine.Inventory.CreateFromExisting',
  'VirtualMachine.Provisioning.Clone',
  'VirtualMachine.Provisioning.DeployTemplate',
  'VirtualMachine.Provisioning.MarkAsTemplate',
];
const GUESTS = ['VirtualMachine.GuestOperations.Query', 'VirtualMachine.GuestOperations.Modify', 'VirtualMachine.GuestOperations.Execute'];
const DATASTORES = ['Datastore.AllocateSpace', 'Datastore.Browse', 'Datastore.FileManagement'];
/** For `unlink` on vCenter alone: without it everything else goes on. */
const UNLINK = 'VirtualMachine.Provisioning.PromoteDisks';
/** For `answer` alone: without it questions are answered at the provider. */
const ANSWER = 'VirtualMachine.Interact.AnswerQuestion';
/** For machines with a larger disk than their image's alone. */
const EXTEND = 'VirtualMachine.Config.DiskExtend';
/** For images that Sysprep sets up alone. */
const CUSTOMIZE = 'VirtualMachine.Provisioning.Customize';
const POOL = ['Resource.AssignVMToPool'];
const NETWORKS = ['Network.Assign'];
/** For instant clones alone: their card is plugged in while they run. Without it machines are linked instead. */
const PLUG = 'VirtualMachine.Interact.DeviceConnection';
const WITHOUT: Readonly<Record<string, string>> = {
  [UNLINK]: 'machines there are not taken off their masters',
  [ANSWER]: 'questions that stop a machine there are not answered from here',
  [EXTEND]: "machines there have disks as large as their image's",
  [PLUG]: 'machines there are linked where instant clones are asked for',
  [CUSTOMIZE]: 'no machines there are set up by Sysprep',
};

/** All that is asked for anywhere, by the kind of place: what a role for Carrel holds. The guide's table is held against it. */
export const WANTED: Readonly<Record<'folder' | 'datastores' | 'pool' | 'networks', readonly string[]>> = {
  folder: [...MACHINES, ...CLONES, ...GUESTS],
  datastores: DATASTORES,
  pool: POOL,
  networks: NETWORKS,
};

/** What one operation alone needs, by the kind of place. */
export const OPTIONAL: Readonly<Record<'folder' | 'pool', readonly string[]>> = {
  folder: [UNLINK, ANSWER, PLUG, EXTEND, CUSTOMIZE],
  // Files are sent by ImportVApp: not needed by who brings none, so it is not asked for.
  pool: ['VApp.Import'],
};

/** Without this one nobody can destroy a machine with the account, whatever program runs with it: the cheapest guard that there is. */
const UNWANTED = ['VirtualMachine.Inventory.Delete'];

export interface AccountCheck {
  missing: readonly { where: string; privilege: string }[];
  /** What it lacks for one operation alone; `without` says what cannot be done. */
  limits: readonly { where: string; privilege: string; without: string }[];
  /** What the account can do and should not be able to. */
  unwanted: readonly { where: string; privilege: string }[];
}

/** Which privileges the account lacks, and which it should not have. A few requests, one for each kind of place. */
export async function checkAccount(ctx: Ctx, end: Endpoint): Promise<AccountCheck> {
  const { client, site, options } = end;
  const clones = end.vcenter || linkedStrategy(options) === 'snapshot-clone' ? CLONES : [];
  const guests = options.guest === undefined && options.machineSecret === undefined ? [] : GUESTS;
  const { network } = options;
  const all = networksOf(client, site.datacenter);
  const networks = network === undefined ? [] : named(client, all, network).map((net) => net.ref);
  const places: [Ref[], string[]][] = [
    [[site.folder], [...MACHINES, ...clones, ...guests]],
    [end.stores().map((store) => store.ref), DATASTORES],
    [[site.pool], POOL],
    [networks, NETWORKS],
  ];
  const answers = await Promise.all(
    places.map(async ([entities, wanted]) => (entities.length === 0 ? [] : await checkPrivileges(ctx, client, entities, wanted))),
  );
  const nameOf = (ref: Ref): string => client.inventory.pathOf(ref) ?? ref.value;
  const missing = answers.flat().flatMap((a) => a.missing.map((privilege) => ({ where: nameOf(a.entity), privilege })));
  const harmful = await checkPrivileges(ctx, client, [site.folder], UNWANTED);
  const unwanted = harmful.flatMap((a) => a.granted.map((privilege) => ({ where: nameOf(a.entity), privilege })));
  const takesOff = end.vcenter && linkedStrategy(options) !== 'shared-master';
  const customizes = end.vcenter && linkedStrategy(options) === 'snapshot-clone';
  const optional = [...(takesOff ? [UNLINK] : []), ANSWER, EXTEND, ...(end.instant ? [PLUG] : []), ...(customizes ? [CUSTOMIZE] : [])];
  const alone = await checkPrivileges(ctx, client, [site.folder], optional);
  const limits = alone.flatMap((a) =>
    a.missing.map((privilege) => ({ where: nameOf(a.entity), privilege, without: WITHOUT[privilege] ?? privilege })),
  );
  return { missing, limits, unwanted };
}
