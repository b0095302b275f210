/** Crash tests: `CARREL_FAULT_POINT=provision:clone:do:after` ends this process at that point as kill -9 would. For tests alone. */
import type { FaultPoint } from '../engine/saga.ts';

/** A fault point of the environment, or undefined. A point named with `@N` strikes at its Nth passing. */
export function faultFrom(env: NodeJS.ProcessEnv): FaultPoint | undefined {
  const wanted = env.CARREL_FAULT_POINT;
  if (!wanted) return undefined;
  const [point, nth] = wanted.split('@');
  let left = Number(nth ?? 1);
  return (at) => {
    if (at === point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
