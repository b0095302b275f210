import type { Checkpoint } from '../../../driver/driver.ts';
import { driverError } from '../../../driver/errors.ts';
import type { Ctx } from '../../../lib/context.ts';
import { flattenSnapshots, type VirtualMachineSnapshotTree } from '../../../vsphere/index.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { type Folders, inUse } from '../storage/folders.ts';
import type { Locate } from '../endpoint/locate.ts';
import type { Machines } from './machines.ts';
import { ROOT_SNAPSHOT } from '../inventory/tags.ts';
import type { View } from '../inventory/view.ts';

/** Checkpoints that one machine may have on top of each other: reads get slower with each, vSphere itself ends at 32 (vsphere.md §3.7). */
const MAX_DEPTH = 8;
/** By which the snapshots that this driver made are told from everybody else's. */
const DESCRIPTION = 'Carrel checkpoint';

/**
 * Users' checkpoints are snapshots of disks. The snapshot that a machine made VCL's way stands on is Carrel's and none of them: it is never
 * shown, reverted past or removed, since removing it would write the machine into the master (H5).
 */
export class Checkpoints {
  readonly #end: Endpoint;
  readonly #folders: Folders;
  readonly #locate: Locate;
  readonly #machines: Machines;

  constructor(parts: { end: Endpoint; folders: Folders; locate: Locate; machines: Machines }) {
    this.#end = parts.end;
    this.#folders = parts.folders;
    this.#locate = parts.locate;
    this.#machines = parts.machines;
  }

  async list(ctx: Ctx, machineId: string): Promise<readonly Checkpoint[]> {
    return snapshotsOf(await this.#locate.machine(ctx, machineId)).map(toCheckpoint);
  }

  async make(ctx: Ctx, machineId: string, name: string): Promise<Checkpoint> {
    if (name === ROOT_SNAPSHOT) throw driverError('already-exists', `${name} is a name of Carrel's own`);
    return await this.#end.drive(ctx, async () => {
      const view = await this.#whole(ctx, machineId);
      const there = snapshotsOf(view).find((s) => s.name === name);
      if (there !== undefined) return toCheckpoint(there);
      const depth = Math.max(0, ...flattenSnapshots(view.snapshots).map((s) => s.depth));
      if (depth >= MAX_DEPTH) {
        throw driverError('wrong-state', `machine ${machineId} has ${depth} checkpoints on top of each other`, {
          hint: 'Remove one, or go back to one, before you make another.',
        });
      }
      await this.#end.task(ctx, machineId, 'CreateSnapshot_Task', view.ref, {
        name,
        description: DESCRIPTION,
        memory: false,
        quiesce: false,
      });
      return undefined;
    });
  }

  async revert(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.#end.drive(ctx, async () => {
      const view = await this.#whole(ctx, machineId);
      const there = snapshotsOf(view).find((s) => s.name === name);
      if (there === undefined) throw driverError('not-found', `machine ${machineId} has no checkpoint ${JSON.stringify(name)}`);
      await this.#end.task(ctx, machineId, 'RevertToSnapshot_Task', there.snapshot, { suppressPowerOn: true });
      return true;
    });
    await this.#end.client.inventory.sync(ctx);
  }

  /** Removes a snapshot that this driver made. Only the machine's own files are merged, and only while nobody else's disk stands on them. */
  async remove(ctx: Ctx, machineId: string, name: string): Promise<void> {
    await this.#end.drive(ctx, async () => {
      const view = await this.#whole(ctx, machineId);
      const there = snapshotsOf(view).find((s) => s.name === name);
      if (there === undefined) return true;
      if (there.description !== DESCRIPTION) {
        throw driverError('not-owned', `the snapshot ${JSON.stringify(name)} of machine ${machineId} was made by somebody else`);
      }
      const { folder } = view;
      if (folder === undefined) throw driverError('unavailable', `it cannot be seen where machine ${machineId} lies`);
      await this.#end.client.inventory.sync(ctx);
      const others = this.#end.register.usersOf(folder).filter((other) => other.ref.value !== view.ref.value);
      if (others.length > 0) throw inUse(folder, others);
      await this.#folders.mustStandAlone(ctx, folder, view.ref);
      if (view.tags.root) await this.#owesNothing(ctx, view);
      await this.#end.removeSnapshot(ctx, machineId, there.snapshot, folder);
      return undefined;
    });
    await this.#end.client.inventory.sync(ctx);
  }

  /** Whether the server still has to merge what an earlier removal left: it would do that as well, and that may be the master (H5). */
  async #owesNothing(ctx: Ctx, view: View): Promise<void> {
    const [read] = await this.#end.client.readAll(ctx, 'VirtualMachine', [view.ref], ['runtime.consolidationNeeded']);
    if (read?.props['runtime.consolidationNeeded'] !== true) return;
    throw driverError('gate-refused', `the disks of machine ${view.tags.id} need to be consolidated, which would write into its master`, {
      hint: 'End the machine; do not consolidate it.',
    });
  }

  async #whole(ctx: Ctx, machineId: string): Promise<View> {
    const view = await this.#locate.machine(ctx, machineId);
    this.#machines.mustBeWhole(view);
    return view;
  }
}

function snapshotsOf(view: View): VirtualMachineSnapshotTree[] {
  const own = flattenSnapshots(view.snapshots).filter((s) => s.name !== ROOT_SNAPSHOT);
  return own.toSorted((a, b) => a.createTime.getTime() - b.createTime.getTime() || a.id - b.id);
}

function toCheckpoint({ name, createTime }: VirtualMachineSnapshotTree): Checkpoint {
  return { name, createdAt: createTime.toISOString() };
}
