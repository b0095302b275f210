import type { Driver } from '../driver/index.ts';
import { CarrelError } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { QemuDriver } from './qemu/index.ts';

export interface DriverConfig {
  kind: string;
  dataDir: string;
  installationId: string;
  log: Logger;
  /** Limits that the operator set; what is left out is found out on the host. */
  limits: { machines?: number; memoryMiB?: number; vcpus?: number };
}

/** The one place where drivers are chosen by name. Errors: `not-supported`. */
export function makeDriver(config: DriverConfig): Driver {
  switch (config.kind) {
    case 'qemu':
      return new QemuDriver(config);
    default:
      throw new CarrelError('not-supported', `there is no driver for providers of kind ${config.kind}`);
  }
}
