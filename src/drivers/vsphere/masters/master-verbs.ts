import type { Described } from '../../../core/brought-image.ts';
import { profileOfFile } from '../../../core/brought-image.ts';
import { type DeletionProof, standsOn } from '../../../core/lineage.ts';
import type { CaptureSpec, Master, MasterCheck, MasterSource, MasterSpec } from '../../../driver/driver.ts';
import { driverError, noRoomForMaster } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import { diskChain, ethernetCardsOf, onlySnapshot } from '../../../vsphere/index.ts';
import { accessOf } from '../guests/access.ts';
import { Adopting } from './adopting.ts';
import { isWindowsAccess } from '../guests/windows.ts';
import { coverage } from '../storage/contents.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { blindOn } from '../storage/folders.ts';
import { diskSizes, type Layouts } from '../storage/layout.ts';
import { twinError } from '../endpoint/locate.ts';
import type { Frozen } from './frozen.ts';
import { goldenDisks, masterProblem, type Masters, type SealedMaster, SOURCE_HINT, sourceProblem } from './masters.ts';
import { datastoreName } from '../inventory/paths.ts';
import { remarks } from './remarks.ts';
import type { Seed, Seeding } from './seeding.ts';
import { mustBeWindows, profileOf } from './source-profile.ts';
import type { Sending } from './sending.ts';
import type { Store } from '../endpoint/site.ts';
import { filesOf, type SealedDisk } from '../inventory/tags.ts';
import { joinProofs, type Teardown } from '../storage/teardown.ts';
import { chainsOf, type View, viewOfEntity } from '../inventory/view.ts';

/** Why a capture is not clean whose machine Carrel never got into. */
const NO_WAY_IN = 'nothing was removed from its disks: Carrel was never in its guest, and has no way in';

/** Why a capture of a Windows machine is not clean. */
const WINDOWS_LEFT =
  'nothing was removed from its disks: Carrel does not clean Windows, so accounts, profiles and passwords of its machine are in it';

/** Longest time for taking away what must not stay, in milliseconds; the caller's own context may be over by then. */
const TIDY_MS = 300_000;

type FileSource = Extract<MasterSource, { kind: 'file' }>;
type VmSource = Extract<MasterSource, { kind: 'vm' }>;

/** Masters as the port asks for them: imported from a machine, captured from one, verified, replicated, removed. */
export class MasterVerbs {
  readonly #end: Endpoint;
  readonly #layouts: Layouts;
  readonly #masters: Masters;
  readonly #seeding: Seeding;
  readonly #sending: Sending;
  readonly #teardown: Teardown;
  readonly #frozen: Frozen;
  readonly #adopting: Adopting;

  constructor(parts: {
    end: Endpoint;
    layouts: Layouts;
    masters: Masters;
    seeding: Seeding;
    sending: Sending;
    teardown: Teardown;
    frozen: Frozen;
  }) {
    this.#end = parts.end;
    this.#layouts = parts.layouts;
    this.#masters = parts.masters;
    this.#seeding = parts.seeding;
    this.#sending = parts.sending;
    this.#teardown = parts.teardown;
    this.#frozen = parts.frozen;
    this.#adopting = new Adopting(parts);
  }

