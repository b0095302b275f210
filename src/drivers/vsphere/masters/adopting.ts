import type { RevisionProfile } from '../../../core/image.ts';
import { driverError } from '../../../driver/errors.ts';
import { type Ctx, makeCtx } from '../../../lib/context.ts';
import { onlySnapshot } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { type Adopted, changeTags, TAG, writeTags } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';
import { storesOf } from './remarks.ts';
import type { Seeding } from './seeding.ts';
import { Templates } from './templates.ts';

/** How long it is looked what came of a call that failed, in milliseconds, also when the caller has given up. */
const LOOK_MS = 60_000;

/** Machines and templates of somebody else's that are masters as they lie, and are given back as they were. */
export class Adopting {
  readonly #end: Endpoint;
  readonly #seeding: Seeding;
  readonly #templates: Templates;

  constructor(parts: { end: Endpoint; seeding: Seeding }) {
    this.#end = parts.end;
    this.#seeding = parts.seeding;
    this.#templates = new Templates(parts.end);
  }

  /** In place: the machine gets our tags and stays where it is. It must have exactly one snapshot, or none yet. */
  async adopt(ctx: Ctx, revisionId: string, view: View, profile: RevisionProfile, odd: Record<string, string>): Promise<View> {
    if (view.tags.installation !== undefined && !this.#end.owned(view))
      throw driverError('not-owned', `${view.name} belongs to another Carrel`);
    if (view.tags.kind === 'machine') throw driverError('not-owned', `${view.name} is a machine of a reservation`);
    if (view.snapshots !== undefined && onlySnapshot(view.snapshots) === undefined) {
      throw driverError('bad-image', `${view.name} has more than one snapshot`, { hint: 'Copy it instead, or leave one snapshot.' });
    }
    const allowed = this.#end.stores().map((store) => store.name);
    const outside = storesOf(view).filter((store) => !allowed.includes(store));
    if (outside.length > 0) {
      throw driverError('bad-image', `${view.name} has disks on ${outside.join(' and ')}, which this provider may not use`, {
        hint: `Copy it instead, or let the provider use it. It may use: ${allowed.join(', ')}.`,
      });
    }
    const uuid = view.instanceUuid ?? '';
    const { installationId } = this.#end.options;
    const tags = {
      installation: installationId,
      kind: 'master',
      id: uuid,
      revision: revisionId,
      adopted: JSON.stringify(view.tags.adopted ?? (await this.#cameAs(ctx, view))),
      created: new Date().toISOString(),
    };
    return await this.#templates.opened(ctx, uuid, view, async () => {
      await this.#end.task(ctx, uuid, 'ReconfigVM_Task', view.ref, { spec: { extraConfig: writeTags(tags) } });
      return await this.#seeding.seal(ctx, uuid, view.name, { profile, facts: { adopted: view.name, ...odd } });
    });
  }

  async #cameAs(ctx: Ctx, { ref, template }: View): Promise<Adopted> {
    if (template) return { template };
    const { props } = await this.#end.client.read(ctx, 'VirtualMachine', ref, ['resourcePool']);
    return { template, pool: props.resourcePool?.value };
  }

  /** An adopted master loses our tags, and is a template or a machine in its pool as it was. It keeps the snapshot, should it have had none. */
  async giveBack(ctx: Ctx, view: View): Promise<void> {
    const none = Object.fromEntries(Object.keys(TAG).map((name) => [name, '']));
    const wasTemplate = view.tags.adopted?.template === true;
    const uuid = view.instanceUuid ?? '';
    const work = async () => {
      try {
        await this.#end.task(ctx, uuid, 'ReconfigVM_Task', view.ref, { spec: { extraConfig: changeTags(none) } });
      } catch (error) {
        // without our tags nobody would find it again, so it must not be closed as one of ours
        const now = await this.#end.look(makeCtx({ timeoutMs: LOOK_MS }), view.ref).catch(() => undefined);
        if (now === undefined || now.tags.installation !== undefined) throw error;
      }
    };
    await this.#end.work.run(ctx, uuid, async () => {
      // one that a broken-off try left open is closed by this
      const shown = wasTemplate ? { ...view, template: true } : view;
      await this.#templates.opened(ctx, uuid, shown, work, wasTemplate ? 'template' : 'machine');
    });
  }
}
