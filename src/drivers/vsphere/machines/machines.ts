import { type ChainViolation, type DeletionProof, describeViolation, gate } from '../../../core/lineage.ts';
import { say } from '../../../core/notices.ts';
import type { CloneResult, CloneSpec } from '../../../driver/driver.ts';
import { driverError, noLargerDisk } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import { isCode } from '../../../lib/errors.ts';
import { flattenSnapshots, isOutOfSpace } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { toDriverError } from '../endpoint/faults.ts';
import type { Locate } from '../endpoint/locate.ts';
import type { Masters, SealedMaster } from '../masters/masters.ts';
import type { MasterVerbs } from '../masters/master-verbs.ts';
import { cannotBeInstant } from '../masters/frozen.ts';
import type { InstantClones } from './instant.ts';
import type { MakeSpec, Strategies } from './strategies.ts';
import { filesOf, ROOT_SNAPSHOT } from '../inventory/tags.ts';
import type { Doomed, Teardown } from '../storage/teardown.ts';
import { datastoreName } from '../inventory/paths.ts';
import { chainsOf, type View } from '../inventory/view.ts';

/** Longest time for taking away what must not stay, in milliseconds; the caller's own context may be over by then. */
const TIDY_MS = 300_000;

/** Machines: made, judged, read back. */
export class Machines {
  readonly #end: Endpoint;
  readonly #locate: Locate;
  readonly #masters: Masters;
  readonly #strategies: Strategies;
  readonly #instant: InstantClones;
  readonly #teardown: Teardown;
  readonly #masterVerbs: MasterVerbs;

  constructor(parts: {
    end: Endpoint;
    locate: Locate;
    masters: Masters;
    strategies: Strategies;
    instant: InstantClones;
    teardown: Teardown;
    masterVerbs: MasterVerbs;
  }) {
    this.#end = parts.end;
    this.#locate = parts.locate;
    this.#masters = parts.masters;
    this.#strategies = parts.strategies;
    this.#instant = parts.instant;
    this.#teardown = parts.teardown;
    this.#masterVerbs = parts.masterVerbs;
  }

  id(machineId: string): Doomed {
    return { kind: 'machine', uuid: machineId, name: this.#end.names.machine(machineId), label: machineId };
  }

  async clone(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    // servers make no disk larger that stands on another
    if (spec.diskBytes !== undefined && spec.mode !== 'full') throw noLargerDisk(spec.mode);
    const id = this.id(spec.machineId);
    await this.#instant.finishNaming(ctx, spec.machineId);
    // folders on every datastore, and an inventory brought up to date: only where an earlier try may have left something
    if (spec.first === true && !(await this.#locate.shown(ctx, spec.machineId, id.name))) {
      this.#locate.mustHaveNoTwin(spec.machineId);
      return await this.#place(ctx, spec);
    }
    const there = await this.#locate.find(ctx, spec.machineId, id.name);
    if (there !== undefined) {
      this.#locate.mustOwn(there, spec.machineId);
      if (!isHalf(there)) {
        this.#mustBeSame(there, spec);
        return this.result(await this.#strategies.complete(ctx, spec, there), []);
      }
      await this.#teardown.run(ctx, id);
    } else {
      this.#locate.mustHaveNoTwin(spec.machineId);
      this.#end.progress(ctx, 'looking for the rest of an earlier try');
      await this.#teardown.leftovers(ctx, id);
    }
    return await this.#place(ctx, spec);
  }

  /** The machine is there already: the same one, or another under its id. */
  #mustBeSame(view: View, spec: CloneSpec): void {
    const { mode, revisionId, instead } = view.tags;
    const asked = instead === undefined ? mode : 'instant';
    if (asked === spec.mode && revisionId === spec.revisionId) return;
    throw driverError('already-exists', `machine ${spec.machineId} is there, as a ${mode} clone of ${revisionId}`);
  }

  /** On the datastore that is asked for, else on that with most room that has the master; when that is full, on another, with a master made there if need be (H21). */
  async #place(ctx: Ctx, spec: CloneSpec): Promise<CloneResult> {
    const tried = new Set<string>();
    const notes: string[] = [];
    for (;;) {
      const master = await this.#masterFor(ctx, spec, tried);
      try {
        return spec.mode === 'instant' ? await this.#makeInstant(ctx, spec, master, notes) : await this.#make(ctx, spec, master, notes);
      } catch (error) {
        if (!isOutOfSpace(error) || ctx.signal.aborted) throw error;
        tried.add(master.store);
        this.#masters.markFull(master.store);
        notes.push(say('store-was-full', { name: master.store }));
        await this.#teardown.run(makeCtx({ timeoutMs: TIDY_MS }), this.id(spec.machineId));
      }
    }
  }

  async #masterFor(ctx: Ctx, { revisionId, datastore }: CloneSpec, tried: ReadonlySet<string>): Promise<SealedMaster> {
    const masters = await this.#mastersNow(ctx, revisionId);
    const others = this.#masters.roomy().filter((s) => !tried.has(s.name) && !masters.some((m) => m.store === s.name));
    const asked = others.find((s) => s.name === datastore);
    const chosen = asked === undefined ? this.#masters.choose(masters, tried, datastore) : undefined;
    if (chosen !== undefined) return chosen;
    const [from] = masters;
    const store = asked ?? others[0];
    if (from === undefined || store === undefined) {
      throw driverError('no-space', `no datastore with the master of revision ${revisionId} has room`);
    }
    return await this.#masterVerbs.replicate(ctx, from, store);
  }

