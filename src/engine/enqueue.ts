/**
 * How intent becomes durable work: each function writes one job in the caller's transaction. This is all of the engine that
 * the API may import.
 */
import type { CloneMode } from '../core/image.ts';
import type { MasterSource } from '../driver/index.ts';
import type { Tx } from '../store/schema.ts';
import * as jobs from '../store/jobs.ts';
import { END_LANE, type SlotKind } from '../store/slots.ts';
import type { AddMasterInput } from './sagas/add-master.ts';
import type { CaptureInput } from './sagas/capture.ts';
import type { CheckpointInput } from './sagas/checkpoint.ts';
import type { EndInput } from './sagas/end.ts';
import type { PowerInput } from './sagas/power.ts';
import type { PrepareInput } from './sagas/prepare.ts';
import type { ProveInput } from './sagas/prove.ts';
import type { ProvisionInput } from './sagas/provision.ts';
import type { ReimageInput } from './sagas/reimage.ts';
import type { RelocateInput } from './sagas/relocate.ts';
import type { RemoveRevisionInput } from './sagas/remove-revision.ts';
import type { UnlinkInput } from './sagas/unlink.ts';

/**
 * A person waiting at the screen goes first, then a class: many machines at one time, promised ahead. Making and removing images has time.
 * Between these two is what a pool of machines kept ready will have.
 */
export const PRIORITY = { person: 100, class: 80, clearing: 60, image: 40 };

// Work is due at once, by the database's clock: no moment of this process's clock is named, for between reading it and writing the row
// it may be set.
export type Enqueued = { id: string; created: boolean };

export function provisionKey(reservationId: string): string {
  return `provision:${reservationId}`;
}

/** Of what works on a machine that is there. */
export function machineKey(machineId: string): string {
  return `machine:${machineId}`;
}

/** Of what takes its machine away. */
export function endKey(reservationId: string): string {
  return `end:${reservationId}`;
}

/** What making a clone takes of its provider. */
export function cloneSlot(mode: CloneMode): SlotKind {
  return mode === 'full' ? 'copy' : 'start';
}

// Ending frees room: it takes no slot and never waits for one.
export function enqueueProvision(tx: Tx, input: ProvisionInput, owner: string, priority = PRIORITY.person): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'provision',
    input,
    key: provisionKey(input.reservationId),
    lane: input.providerId,
    providerId: input.providerId,
    slot: cloneSlot(input.mode),
    owner,
    priority,
  });
}

/** `key`: the reservation, unless it is a machine that is no longer the reservation's, or nobody's. `delayMs`: it is due after so many milliseconds. */
export function enqueueEnd(
  tx: Tx,
  input: EndInput,
  { key = input.reservationId ?? input.machineId, delayMs }: { key?: string; delayMs?: number } = {},
): Promise<Enqueued> {
  return jobs.enqueue(tx, { ...clearing(input), saga: 'end', key: endKey(key), delayMs, priority: PRIORITY.clearing });
}

/** Has the key of an end: it takes the machine away, and an end that is asked for meanwhile is its business. */
export function enqueueReimage(tx: Tx, input: ReimageInput): Promise<Enqueued> {
  return jobs.enqueue(tx, { ...clearing(input), saga: 'reimage', key: endKey(input.reservationId), priority: PRIORITY.person });
}

const clearing = (input: EndInput) => ({ input, lane: `${END_LANE}${input.providerId}`, providerId: input.providerId });

export function enqueueProve(tx: Tx, input: ProveInput): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'prove',
    input,
    key: machineKey(input.machineId),
    lane: `power:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.image,
  });
}

/** A file that was brought lies on the server that took it: `here`. */
function onlyHere({ kind }: MasterSource, here: string | undefined): string | undefined {
  return kind === 'file' ? here : undefined;
}

export function enqueuePrepare(tx: Tx, input: PrepareInput, owner: string, here?: string): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'prepare',
    input,
    serverId: onlyHere(input.source, here),
    key: `revision:${input.revisionId}`,
    slot: 'copy',
    owner,
    lane: `image:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.image,
  });
}

/** One at a time of a revision, and none while it is made or removed. */
export function enqueueAddMaster(tx: Tx, input: AddMasterInput, owner: string, here?: string): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'add-master',
    input,
    serverId: onlyHere(input.source, here),
    key: `revision:${input.revisionId}`,
    slot: 'copy',
    owner,
    lane: `image:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.image,
  });
}

export function enqueueCapture(tx: Tx, input: CaptureInput, owner: string): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'capture',
    input,
    key: machineKey(input.machineId),
    slot: 'copy',
    owner,
    lane: `image:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.person,
  });
}

export function enqueueUnlink(tx: Tx, input: UnlinkInput, owner: string): Promise<Enqueued> {
  return jobs.enqueue(tx, { ...wholeDisks(input, owner), saga: 'unlink', input });
}

export function enqueueRelocate(tx: Tx, input: RelocateInput, owner: string): Promise<Enqueued> {
  return jobs.enqueue(tx, { ...wholeDisks(input, owner), saga: 'relocate', input });
}

const wholeDisks = ({ machineId, providerId }: UnlinkInput, owner: string) => ({
  key: machineKey(machineId),
  slot: 'copy' as const,
  owner,
  lane: `image:${providerId}`,
  providerId,
  priority: PRIORITY.person,
});

export function enqueuePower(tx: Tx, input: PowerInput): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'power',
    input,
    key: machineKey(input.machineId),
    lane: `power:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.person,
  });
}

export function enqueueCheckpoint(tx: Tx, input: CheckpointInput): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'checkpoint',
    input,
    key: machineKey(input.machineId),
    lane: `power:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.person,
  });
}

export function enqueueRemoveRevision(tx: Tx, input: RemoveRevisionInput): Promise<Enqueued> {
  return jobs.enqueue(tx, {
    saga: 'remove-revision',
    input,
    key: `revision:${input.revisionId}`,
    lane: `image:${input.providerId}`,
    providerId: input.providerId,
    priority: PRIORITY.image,
  });
}
