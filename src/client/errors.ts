import type { Problem } from '../contract/problem.ts';

/** An answer of the server that says no, with what it said (RFC 9457). Match on `code`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.code;
    this.hint = problem.hint;
    this.details = problem.details ?? {};
    this.problem = problem;
  }
}

/** The server gave no answer: it is not running, or the way there is cut. The cause says which. */
export class UnreachableError extends Error {
  readonly code = 'unreachable';
  readonly url: string;

  constructor(url: string, cause: unknown) {
    super(`no answer from ${url}`, { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}

/** Reads an error answer; what is no problem document (a proxy's page) becomes one with code `internal`. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as Partial<Problem>;
    if (typeof body.code === 'string' && typeof body.detail === 'string') return body as Problem;
  } catch {
    // Not JSON: answered below.
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: response.status === 404 ? 'not-found' : 'internal',
    detail: `the answer (status ${response.status}) is not one of a Carrel server`,
    hint: 'Check the address of the server.',
  };
}
