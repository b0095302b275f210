/** What is seen of a machine at its provider, written down: its power, what is the matter with it, and who is told. */
import { say } from '../core/notices.ts';
import { CONDITION_WORDS, type MachineCondition, STANDS_STILL } from '../core/condition.ts';
import type { MachineState } from '../core/machine.ts';
import type { PowerState } from '../driver/index.ts';
import { CarrelError } from '../lib/errors.ts';
import * as assignments from '../store/assignments.ts';
import * as audit from '../store/audit.ts';
import * as machines from '../store/machines.ts';
import * as reservations from '../store/reservations.ts';
import type { Machine, Tx } from '../store/schema.ts';
import type { EngineDeps } from './deps.ts';

export interface Seen {
  power: PowerState;
  condition?: MachineCondition | undefined;
}

/** A machine that stands still is on: it holds its memory and goes on where it was. */
export function isOn({ power }: Seen): boolean {
  return power === 'on' || power === 'suspended';
}

/** What is the matter with it, also where a driver tells by the power state alone. */
export function conditionOf({ power, condition }: Seen): MachineCondition | undefined {
  return condition ?? (power === 'crashed' || power === 'suspended' ? power : undefined);
}

/** Whether the machine's power is another than its row says. One that was lost and is there again is what it is seen to be. */
export function powerDiffers(state: MachineState, seen: Seen): boolean {
  return state === 'lost' || (state === 'running' && !isOn(seen)) || (state === 'stopped' && isOn(seen));
}

/**
 * Writes down how a machine is, in its row, for its people and in the audit; nothing where that is known, or where a run has the machine in
 * hand. The caller's transaction should lock nothing of it but, if at all, the machine's row first and then the reservation's.
 */
export async function recordSeen(deps: EngineDeps, tx: Tx, machineId: string, seen: Seen, actor: string): Promise<void> {
  const row = await machines.lock(tx, machineId);
  if (row.state !== 'running' && row.state !== 'stopped' && row.state !== 'lost') return;
  const after = conditionOf(seen);
  const before = row.condition ?? undefined;
  const powerChanged = powerDiffers(row.state, seen);
  if (!powerChanged && before === after) return;
  const now = deps.now();
  if (powerChanged) await machines.transition(tx, machineId, isOn(seen) ? 'poweredOn' : 'poweredOff', {});
  await machines.setCondition(tx, machineId, after, after === before ? (row.conditionSince ?? now) : now);
  if (before !== after) {
    const detail = { condition: after ?? null, before: before ?? null };
    await audit.append(tx, { at: now, actor, action: 'machine.condition', subjectKind: 'machine', subjectId: machineId, detail });
  }
  const holder = await assignments.holderOf(tx, machineId);
  if (holder === undefined) return;
  const reservation = await reservations.lock(tx, holder);
  if (reservation.state === 'ready') await reservations.note(tx, reservation.id, sentence(seen), now);
}

function sentence(seen: Seen): string {
  const condition = conditionOf(seen);
  if (condition !== undefined) return `its machine ${CONDITION_WORDS[condition].says}`;
  return isOn(seen) ? 'ready' : say('switched-off', {});
}

/** Refuses, with `wrong-state` and the way out, where the guest would not answer and one would wait in vain. */
export function mustAnswer({ condition }: Pick<Machine, 'condition'>): void {
  if (condition === null || !STANDS_STILL.includes(condition)) return;
  const { says, wayOut } = CONDITION_WORDS[condition];
  throw new CarrelError('wrong-state', `its machine ${says}`, { hint: wayOut });
}
