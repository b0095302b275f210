import { type DeletionProof, gate } from '../../../core/lineage.ts';
import type { HardwareProfile, RevisionProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx, race, withTimeout } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { waitFor } from '../../../lib/retry.ts';
import {
  type AnyVirtualEthernetCard,
  checkPrivileges,
  diskChain,
  extraConfig,
  guestInfo,
  isFault,
  linkedCloneSpec,
  type Ref,
} from '../../../vsphere/index.ts';
import { type Access, accessOf, userData, wipedUserData } from '../guests/access.ts';
import { beforeFreezeScript, freezeScript } from '../guests/guest-scripts.ts';
import { Programs } from '../guests/programs.ts';
import { isWindowsAccess } from '../guests/windows.ts';
import { Readiness } from '../guests/readiness.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toDriverError } from '../endpoint/faults.ts';
import type { Locate } from '../endpoint/locate.ts';
import { usableHosts } from '../endpoint/site.ts';
import type { Files } from '../storage/files.ts';
import type { Doomed, Teardown } from '../storage/teardown.ts';
import { lastName } from '../inventory/paths.ts';
import { writeTags } from '../inventory/tags.ts';
import { chainsOf, type View } from '../inventory/view.ts';
import { emptyDrives, networkBacking, ownCards, size } from './hardware.ts';
import type { SealedMaster } from './masters.ts';
import { hasTpm } from './remarks.ts';

/** Longest time for taking away what must not stay, in milliseconds; the caller's own context may be over by then. */
const TIDY_MS = 300_000;
/** From the call in the guest until the server shows that it stands still, in milliseconds. */
const FREEZE_MS = 60_000;
/** What a parent takes beside its guest's boot, in milliseconds: clone, power-on, freeze. */
const MAKE_MS = 300_000;
/** How long nobody tries again to freeze what could not be frozen, in milliseconds: each try is a boot. */
const REFUSED_MS = 10 * 60_000;
/** So many of the same may stand beside each other, each with clones of its own, before no more are made. */
const BESIDE = 8;

/** Errors of an image, an account or a host that cannot have instant clones; others pass, and are thrown. */
const CANNOT = ['not-supported', 'no-permission', 'no-capacity', 'no-space', 'guest-failed', 'guest-timeout', 'wrong-state'] as const;

/** Whether something else than an instant clone is to be made, for what was thrown says that there can be none. */
export const cannotBeInstant = (error: unknown): boolean => isCode(toDriverError(error), ...CANNOT);

/** What the account must have on the machines' folder for the clone, and to plug its card in. */
const PRIVILEGES = [
  'VirtualMachine.Provisioning.Clone',
  'VirtualMachine.Inventory.CreateFromExisting',
  'VirtualMachine.Interact.PowerOn',
  'VirtualMachine.Interact.DeviceConnection',
];

type Size = Pick<HardwareProfile, 'vcpus' | 'memoryMiB'>;

/**
 * Frozen parents: a linked clone of the master that was started without network, brought to the point where only an identity is missing, and frozen
 * by its own guest (vsphere.md §2). Instant clones share its memory and stand on its disk. One per revision, host, datastore and size. It is a
 * cache: what does not fit any more can always be made anew from the master.
 */
export class Frozen {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #files: Files;
  readonly #teardown: Teardown;
  readonly #ready: Readiness;
  readonly #programs: Programs;
  readonly #making = new Map<string, Promise<View>>();
  readonly #refused = new Map<string, { until: number; error: unknown }>();

  constructor(parts: { end: Endpoint; locate: Locate; files: Files; teardown: Teardown }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#files = parts.files;
    this.#teardown = parts.teardown;
    this.#ready = new Readiness(parts.end);
    this.#programs = new Programs(parts.end);
  }

