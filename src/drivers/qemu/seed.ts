import { cloudConfig, OWN_IDENTITY } from '../../core/cloud-init.ts';
import { iso9660 } from '../../qemu/iso9660.ts';
import { OPERATIONS } from './operations.ts';

/** What cloud-init's data source NoCloud looks for: a CD of this name with these files. */
const LABEL = 'cidata';

/** Where a guest keeps the host keys that its image came with, for as long as it is this instance; a capture removes it. */
export const ORIGIN_KEYS = '/var/lib/cloud/instance/carrel-origin-keys';
/** cloud-init makes new host keys later in the same boot. */
const KEEP_ORIGIN_KEYS = `cat /etc/ssh/ssh_host_*_key.pub > ${ORIGIN_KEYS} 2>/dev/null || true`;

export interface SeededMachine {
  machineId: string;
  hostname: string;
  /** Public key of Carrel's account in it, as in authorized_keys; without one there is no such account. */
  operationsKey?: string | undefined;
}

/**
 * cloud-init's files for one machine. A new instance with each machine, so that also an image that had booted before gets a host name, host
 * keys and a machine-id of the machine's own; the same at each boot of it, so that this happens once. There is no secret in them: of
 * Carrel's account only the public key. Its password is none; people's passwords are set later, so SSH takes them.
 */
export function seedFiles(machine: SeededMachine): { 'meta-data': string; 'user-data': string } {
  const meta = { 'instance-id': machine.machineId, 'local-hostname': machine.hostname };
  const user = {
    preserve_hostname: false,
    ...OWN_IDENTITY,
    ...(machine.operationsKey === undefined ? {} : operations(machine.operationsKey)),
    growpart: { mode: 'auto', devices: ['/'] },
    resize_rootfs: true,
  };
  return { 'meta-data': `${JSON.stringify(meta)}\n`, 'user-data': `${cloudConfig(user)}\n` };
}

/** Beside the image's own default account, which is named here or cloud-init would leave it out. */
function operations(publicKey: string): object {
  return {
    users: [
      'default',
      {
        name: OPERATIONS,
        gecos: 'Carrel',
        shell: '/bin/sh',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        lock_passwd: true,
        ssh_authorized_keys: [publicKey],
      },
    ],
    ssh_pwauth: true,
    bootcmd: [['cloud-init-per', 'instance', 'carrel-origin-keys', 'sh', '-c', KEEP_ORIGIN_KEYS], ...OWN_IDENTITY.bootcmd],
  };
}

/** The CD with them, as bytes. */
export function seedImage(machine: SeededMachine): Buffer {
  return iso9660(LABEL, seedFiles(machine));
}
