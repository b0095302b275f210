/** What an operator may do with a machine in which state; the server decides in the end. */
import type { Machine } from '../../../src/contract/machines.ts';
import type { Tone } from './reservation.ts';

type Facts = Pick<Machine, 'state' | 'nobodys' | 'reservation' | 'datastores' | 'condition'>;

/** `move`: the reservation whose machine may go to another datastore; where a machine lies is known only at providers that have several. */
export function machineActions({ state, nobodys = false, reservation, datastores }: Facts): {
  takeAway: boolean;
  move: string | undefined;
} {
  return {
    takeAway: nobodys && state !== 'destroying' && state !== 'gone',
    move: !nobodys && state === 'stopped' && datastores !== undefined ? reservation : undefined,
  };
}

export function machineTone({ state, condition }: Pick<Facts, 'state' | 'condition'>): Tone {
  if (state === 'lost' || condition !== undefined) return 'bad';
  const tones = { running: 'good', stopped: 'off', gone: 'over' } as const;
  return tones[state as keyof typeof tones] ?? 'waiting';
}
