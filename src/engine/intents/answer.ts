/** A question of the hypervisor that an operator answers. */
import type { MachineAnswer } from '../../driver/index.ts';
import { CarrelError } from '../../lib/errors.ts';
import type { Ctx } from '../../lib/context.ts';
import * as audit from '../../store/audit.ts';
import * as machines from '../../store/machines.ts';
import { driverOf, type EngineDeps } from '../deps.ts';
import type { Who } from './terms.ts';

/**
 * Answers it at once: there is nothing to take back, and twice the same answer is refused the second time. Errors: `not-found`, `not-supported`,
 * `wrong-state` (it is not asked that, or that is no answer), `unavailable`.
 */
export async function answerMachine(ctx: Ctx, deps: EngineDeps, who: Who, id: string, answer: MachineAnswer): Promise<void> {
  const row = await machines.find(deps.store.db, id);
  if (!row) throw new CarrelError('not-found', 'there is no such machine');
  const driver = driverOf(deps, row.providerId);
  if (driver.answer === undefined) throw new CarrelError('not-supported', 'its provider asks no questions');
  const asked = driver.whereabouts(id)?.question;
  await driver.answer(ctx, id, answer);
  const text = asked?.id === answer.question ? { text: asked.text, label: asked.choices.find((c) => c.key === answer.choice)?.label } : {};
  await audit.append(deps.store.db, {
    at: deps.now(),
    actor: who.name,
    action: 'machine.answered',
    subjectKind: 'machine',
    subjectId: id,
    detail: { ...answer, ...text },
  });
}
