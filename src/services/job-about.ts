/** What jobs work on, in the names that people know. */
import type { JobAbout } from '../contract/machines.ts';
import type { Db } from '../store/db.ts';
import * as images from '../store/images.ts';
import * as machines from '../store/machines.ts';
import type { Job } from '../store/schema.ts';
import { given } from './parts.ts';

/** Says of each of these jobs what it is about. Two questions to the store, however many they are. */
export async function readAbout(db: Db, jobs: readonly Pick<Job, 'input'>[]): Promise<(job: Pick<Job, 'input'>) => JobAbout> {
  const named = (key: string) => jobs.flatMap(({ input }) => textIn(input, key) ?? []);
  const made = await machines.origins(db, new Set(named('machineId')));
  const revisionIds = new Set([...named('revisionId'), ...[...made.values()].map(({ revisionId }) => revisionId)]);
  const revisions = new Map((await images.revisionNames(db, revisionIds)).map((one) => [one.id, one]));
  return ({ input }) => {
    const machine = textIn(input, 'machineId');
    const origin = machine === undefined ? undefined : made.get(machine);
    const revision = revisions.get(textIn(input, 'revisionId') ?? origin?.revisionId ?? '');
    return given({
      reservation: textIn(input, 'reservationId'),
      machine,
      hostname: origin?.hostname ?? undefined,
      image: revision?.image,
      revision: revision?.number,
    });
  };
}

/** A member of a job's input, whose type only its saga knows. */
export function textIn(input: Job['input'], key: string): string | undefined {
  const value = (input as Record<string, unknown>)[key];
  return typeof value === 'string' ? value : undefined;
}
