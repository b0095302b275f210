import type { DriverErrorCode } from '../../driver/errors.ts';
import type { FakeState } from './state.ts';

export const FAKE_VERBS = [
  'inventory',
  'room',
  'prepareMaster',
  'verifyMaster',
  'resealMaster',
  'removeMaster',
  'clone',
  'readBack',
  'power',
  'checkpoint',
  'checkpoints',
  'revert',
  'deleteCheckpoint',
  'unlink',
  'relocate',
  'capture',
  'destroy',
  'sweep',
  'lineage',
  'guest.ready',
  'guest.address',
  'guest.handover',
  'guest.revoke',
  'guest.announce',
  'guest.idleFor',
  'console',
  'screenshot',
  'serialLog',
  'serialConsole',
] as const;
export type FakeVerb = (typeof FAKE_VERBS)[number];

/**
 * `before`: nothing has happened. `middle`: a half-made thing is left (for the reading verbs: half of the answer comes, with
 * `complete: false`). `after`: all has happened and the answer is lost.
 */
export type FaultPoint = 'before' | 'middle' | 'after';

export interface FaultRule {
  verb: FakeVerb;
  when: FaultPoint;
  /** How many calls it strikes; then the rule is used up. */
  count: number;
  /** A code of the closed list; `hang` = waits until the context ends; `kill` = SIGKILL to this very process. */
  error: DriverErrorCode | 'hang' | 'kill';
  /** Calls that pass before the first that is struck; 0 by default. */
  skip?: number | undefined;
  /** Only calls on this machine or revision. */
  id?: string | undefined;
}

/** Finds the rule that strikes here and uses it up by one; undefined if the call goes on. */
export function strike(state: FakeState, verb: FakeVerb, when: FaultPoint, id: string | undefined): FaultRule['error'] | undefined {
  for (const rule of state.faults) {
    if (rule.verb !== verb || rule.when !== when || (rule.id !== undefined && rule.id !== id)) continue;
    if (rule.skip !== undefined && rule.skip > 0) {
      rule.skip -= 1;
      continue;
    }
    rule.count -= 1;
    if (rule.count <= 0) state.faults = state.faults.filter((r) => r !== rule);
    return rule.error;
  }
  return undefined;
}
