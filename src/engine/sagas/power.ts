/** Power: switch a reservation's machine on or off. Once asked for it goes forward; what fails for good is told and dropped. */
import { say } from '../../core/notices.ts';
import type { PowerOp, PowerState } from '../../driver/index.ts';
import type { Tx } from '../../store/schema.ts';
import * as machines from '../../store/machines.ts';
import * as reservations from '../../store/reservations.ts';
import type { Saga } from '../saga.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import * as jobs from '../../store/jobs.ts';
import { enqueuePower, machineKey } from '../enqueue.ts';
import { tellWaiting } from './records.ts';

export interface PowerInput {
  reservationId: string;
  machineId: string;
  providerId: string;
  op: Extract<PowerOp, 'on' | 'off' | 'reset' | 'shutdown'>;
  /** It was ended and is only kept; if that is taken back meanwhile, the machine is switched on again. */
  kept?: boolean;
}

/** Said of one whose end was taken back, until that is so. */
export const SWITCHING_ON = 'switching it on again';

export const power: Saga<EngineDeps, PowerInput, Tx> = {
  name: 'power',
  maxAttempts: 3,
  waiting: tellWaiting,
  steps: [
    {
      name: 'power',
      timeoutMs: 5 * 60_000,
      do: ({ ctx, deps, input }): Promise<PowerState> => driverOf(deps, input.providerId).power(ctx, input.machineId, input.op),
    },
    {
      name: 'guest',
      timeoutMs: 30 * 60_000,
      takes: () => 'nothing',
      async do({ ctx, deps, input, outputs }) {
        // A machine that comes up again may have another port and must answer before it is called ready.
        return outputs.power === 'on' ? driverOf(deps, input.providerId).guest.ready(ctx, input.machineId) : null;
      },
    },
  ],
  async done(tx, deps, input, outputs) {
    // Before the machine, and locked: an end that comes just now sees this done, or is seen.
    const row = await reservations.lock(tx, input.reservationId);
    // It was ended meanwhile and is gone: there is nothing left to record.
    if ((await machines.find(tx, input.machineId))?.state === 'gone') return;
    const on = outputs.power === 'on';
    const ready = outputs.guest as { address: { host: string; sshPort: number }; hostKeys: readonly string[] } | null;
    await machines.transition(
      tx,
      input.machineId,
      on ? 'poweredOn' : 'poweredOff',
      on && ready ? { address: ready.address, hostKeys: ready.hostKeys } : {},
    );
    // It was ended meanwhile: what is only kept is off.
    if (row.state === 'ending' && row.keptUntil !== null && on && !input.kept)
      return switchAfter(tx, { ...input, op: 'shutdown', kept: true });
    if (row.state !== 'ready') return;
    // It was ended, and that was taken back: it is on.
    if ((input.kept || row.stageText === SWITCHING_ON) && !on) {
      const { kept: _, ...again } = input;
      await switchAfter(tx, { ...again, op: 'on' });
    } else await reservations.note(tx, row.id, on ? 'ready' : say('powered-off', {}), deps.now());
  },
  async undone(tx, deps, input, error) {
    const row = await reservations.lock(tx, input.reservationId);
    // Whether it is on nobody knows.
    if (row.state === 'ending' && row.keptUntil !== null && !input.kept) return switchAfter(tx, { ...input, op: 'shutdown', kept: true });
    if (row.state !== 'ready') return;
    // It was not switched off, and is to be on.
    const text = input.kept ? 'ready' : say('power-failed', { op: input.op, why: error.message });
    await reservations.note(tx, row.id, text, deps.now());
  },
};

/** A switch in place of the one that is just done. */
async function switchAfter(tx: Tx, input: PowerInput): Promise<void> {
  await jobs.letGo(tx, machineKey(input.machineId));
  await enqueuePower(tx, input);
}
