/** Provision: from a promise (machine `planned`, reservation `preparing`) to a machine that answers on SSH, or to nothing at all. */
import type { CloneMode } from '../../core/image.ts';
import { say } from '../../core/notices.ts';
import type { Stage } from '../../core/reservation.ts';
import type { CloneResult, GuestReady } from '../../driver/index.ts';
import { isCode } from '../../lib/errors.ts';
import type { Tx } from '../../store/schema.ts';
import * as machines from '../../store/machines.ts';
import * as masters from '../../store/masters.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import { tryElsewhere } from '../intents/elsewhere.ts';
import type { SlotKind } from '../../store/slots.ts';
import { cloneSlot, enqueueEnd, enqueueProve } from '../enqueue.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { destroyMachine, isIts, tellWaiting } from './records.ts';
import { passGate } from './gate.ts';
import { notProved } from './prove.ts';

export interface ProvisionInput {
  reservationId: string;
  machineId: string;
  revisionId: string;
  providerId: string;
  mode: CloneMode;
  vcpus: number;
  memoryMiB: number;
  /** How large its first disk is to be; as its image's if left out. */
  diskMiB?: number;
  hostname: string;
  /** Whose space it counts on; left out where there are no several. */
  datastore?: string;
  bootTimeoutS: number;
}

type Args = StepArgs<EngineDeps, ProvisionInput>;

const MINUTE = 60_000;

export const provision: Saga<EngineDeps, ProvisionInput, Tx> = {
  name: 'provision',
  maxAttempts: 5,
  waiting: tellWaiting,
  steps: [
    { name: 'clone', timeoutMs: 30 * MINUTE, takes: (_, input) => cloneSlot(input.mode), do: clone, undo: destroy },
    { name: 'gate', timeoutMs: MINUTE, do: checkGate },
    { name: 'start', timeoutMs: 5 * MINUTE, takes: () => 'start', do: start },
    { name: 'guest', timeoutMs: 30 * MINUTE, takes: bootTakes, do: guest },
  ],
  async done(tx, deps, input, outputs) {
    const ready = outputs.guest as GuestReady;
    const now = deps.now();
    await machines.transition(tx, input.machineId, 'poweredOn', { address: ready.address, hostKeys: ready.hostKeys });
    const { reservationId, machineId, providerId } = input;
    const row = await reservations.lock(tx, reservationId);
    if (row.machineId !== machineId) {
      // It was begun elsewhere while the last step ran: this one is nobody's.
      await enqueueEnd(tx, { reservationId, machineId, providerId }, { key: machineId });
      return;
    }
    const state = await reservations.transition(tx, input.reservationId, 'provisioned', { readyAt: now });
    if (state === 'ready') {
      await reservations.setStage(tx, input.reservationId, 'ready', 'ready', now);
      if (row.proof) await enqueueProve(tx, { reservationId, machineId, revisionId: input.revisionId, providerId });
    }
    // It was ended while the last step ran: the machine is whole, so it goes the ordinary way.
    else await enqueueEnd(tx, { reservationId: input.reservationId, machineId: input.machineId, providerId: input.providerId });
  },
  async undone(tx, deps, input, error) {
    const now = deps.now();
    await machines.transition(tx, input.machineId, 'destroyed', { goneAt: now });
    const row = await reservations.lock(tx, input.reservationId);
    // It was begun elsewhere meanwhile.
    if (row.machineId !== input.machineId) return;
    const next = await tryElsewhere(tx, deps, row, error);
    if (next.moved) return;
    const { failure } = next;
    if (row.proof && row.state === 'preparing') await notProved(tx, deps, row.revisionId, failure);
    const state = await reservations.transition(tx, input.reservationId, 'provisionFailed', { failure, endedAt: now });
    await reservations.setStage(tx, input.reservationId, 'gone', state === 'failed' ? failure.message : say('ended', {}), now);
  },
};

/** A guest that boots is waited for; only where it takes the processors of those that start does it count as one. */
function bootTakes(deps: EngineDeps, { providerId }: { providerId: string }): SlotKind | 'nothing' {
  return deps.capabilities.get(providerId)?.bootTakesSlot === true ? 'start' : 'nothing';
}

/** What a waiting person sees, as long as it is this machine that is waited for. */
async function show(deps: EngineDeps, input: ProvisionInput, stage: Stage, text: string): Promise<void> {
  if (await isIts(deps.store.db, input)) await reservations.setStage(deps.store.db, input.reservationId, stage, text, deps.now());
}

async function clone({ ctx, deps, input, first }: Args): Promise<CloneResult> {
  const now = deps.now();
  await deps.store.tx(async (tx) => {
    await machines.transition(tx, input.machineId, 'build', {});
    if (await isIts(tx, input)) await reservations.setStage(tx, input.reservationId, 'cloning', say(`making-${input.mode}`, {}), now);
  });
  const driver = driverOf(deps, input.providerId);
  const result = await driver.clone(ctx, {
    machineId: input.machineId,
    revisionId: input.revisionId,
    mode: input.mode,
    hostname: input.hostname,
    hardware: { vcpus: input.vcpus, memoryMiB: input.memoryMiB },
    first,
    ...(input.datastore === undefined ? {} : { datastore: input.datastore }),
    ...(input.diskMiB === undefined ? {} : { diskBytes: input.diskMiB * 2 ** 20 }),
  });
  const { datastore } = result;
  if (datastore !== undefined) await deps.store.tx((tx) => placements.landed(tx, { machineId: input.machineId, datastore }));
  if (result.mode !== input.mode) await machines.setMode(deps.store.db, input.machineId, result.mode);
  if (result.masterFiles !== undefined) await masters.addFiles(deps.store.db, input.revisionId, input.providerId, result.masterFiles);
  if (result.notes.length > 0 && (await isIts(deps.store.db, input)))
    await reservations.addNotes(deps.store.db, input.reservationId, result.notes);
  return result;
}

/** Promises 3 and 4: judged by what the hypervisor shows now, not by what the clone said. */
async function checkGate({ ctx, deps, input }: Args): Promise<null> {
  return passGate(ctx, deps, input, 'nothing was powered on and the machine was taken away; tell the operator');
}

async function start({ ctx, deps, input }: Args): Promise<null> {
  await show(deps, input, 'starting', say('starting', {}));
  await driverOf(deps, input.providerId).power(ctx, input.machineId, 'on');
  return null;
}

async function guest({ ctx, deps, input }: Args): Promise<GuestReady> {
  await show(deps, input, 'booting', say('waiting-guest', {}));
  const driver = driverOf(deps, input.providerId);
  try {
    return await driver.guest.ready(ctx, input.machineId);
  } catch (error) {
    if (!isCode(error, 'wrong-state')) throw error;
    // After a crash of ours in `start`, it may have gone off with nobody watching; `start` bears being run again.
    await driver.power(ctx, input.machineId, 'on');
    return await driver.guest.ready(ctx, input.machineId);
  }
}

async function destroy({ ctx, deps, input }: Args): Promise<void> {
  await show(deps, input, 'ending', say('taking-made-away', {}));
  await destroyMachine(ctx, deps, input);
}
