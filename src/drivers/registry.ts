import type { CapacityLimits } from '../core/capacity.ts';
import type { Driver } from '../driver/index.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { StreamConverter } from '../qemu/stream-converter.ts';
import { toolsWithBuilt } from './qemu/image-tools.ts';
import { QemuDriver } from './qemu/index.ts';
import { VSphereDriver, type VSphereProviderOptions } from './vsphere/index.ts';

export { acceptRestored } from './qemu/restored.ts';
export { writtenOffDriver } from './written-off.ts';
export { certificateOf } from './vsphere/index.ts';

export interface DriverConfig {
  kind: string;
  dataDir: string;
  installationId: string;
  log: Logger;
  /** Limits that the operator set; what is left out is found out on the host. */
  limits: Partial<CapacityLimits>;
  /** Largest disk of an image that is brought, in bytes; kind `qemu`. */
  maxImageBytes?: number | undefined;
  /** What the keys of Carrel's accounts in guests are made from, 32 bytes; kind `qemu`. */
  machineSecret?: Buffer | undefined;
  /** A folder with the starter image as it was built before, in place of its recipe; for tests, kind `qemu`. */
  builtStarter?: string | undefined;
  /** Where the endpoint is and what of it may be used; kinds `vcenter` and `esxi`. */
  vsphere?: Omit<VSphereProviderOptions, 'kind' | 'installationId' | 'log' | 'capacity'> | undefined;
}

/** Looks at an endpoint, beyond the port. Errors: `not-supported` (no endpoint). */
export function endpointOf(config: DriverConfig): Pick<VSphereDriver, 'check' | 'vms'> {
  const driver = makeDriver(config);
  if (driver instanceof VSphereDriver) return driver;
  throw new CarrelError('not-supported', `a provider of kind ${config.kind} has no endpoint`);
}

/** The one place where drivers are chosen by name. Errors: `not-supported`. */
export function makeDriver(config: DriverConfig): Driver {
  switch (config.kind) {
    case 'qemu':
      return new QemuDriver({ ...config, ...(config.builtStarter && { tools: toolsWithBuilt(config.builtStarter) }) });
    case 'vcenter':
    case 'esxi': {
      const { kind, installationId, log, limits, vsphere } = config;
      if (vsphere === undefined) throw new CarrelError('not-supported', `a provider of kind ${kind} needs an address and an account`);
      const converter = new StreamConverter({ dataDir: config.dataDir, maxImageBytes: config.maxImageBytes, log });
      return new VSphereDriver({ ...vsphere, kind, installationId, log, capacity: limits, converter });
    }
    default:
      throw new CarrelError('not-supported', `there is no driver for providers of kind ${config.kind}`);
  }
}