  /** Also one that was sealed a moment ago and that the inventory does not show as that yet: asked of the server by its UUID. */
  async #mastersNow(ctx: Ctx, revisionId: string): Promise<SealedMaster[]> {
    try {
      return this.#masters.usable(revisionId);
    } catch (error) {
      if (!isCode(error, 'not-found')) throw error;
      await this.#end.client.inventory.sync(ctx);
      const { names } = this.#end;
      const stores = this.#end.stores().filter((store) => store.accessible);
      const views = await Promise.all(
        stores.map(
          async ({ name }) => await this.#locate.find(ctx, names.masterUuid(revisionId, name), names.master(revisionId, name), true),
        ),
      );
      const sealed = views.flatMap((view) => (view?.tags.seal !== undefined && this.#end.owned(view) ? [view] : []));
      if (sealed.length === 0) throw error;
      return this.#masters.good(revisionId, sealed);
    }
  }

  /** Where there can be no instant clone, a linked one with a note that says why; what passes by itself is thrown. */
  async #makeInstant(ctx: Ctx, spec: CloneSpec, master: SealedMaster, notes: readonly string[]): Promise<CloneResult> {
    try {
      if (!this.#end.instant) throw driverError('not-supported', 'this provider makes none');
      return await this.#judged(spec, await this.#instant.make(ctx, spec, master), notes);
    } catch (error) {
      // one that was broken off has no time for that; the next try or `destroy` finds the rest
      if (ctx.signal.aborted) throw error;
      if (this.#end.instant) await this.#removeFailed(spec.machineId);
      if (!cannotBeInstant(error)) throw error;
      const why = toDriverError(error);
      this.#end.log.warn({ err: error, machineId: spec.machineId }, 'a linked clone is made where an instant one was asked for');
      const instead = say('linked-instead', { why: why.message });
      return await this.#make(ctx, { ...spec, mode: 'linked', instead }, master, notes);
    }
  }

  /** What is left of an instant clone that failed; found again by its name, if it is not yet found by its identity. */
  async #removeFailed(machineId: string): Promise<void> {
    const tidy = makeCtx({ timeoutMs: TIDY_MS });
    try {
      await this.#end.client.inventory.sync(tidy);
      await this.#instant.finishNaming(tidy, machineId);
      await this.#teardown.run(tidy, this.id(machineId));
    } catch (failed) {
      this.#end.log.warn({ err: failed, machineId }, 'the rest of an instant clone stays until it is made again or removed');
    }
  }

  /** Takes the machine away, whatever there is of it. */
  async destroy(ctx: Ctx, machineId: string): Promise<DeletionProof> {
    await this.#instant.finishNaming(ctx, machineId);
    const proof = await this.#teardown.run(ctx, this.id(machineId));
    // what was not found made the inventory new, which may show one that has not got its identity yet
    if (!(await this.#instant.finishNaming(ctx, machineId))) return proof;
    return await this.#teardown.run(ctx, this.id(machineId));
  }

  async #make(ctx: Ctx, spec: MakeSpec, master: SealedMaster, notes: readonly string[]): Promise<CloneResult> {
    return await this.#judged(spec, await this.#made(ctx, spec, master), notes);
  }

  async #judged(spec: CloneSpec, view: View, notes: readonly string[]): Promise<CloneResult> {
    const result = this.result(view, notes);
    const wrong = this.violations(view);
    if (wrong.length === 0) return result;
    // promise 3: what could write to a master, and promise 4: what is no linked clone, does not stay
    await this.#teardown.run(makeCtx({ timeoutMs: TIDY_MS }), this.id(spec.machineId));
    const code = wrong.every((v) => v.rule === 'no-parent') ? 'not-linked' : 'gate-refused';
    throw driverError(code, `machine ${spec.machineId} was taken away: ${wrong.map(describeViolation).join('; ')}`, {
      details: { violations: wrong },
    });
  }

  async #made(ctx: Ctx, spec: MakeSpec, master: SealedMaster): Promise<View> {
    let view: View;
    try {
      view = await this.#strategies.make(ctx, spec, master);
    } catch (error) {
      await this.#afterFailure(spec);
      throw error;
    }
    // of two tries one may have made the machine and the other have left a folder
    if (this.#strategies.wasRepeated(spec.machineId)) await this.#teardown.leftovers(ctx, this.id(spec.machineId), view.folder);
    return view;
  }

  /** A machine that has the master itself for a disk is taken away at once, whatever failed (promise 3, H13). */
  async #afterFailure(spec: CloneSpec): Promise<void> {
    const tidy = makeCtx({ timeoutMs: TIDY_MS });
    try {
      const left = await this.#locate.find(tidy, spec.machineId, this.id(spec.machineId).name, true);
      if (left === undefined || !this.#end.owned(left)) return;
      if (this.violations(left).some((v) => v.rule === 'leaf-is-master')) await this.#teardown.run(tidy, this.id(spec.machineId));
    } catch (failed) {
      this.#end.log.error(
        { err: failed, machineId: spec.machineId },
        'a machine that could write to a master is still there; it stays off',
      );
    }
  }

