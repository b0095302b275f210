/** Where an image is now that was asked for by a name that it had. */
import { ApiError } from '../../../src/client/errors.ts';

/** What the image is called now; undefined where the error says nothing of that. */
export function calledNow(error: unknown): string | undefined {
  const now = error instanceof ApiError && error.code === 'not-found' ? error.details['calledNow'] : undefined;
  return typeof now === 'string' ? now : undefined;
}
