import type { Check } from './check.ts';
import { CLONE_CHECKS } from './clones.ts';
import { DESTROY_CHECKS } from './destroy.ts';
import { GOLDEN_CHECKS } from './golden.ts';
import { GUEST_CHECKS } from './guest.ts';
import { LIFECYCLE_CHECKS } from './lifecycle.ts';
import { MASTER_CHECKS } from './masters.ts';
import { OWNERSHIP_CHECKS } from './ownership.ts';
import { POWER_CHECKS } from './power.ts';
import { SERIAL_CHECKS } from './serial.ts';
import { RELOCATE_CHECKS } from './relocate.ts';
import { RESEAL_CHECKS } from './reseal.ts';
import { UNLINK_CHECKS } from './unlink.ts';

/** All rules of the port by theme, in the order in which they run; the last two look back over everything before them. */
export const SUITE: Readonly<Record<string, readonly Check[]>> = {
  masters: [...MASTER_CHECKS, ...RESEAL_CHECKS],
  clones: CLONE_CHECKS,
  guests: GUEST_CHECKS,
  'golden disks': GOLDEN_CHECKS,
  power: POWER_CHECKS,
  serial: SERIAL_CHECKS,
  'off its master': UNLINK_CHECKS,
  'to another datastore': RELOCATE_CHECKS,
  destroy: DESTROY_CHECKS,
  ownership: OWNERSHIP_CHECKS,
  'the whole': LIFECYCLE_CHECKS,
};
