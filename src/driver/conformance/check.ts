import { describeError, errorCode } from '../../lib/errors.ts';
import type { Bench } from './bench.ts';
import { Findings } from './findings.ts';

/** One rule of the port: what it asks, when it cannot be asked, and how. */
export interface Check {
  /** Short name, unique in the suite; sabotage tests name it. */
  id: string;
  /** The rule as a sentence. */
  title: string;
  /** Why the check cannot be run here, or undefined if it can. */
  skip?: (bench: Bench) => string | undefined;
  run: (bench: Bench, found: Findings) => Promise<void>;
}

/** Runs one check and clears up after it; gives what it found wrong, an empty list if the rule holds. */
export async function runCheck(bench: Bench, check: Check): Promise<string[]> {
  const found = new Findings();
  try {
    await check.run(bench, found);
  } catch (error) {
    found.list.push(`stopped by ${errorCode(error)}: ${describeError(error)}`);
  }
  await bench.tidy();
  return found.list;
}