  /** Those of a revision that the inventory shows, sound or not. */
  of(revisionId: string): View[] {
    const { register } = this.#end;
    return register.views().filter((v) => v.tags.kind === 'frozen' && v.tags.revisionId === revisionId && this.#end.owned(v));
  }

  /** Their own disks: no machine's, and no reason to keep a master. */
  leaves(revisionId: string | undefined): (string | undefined)[] {
    return this.of(revisionId ?? '').flatMap((view) => view.disks.map((disk) => diskChain(disk)[0]));
  }

  /**
   * The frozen parent on the host with the fewest machines that run, made if need be, once however many ask. Errors: those of
   * {@link cannotBeInstant} where there can be none, and what passes.
   */
  async ensure(ctx: Ctx, master: SealedMaster, hardware: Size): Promise<View> {
    const profile = mustBeFreezable(master, accessOf(this.#end.options, master.view.tags.profile, ''));
    await this.#mayFork(ctx);
    const host = await this.#host(ctx, master);
    const facts = [host.value, master.store, hardware.vcpus, hardware.memoryMiB];
    const key = [master.view.tags.revisionId, ...facts].join(' ');
    const refused = this.#refused.get(key);
    if (refused !== undefined && refused.until > Date.now()) throw refused.error;
    let work = this.#making.get(key);
    if (work === undefined) {
      // made for everybody who waits, so it does not end with the one who came first
      const own = makeCtx({ timeoutMs: profile.guest.bootTimeoutS * 1000 + MAKE_MS, log: ctx.log, progress: ctx.progress });
      work = this.#sound(own, master, profile, hardware, host, facts).finally(() => this.#making.delete(key));
      work.catch((error: unknown) => {
        if (cannotBeInstant(error)) this.#refused.set(key, { until: Date.now() + REFUSED_MS, error });
      });
      this.#making.set(key, work);
    }
    return await race(ctx, work);
  }

  /** Takes away all of a revision; `has-children` while a clone stands on one. */
  async remove(ctx: Ctx, revisionId: string): Promise<DeletionProof[]> {
    // one that is being made is not there as a whole yet
    await race(ctx, Promise.allSettled([...this.#making].flatMap(([key, work]) => (key.startsWith(`${revisionId} `) ? [work] : []))));
    await this.#end.client.inventory.sync(ctx);
    const names = new Set(this.of(revisionId).map((view) => view.name));
    for (const store of this.#end.stores().filter((each) => each.accessible)) {
      for (const folder of await this.#files.ownFolders(ctx, store.name)) {
        const what = this.#end.names.parse(lastName(folder));
        if (what?.kind === 'frozen' && what.id === revisionId) names.add(what.base);
      }
    }
    const proofs: DeletionProof[] = [];
    for (const name of [...names].sort()) proofs.push(await this.#takeAway(ctx, this.#id(revisionId, name.slice(-6))));
    return proofs;
  }

  #id(revisionId: string, key: string): Doomed {
    const { names } = this.#end;
    return { kind: 'frozen', uuid: names.frozenUuid(revisionId, key), name: names.frozen(revisionId, key), label: revisionId };
  }

  async #takeAway(ctx: Ctx, id: Doomed): Promise<DeletionProof> {
    return await this.#end.work.run(ctx, id.uuid, async () => await this.#teardown.run(ctx, id));
  }

  /** `no-permission` with the privileges that the account lacks: else a parent would be booted for nothing, or a clone have no network. */
  async #mayFork(ctx: Ctx): Promise<void> {
    const { client, site } = this.#end;
    const missing = (await checkPrivileges(ctx, client, [site.folder], PRIVILEGES)).flatMap((answer) => answer.missing);
    if (missing.length > 0) throw driverError('no-permission', `the account lacks ${missing.join(', ')}`, { details: { missing } });
  }

  /** Of the hosts that have the master's datastore the one with the fewest machines that run. */
  async #host(ctx: Ctx, master: SealedMaster): Promise<Ref> {
    const hosts = usableHosts(this.#end.client, this.#end.site);
    const store = this.#end.store(master.store).ref;
    const found = await this.#end.client.readAll(ctx, 'HostSystem', hosts, ['datastore']);
    const load = (host: Ref): number =>
      this.#end.register.views().filter((v) => v.power === 'on' && v.host?.value === host.value && v.tags.kind !== 'frozen').length;
    const [first] = found
      .filter(({ props }) => (props.datastore ?? []).some((ds) => ds.value === store.value))
      .map(({ ref }) => ({ ref, load: load(ref) }))
      .sort((a, b) => a.load - b.load || a.ref.value.localeCompare(b.ref.value));
    if (first === undefined) throw driverError('no-capacity', `no host that takes machines has the datastore ${master.store}`);
    return first.ref;
  }

  /** One that is there and sound, or a new one. One that is spoilt goes, unless machines stand on it: then the next is made beside it. */
  async #sound(
    ctx: Ctx,
    master: SealedMaster,
    profile: RevisionProfile,
    hardware: Size,
    host: Ref,
    facts: readonly (string | number)[],
  ): Promise<View> {
    const revisionId = master.view.tags.revisionId ?? '';
    for (let n = 1; n <= BESIDE; n++) {
      const id = this.#id(revisionId, this.#end.names.frozenKey([...facts, n]));
      const view = await this.#end.work.run(ctx, id.uuid, async () => {
        const there = await this.#locate.find(ctx, id.uuid, id.name);
        if (there !== undefined && (await this.#isSound(ctx, there, master))) return there;
        try {
          await this.#teardown.run(ctx, id);
        } catch (error) {
          if (!isCode(error, 'has-children')) throw error;
          return undefined;
        }
        return await this.#make(ctx, id, master, profile, hardware, host);
      });
      if (view === undefined) continue;
      await this.#tidy(ctx, revisionId);
      return view;
    }
    throw driverError('no-capacity', `${BESIDE} frozen parents that are spoilt still have machines on them`, {
      hint: 'Give the older instant clones of this image back.',
    });
  }

  /** Those that were switched off (a host restarted) and that nobody stands on go. */
  async #tidy(ctx: Ctx, revisionId: string): Promise<void> {
    for (const { instanceUuid, name, power, connection } of this.of(revisionId)) {
      if (power !== 'off' || connection !== 'connected') continue;
      const id = this.#id(revisionId, name.slice(-6));
      if (id.uuid !== instanceUuid) continue;
      try {
        await this.#end.work.run(ctx, id.uuid, async () => {
          const now = await this.#locate.find(ctx, id.uuid, id.name);
          if (now?.power === 'off') await this.#teardown.run(ctx, id);
        });
      } catch (error) {
        if (!isCode(error, 'has-children')) this.#end.log.warn({ err: error, vm: name }, 'a frozen parent that is off stays');
      }
    }
  }

