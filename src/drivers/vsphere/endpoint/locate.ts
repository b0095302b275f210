import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { findMachinesByInstanceUuid, isFault, type Ref, refKey } from '../../../vsphere/index.ts';
import type { Endpoint } from './endpoint.ts';
import type { View } from '../inventory/view.ts';

/** The error for what carries our tag under another identity. */
export function twinError(view: View): Error {
  const { name, instanceUuid, tags } = view;
  return driverError('not-owned', `${name} is ours by its tag, but its instance UUID is ${instanceUuid} and not ${tags.id}`, {
    hint: `Give it its UUID back (config.instanceUuid = ${tags.id}), or remove it by hand.`,
    details: { name, instanceUuid, expected: tags.id, folder: view.folder },
  });
}

/**
 * Finds machines by their identity: the instance UUID that Carrel chose. References are remembered and read before use; where none is good
 * any more the inventory is brought up to date first, so that "it is not there" is never said on old knowledge (H32, H34, H47).
 */
export class Locate {
  readonly #end: Endpoint;
  readonly #known = new Map<string, Ref>();

  constructor(end: Endpoint) {
    this.#end = end;
  }

  remember(uuid: string, ref: Ref): void {
    this.#known.set(uuid.toLowerCase(), ref);
  }

  forget(uuid: string): void {
    this.#known.delete(uuid.toLowerCase());
  }

  /**
   * The machine of that instance UUID as it is now, whoever's it is; undefined if the server has none. `name` is what we would have called
   * it: a machine whose configuration cannot be read has no other mark. `afterLoss` asks the server's own index too: the read to trust when
   * a reply was lost.
   */
  async find(ctx: Ctx, uuid: string, name: string, afterLoss = false, patient = false): Promise<View | undefined> {
    const wanted = uuid.toLowerCase();
    const fits = (view: View): boolean => view.instanceUuid === wanted || (view.instanceUuid === undefined && view.name === name);
    const look = async (refs: readonly Ref[]): Promise<View[]> => (await this.#look(ctx, refs, patient)).filter(fits);
    let found = await look(await this.#hints(ctx, wanted, name));
    if (found.length === 0) {
      await this.#end.client.inventory.sync(ctx);
      found = await look(await this.#hints(ctx, wanted, name));
    }
    if (found.length === 0 && afterLoss) found = await look(await this.#ask(ctx, uuid));
    const [view] = found;
    if (view === undefined) {
      this.forget(uuid);
      return undefined;
    }
    if (found.length > 1) return found.find((each) => this.#end.owned(each)) ?? view;
    this.#known.set(wanted, view.ref);
    return view;
  }

  /**
   * Whether the inventory as last told, or this driver's own memory, has something of that instance UUID or name. True as well where the inventory
   * is not up to date. Costs no request.
   */
  async shown(ctx: Ctx, uuid: string, name: string): Promise<boolean> {
    const told = await this.#end.client.inventory.findByInstanceUuid(ctx, uuid).catch(() => undefined);
    return told === undefined || (await this.#hints(ctx, uuid.toLowerCase(), name)).length > 0;
  }

  /** Our own machine; `not-found`, or `not-owned` if something else has that identity. */
  async machine(ctx: Ctx, machineId: string, patient = false): Promise<View> {
    const view = await this.find(ctx, machineId, this.#end.names.machine(machineId), false, patient);
    if (view === undefined) {
      this.mustHaveNoTwin(machineId);
      throw driverError('not-found', `there is no machine ${machineId}`);
    }
    this.mustOwn(view, machineId);
    return view;
  }

  /**
   * `not-owned` if something stands there that is ours by tag and place and has another instance UUID: it came back so from a registration or
   * a backup. Nothing is made in its stead and nothing of it is removed; that is an operator's step. Known by the inventory as last synced.
   */
  mustHaveNoTwin(uuid: string): void {
    const twin = this.#end.register.views().find((view) => view.tags.id === uuid.toLowerCase() && this.#end.changedIdentity(view));
    if (twin !== undefined) throw twinError(twin);
  }

  mustOwn(view: View, machineId: string): void {
    if (view.instanceUuid === undefined) {
      throw driverError('unavailable', `the configuration of machine ${machineId} cannot be read: it is ${view.connection}`);
    }
    if (!this.#end.owned(view) || view.tags.kind !== 'machine') {
      throw driverError('not-owned', `the machine ${view.name} does not carry our tag`);
    }
  }

  async #hints(ctx: Ctx, uuid: string, name: string): Promise<Ref[]> {
    const known = this.#known.get(uuid);
    const cached = (await this.#end.client.inventory.findByInstanceUuid(ctx, uuid).catch(() => [])).map((entity) => entity.ref);
    const all = [...(known === undefined ? [] : [known]), ...cached, ...this.#end.register.byName(name)];
    return [...new Map(all.map((ref) => [refKey(ref), ref])).values()];
  }

  async #ask(ctx: Ctx, uuid: string): Promise<Ref[]> {
    try {
      return await findMachinesByInstanceUuid(ctx, this.#end.client, uuid);
    } catch (error) {
      if (!isFault(error, 'MethodNotFound')) throw error;
      // servers before API 4.1 have no such search: the inventory, brought up to date, has to do
      await this.#end.client.inventory.sync(ctx);
      return (await this.#end.client.inventory.findByInstanceUuid(ctx, uuid)).map((entity) => entity.ref);
    }
  }

  async #look(ctx: Ctx, refs: readonly Ref[], patient: boolean): Promise<View[]> {
    if (refs.length === 0) return [];
    return (await this.#end.lookAll(ctx, refs, patient)).filter((view): view is View => view !== undefined);
  }
}
