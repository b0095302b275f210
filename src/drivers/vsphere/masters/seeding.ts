import type { RevisionProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import { diskChain, flattenSnapshots, fullCloneSpec, isFault, onlySnapshot, type Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { emptyDrives, existingDisk, networkBacking, ownCards, placedCards, sameHardware } from './hardware.ts';
import type { Locate } from '../endpoint/locate.ts';
import { goldenDisks, type Masters, standsAlone } from './masters.ts';
import { bare, datastoreName } from '../inventory/paths.ts';
import { sealRemarks } from './remarks.ts';
import type { Store } from '../endpoint/site.ts';
import { metadataOf } from '../guests/metadata.ts';
import { Scrub, type ScrubPlan } from '../guests/scrub.ts';
import { wipedAccount } from '../guests/windows.ts';
import { changeTags, ROOT_SNAPSHOT, type Seal, writeTags } from '../inventory/tags.ts';
import type { Teardown } from '../storage/teardown.ts';
import type { View } from '../inventory/view.ts';
import { Templates } from './templates.ts';

/** What a master is made from: the disks of a machine that is off, as they are now or as a snapshot froze them. */
export interface Seed {
  source: View;
  snapshot: Ref | undefined;
  /** Leaves to read, by device key, where not the machine's present ones. */
  leaves: ReadonlyMap<number, string>;
  revisionId: string;
  profile: RevisionProfile;
  facts: Record<string, string>;
  /** How the copy is cleaned; absent where it stays as it is. */
  scrub?: ScrubPlan | undefined;
}

/**
 * Makes masters: a full copy in a folder of its own, one snapshot, the seal. The seal is the last thing written, so that whatever breaks off
 * leaves a half master, which the next try takes away. One at a time per revision and datastore (H23).
 */
export class Seeding {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #masters: Masters;
  readonly #teardown: Teardown;
  readonly #templates: Templates;

  constructor(parts: { end: Endpoint; locate: Locate; masters: Masters; teardown: Teardown }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#masters = parts.masters;
    this.#teardown = parts.teardown;
    this.#templates = new Templates(parts.end);
  }

  /** The sealed master of the revision on that datastore, made now unless it is there. */
  async make(ctx: Ctx, seed: Seed, store: Store): Promise<View> {
    const uuid = this.#end.names.masterUuid(seed.revisionId, store.name);
    return await this.#end.work.run(ctx, uuid, async () => await this.#make(ctx, seed, store, uuid));
  }

  /** Takes away what a try that was broken off left on that datastore; a sealed master stays. */
  async clear(ctx: Ctx, revisionId: string, store: Store): Promise<void> {
    const uuid = this.#end.names.masterUuid(revisionId, store.name);
    const name = this.#end.names.master(revisionId, store.name);
    await this.#end.work.run(ctx, uuid, async () => {
      const there = await this.#locate.find(ctx, uuid, name, true);
      if (there?.tags.seal === undefined) await this.#teardown.run(ctx, { kind: 'master', uuid, name, label: name });
    });
  }

  async #make(ctx: Ctx, seed: Seed, store: Store, uuid: string): Promise<View> {
    const name = this.#end.names.master(seed.revisionId, store.name);
    const there = await this.#locate.find(ctx, uuid, name);
    if (there?.tags.seal !== undefined && this.#end.owned(there)) return mustLieOn(there, store);
    if (there !== undefined) await this.#teardown.run(ctx, { kind: 'master', uuid, name, label: name });
    else await this.#teardown.leftovers(ctx, { uuid, name });
    this.#end.progress(ctx, 'copying the disks');
    const copied = await this.#end.copies.run(ctx, store.name, async () =>
      this.#end.vcenter ? await this.#cloneWhole(ctx, seed, store, uuid, name) : await this.#copyDisks(ctx, seed, store, uuid, name),
    );
    await this.#teardown.leftovers(ctx, { uuid, name }, copied.folder);
    return await this.seal(ctx, uuid, name, { profile: seed.profile, facts: await this.#cleaned(ctx, uuid, copied, seed) });
  }

  async #cleaned(ctx: Ctx, uuid: string, copied: View, { facts, scrub }: Seed): Promise<Record<string, string>> {
    if (scrub === undefined) return facts;
    return { ...facts, ...(await new Scrub(this.#end).run(ctx, uuid, copied, scrub)) };
  }

  /** vCenter: CloneVM_Task with disks of its own (vsphere.md §1.6); the chain comes out flattened. */
  async #cloneWhole(ctx: Ctx, seed: Seed, store: Store, uuid: string, name: string): Promise<View> {
    const { client, options, site } = this.#end;
    // a source elsewhere may be on a network that no host here has
    const network = options.network === undefined ? undefined : await networkBacking(ctx, client, options.network, site.datacenter);
    const config = {
      instanceUuid: uuid,
      // A machine that never became ready has its password there, and a clone begins with its source's settings.
      extraConfig: [...this.#tags(seed, uuid), ...wipedAccount(metadataOf(this.#end, seed.source))],
      deviceChange: [...ownCards(seed.source.devices, network), ...emptyDrives(seed.source.devices)],
      annotation: 'Carrel master',
    };
    const shape = fullCloneSpec({ pool: site.pool, datastore: store.ref, config });
    return await this.#end.drive(
      ctx,
      async (round) => {
        const made = await this.#locate.find(ctx, uuid, name, round > 0);
        if (made !== undefined) return made;
        if (this.#end.owned(seed.source)) await this.#end.hosts.leaveInactive(ctx, seed.source.ref, this.#storeOf(seed.source) ?? store);
        const placed = placedCards(seed.source.devices, network);
        const location = { ...shape.location, ...placed, ...(await this.#end.hosts.place(ctx, store)) };
        const spec = { ...shape, location, snapshot: seed.snapshot };
        const { result } = await this.#end.task(ctx, uuid, 'CloneVM_Task', seed.source.ref, { folder: site.folder, name, spec });
        this.#locate.remember(uuid, result as Ref);
        return undefined;
      },
      (error) => isFault(error, 'DuplicateName', 'FileLocked') || this.#end.hosts.mustPlace(error),
    );
  }

  #storeOf({ folder }: View): Store | undefined {
    return this.#end.stores().find(({ name }) => folder !== undefined && name === datastoreName(folder));
  }

  /** ESXi has no clones: a machine without disks, copies of the disks into its folder, and the disks attached. */
  async #copyDisks(ctx: Ctx, seed: Seed, store: Store, uuid: string, name: string): Promise<View> {
    const shell = await this.#shell(ctx, seed, store, uuid, name);
    const paths: string[] = [];
    for (const [i, disk] of seed.source.disks.entries()) {
      const from = seed.leaves.get(disk.key) ?? diskChain(disk)[0] ?? '';
      const to = `${bare(shell.folder ?? '')}/${name}${i === 0 ? '' : `_${i}`}.vmdk`;
      await this.#end.copyDisk(ctx, uuid, from, to);
      paths.push(to);
    }
    this.#end.progress(ctx, 'attaching the disks');
    return await this.#end.drive(ctx, async () => {
      const now = await this.#end.look(ctx, shell.ref);
      if (now === undefined) throw driverError('unavailable', `${name} disappeared while it was made`);
      if (now.disks.length === paths.length) return now;
      const deviceChange = seed.source.disks.map((disk, i) => existingDisk(disk, paths[i] ?? '', false));
      await this.#end.task(ctx, uuid, 'ReconfigVM_Task', shell.ref, { spec: { deviceChange } });
      return undefined;
    });
  }

  async #shell(ctx: Ctx, seed: Seed, store: Store, uuid: string, name: string): Promise<View> {
    const { site } = this.#end;
    const config = await this.#masters.config(ctx, seed.source);
    const { vcpus, memoryMiB } = seed.profile.hardware;
    const hardware = sameHardware(config, seed.source.devices, { vcpus, memoryMiB }, undefined);
    const spec = { ...hardware, name, instanceUuid: uuid, files: { vmPathName: `[${store.name}]` }, extraConfig: this.#tags(seed, uuid) };
    return await this.#end.drive(
      ctx,
      async (round) => {
        const made = await this.#locate.find(ctx, uuid, name, round > 0);
        if (made !== undefined) return made;
        const { result } = await this.#end.task(ctx, uuid, 'CreateVM_Task', site.folder, { config: spec, pool: site.pool });
        this.#locate.remember(uuid, result as Ref);
        return undefined;
      },
      (error) => isFault(error, 'DuplicateName'),
    );
  }

  #tags(seed: Seed, uuid: string) {
    return writeTags({
      installation: this.#end.options.installationId,
      kind: 'master',
      id: uuid,
      revision: seed.revisionId,
      created: new Date().toISOString(),
      profile: JSON.stringify(seed.profile),
    });
  }

  /** Snapshot, check, fingerprint, seal, template: each looks first, so that any of them may be repeated. */
  async seal(ctx: Ctx, uuid: string, name: string, what: { profile: RevisionProfile; facts: Record<string, string> }): Promise<View> {
    const frozen = await this.#freeze(ctx, uuid, name);
    if (!standsAlone(frozen) && frozen.tags.adopted === undefined) {
      throw driverError('not-linked', `${name} still stands on other disks although a full copy was asked for`);
    }
    this.#end.progress(ctx, 'reading what the golden disks are');
    const disks = await this.#masters.fingerprints(ctx, frozen);
    const virtualBytes = goldenDisks(frozen).reduce((sum, g) => sum + g.virtualBytes, 0);
    const seal: Seal = { sealedAt: new Date().toISOString(), disks, virtualBytes, facts: { ...what.facts, ...sealRemarks(disks) } };
    this.#end.progress(ctx, 'sealing');
    // from here on it is done even if the caller gives up: a master that shows as sealed is whole
    const last = makeCtx({ timeoutMs: 300_000 });
    const sealed = await this.#end.drive(last, async (round) => {
      const now = round === 0 ? frozen : await this.#locate.find(last, uuid, name, true);
      if (now === undefined) throw driverError('unavailable', `${name} disappeared while it was sealed`);
      if (now.tags.seal !== undefined) return now;
      const extraConfig = changeTags({ profile: JSON.stringify(what.profile), seal: JSON.stringify(seal) });
      await this.#end.task(last, uuid, 'ReconfigVM_Task', now.ref, { spec: { extraConfig } });
      return undefined;
    });
    await this.#markTemplate(last, sealed);
    return sealed;
  }

  /** Exactly one snapshot, with nothing above it but the machine's own leaf (vsphere.md §1.2). */
  async #freeze(ctx: Ctx, uuid: string, name: string): Promise<View> {
    this.#end.progress(ctx, 'taking the snapshot that clones stand on');
    return await this.#end.drive(ctx, async (round) => {
      const now = await this.#locate.find(ctx, uuid, name, round > 0);
      if (now === undefined) throw driverError('unavailable', `${name} disappeared while it was made`);
      if (onlySnapshot(now.snapshots) !== undefined) return now;
      if (flattenSnapshots(now.snapshots).length > 0) throw driverError('already-exists', `${name} has several snapshots`);
      await this.#end.task(ctx, uuid, 'CreateSnapshot_Task', now.ref, {
        name: ROOT_SNAPSHOT,
        description: 'Clones stand on this. Do not remove it.',
        memory: false,
        quiesce: false,
      });
      return undefined;
    });
  }

  /** A template cannot be switched on. Protection only: where it is not possible the master is a machine that is off (H58). */
  async #markTemplate(ctx: Ctx, view: View): Promise<void> {
    if (!this.#end.vcenter || view.template) return;
    try {
      await this.#templates.close(ctx, view);
    } catch (error) {
      this.#end.log.warn({ err: error, vm: view.name }, 'the master could not be marked as a template');
    }
  }
}

/** Who is who is told by the datastore's name: once it has another, one that is called so now is another datastore. */
function mustLieOn(view: View, store: Store): View {
  const on = datastoreName(view.folder ?? '');
  if (on === store.name) return view;
  throw driverError('already-exists', `${view.name} was made for a datastore ${store.name} and lies on ${on} now`, {
    hint: `Give one of both datastores the name that it had, or take another than ${store.name}.`,
  });
}