  async #isSound(ctx: Ctx, view: View, master: SealedMaster): Promise<boolean> {
    if (!this.#end.owned(view) || view.tags.kind !== 'frozen' || view.power !== 'on' || view.connection !== 'connected') return false;
    return standsOnMaster(view, master) && (await this.#isFrozen(ctx, view.ref));
  }

  async #isFrozen(ctx: Ctx, ref: Ref): Promise<boolean> {
    const { props } = await this.#end.client.read(ctx, 'VirtualMachine', ref, ['runtime']);
    return props.runtime?.instantCloneFrozen === true;
  }

  async #make(ctx: Ctx, id: Doomed, master: SealedMaster, profile: RevisionProfile, hardware: Size, host: Ref): Promise<View> {
    this.#end.progress(ctx, 'starting a machine to freeze');
    try {
      const made = await this.#clone(ctx, id, master, profile, hardware, host);
      if (!standsOnMaster(made, master)) throw driverError('gate-refused', `${id.name} does not stand on its master alone`);
      return await this.#freeze(ctx, id, made, profile, host);
    } catch (error) {
      await this.#teardown.run(makeCtx({ timeoutMs: TIDY_MS }), id).catch((failed: unknown) => {
        this.#end.log.warn(
          { err: failed, vm: id.name },
          'what was to be a frozen parent stays; it goes when it is made again, or with its master',
        );
      });
      throw error;
    }
  }

  /** Linked from the master's snapshot, on that host, with no card plugged in: it is nobody's machine and talks to nobody. */
  async #clone(ctx: Ctx, id: Doomed, master: SealedMaster, profile: RevisionProfile, hardware: Size, host: Ref): Promise<View> {
    const { site, options } = this.#end;
    const access = accessOf(options, profile, id.uuid);
    const own = access?.kind === 'cloud-init' && options.machineSecret !== undefined;
    const config = {
      instanceUuid: id.uuid,
      ...size(hardware),
      annotation: `Carrel: what instant clones of revision ${id.label} are made of. Switched off, it makes no more of them.`,
      extraConfig: [
        ...writeTags({
          installation: options.installationId,
          kind: 'frozen',
          id: id.uuid,
          revision: id.label,
          mode: 'linked',
          created: new Date().toISOString(),
          parents: JSON.stringify(master.golden.flatMap((g) => g.chain)),
          disks: String(master.golden.length),
        }),
        ...extraConfig({ 'uuid.action': 'keep' }),
        ...guestInfo({ metadata: JSON.stringify({ 'instance-id': id.uuid, 'local-hostname': 'carrel' }) }),
        ...(own ? guestInfo({ userdata: userData(access, options.machineSecret as Buffer, id.uuid) }) : []),
      ],
      deviceChange: [...ownCards(master.view.devices, await this.#network(ctx)).map(unplugged), ...emptyDrives(master.view.devices)],
    };
    const store = this.#end.store(master.store);
    const spec = linkedCloneSpec({ pool: site.pool, datastore: store.ref, snapshot: master.snapshot, config });
    const args = { folder: site.folder, name: id.name, spec: { ...spec, location: { ...spec.location, host } } };
    return await this.#end.drive(
      ctx,
      async (round) => {
        const there = round > 0 ? await this.#locate.find(ctx, id.uuid, id.name, true) : undefined;
        if (there !== undefined) return there;
        await this.#end.hosts.leaveInactive(ctx, master.view.ref, store);
        const { result } = await this.#end.clones.run(
          ctx,
          async () => await this.#end.task(ctx, id.uuid, 'CloneVM_Task', master.view.ref, args),
        );
        this.#locate.remember(id.uuid, result as Ref);
        return await this.#end.look(ctx, result as Ref);
      },
      (error) => isFault(error, 'DuplicateName', 'FileAlreadyExists', 'FileLocked'),
    );
  }

  async #network(ctx: Ctx): Promise<AnyVirtualEthernetCard['backing'] | undefined> {
    const { network } = this.#end.options;
    return network === undefined ? undefined : await networkBacking(ctx, this.#end.client, network, this.#end.site.datacenter);
  }

  async #freeze(ctx: Ctx, id: Doomed, made: View, profile: RevisionProfile, host: Ref): Promise<View> {
    const { bootTimeoutS } = profile.guest;
    const access = accessOf(this.#end.options, profile, id.uuid) as Access;
    await this.#end.drive(
      ctx,
      async () => {
        if ((await this.#end.look(ctx, made.ref))?.power === 'on') return true;
        await this.#end.powers.run(ctx, async () => await this.#end.task(ctx, id.uuid, 'PowerOnVM_Task', made.ref, { host }));
        return undefined;
      },
      (error) => isFault(error, 'InvalidPowerState'),
    );
    await this.#ready.until(ctx, made, id.uuid, this.#ready.tools(made, bootTimeoutS));
    this.#end.progress(ctx, 'bringing its guest to where only an identity is missing');
    await this.#programs.runOnce(ctx, made, id.uuid, access, beforeFreezeScript(), bootTimeoutS);
    await this.#end.task(ctx, id.uuid, 'ReconfigVM_Task', made.ref, { spec: { extraConfig: wipedUserData() } });
    this.#end.progress(ctx, 'freezing it');
    let failed: unknown;
    // it may stand still before its Tools have answered
    await this.#programs.start(ctx, made, id.uuid, access, freezeScript()).catch((error: unknown) => (failed = error));
    try {
      const patient = withTimeout(ctx, FREEZE_MS);
      await waitFor(patient, Math.min(500, this.#end.patience.retryMs), async () =>
        (await this.#isFrozen(ctx, made.ref)) ? true : undefined,
      );
    } catch (error) {
      if (ctx.signal.aborted || !isCode(error, 'deadline')) throw error;
      throw driverError('guest-failed', 'its guest does not freeze', {
        hint: 'It needs VMware Tools with vmware-rpctool, and a virtual hardware version that knows instant clones.',
        cause: failed ?? error,
      });
    }
    const frozen = await this.#end.look(ctx, made.ref);
    if (frozen === undefined) throw driverError('unavailable', `${id.name} disappeared while it was frozen`);
    return frozen;
  }
}

/** Errors, each `not-supported`, of what a master has that no instant clone can be made of; its profile otherwise. */
function mustBeFreezable(master: SealedMaster, access: Access | undefined): RevisionProfile {
  const { profile } = master.view.tags;
  if (profile === undefined || access === undefined) {
    throw driverError('not-supported', 'Carrel has no way into the guest of this image, to freeze it and to give each clone an identity');
  }
  if (isWindowsAccess(access.kind)) {
    throw driverError(
      'not-supported',
      'an instant clone of Windows would have the name, the security identifiers and the password of its parent',
    );
  }
  if (hasTpm(master.view)) throw driverError('not-supported', "an instant clone would have the secrets of its parent's TPM");
  return profile;
}

/** A leaf of its own on each golden disk, and nothing else below. */
function standsOnMaster(view: View, master: SealedMaster): boolean {
  const masterPaths = master.golden.flatMap((g) => g.chain);
  const chains = chainsOf(view);
  return (
    chains.length === master.golden.length &&
    chains.every((chain) => gate(chain, { mode: 'linked', ownFolder: view.folder ?? '', masterPaths }).length === 0)
  );
}

/** Every disk that a clone of it stands on, its own leaves first. */
export function frozenPaths(view: View): string[] {
  return [...new Set(view.disks.flatMap((disk) => diskChain(disk)))];
}

const unplugged = (change: ReturnType<typeof ownCards>[number]): ReturnType<typeof ownCards>[number] => ({
  ...change,
  device: { ...change.device, connectable: { startConnected: false, allowGuestControl: true, connected: false } } as typeof change.device,
});
