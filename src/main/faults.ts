/**
 * Crash tests: a process with `CARREL_FAULT_FILE` ends as kill -9 would at the point that this file names, such as
 * `provision:clone:do:after`, and takes the file away before. It may be written while the process runs. For tests alone.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { FaultPoint } from '../engine/saga.ts';

/** A fault point of the environment, or undefined. */
export function faultFrom(env: NodeJS.ProcessEnv): FaultPoint | undefined {
  const file = env.CARREL_FAULT_FILE;
  if (!file) return undefined;
  return (at) => {
    if (wanted(file) !== at) return;
    rmSync(file);
    process.kill(process.pid, 'SIGKILL');
  };
}

function wanted(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
