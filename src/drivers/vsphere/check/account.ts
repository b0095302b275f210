import type { Ctx } from '../../../lib/context.ts';
import { checkPrivileges, type Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import {
  ANSWER,
  CRYPTO,
  CRYPTO_NEW,
  CUSTOMIZE,
  EXTEND,
  MAKE_FOLDER,
  PLUG,
  RELOCATE,
  UNLINK,
  UNMARK,
  WITHOUT,
} from '../endpoint/privileges.ts';
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
const GUESTS = ['VirtualMachine.GuestOperations.Query', 'VirtualMachine.GuestOperations.Execute'];
const DATASTORES = ['Datastore.AllocateSpace', 'Datastore.Browse', 'Datastore.FileManagement'];
const POOL = ['Resource.AssignVMToPool'];
const NETWORKS = ['Network.Assign'];
/** All that is asked for anywhere, by the kind of place: what a role for Carrel holds. The guide's table is held against it. */
export const WANTED: Readonly<Record<'folder' | 'datastores' | 'pool' | 'networks', readonly string[]>> = {
  folder: [...MACHINES, ...CLONES, ...GUESTS],
  datastores: DATASTORES,
  pool: POOL,
  networks: NETWORKS,
};

/** What one operation alone needs, by the kind of place. */
export const OPTIONAL: Readonly<Record<'folder' | 'pool', readonly string[]>> = {
  folder: [UNLINK, RELOCATE, UNMARK, ANSWER, PLUG, EXTEND, CUSTOMIZE],
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

/**
 * Which privileges the account lacks, and which it should not have. A few requests, one for each kind of place. `folderIn` is where the machine
 * folder has yet to be made.
 */
export async function checkAccount(ctx: Ctx, end: Endpoint, folderIn?: Ref): Promise<AccountCheck> {
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
    [folderIn === undefined ? [] : [folderIn], [MAKE_FOLDER]],
  ];
  const answers = await Promise.all(
    places.map(async ([entities, wanted]) => (entities.length === 0 ? [] : await checkPrivileges(ctx, client, entities, wanted))),
  );
  const nameOf = (ref: Ref): string => client.inventory.pathOf(ref) ?? ref.value;
  const missing = answers.flat().flatMap((a) => a.missing.map((privilege) => ({ where: nameOf(a.entity), privilege })));
  const harmful = await checkPrivileges(ctx, client, [site.folder], UNWANTED);
  const unwanted = harmful.flatMap((a) => a.granted.map((privilege) => ({ where: nameOf(a.entity), privilege })));
  const takesOff = end.vcenter && linkedStrategy(options) !== 'shared-master';
  const optional = [
    ...(takesOff ? [UNLINK, RELOCATE] : []),
    ANSWER,
    EXTEND,
    ...(end.instant ? [PLUG] : []),
    ...(end.vcenter ? [UNMARK, CUSTOMIZE] : []),
    ...(needsKeys(end) ? [...CRYPTO, ...(linkedStrategy(options) === 'snapshot-clone' ? [] : [CRYPTO_NEW])] : []),
  ];
  const alone = await checkPrivileges(ctx, client, [site.folder], optional);
  const limits = alone.flatMap((a) =>
    a.missing.map((privilege) => ({ where: nameOf(a.entity), privilege, without: WITHOUT[privilege] ?? privilege })),
  );
  return { missing, limits, unwanted };
}

/** Whether a master there is encrypted or has a virtual TPM, which encrypts its configuration. */
function needsKeys(end: Endpoint): boolean {
  return end.register
    .views()
    .some(
      (view) =>
        view.tags.kind === 'master' &&
        end.owned(view) &&
        (view.devices.some((device) => device._type === 'VirtualTPM') ||
          view.disks.some((disk) => (disk.backing as { keyId?: unknown }).keyId !== undefined)),
    );
}
