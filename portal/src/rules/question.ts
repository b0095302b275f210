/** What a machine's hypervisor asks, and who may answer it; the server decides in the end. */
import type { MachineQuestion } from '../../../src/contract/machines.ts';
import type { Reservation } from '../../../src/contract/reservations.ts';

type Facts = Pick<Reservation, 'state'> & { machine: Pick<Reservation['machine'], 'condition'> };

/**
 * The question, as long as its machine is somebody's, whatever the machine suffers from: a full disk is asked about as well. Operators alone
 * answer, and only what has answers to choose from.
 */
export function questionOf({ state, machine }: Facts, admin: boolean): { question: MachineQuestion | undefined; mayAnswer: boolean } {
  const over = state === 'ended' || state === 'failed';
  const question = over ? undefined : machine.condition?.question;
  return { question, mayAnswer: admin && question !== undefined && question.choices.length > 0 };
}
