import { ApiError } from '../model/api-error.ts';
import type { Sim } from '../model/simulate.ts';

export interface RestCall {
  sim: Sim;
  /** `GET`, or the action of a `POST` after a space: `POST attach`. */
  verb: string;
  /** What the path names behind the service, '' for none. */
  id: string;
  query: URLSearchParams;
  /** What was sent, JSON decoded; undefined if it was nothing. */
  body: unknown;
  /** `/api`, where a specification is the body itself; under `/rest` it is a field of it. */
  plain: boolean;
}

/** What a service answers: a value, or a value that was made, or nothing. */
export type RestAnswer = { value: unknown } | { made: string } | undefined;

/** operation_not_found, as a server says it of what it does not offer. */
export const unknown = (what: string): ApiError => new ApiError('operation_not_found', `There is no operation ${what}.`);
