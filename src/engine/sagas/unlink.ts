/**
 * Un-link: a machine that is off gets disks of its own, so that it needs its image's golden ones no more. The saga that moves a machine to another
 * datastore is the same with another verb. What was copied is not taken back: a run that fails writes down what it left, as the provider shows it.
 */
import { say } from '../../core/notices.ts';
import type { CloneResult, Driver } from '../../driver/index.ts';
import { CarrelError, isCode } from '../../lib/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import * as placements from '../../store/placements.ts';
import * as reservations from '../../store/reservations.ts';
import type { Tx } from '../../store/schema.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import { storageAgain } from '../intents/place.ts';
import type { Saga, StepArgs } from '../saga.ts';
import { passGate } from './gate.ts';
import { tellWaiting } from './records.ts';

export interface UnlinkInput {
  reservationId: string;
  machineId: string;
  providerId: string;
}

const MINUTE = 60_000;

/** How one of the sagas that give a machine whole disks of its own does it, and what it says. */
export interface OwnDisks<I extends UnlinkInput> {
  name: string;
  /** Audit action when it is done. */
  action: string;
  begun(input: I): string;
  done(input: I): string;
  failed(input: I, why: string): string;
  /** What the audit keeps of it beside its disks. */
  detail(input: I): object;
  /** The driver's verb; undefined where it has none. */
  run(ctx: Ctx, driver: Driver, input: I): Promise<CloneResult> | undefined;
}

export function ownDisksSaga<I extends UnlinkInput>(how: OwnDisks<I>): Saga<EngineDeps, I, Tx> {
  type Args = StepArgs<EngineDeps, I>;

  async function copy({ ctx, deps, input }: Args): Promise<{ disks: string[] }> {
    await deps.store.tx((tx) => tell(tx, deps, input, how.begun(input)));
    const run = how.run(ctx, driverOf(deps, input.providerId), input);
    if (run === undefined) throw new CarrelError('not-supported', 'its provider cannot');
    const { chains, datastore } = await run;
    if (datastore !== undefined) await deps.store.tx((tx) => placements.landed(tx, { machineId: input.machineId, datastore }));
    return { disks: chains.flatMap((chain) => chain.map((disk) => disk.path)) };
  }

  function judge({ ctx, deps, input }: Args): Promise<null> {
    return passGate(ctx, deps, { ...input, mode: 'full' }, 'it is not switched on; tell the operator, and end it');
  }

  return {
    name: how.name,
    maxAttempts: 3,
    waiting: tellWaiting,
    steps: [
      // A terabyte at 100 MB/s takes three hours.
      { name: 'copy', timeoutMs: 240 * MINUTE, do: copy, undo: ({ ctx, deps, input }) => writeDown(ctx, deps, input) },
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
        action: how.action,
        subjectKind: 'machine',
        subjectId: input.machineId,
        detail: { reservation: input.reservationId, ...how.detail(input), ...(outputs.copy as object) },
      });
      await tell(tx, deps, input, how.done(input));
    },
    async undone(tx, deps, input, error) {
      const machine = await machines.find(tx, input.machineId);
      const row = await reservations.find(tx, input.reservationId);
      // What it held for the copy is free again, unless the copy is there.
      if (row?.machineId === input.machineId && row.mode !== 'full' && machine?.unlinkedAt === null && machine.state !== 'gone')
        await placements.holdStorage(tx, row.id, await storageAgain(tx, row), deps.now());
      await tell(tx, deps, input, how.failed(input, error.message));
    },
  };
}

export const unlink = ownDisksSaga<UnlinkInput>({
  name: 'unlink',
  action: 'machine.unlinked',
  begun: () => say('own-disks-copying', {}),
  done: () => say('own-disks', {}),
  failed: (_input, why) => say('own-disks-failed', { why }),
  detail: () => ({}),
  run: (ctx, driver, { machineId }) => driver.unlink?.(ctx, machineId),
});

async function tell(tx: Tx, deps: EngineDeps, input: UnlinkInput, text: string): Promise<void> {
  const row = await reservations.find(tx, input.reservationId);
  if (row?.state === 'ready' && row.machineId === input.machineId) await reservations.note(tx, row.id, text, deps.now());
}

/** The answer may have been lost when all was done. */
async function writeDown(ctx: Ctx, deps: EngineDeps, input: UnlinkInput): Promise<void> {
  try {
    const { mode, chains, ownFolder } = await driverOf(deps, input.providerId).readBack(ctx, input.machineId);
    const alone = chains.length > 0 && chains.every((chain) => chain.length === 1 && chain[0]?.path.startsWith(ownFolder));
    if (mode === 'full' && alone) await machines.setUnlinked(deps.store.db, input.machineId, deps.now());
  } catch (error) {
    // the machine was ended meanwhile
    if (!isCode(error, 'not-found')) throw error;
  }
}
