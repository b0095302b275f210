import type { Capabilities } from '../../driver/index.ts';
import { CarrelError } from '../../lib/errors.ts';
import * as providers from '../../store/providers.ts';
import type { Db } from '../../store/schema.ts';
import type { EngineDeps } from '../deps.ts';

/** What a provider said it can do, also while it is down: its work waits. `unavailable` if it is disabled or never was open. */
export async function capabilitiesOf(deps: EngineDeps, db: Db, providerId: string): Promise<Capabilities> {
  const known = deps.capabilities.get(providerId);
  if (known) return known;
  const { name, state, stateReason, enabled, capabilities } = await providers.find(db, providerId);
  // Another server has it open, or had.
  if (enabled && capabilities !== null) return capabilities as Capabilities;
  throw new CarrelError('unavailable', `provider ${name} is ${state}: ${stateReason ?? 'it is not open on this server'}`, {
    hint: 'Choose another image, or ask an operator.',
    retry: 'later',
  });
}