  async prepare(ctx: Ctx, spec: MasterSpec): Promise<Master> {
    const { source } = spec;
    if (source.kind === 'recipe') throw driverError('not-supported', 'no image is made by a recipe on vSphere');
    return await this.#end.work.run(ctx, `revision ${spec.revisionId}`, async () => {
      if (source.kind === 'replica') return masterOf(await this.#replica(ctx, spec.revisionId, source.datastore));
      const there = await this.#sealed(ctx, spec.revisionId);
      if (there !== undefined) return masterOf(there);
      if (source.kind === 'file') return masterOf(await this.#send(ctx, spec.revisionId, source));
      const view = await this.#source(ctx, source);
      const config = await this.#masters.config(ctx, view);
      if (source.profile.access === 'sysprep') mustBeWindows(view.name, config);
      const profile = profileOf(config, source.profile);
      const odd = remarks(view, config);
      if (source.how === 'adopt') return masterOf(await this.#adopting.adopt(ctx, spec.revisionId, view, profile, odd));
      delete odd['remark.datastores']; // a copy lies on one
      const seed: Seed = {
        source: view,
        snapshot: undefined,
        leaves: new Map(),
        revisionId: spec.revisionId,
        profile,
        facts: { source: source.path, ...odd },
      };
      return masterOf(await this.#seeding.make(ctx, seed, this.#storeFor(view)));
    });
  }

  /** A file that somebody brought: converted here, sent to where most room is. */
  async #send(ctx: Ctx, revisionId: string, source: FileSource): Promise<View> {
    const { converter } = this.#end.options;
    if (converter === undefined) throw driverError('not-supported', 'this server sends no disks to vSphere');
    if (source.profile.secureBoot === true) {
      throw driverError('not-supported', 'a disk is not sent to a machine with secure boot', {
        hint: 'Leave --secure-boot out; or switch it on in a machine there, and import that with --vm.',
      });
    }
    if (source.profile.access === 'sysprep') {
      throw driverError('not-supported', 'a disk that is sent is for vSphere no Windows, and Sysprep is for nothing else', {
        hint: 'Take --access cloudbase-init; or make a Windows machine of it there, and import that with --vm.',
      });
    }
    if (source.profile.tpm === true) {
      throw driverError('not-supported', 'a disk is not sent to a machine with a TPM', {
        hint: 'Leave --tpm out; or add a TPM to a machine there, and import that with --vm: its clones get TPMs of their own.',
      });
    }
    await this.#sending.mustHaveNetwork(ctx);
    try {
      const disk = await converter.make(ctx, revisionId, source);
      const [store] = this.#masters.roomy();
      if (store === undefined) throw driverError('no-space', 'no datastore has room for the disk');
      const profile = profileOfFile({ ...source.profile, firmware: source.profile.firmware ?? disk.firmware });
      const notes = [...(source.notes ?? []), ...leftOut(source.described ?? {}), ...disk.notes].join(' ');
      const facts = { importedFormat: disk.format, boot: disk.boot, ...(notes === '' ? {} : { notes }) };
      return await this.#sending.make(ctx, { revisionId, profile, facts, disk }, store);
    } finally {
      await converter.discard(revisionId);
    }
  }

  /** A machine of ours that is off, flattened into a new master. The machine stays as it is (vsphere.md §1.6). */
  async capture(ctx: Ctx, machine: View, spec: CaptureSpec): Promise<Master> {
    return await this.#end.work.run(ctx, `revision ${spec.revisionId}`, async () => {
      const there = await this.#sealed(ctx, spec.revisionId);
      if (there !== undefined) return masterOf(there);
      if (machine.power !== 'off') {
        throw driverError('wrong-state', `machine ${spec.machineId} is ${machine.power}`, { hint: 'Shut it down first.' });
      }
      this.#mustCopy(machine);
      const origin = this.#masters.of(machine.tags.revisionId ?? '')[0];
      const profile = origin?.tags.profile ?? machine.tags.profile ?? profileOf(await this.#masters.config(ctx, machine), {});
      const way = machine.tags.identity === undefined ? undefined : accessOf(this.#end.options, profile, spec.machineId);
      const access = way === undefined || isWindowsAccess(way.kind) ? undefined : way;
      const facts = {
        capturedFrom: machine.tags.revisionId ?? '',
        ...(access === undefined ? { scrubbed: 'no', unclean: way === undefined ? NO_WAY_IN : WINDOWS_LEFT } : {}),
      };
      const scrub = access === undefined ? undefined : { access, profile, machineId: machine.tags.frozen ?? spec.machineId };
      const seed: Seed = { source: machine, snapshot: undefined, leaves: new Map(), revisionId: spec.revisionId, profile, facts, scrub };
      return masterOf(await this.#seeding.make(ctx, seed, this.#storeFor(machine)));
    });
  }

  /** The same revision on another datastore; two who want it at once get the same one (H23). */
  async replicate(ctx: Ctx, from: SealedMaster, store: Store): Promise<SealedMaster> {
    const { revisionId, profile, seal } = from.view.tags;
    if (revisionId === undefined || profile === undefined) throw driverError('not-found', 'the master has no revision');
    const leaves = new Map(from.golden.map((g) => [g.disk.key, g.path]));
    const facts = seal?.facts ?? {};
    const seed = { source: from.view, snapshot: from.snapshot, leaves, revisionId, profile, facts };
    const made = await this.#seeding.make(ctx, seed, store).catch(async (error: unknown) => {
      // nobody may ever ask for it again
      await this.#seeding.clear(makeCtx({ timeoutMs: TIDY_MS }), revisionId, store);
      throw error;
    });
    return {
      view: made,
      store: store.name,
      snapshot: onlySnapshot(made.snapshots)?.snapshot ?? from.snapshot,
      golden: goldenDisks(made),
    };
  }

