import { describeError, errorCode, isCode } from '../../lib/errors.ts';
import type { DriverErrorCode } from '../errors.ts';

/** Collects what a check found wrong, so that one run names every broken rule and not just the first. */
export class Findings {
  readonly list: string[] = [];

  must(holds: boolean, otherwise: string): void {
    if (!holds) this.list.push(otherwise);
  }

  same(actual: unknown, wanted: unknown, what: string): void {
    const [a, w] = [JSON.stringify(actual), JSON.stringify(wanted)];
    if (a !== w) this.list.push(`${what}: ${a}, wanted ${w}`);
  }

  /** The call must reject with one of these codes; gives the error. */
  async rejects(what: string, codes: readonly DriverErrorCode[], call: Promise<unknown>): Promise<unknown> {
    try {
      await call;
    } catch (error) {
      if (!isCode(error, ...codes)) {
        this.list.push(`${what}: rejected with ${errorCode(error)} (${describeError(error)}), wanted ${codes.join(' or ')}`);
      }
      return error;
    }
    this.list.push(`${what}: succeeded, wanted ${codes.join(' or ')}`);
    return undefined;
  }
}
