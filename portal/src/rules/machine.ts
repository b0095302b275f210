/** What an operator may do with a machine in which state; the server decides in the end. */
import type { Machine } from '../../../src/contract/machines.ts';
import type { Provider } from '../../../src/contract/providers.ts';
import type { Tone } from './reservation.ts';

type Facts = Pick<Machine, 'state' | 'nobodys' | 'reservation' | 'condition' | 'provider'>;

/** `move`: the reservation whose machine may go to another datastore, where its provider can do that. */
export function machineActions(
  { state, nobodys = false, reservation, provider }: Facts,
  providers: readonly Pick<Provider, 'name' | 'relocates'>[],
): { takeAway: boolean; move: string | undefined } {
  const relocates = providers.some(({ name, relocates: can }) => name === provider && can);
  return {
    takeAway: nobodys && state !== 'destroying' && state !== 'gone',
    move: !nobodys && state === 'stopped' && relocates ? reservation : undefined,
  };
}

export function machineTone({ state, condition }: Pick<Facts, 'state' | 'condition'>): Tone {
  if (state === 'lost' || condition !== undefined) return 'bad';
  const tones = { running: 'good', stopped: 'off', gone: 'over' } as const;
  return tones[state as keyof typeof tones] ?? 'waiting';
}
