/**
 * Ways in which a driver can break its promises, each a thin layer over the honest fake. They exist so that tests can show
 * that the conformance suite, the engine's gate and the deletion proof catch each of them.
 */
import type { Driver } from '../../driver/driver.ts';
import type { FakeDriver } from './fake-driver.ts';
import { CLONE_SABOTAGES } from './sabotage-clones.ts';
import { MASTER_SABOTAGES } from './sabotage-masters.ts';
import { RELOCATE_SABOTAGES } from './sabotage-relocate.ts';
import { REMOVAL_SABOTAGES } from './sabotage-removals.ts';
import { RESEAL_SABOTAGES } from './sabotage-reseal.ts';
import { RUNNING_SABOTAGES } from './sabotage-running.ts';
import { UNLINK_SABOTAGES } from './sabotage-unlink.ts';
import { override, type SabotageEntry } from './sabotage-tools.ts';

export const SABOTAGES = {
  ...MASTER_SABOTAGES,
  ...CLONE_SABOTAGES,
  ...RUNNING_SABOTAGES,
  ...UNLINK_SABOTAGES,
  ...RELOCATE_SABOTAGES,
  ...RESEAL_SABOTAGES,
  ...REMOVAL_SABOTAGES,
};
export type Sabotage = keyof typeof SABOTAGES;

/** The driver with these promises broken, the last one outermost. */
export function sabotaged(driver: FakeDriver, ...kinds: readonly Sabotage[]): Driver {
  let inner: Driver = driver;
  for (const kind of kinds) {
    const entry: SabotageEntry = SABOTAGES[kind];
    inner = override(inner, entry.apply({ inner, world: driver.world, tag: driver.tag }));
  }
  return inner;
}
