/** What stands on a job's row. */
import type { Job } from '../../../src/contract/machines.ts';

/** What it is about in one line: its machine, or what is made where there is none. Undefined of what is known no more. */
export function jobAbout({ machine, hostname, image, revision }: Job['about']): string | undefined {
  const made = image === undefined ? undefined : `${image}@${revision}`;
  const name = hostname ?? machine?.slice(0, 8);
  return name === undefined || made === undefined ? (name ?? made) : `${name} (${made})`;
}
