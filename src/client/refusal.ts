import type { Problem } from '../contract/problem.ts';
import { ApiError } from './errors.ts';

/**
 * Why a WebSocket that a ticket opened was refused: of a message that came in it, and undefined for any other. Screens send binary messages only,
 * and a terminal's text messages go the other way, so a text message that comes is this.
 */
export function refusalIn(data: unknown): ApiError | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const problem = JSON.parse(data) as Partial<Problem>;
    if (typeof problem.code === 'string' && typeof problem.detail === 'string') return new ApiError(problem as Problem);
  } catch {
    // Not ours: as if nothing had been said.
  }
  return undefined;
}
