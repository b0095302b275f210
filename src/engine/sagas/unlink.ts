/**
 * Un-link: a machine that is off gets disks of its own, so that it needs its image's golden ones no more. What was copied is not taken back: a
 * run that fails writes down what it left, as the provider shows it.
 */
import { say } from '../../core/notices.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { passGate } from './gate.ts';
import { tellWaiting } from './records.ts';

export interface UnlinkInput {
  reservationId: string;
  machineId: string;
  providerId: string;
}

type Args = StepArgs<EngineDeps, UnlinkInput>;

const MINUTE = 60_000;

export const unlink: Saga<EngineDeps, UnlinkInput, Tx> = {
  name: 'unlink',
  maxAttempts: 3,
  waiting: tellWaiting,
  steps: [
    // A terabyte at 100 MB/s takes three hours.
    { name: 'copy', timeoutMs: 240 * MINUTE, do: copy, undo: writeDown },
    { name: 'gate', timeoutMs: MINUTE, do: judge },
  ],
  async done(tx, deps, input, outputs) {
    // It was ended meanwhile and is gone.
    if ((await machines.find(tx, input.machineId))?.state === 'gone') return;
    const now = deps.now();
    await machines.setUnlinked(tx, input.machineId, now);
    await audit.append(tx, {
      at: now,
      actor: 'engine',
      action: 'machine.unlinked',
      subjectKind: 'machine',
      subjectId: input.machineId,
      detail: { reservation: input.reservationId, ...(outputs.copy as object) },
    });
    await tell(tx, deps, input, say('own-disks', {}));
  },
  async undone(tx, deps, input, error) {
    const machine = await machines.find(tx, input.machineId);
    const row = await reservations.find(tx, input.reservationId);
    // What it held for the copy is free again, unless the copy is there.
    if (row?.machineId === input.machineId && row.mode !== 'full' && machine?.unlinkedAt === null && machine.state !== 'gone')
      await placements.holdStorage(tx, row.id, 0, deps.now());
    await tell(tx, deps, input, say('own-disks-failed', { why: error.message }));
  },
};

async function tell(tx: Tx, deps: EngineDeps, input: UnlinkInput, text: string): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  if (row?.state === 'ready' && row.machineId === input.machineId) await reservations.note(tx, row.id, text, deps.now());
}

async function copy({ ctx, deps, input }: Args): Promise<{ disks: string[] }> {
  const driver = driverOf(deps, input.providerId);
  if (driver.unlink === undefined) throw new CarrelError('not-supported', 'its provider takes no machine off its image');
  await deps.store.tx((tx) => tell(tx, deps, input, say('own-disks-copying', {})));
  const { chains } = await driver.unlink(ctx, input.machineId);
  return { disks: chains.flatMap((chain) => chain.map((disk) => disk.path)) };
}

function judge({ ctx, deps, input }: Args): Promise<null> {
  return passGate(ctx, deps, { ...input, mode: 'full' }, 'it is not switched on; tell the operator, and end it');
}

/** The answer may have been lost when all was done. */
async function writeDown({ ctx, deps, input }: Args): Promise<void> {
  try {
    const { mode, chains, ownFolder } = await driverOf(deps, input.providerId).readBack(ctx, input.machineId);
    const alone = chains.length > 0 && chains.every((chain) => chain.length === 1 && chain[0]?.path.startsWith(ownFolder));
    if (mode === 'full' && alone) await machines.setUnlinked(deps.store.db, input.machineId, deps.now());
  } catch (error) {
    // the machine was ended meanwhile
    if (!isCode(error, 'not-found')) throw error;
  }
}