  /** As of the port's source `replica`: ahead of time what a clone that finds its datastores full has made on demand, and one with it. */
  async #replica(ctx: Ctx, revisionId: string, datastore: string | undefined): Promise<View> {
    await this.#end.client.inventory.sync(ctx);
    const masters = this.#masters.usable(revisionId);
    const onIt = (name: string) => masters.find((m) => m.store === name);
    const known = this.#end.stores();
    const store = datastore === undefined ? this.#masters.roomy().find((s) => !onIt(s.name)) : known.find((s) => s.name === datastore);
    const [from] = masters as [SealedMaster];
    if (store === undefined && datastore === undefined) {
      if (known.every((s) => onIt(s.name))) return from.view;
      throw driverError('no-space', 'no datastore that has none of it has room', { hint: 'Free space there first.' });
    }
    if (store === undefined) {
      throw driverError('not-found', `the provider uses no datastore ${datastore}`, {
        hint: `It may use: ${known.map((s) => s.name).join(', ')}.`,
      });
    }
    const there = onIt(store.name);
    if (there !== undefined) return there.view;
    if (!store.accessible) throw driverError('unavailable', `the datastore ${store.name} is not to be reached from the hosts`);
    await this.#mustHaveRoom(ctx, from, revisionId, store);
    return (await this.replicate(ctx, from, store)).view;
  }

  /** The golden disks as they lie now; one of which no size is told counts with all that it can hold. */
  async #mustHaveRoom(ctx: Ctx, from: SealedMaster, revisionId: string, store: Store): Promise<void> {
    const sizes = diskSizes(await this.#layouts.get(ctx, from.view.ref));
    const needed = from.golden.reduce((sum, { path, virtualBytes }) => sum + (sizes.get(path) ?? virtualBytes), 0);
    const free = await this.#end.freeNow(ctx, store);
    if (needed > free) throw noRoomForMaster(revisionId, `the datastore ${store.name}`, needed, free);
  }

  async verify(ctx: Ctx, revisionId: string, full: boolean): Promise<MasterCheck> {
    await this.#end.client.inventory.sync(ctx);
    const sealed = this.#masters.of(revisionId).filter((view) => view.tags.seal !== undefined);
    if (sealed.length === 0) throw driverError('not-found', `there is no master of revision ${revisionId}`);
    const files = (await Promise.all(sealed.map(async (view) => await this.#verifyOne(ctx, view, full)))).flat();
    return { revisionId, ok: files.every((file) => file.problem === undefined), files };
  }

  async #verifyOne(ctx: Ctx, view: View, full: boolean): Promise<MasterCheck['files']> {
    const problem = masterProblem(view);
    return await Promise.all(
      (view.tags.seal?.disks ?? []).map(async (was) => {
        const is = await this.#masters.compare(ctx, view, was, full).catch((error: unknown) => {
          if (problem === undefined) throw error;
          return { sha256: undefined, problem: undefined };
        });
        const found = { path: was.path, expectedSha256: was.sha256, actualSha256: is.sha256, problem: is.problem ?? problem };
        return { ...found, ...comparedBy(was, full) };
      }),
    );
  }

  /** All masters of a revision, on every datastore. Refused while any disk stands on one of them, known by devices or by layouts. */
  async remove(ctx: Ctx, revisionId: string): Promise<DeletionProof> {
    return await this.#end.work.run(ctx, `revision ${revisionId}`, async () => {
      // what a crash left here in the middle of converting
      await this.#end.options.converter?.discard(revisionId);
      await this.#end.client.inventory.sync(ctx);
      const views = this.#masters.of(revisionId);
      const twin = this.#end.register
        .views()
        .find((v) => v.tags.revisionId === revisionId && v.tags.kind === 'master' && this.#end.changedIdentity(v));
      if (twin !== undefined) throw twinError(twin);
      for (const view of views) await this.#mustHaveNoChildren(ctx, view);
      const proofs = await this.#frozen.remove(ctx, revisionId);
      for (const view of views.filter((v) => v.tags.adopted !== undefined)) await this.#adopting.giveBack(ctx, view);
      for (const view of views.filter((v) => v.tags.adopted === undefined)) {
        const id = { kind: 'master' as const, uuid: view.instanceUuid ?? '', name: view.name, label: revisionId };
        proofs.push(await this.#end.work.run(ctx, id.uuid, async () => await this.#teardown.run(ctx, id)));
      }
      proofs.push(...(await this.#removeHalves(ctx, revisionId)));
      return joinProofs(revisionId, proofs);
    });
  }

  /** What a try left that was broken off: perhaps a machine that nobody registered, in a folder of that name. */
  async #removeHalves(ctx: Ctx, revisionId: string): Promise<DeletionProof[]> {
    const stores = this.#end.stores().filter((store) => store.accessible);
    return await Promise.all(
      stores.map(async (store) => {
        const uuid = this.#end.names.masterUuid(revisionId, store.name);
        const id = { kind: 'master' as const, uuid, name: this.#end.names.master(revisionId, store.name), label: revisionId };
        return await this.#end.work.run(ctx, uuid, async () => await this.#teardown.run(ctx, id));
      }),
    );
  }

  async #mustHaveNoChildren(ctx: Ctx, view: View): Promise<void> {
    const paths = goldenDisks(view).map((g) => g.path);
    const mine = new Set([...view.disks.map((disk) => diskChain(disk)[0]), ...this.#frozen.leaves(view.tags.revisionId)]);
    const others = this.#end.register.views().filter((other) => other.ref.value !== view.ref.value);
    const byDevices = standsOn(
      paths,
      others.flatMap((other) => chainsOf(other)),
    );
    const children = new Set(byDevices.map((disk) => disk.path).filter((path) => !mine.has(path)));
    for (const path of await this.#childrenByLayout(ctx, others, paths)) children.add(path);
    const blind = view.folder === undefined ? [] : await blindOn(ctx, this.#end, datastoreName(view.folder));
    if (blind.length > 0) {
      throw driverError('unavailable', `it cannot be said that nothing stands on ${view.name}: ${blind[0]?.name} cannot be read`);
    }
    if (children.size === 0) return;
    throw driverError('has-children', `${children.size} ${children.size === 1 ? 'disk stands' : 'disks stand'} on the revision`, {
      details: { children: [...children].sort() },
    });
  }

  /** The second witness: disks that only a snapshot names are in no device list. */
  async #childrenByLayout(ctx: Ctx, others: readonly View[], paths: readonly string[]): Promise<string[]> {
    const withSnapshots = others.filter((other) => other.snapshots !== undefined);
    const layouts = await this.#layouts.all(
      ctx,
      withSnapshots.map((other) => other.ref),
    );
    return layouts.flatMap((layout) =>
      (layout?.chains ?? []).flatMap((chain) =>
        chain.slice(
          0,
          Math.max(
            0,
            chain.findIndex((p) => paths.includes(p)),
          ),
        ),
      ),
    );
  }

  async #sealed(ctx: Ctx, revisionId: string): Promise<View | undefined> {
    await this.#end.client.inventory.sync(ctx);
    return this.#masters.of(revisionId).find((view) => view.tags.seal !== undefined);
  }

  async #source(ctx: Ctx, source: VmSource): Promise<View> {
    const view = viewOfEntity(await this.#end.client.inventory.find(ctx, source.path, 'VirtualMachine'));
    if (view.instanceUuid === undefined) throw driverError('unavailable', `${source.path} is ${view.connection}`);
    if (view.power !== 'off') throw driverError('wrong-state', `${source.path} is ${view.power}`, { hint: 'Shut it down first.' });
    this.#mustCopy(view);
    if (ethernetCardsOf(view.devices).length === 0) {
      throw driverError('bad-image', `${view.name} has no network card: nobody could ever reach a machine made of it`, {
        hint: 'Add one to it in the vSphere Client (VMXNET3 where its guest has the driver), on the network that the machines are to have; then import it again.',
      });
    }
    return view;
  }

  #mustCopy(view: View): void {
    const problem = sourceProblem(view);
    if (problem !== undefined) throw driverError('bad-image', `${view.name} cannot become a master: ${problem}`, { hint: SOURCE_HINT });
  }

  /** Where the source lies if that may be used, else where there is most room. */
  #storeFor(view: View): Store {
    const roomy = this.#masters.roomy();
    const name = datastoreName(view.folder ?? '');
    const store = roomy.find((s) => s.name === name) ?? roomy[0];
    if (store === undefined) throw driverError('no-space', 'no datastore has room');
    return store;
  }
}

