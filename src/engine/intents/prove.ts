/** A revision is lent once to see whether it can be: by a reservation like anybody's, which ends by itself as soon as the answer is there. */
import * as images from '../../store/images.ts';
import type { Proof, Reservation } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';
import { assertClean } from './image.ts';
import { reserve, type Who } from './reservation.ts';

/** A boot, and the longest that one may take, twice over; in milliseconds. The room is given back as soon as it is known. */
const PROOF_MS = 2 * 3_600_000;

export interface ProofIntent {
  /** The reservation's. */
  id: string;
  image: string;
  revision: number;
  /** What is to become of the revision if it can be lent. */
  proof: Omit<Proof, 'askedBy'>;
}

/** Asks for it. Errors: those of {@link reserve}; `unclean` if it is then to be handed out and may hold what belongs to a person. */
export async function proveRevision(deps: EngineDeps, who: Who, { id, image, revision: number, proof }: ProofIntent): Promise<Reservation> {
  const row = await images.findByName(deps.store.db, image);
  const revision = row && (await images.revisionByNumber(deps.store.db, row.id, number));
  if (proof.publish && revision) assertClean(revision.facts, proof.publishUnclean);
  return await reserve(deps, who, { id, image, revision: number, mode: 'linked', forMs: PROOF_MS, proof: { ...proof, askedBy: who.name } });
}
