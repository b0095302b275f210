/** Having a revision lent once, and what is said of that. */
import type { Revision } from '../contract/images.ts';
import { CarrelError } from '../lib/errors.ts';
import { failed, follow, reservationGoesOn, stageText } from './follow.ts';
import type { Session } from './session.ts';
import { plain } from './text.ts';

export interface ProofWish {
  publish: boolean;
  publishUnclean?: string | undefined;
}

/** Follows the proof to its end and answers with the revision. Errors: what kept it from being lent; `interrupted`. */
export async function proveAndAnswer(session: Session, { name, number }: { name: string; number: number }, wish: ProofWish): Promise<void> {
  const called = `${name}@${number}`;
  const { reservation: id } = await session.client.proveRevision({
    params: { name, number },
    body: { publish: wish.publish, ...(wish.publishUnclean === undefined ? {} : { publishUnclean: wish.publishUnclean }) },
  });
  const end = await follow(session, {
    look: (signal) => session.client.showReservation({ params: { id } }, { signal }),
    stage: (r) => ({ text: `${called}: ${stageText(r)}`, over: r.state === 'ended' || r.state === 'failed' }),
    goesOn: reservationGoesOn(id),
    subjects: [id],
  });
  if (end.state === 'failed') throw failed(`${called} cannot be lent as it is`, end.failure);
  const revision = await session.client.showRevision({ params: { name, number } });
  const { proved, notProved } = revision.facts;
  if (notProved !== undefined) throw new CarrelError('failed', `${called} cannot be lent as it is: ${plain(notProved)}`);
  if (proved === undefined) throw new CarrelError('failed', `the machine of ${called} was ended before the answer was there`);
  session.answer(revision, provedText(called, revision));
}

function provedText(called: string, { state, facts }: Revision): string {
  const [, note] = (facts['proved'] ?? '').split('; ');
  return `${called} was lent and answered; it is ${state}${note === undefined ? '' : `\n${plain(note)}`}`;
}
