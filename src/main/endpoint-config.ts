/** A provider's row as the options of its driver: the one place where its passwords are opened. */
import type { ProviderCheck } from '../contract/providers.ts';
import type { ProviderSecret } from '../core/provider.ts';
import type { DriverConfig } from '../drivers/registry.ts';
import type { ProviderReport } from '../drivers/vsphere/index.ts';
import type { Sealer } from '../engine/credentials.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Provider } from '../store/schema.ts';

/** Errors: `credential-unreadable`, `internal` (it is no endpoint). */
export function endpointConfig(
  row: Pick<Provider, 'id' | 'kind' | 'connection' | 'secret'>,
  sealer: Sealer,
): Pick<DriverConfig, 'kind' | 'limits' | 'vsphere'> {
  const { connection: c, secret: sealed } = row;
  if (c === null || sealed === null) throw new CarrelError('internal', `provider ${row.id} has no endpoint`);
  const secret = sealer.open<ProviderSecret>(row.id, sealed);
  return {
    kind: row.kind,
    limits: c.limits ?? {},
    vsphere: {
      url: c.url,
      credentials: { kind: 'password', username: c.username, password: secret.password },
      trust: c.trust,
      datacenter: c.datacenter,
      compute: c.compute,
      pool: c.pool,
      folder: c.folder,
      datastores: c.datastores,
      network: c.network,
      linkedStrategy: c.strategy,
      machineSecret: sealer.derive('guest accounts of machines'),
      guest: c.guestUser === undefined ? undefined : { user: c.guestUser, password: secret.guestPassword ?? '' },
    },
  };
}

/** The driver's report in the contract's shape: what is not known is left out. */
export function plainReport(report: ProviderReport): ProviderCheck {
  return JSON.parse(JSON.stringify(report)) as ProviderCheck;
}