function masterOf(view: View): Master {
  const { seal, profile, revisionId } = view.tags;
  if (seal === undefined || profile === undefined || revisionId === undefined)
    throw driverError('not-found', `${view.name} is not finished`);
  return {
    revisionId,
    profile,
    files: filesOf(seal),
    virtualBytes: seal.virtualBytes,
    facts: seal.facts,
  };
}

/** How much of a disk a comparison covers, and why not all. */
function comparedBy({ content }: SealedDisk, full: boolean): Pick<MasterCheck['files'][number], 'compared' | 'note'> {
  const sealed = coverage(content);
  if (sealed === 'bytes') return { compared: full ? 'bytes' : 'samples' };
  if (content === undefined)
    return { compared: sealed, note: 'it was sealed before bytes were read; `carrel image reseal` has them sealed' };
  if ('unread' in content) return { compared: sealed, note: `its bytes could not be read when it was sealed: ${content.unread}` };
  return { compared: sealed, ...(full ? { note: 'no more than samples was sealed of it' } : {}) };
}

/** What the machine of a disk had and the one that it is sent to has not. */
function leftOut({ secureBoot, tpm }: Described): string[] {
  const had = [...(secureBoot === true ? ['secure boot'] : []), ...(tpm === true ? ['a TPM'] : [])].join(' and ');
  return had === ''
    ? []
    : [`It had ${had}, which a disk that is sent does not get; make a machine with that there, and import it with --vm.`];
}
