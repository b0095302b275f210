/**
 * Checkpoint: make one, go back to one, or delete one. To go back, the machine is switched off, taken back, judged as a new one is
 * (promise 3), and started again if it ran.
 */
import { say } from '../../core/notices.ts';
import type { CloneMode } from '../../core/image.ts';
import type { GuestReady } from '../../driver/index.ts';
import { isCode } from '../../lib/errors.ts';
import * as checkpoints from '../../store/checkpoints.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { passGate } from './gate.ts';
import { tellWaiting } from './records.ts';

export interface CheckpointInput {
  reservationId: string;
  machineId: string;
  providerId: string;
  mode: CloneMode;
  /** Also its name at the provider. */
  checkpointId: string;
  /** As people call it. */
  name: string;
  action: 'create' | 'revert' | 'delete';
  /** Whether it ran when it was asked for. */
  wasOn: boolean;
}

type Args = StepArgs<EngineDeps, CheckpointInput>;

const MINUTE = 60_000;
const SAID: Readonly<Record<CheckpointInput['action'], string>> = {
  create: 'could not be made',
  revert: 'could not be gone back to',
  delete: 'could not be deleted',
};

export const checkpoint: Saga<EngineDeps, CheckpointInput, Tx> = {
  name: 'checkpoint',
  maxAttempts: 3,
  waiting: tellWaiting,
  steps: [
    { name: 'act', timeoutMs: 60 * MINUTE, do: act, undo: forget },
    { name: 'gate', timeoutMs: MINUTE, do: judge },
    { name: 'start', timeoutMs: 30 * MINUTE, do: start },
  ],
  async done(tx, deps, input, outputs) {
    // It was ended meanwhile and is gone, and its checkpoints with it.
    const machine = await machines.find(tx, input.machineId);
    if (machine?.state === 'gone') return;
    if (input.action === 'create') await checkpoints.made(tx, input.checkpointId);
    if (input.action === 'delete') await checkpoints.remove(tx, input.checkpointId);
    if (input.action !== 'revert') {
      await tell(tx, deps, input, machine?.state === 'running' ? 'ready' : 'powered off');
      return;
    }
    const ready = outputs.start as GuestReady | null;
    await machines.transition(
      tx,
      input.machineId,
      ready === null ? 'poweredOff' : 'poweredOn',
      ready === null ? {} : { address: ready.address, hostKeys: ready.hostKeys },
    );
    await tell(tx, deps, input, ready === null ? say('powered-off', {}) : 'ready');
  },
  async undone(tx, deps, input, error) {
    if (input.action === 'create') await checkpoints.remove(tx, input.checkpointId);
    // What state it is in now the provider says: to the watch, or to the next look of the reconciler.
    await tell(tx, deps, input, `checkpoint ${input.name} ${SAID[input.action]}: ${error.message}`);
  },
};

async function tell(tx: Tx, deps: EngineDeps, input: CheckpointInput, text: string): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  if (row?.state === 'ready') await reservations.note(tx, row.id, text, deps.now());
}

async function act({ ctx, deps, input }: Args): Promise<null> {
  const driver = driverOf(deps, input.providerId);
  const { machineId, checkpointId } = input;
  if (input.action === 'create') await driver.checkpoint(ctx, machineId, checkpointId);
  else if (input.action === 'revert') {
    await reservations.note(deps.store.db, input.reservationId, say('reverting', { name: input.name }), deps.now());
    await driver.power(ctx, machineId, 'off');
    await driver.revert(ctx, machineId, checkpointId);
  } else await driver.deleteCheckpoint(ctx, machineId, checkpointId);
  return null;
}

/** Only a checkpoint that was being made is taken back; what a machine had before it went back to one is gone. */
async function forget({ ctx, deps, input }: Args): Promise<void> {
  if (input.action !== 'create') return;
  try {
    await driverOf(deps, input.providerId).deleteCheckpoint(ctx, input.machineId, input.checkpointId);
  } catch (error) {
    // the machine was ended meanwhile
    if (!isCode(error, 'not-found')) throw error;
  }
}

async function judge({ ctx, deps, input }: Args): Promise<null> {
  if (input.action !== 'revert') return null;
  return passGate(ctx, deps, input, 'it was not powered on again; tell the operator, and end it');
}

async function start({ ctx, deps, input }: Args): Promise<GuestReady | null> {
  if (input.action !== 'revert' || !input.wasOn) return null;
  const driver = driverOf(deps, input.providerId);
  await driver.power(ctx, input.machineId, 'on');
  return driver.guest.ready(ctx, input.machineId);
}