  /** What breaks the gate. */
  violations(view: View): ChainViolation[] {
    const { mode, ownFolder, masterPaths } = this.result(view, []);
    const chains = chainsOf(view);
    if (chains.length === 0) return [{ rule: 'no-disk' }];
    return chains.flatMap((chain) => gate(chain, { mode, ownFolder, masterPaths }));
  }

  result(view: View, notes: readonly string[]): CloneResult {
    return {
      machineId: view.tags.id ?? view.instanceUuid ?? '',
      mode: view.tags.mode ?? 'linked',
      chains: chainsOf(view),
      ownFolder: view.folder ?? '',
      datastore: view.folder === undefined ? undefined : datastoreName(view.folder),
      masterPaths: [...new Set([...view.tags.parents, ...this.#masters.paths(view.tags.revisionId)])],
      masterFiles: this.#masters.of(view.tags.revisionId ?? '').flatMap(({ tags }) => filesOf(tags.seal)),
      notes: view.tags.instead === undefined ? notes : [...notes, view.tags.instead],
    };
  }

  async readBack(ctx: Ctx, machineId: string): Promise<CloneResult> {
    const view = await this.#locate.machine(ctx, machineId);
    this.mustBeWhole(view);
    return this.result(view, []);
  }

  mustBeWhole(view: View): void {
    if (isHalf(view)) throw driverError('wrong-state', `machine ${view.tags.id} is half made`);
  }
}

/** Not all of it is there yet: disks that were not attached, what Sysprep is to do, or the snapshot that keeps its writes off the master. */
export function isHalf(view: View): boolean {
  if (view.disks.length < (view.tags.disks ?? 1) || view.tags.customize) return true;
  return view.tags.root && !flattenSnapshots(view.snapshots).some((s) => s.name === ROOT_SNAPSHOT);
}
