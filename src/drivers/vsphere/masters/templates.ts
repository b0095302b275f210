import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import { isFault, type Ref } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { datastoreName } from '../inventory/paths.ts';
import type { View } from '../inventory/view.ts';

/** How long a machine may take to be a template again, in milliseconds, also when the caller has given up. */
const MARK_MS = 300_000;

/** Templates take neither settings nor snapshots (vsphere.md §10.8): what is to be changed is a machine for that time, and no longer. */
export class Templates {
  readonly #end: Endpoint;

  constructor(end: Endpoint) {
    this.#end = end;
  }

  /**
   * Runs `work` on what is no template meanwhile. One that was a template is one again afterwards, whatever came of the work, but where `after`
   * says that it is to be a machine: then only if the work failed. Where it cannot be made one again, that is an error.
   */
  async opened<T>(ctx: Ctx, key: string, view: View, work: () => Promise<T>, after: 'template' | 'machine' = 'template'): Promise<T> {
    if (!view.template) return await work();
    let done = false;
    try {
      await this.#mark(ctx, view, false);
      const value = await work();
      done = true;
      return value;
    } finally {
      if (!done || after === 'template') await this.#close(key, view, done);
    }
  }

  /** A machine of ours, or of whoever gave it, becomes a template; nothing if it is one. */
  async close(ctx: Ctx, view: View): Promise<void> {
    await this.#mark(ctx, view, true);
  }

  async #close(key: string, view: View, done: boolean): Promise<void> {
    const last = makeCtx({ timeoutMs: MARK_MS });
    try {
      // what was broken off may still run at the server
      await this.#end.work.settled(last, key);
      await this.#mark(last, view, true);
    } catch (error) {
      this.#end.log.error({ err: error, vm: view.name }, 'a template that was opened could not be made a template again');
      if (done) throw error;
    }
  }

  async #mark(ctx: Ctx, { ref, name, folder }: View, template: boolean): Promise<void> {
    const { client, hosts } = this.#end;
    await this.#end.drive(ctx, async () => {
      const now = await this.#end.look(ctx, ref);
      if (now === undefined) throw driverError('unavailable', `${name} disappeared while it was changed`);
      if (now.template === template) return now;
      if (template) await client.call(ctx, 'MarkAsTemplate', ref, {});
      else {
        const store = this.#end.store(datastoreName(folder ?? ''));
        await hosts.leaveInactive(ctx, ref, store);
        await this.#machine(ctx, ref, now.tags.adopted?.pool, hosts.ofCluster(ref, store));
      }
      return undefined;
    });
  }

  /** In the pool that it was in when it came to us, if the server still has that and gives it, else in the provider's. */
  async #machine(ctx: Ctx, ref: Ref, former: string | undefined, place: { host?: Ref }): Promise<void> {
    const { client, site } = this.#end;
    const pool = former === undefined ? undefined : client.inventory.get({ type: 'ResourcePool', value: former })?.ref;
    if (pool !== undefined) {
      try {
        return await client.call(ctx, 'MarkAsVirtualMachine', ref, { pool });
      } catch (error) {
        if (!isFault(error, 'NoPermission', 'InvalidArgument', 'InvalidState', 'ManagedObjectNotFound')) throw error;
      }
    }
    await client.call(ctx, 'MarkAsVirtualMachine', ref, { pool: site.pool, ...place });
  }
}
