import { cloudConfig, OWN_IDENTITY } from '../../core/cloud-init.ts';
import { iso9660 } from '../../qemu/iso9660.ts';

/** What cloud-init's data source NoCloud looks for: a CD of this name with these files. */
const LABEL = 'cidata';

/**
 * cloud-init's files for one machine. A new instance with each machine, so that also an image that had booted before gets a host name, host
 * keys and a machine-id of the machine's own; the same at each boot of it, so that this happens once. There is no secret in them.
 */
export function seedFiles(machine: { machineId: string; hostname: string }): { 'meta-data': string; 'user-data': string } {
  const meta = { 'instance-id': machine.machineId, 'local-hostname': machine.hostname };
  const user = {
    preserve_hostname: false,
    ...OWN_IDENTITY,
    growpart: { mode: 'auto', devices: ['/'] },
    resize_rootfs: true,
  };
  return { 'meta-data': `${JSON.stringify(meta)}\n`, 'user-data': `${cloudConfig(user)}\n` };
}

/** The CD with them, as bytes. */
export function seedImage(machine: { machineId: string; hostname: string }): Buffer {
  return iso9660(LABEL, seedFiles(machine));
}
