/** How Carrel gets into a machine's guest: by an account of that machine's own, which cloud-init makes, or by the image's. */
import { createHmac } from 'node:crypto';
import { encrypt } from 'unixcrypt';
import { cloudConfig, OWN_IDENTITY } from '../../../core/cloud-init.ts';
import type { GuestProfile, RevisionProfile } from '../../../core/image.ts';
import { extraConfig, type OptionValue } from '../../../vsphere/index.ts';
import { isWindowsAccess, machinePassword } from './windows.ts';
import type { VSphereProviderOptions } from '../options.ts';

/** The account that cloud-init makes in each machine, with a password that no other machine has. */
const OPERATIONS = 'carrel-ops';

export interface Access {
  kind: NonNullable<GuestProfile['access']>;
  user: string;
  password: string;
}

/**
 * The account for guest operations in one machine; undefined where there is none. What the image says comes first; else the provider's guest
 * account if it has one, and cloud-init if it has not.
 */
export function accessOf(
  options: Pick<VSphereProviderOptions, 'guest' | 'machineSecret'>,
  profile: RevisionProfile | undefined,
  machineId: string,
): Access | undefined {
  const { guest, machineSecret } = options;
  const kind = profile?.guest.access ?? (guest === undefined ? 'cloud-init' : 'guest-operations');
  if (kind === 'guest-operations') return guest === undefined ? undefined : { kind, ...guest };
  if (machineSecret === undefined) return undefined;
  if (isWindowsAccess(kind)) return { kind, user: profile?.guest.user ?? '', password: machinePassword(machineSecret, machineId) };
  return { kind, user: OPERATIONS, password: derived(machineSecret, 'guest operations', machineId).toString('base64url') };
}

/**
 * cloud-init's user data for a machine: the account with its password's hash, host keys and a machine-id of its own. Always the same for the
 * same machine, so that a clone may be asked for twice. There is no secret in it that opens anything but this machine.
 */
export function userData(access: Access, secret: Buffer, machineId: string): string {
  return cloudConfig({
    users: [
      'default',
      {
        name: access.user,
        gecos: 'Carrel',
        shell: '/bin/sh',
        sudo: 'ALL=(ALL) NOPASSWD:ALL',
        // Not `passwd`: that one is left alone where the account is there already, as in an image that was captured.
        hashed_passwd: passwordHash(access, secret, machineId),
        lock_passwd: false,
      },
    ],
    ssh_pwauth: true,
    ...OWN_IDENTITY,
  });
}

/** crypt(3) SHA-512 of the account's password in that machine; always the same for the same machine. */
export function passwordHash(access: Access, secret: Buffer, machineId: string): string {
  const salt = derived(secret, 'salt', machineId).toString('base64').replaceAll('+', '.').slice(0, 16);
  return encrypt(access.password, `$6$rounds=1000$${salt}`);
}

/** The settings that take the user data away again. The instance's name stays: without it the next boot would be a first one. */
export function wipedUserData(): OptionValue[] {
  return extraConfig({ 'guestinfo.userdata': '', 'guestinfo.userdata.encoding': '' });
}

function derived(secret: Buffer, what: string, machineId: string): Buffer {
  return createHmac('sha256', secret).update(`${what}\0${machineId.toLowerCase()}`).digest();
}
