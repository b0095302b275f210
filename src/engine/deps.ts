import type { Capabilities, Driver } from '../driver/index.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Store } from '../store/db.ts';

/** What sagas and reconcilers may touch: the store, the drivers, and a clock and ids that tests can hold. */
export interface EngineDeps {
  store: Store;
  /** This server, for work on files that lie here; undefined where there is one alone. */
  serverId?: string | undefined;
  /** Open drivers by provider id. */
  drivers: ReadonlyMap<string, Driver>;
  /** What each open driver said it can do, by provider id. */
  capabilities: ReadonlyMap<string, Capabilities>;
  log: Logger;
  now(): Date;
  newId(): string;
}

/** The driver of a provider; `unavailable` (tried again later) while it is not open. */
export function driverOf(deps: Pick<EngineDeps, 'drivers'>, providerId: string): Driver {
  const driver = deps.drivers.get(providerId);
  if (driver) return driver;
  throw new CarrelError('unavailable', 'its provider is not open yet on the server that works on this; it goes on by itself when it is', {
    hint: 'See `carrel provider ls` for how providers are.',
    retry: 'later',
    details: { providerId },
  });
}
