import type { CloneSpec } from '../../../driver/driver.ts';
import { diskTooSmall, driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import {
  type AnyVirtualEthernetCard,
  type CustomizationSpec,
  ethernetCardsOf,
  extraConfig,
  flattenSnapshots,
  fullCloneSpec,
  guestInfo,
  isFault,
  linkedCloneSpec,
  type OptionValue,
  type Ref,
  type VirtualMachineConfigSpec,
} from '../../../vsphere/index.ts';
import { accessOf, userData } from '../guests/access.ts';
import { cloudbaseAccount, sysprepSpec } from '../guests/windows.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { drive } from '../endpoint/faults.ts';
import { childOf, emptyDrives, existingDisk, networkBacking, ownCards, placedCards, sameHardware, size } from '../masters/hardware.ts';
import type { Locate } from '../endpoint/locate.ts';
import type { Masters, SealedMaster } from '../masters/masters.ts';
import { linkedStrategy } from '../options.ts';
import { bare } from '../inventory/paths.ts';
import { hasTpm } from '../masters/remarks.ts';
import { changeTags, ROOT_SNAPSHOT, writeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';

/** 8.0U3 finds the master locked right after its snapshot; so often such a clone is tried again (vsphere.md H22). */
const LOCKED_TRIES = 21;

/** What is to be made. `instead`: why it is no instant clone although one was asked for, which its tags keep. */
export type MakeSpec = CloneSpec & { instead?: string | undefined };

/** The ways to a machine. Each may be run again after a lost reply: it looks by identity before it asks for anything. */
export class Strategies {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #masters: Masters;
  readonly #repeated = new Set<string>();

  constructor(parts: { end: Endpoint; locate: Locate; masters: Masters }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#masters = parts.masters;
  }

  /** Makes the machine on the master's datastore and gives it as the server shows it then. It is off, and nobody has judged it yet. */
  async make(ctx: Ctx, spec: MakeSpec, master: SealedMaster): Promise<View> {
    mustBeAbleToGrow(spec, master);
    this.#mustCustomize(spec, master);
    if (spec.mode === 'full') {
      const made = await this.#end.copies.run(ctx, master.store, async () =>
        this.#end.vcenter ? await this.#clone(ctx, spec, master, true) : await this.#fullCopy(ctx, spec, master),
      );
      return await this.#grow(ctx, spec, made);
    }
    const strategy = linkedStrategy(this.#end.options);
    return await this.#end.clones.run(ctx, async () => {
      if (strategy === 'snapshot-clone') return await this.#clone(ctx, spec, master, false);
      const by = strategy === 'child-disk' ? this.#childDisks(ctx, spec, master) : this.#sharedMaster(ctx, spec, master);
      return await this.#customized(ctx, spec, master, await by);
    });
  }

  /** `not-supported` where Sysprep is wanted and no vCenter is there to have it done: the machine would keep its image's name and passwords. */
  #mustCustomize({ machineId }: MakeSpec, master: SealedMaster): void {
    if (this.#end.vcenter || accessOf(this.#end.options, master.view.tags.profile, machineId)?.kind !== 'sysprep') return;
    throw driverError('not-supported', 'Sysprep is done by vCenter, and this provider is a lone host', {
      hint: 'Import the image anew with --access cloudbase-init, or to a vCenter.',
    });
  }

  /** CustomizeVM_Task, for a machine that did not come by CloneVM_Task. Its tag goes last, so that one that was not told stays a half one. */
  async #customized(ctx: Ctx, spec: MakeSpec, master: SealedMaster, made: View): Promise<View> {
    const { customization } = this.#sysprep(spec, master);
    if (customization === undefined) return made;
    this.#end.progress(ctx, 'telling vCenter how Sysprep sets it up');
    return await this.#end.drive(ctx, async (round) => {
      const now = round === 0 ? made : await this.#mustFind(ctx, spec, true);
      if (!now.tags.customize) return now;
      try {
        await this.#end.task(ctx, spec.machineId, 'CustomizeVM_Task', now.ref, { spec: customization });
      } catch (error) {
        // told by a call whose reply was lost: it is the same for the same machine
        if (!isFault(error, 'CustomizationPending')) throw error;
      }
      const extraConfig = changeTags({ customize: '' });
      await this.#end.task(ctx, spec.machineId, 'ReconfigVM_Task', now.ref, { spec: { extraConfig } });
      return undefined;
    });
  }

  /** A machine of an earlier try that is all there, but perhaps for the size of its disk and what comes after its snapshot. */
  async complete(ctx: Ctx, spec: MakeSpec, there: View): Promise<View> {
    if (spec.mode === 'full' && there.power === 'off') return await this.#grow(ctx, spec, there);
    await this.#completeShared(ctx, spec, there);
    return there;
  }

  /** The disk of a full copy, which stands on nothing: servers make none larger that has a parent or snapshots. */
  async #grow(ctx: Ctx, spec: MakeSpec, machine: View): Promise<View> {
    const [disk] = machine.disks;
    const { diskBytes } = spec;
    if (diskBytes === undefined || disk === undefined || Number(disk.capacityInBytes ?? disk.capacityInKB * 1024n) >= diskBytes)
      return machine;
    this.#end.progress(ctx, 'making the disk larger');
    const device = { ...disk, capacityInKB: BigInt(diskBytes / 1024), capacityInBytes: BigInt(diskBytes) };
    const deviceChange = [{ operation: 'edit' as const, device }];
    await this.#end.task(ctx, spec.machineId, 'ReconfigVM_Task', machine.ref, { spec: { deviceChange } });
    return await this.#mustFind(ctx, spec, true);
  }

  async #completeShared(ctx: Ctx, spec: MakeSpec, there: View): Promise<void> {
    if (!there.tags.root || there.tags.identity !== undefined || there.power !== 'off') return;
    const master = this.#masters.usable(spec.revisionId)[0];
    if (master !== undefined) await this.#tellLate(ctx, spec, there, master);
  }

  /** User data after the snapshot: that one keeps the configuration, and the hash with it, for as long as the machine stands. */
  async #tellLate(ctx: Ctx, spec: MakeSpec, machine: View, master: SealedMaster): Promise<void> {
    const extraConfig = this.#told(spec, master);
    await this.#end.task(ctx, spec.machineId, 'ReconfigVM_Task', machine.ref, { spec: { extraConfig } });
  }

  /** Whether the machine was asked for more than once, so that one of the tries may have left a folder; forgotten when told. */
  wasRepeated(machineId: string): boolean {
    return this.#repeated.delete(machineId);
  }

  /** CloneVM_Task: linked from the master's snapshot, or full (vsphere.md §1.2, §1.5). Identity, size and addresses in the same call. */
  async #clone(ctx: Ctx, spec: MakeSpec, master: SealedMaster, full: boolean): Promise<View> {
    const { site } = this.#end;
    const network = await this.#network(ctx);
    const config: VirtualMachineConfigSpec = {
      instanceUuid: spec.machineId,
      ...size(spec.hardware),
      extraConfig: this.#settings(spec, master),
      annotation: `Carrel machine of revision ${spec.revisionId}`,
      deviceChange: [...ownCards(master.view.devices, network), ...emptyDrives(master.view.devices)],
    };
    const store = this.#end.store(master.store);
    const where = { pool: site.pool, datastore: store.ref, config };
    const shape = full ? fullCloneSpec(where) : linkedCloneSpec({ ...where, snapshot: master.snapshot });
    const cloneSpec = { ...shape, snapshot: master.snapshot, ...(await this.#ownTpm(ctx, master)), ...this.#sysprep(spec, master) };
    const name = this.#end.names.machine(spec.machineId);
    return await this.#until(ctx, spec.machineId, async () => {
      await this.#end.hosts.leaveInactive(ctx, master.view.ref, store);
      const placed = placedCards(master.view.devices, network);
      const location = { ...shape.location, ...placed, ...(await this.#end.hosts.place(ctx, store)) };
      const args = { folder: site.folder, name, spec: { ...cloneSpec, location } };
      return await this.#end.task(ctx, spec.machineId, 'CloneVM_Task', master.view.ref, args);
    });
  }

  /** Its Administrator's password goes to vCenter, by TLS, and stands in no configuration of a machine. */
  #sysprep(spec: CloneSpec, master: SealedMaster): { customization?: CustomizationSpec } {
    const access = accessOf(this.#end.options, master.view.tags.profile, spec.machineId);
    if (access?.kind !== 'sysprep') return {};
    const cards = ethernetCardsOf(master.view.devices).length;
    return { customization: sysprepSpec({ hostname: spec.hostname, password: access.password, cards }) };
  }

  /** Unset, a clone would hold the secrets of the master's TPM; servers before 8.0 know nothing else (vsphere.md §10.6). */
  async #ownTpm(ctx: Ctx, master: SealedMaster): Promise<{ tpmProvisionPolicy?: 'replace' }> {
    if (!hasTpm(master.view)) return {};
    const { apiVersion } = await this.#end.client.connect(ctx);
    if (Number.parseInt(apiVersion, 10) >= 8) return { tpmProvisionPolicy: 'replace' };
    throw driverError('not-supported', `vSphere ${apiVersion} gives every clone the secrets of its master's TPM`, {
      hint: 'Have linked clones made by --strategy child-disk, which gives each a new TPM; or use vCenter 8.0 or newer; or take the TPM out of the machine before it becomes a master.',
    });
  }

  /** CreateVM_Task with a new disk on top of each golden disk: safe by construction, for it never has the master itself (vsphere.md §1.4). */
  async #childDisks(ctx: Ctx, spec: MakeSpec, master: SealedMaster): Promise<View> {
    const config = await this.#newMachine(ctx, spec, master, `[${master.store}]`, {});
    const disks = master.golden.map((g) => childOf(g.disk, g.path, master.store));
    return await this.#create(ctx, spec, master, { ...config, deviceChange: [...(config.deviceChange ?? []), ...disks] });
  }

  /**
   * VCL's way (vsphere.md §1.3): the golden disk attached as it is, then a snapshot before anything may switch it on. `redoNotWithParent` is
   * what puts the machine's writes into its own folder and not beside the master. Whoever calls takes the machine away if this fails.
   */
  async #sharedMaster(ctx: Ctx, spec: MakeSpec, master: SealedMaster): Promise<View> {
    const name = this.#end.names.machine(spec.machineId);
    const folder = `[${master.store}] ${name}`;
    const config = await this.#newMachine(ctx, spec, master, `${folder}/${name}.vmx`, { 'snapshot.redoNotWithParent': 'TRUE' });
    const disks = master.golden.map((g) => existingDisk(g.disk, g.path, true));
    await this.#create(ctx, spec, master, {
      ...config,
      files: { vmPathName: `${folder}/${name}.vmx`, snapshotDirectory: `${folder}/` },
      deviceChange: [...(config.deviceChange ?? []), ...disks],
    });
    this.#end.progress(ctx, 'taking the snapshot that keeps writes off the master');
    const frozen = await this.#end.drive(ctx, async (round) => {
      const now = await this.#mustFind(ctx, spec, round > 0);
      if (now.power === 'on') throw driverError('gate-refused', `${name} was switched on while it could write to the master`);
      if (flattenSnapshots(now.snapshots).some((s) => s.name === ROOT_SNAPSHOT)) return now;
      const args = {
        name: ROOT_SNAPSHOT,
        description: 'What the machine writes lies above this. Do not remove it.',
        memory: false,
        quiesce: false,
      };
      await this.#end.task(ctx, spec.machineId, 'CreateSnapshot_Task', now.ref, args);
      return undefined;
    });
    await this.#tellLate(ctx, spec, frozen, master);
    return frozen;
  }

  /** ESXi's full copy: a machine without disks, copies into its folder, the copies attached (vsphere.md §1.5). */
  async #fullCopy(ctx: Ctx, spec: MakeSpec, master: SealedMaster): Promise<View> {
    const shell = await this.#create(ctx, spec, master, await this.#newMachine(ctx, spec, master, `[${master.store}]`, {}));
    const name = this.#end.names.machine(spec.machineId);
    const paths: string[] = [];
    for (const [i, golden] of master.golden.entries()) {
      const to = `${bare(shell.folder ?? '')}/${name}${i === 0 ? '' : `_${i}`}.vmdk`;
      await this.#end.copyDisk(ctx, spec.machineId, golden.path, to);
      paths.push(to);
    }
    this.#end.progress(ctx, 'attaching the disks');
    return await this.#end.drive(ctx, async (round) => {
      const now = await this.#mustFind(ctx, spec, round > 0);
      if (now.disks.length === paths.length) return now;
      const deviceChange = master.golden.map((g, i) => existingDisk(g.disk, paths[i] ?? '', false));
      await this.#end.task(ctx, spec.machineId, 'ReconfigVM_Task', now.ref, { spec: { deviceChange } });
      return undefined;
    });
  }

  async #newMachine(
    ctx: Ctx,
    spec: MakeSpec,
    master: SealedMaster,
    vmPathName: string,
    more: Record<string, string>,
  ): Promise<VirtualMachineConfigSpec> {
    const config = await this.#masters.config(ctx, master.view);
    const hardware = sameHardware(config, master.view.devices, spec.hardware, await this.#network(ctx));
    return {
      ...hardware,
      name: this.#end.names.machine(spec.machineId),
      instanceUuid: spec.machineId,
      files: { vmPathName },
      annotation: `Carrel machine of revision ${spec.revisionId}`,
      extraConfig: [...this.#settings(spec, master), ...extraConfig(more)],
    };
  }

  async #create(ctx: Ctx, spec: MakeSpec, master: SealedMaster, config: VirtualMachineConfigSpec): Promise<View> {
    const { site } = this.#end;
    const store = this.#end.store(master.store);
    return await this.#until(ctx, spec.machineId, async () => {
      const args = { config, pool: site.pool, ...(await this.#end.hosts.place(ctx, store)) };
      return await this.#end.task(ctx, spec.machineId, 'CreateVM_Task', site.folder, args);
    });
  }

  /** Asks once more only where the machine is not there: after a lost reply, a restart of vCenter, or a name that another try has taken. */
  async #until(ctx: Ctx, machineId: string, ask: () => Promise<{ result: unknown }>): Promise<View> {
    let asked = false;
    let locked = 0;
    const name = this.#end.names.machine(machineId);
    const step = async (): Promise<View | undefined> => {
      const there = asked ? await this.#locate.find(ctx, machineId, name, true) : undefined;
      if (there !== undefined) {
        if (this.#end.owned(there)) return there;
        throw driverError('already-exists', `something else is called ${name}`);
      }
      this.#end.progress(ctx, 'making the machine');
      if (asked) this.#repeated.add(machineId);
      asked = true;
      const { result } = await ask();
      this.#locate.remember(machineId, result as Ref);
      return await this.#end.look(ctx, result as Ref);
    };
    const patience = { ...this.#end.patience, tries: LOCKED_TRIES };
    return await drive(ctx, patience, step, (error) => {
      if (isFault(error, 'FileLocked')) return ++locked < LOCKED_TRIES;
      return isFault(error, 'DuplicateName', 'FileAlreadyExists') || this.#end.hosts.mustPlace(error);
    });
  }

  async #mustFind(ctx: Ctx, spec: MakeSpec, afterLoss: boolean): Promise<View> {
    const now = await this.#locate.find(ctx, spec.machineId, this.#end.names.machine(spec.machineId), afterLoss);
    if (now === undefined) throw driverError('unavailable', `machine ${spec.machineId} disappeared while it was made`);
    return now;
  }

  async #network(ctx: Ctx): Promise<AnyVirtualEthernetCard['backing'] | undefined> {
    const { network } = this.#end.options;
    return network === undefined ? undefined : await networkBacking(ctx, this.#end.client, network, this.#end.site.datacenter);
  }

  /** The tags, the host name for cloud-init, and no question whether the machine was moved or copied (H30). */
  #settings(spec: MakeSpec, master: SealedMaster): OptionValue[] {
    const own = linkedStrategy(this.#end.options) === 'shared-master' && spec.mode === 'linked';
    return [
      ...writeTags({
        installation: this.#end.options.installationId,
        kind: 'machine',
        id: spec.machineId.toLowerCase(),
        revision: spec.revisionId,
        mode: spec.mode,
        created: new Date().toISOString(),
        parents: JSON.stringify(spec.mode === 'full' ? [] : master.golden.flatMap((g) => g.chain)),
        disks: String(master.golden.length),
        ...(own ? { root: '1' } : {}),
        ...(spec.instead === undefined ? {} : { instead: spec.instead }),
        ...(this.#toldLater(spec, master) ? { customize: '1' } : {}),
      }),
      ...extraConfig({ 'uuid.action': 'keep' }),
      ...(own ? metadata(spec) : this.#told(spec, master)),
    ];
  }

  /** Whether Sysprep's part is a call of its own: CloneVM_Task brings it along. */
  #toldLater({ mode, machineId }: MakeSpec, master: SealedMaster): boolean {
    if (mode === 'full' || linkedStrategy(this.#end.options) === 'snapshot-clone') return false;
    return accessOf(this.#end.options, master.view.tags.profile, machineId)?.kind === 'sysprep';
  }

  /** What the guest is told of itself, with what its account is made from; that is wiped when the guest is ready. */
  #told(spec: MakeSpec, master: SealedMaster): OptionValue[] {
    const { machineSecret } = this.#end.options;
    const access = accessOf(this.#end.options, master.view.tags.profile, spec.machineId);
    if (access?.kind === 'cloudbase-init') return metadata(spec, cloudbaseAccount(access));
    if (access?.kind !== 'cloud-init' || machineSecret === undefined) return metadata(spec);
    return [...metadata(spec), ...guestInfo({ userdata: userData(access, machineSecret, spec.machineId) })];
  }
}

/** Errors: `not-supported`, as of {@link CloneSpec.diskBytes}, and where it cannot be told which disk is meant. */
function mustBeAbleToGrow({ revisionId, diskBytes }: MakeSpec, { golden }: SealedMaster): void {
  if (diskBytes === undefined) return;
  const [first, second] = golden;
  if (second !== undefined) {
    throw driverError('not-supported', `the image has ${golden.length} disks, and only the disk of an image that has one is made larger`, {
      hint: 'Leave --disk out.',
    });
  }
  if (first !== undefined && diskBytes < first.virtualBytes) throw diskTooSmall(revisionId, diskBytes, first.virtualBytes);
}

function metadata({ machineId, hostname }: CloneSpec, more: Record<string, string> = {}): OptionValue[] {
  return guestInfo({ metadata: JSON.stringify({ 'instance-id': machineId, 'local-hostname': hostname, ...more }) });
}
