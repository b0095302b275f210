import { describe, expect, test } from 'vitest';
import { Bench } from '../../driver/conformance/bench.ts';
import { type Check, runCheck } from '../../driver/conformance/check.ts';
import { SUITE } from '../../driver/conformance/suite.ts';
import type { Capabilities } from '../../driver/driver.ts';
import { makeFakeHarness } from './harness.ts';
import { SABOTAGES, type Sabotage, sabotaged } from './sabotage.ts';

/** Which checks of the suite must fail over a driver that breaks that promise. */
const CAUGHT_BY: Readonly<Record<Sabotage, readonly string[]>> = {
  'prepare-wrong-hash': ['master-sealed'],
  'prepare-makes-another': ['master-idempotent'],
  'prepare-seals-half': ['master-broken-off'],
  'prepare-leaks': ['master-fails', 'master-broken-off'],
  'prepare-takes-anything': ['master-bad-source'],
  'verify-believes': ['master-change-found'],
  'runs-on-master': ['golden-writes'],
  'capture-keeps-parent': ['capture-stopped', 'capture-running'],
  'capture-stops-machine': ['capture-running'],
  'capture-refuses-running': ['capture-running'],
  'capture-keeps-secrets': ['capture-clean'],
  'capture-seals-half': ['capture-broken-off'],
  'capture-leaks': ['capture-fails'],
  'disk-size-ignored': ['clone-disk-size'],
  'linked-is-full': ['clone-modes'],
  'leaf-is-master': ['clone-modes'],
  'leaf-elsewhere': ['clone-modes'],
  'foreign-parent': ['clone-modes'],
  'full-has-parent': ['clone-modes'],
  'instant-is-full': ['clone-modes'],
  'unlisted-modes-work': ['clone-unlisted-modes'],
  'linked-without-a-word': ['clone-unlisted-modes'],
  'clone-resets': ['clone-idempotent'],
  'clone-ignores-spec': ['clone-other-spec'],
  'clone-races': ['clone-at-once'],
  'clone-keeps-half': ['clone-broken-off', 'clone-fails'],
  'clone-leaks-when-broken-off': ['clone-broken-off'],
  'read-back-guesses': ['clone-read-back'],
  'no-gate': ['power-gate'],
  'power-not-idempotent': ['power-on-off'],
  'always-ailing': ['power-on-off'],
  'power-takes-anything': ['power-wrong-state'],
  'suspend-powers-off': ['power-suspend'],
  'reset-powers-off': ['power-reset'],
  'shutdown-ignored': ['power-shutdown'],
  'console-of-nothing': ['console'],
  'screenshot-of-nothing': ['screenshot'],
  'serial-console-of-nothing': ['serial-console'],
  'serial-console-deaf': ['serial-console'],
  'serial-console-for-one': ['serial-console'],
  'revert-does-nothing': ['checkpoint-delete'],
  'delete-checkpoint-does-nothing': ['checkpoint-delete'],
  'delete-checkpoint-goes-back': ['checkpoint-delete'],
  'checkpoint-twice': ['checkpoint-list'],
  'checkpoints-unlisted-work': ['checkpoint-unlisted'],
  'unlink-does-nothing': ['unlink'],
  'unlink-loses-content': ['unlink'],
  'unlink-stops-machine': ['unlink-refused'],
  'unlink-leaks-when-broken-off': ['unlink-broken-off'],
  'relocate-does-nothing': ['relocate'],
  'relocate-leaks-when-broken-off': ['relocate-broken-off'],
  'reseal-believes': ['reseal'],
  'reseal-asks-nobody': ['reseal'],
  'reseal-unseals-when-broken-off': ['reseal-broken-off'],
  'unlink-unlisted-works': ['unlink-unlisted'],
  'same-identity': ['guest-identity', 'guest-identity-instant'],
  'ready-changes': ['guest-ready'],
  'guest-of-stopped': ['guest-off'],
  'handover-adds': ['guest-handover'],
  'handover-once': ['guest-handover-twice'],
  'deaf-ready': ['abort-waiting'],
  'ignores-abort': ['abort-before'],
  'open-errors': ['closed-errors'],
  'wrong-retry': ['closed-errors'],
  'unknown-is-fine': ['unknown-ids'],
  'touches-foreign': ['foreign-untouched'],
  'hides-foreign': ['inventory', 'lineage-all'],
  'claims-foreign': ['inventory'],
  'silent-watch': ['watch'],
  'watch-never-ends': ['watch'],
  nowhere: ['whereabouts'],
  'room-in-fractions': ['room'],
  'destroy-takes-parent': ['destroy-proof'],
  'destroy-hides-parent-loss': ['destroy-proof'],
  'destroy-touches-parent': ['destroy-proof'],
  'destroy-leaves-disks': ['destroy-proof', 'nothing-left'],
  'destroy-only-once': ['destroy-proof'],
  'destroy-only-off': ['destroy-in-every-state'],
  'destroy-forgets-when-broken-off': ['destroy-broken-off'],
  'destroy-takes-siblings': ['destroy-siblings'],
  'destroy-ignores-children': ['destroy-child-on-leaf'],
  'remove-ignores-children': ['master-remove-children'],
  'remove-ignores-foreign': ['master-remove-foreign-children'],
  'remove-only-once': ['master-remove'],
  'remove-leaves-disks': ['master-remove'],
  'sweep-takes-anything': ['sweep-foreign'],
  'sweep-does-nothing': ['sweep-own'],
  'forgets-on-restart': ['restart'],
  'close-stops-machines': ['close'],
};

const CHECKS = new Map<string, Check>(
  Object.values(SUITE)
    .flat()
    .map((check) => [check.id, check]),
);
/** Checks of what is refused need a driver that lists less. */
const LITTLE: Partial<Capabilities> = { cloneModes: ['linked'], instantElseLinked: true, checkpoints: false, unlink: false };
/** What never comes need not be waited for long; what the honest driver does has all the time it takes. */
const SHORT = { verbMs: 300, masterMs: 300, guestMs: 200, abortMs: 100 };

async function violations(id: string, ...kinds: Sabotage[]): Promise<string[]> {
  const check = CHECKS.get(id) as Check;
  const harness = await makeFakeHarness({
    wrap: (driver) => sabotaged(driver, ...kinds),
    capabilities: id.includes('unlisted') ? LITTLE : {},
    ...(kinds.length > 0 ? { timeouts: SHORT } : {}),
  });
  const bench = new Bench(harness);
  expect(check.skip?.(bench)).toBeUndefined();
  const found = await runCheck(bench, check);
  await harness.dispose();
  return found;
}

describe('the conformance suite has teeth', () => {
  for (const [kind, ids] of Object.entries(CAUGHT_BY) as [Sabotage, readonly string[]][]) {
    test(`${kind}: ${SABOTAGES[kind].means}`, async () => {
      for (const id of ids) {
        expect(await violations(id), `${id} over the honest driver`).toEqual([]);
        expect(await violations(id, kind), `${id} over ${kind}`).not.toEqual([]);
      }
    });
  }

  test('each check fails over some sabotage', () => {
    const caught = new Set(Object.values(CAUGHT_BY).flat());
    expect([...CHECKS.keys()].filter((id) => !caught.has(id))).toEqual([]);
    expect(CHECKS.size).toBe(Object.values(SUITE).flat().length);
  });
});
