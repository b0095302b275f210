/** The programs that Carrel runs in guests, for a POSIX shell. Exit codes: 0 done, others the shell's. */
import { quote } from '../../../core/guest-scripts.ts';

/** Where a guest says its machine-id. */
export const MACHINE_ID_KEY = 'guestinfo.carrel.machine-id';
const TELL = `vmtoolsd --cmd "info-set ${MACHINE_ID_KEY} $(cat /etc/machine-id)"`;

/** Where a guest says which program has come to its end. */
export const DONE_KEY = 'guestinfo.carrel.done';

/**
 * The script, saying `mark` when its last command was done: so its end is seen by whoever watches the machine. Its exit code is the same; that of
 * the word counts for nothing, for a guest may have no `vmtoolsd` where a shell looks for it.
 */
export function tellingItsEnd(script: string, mark: string): string {
  return `${script} || exit\nvmtoolsd --cmd "info-set ${DONE_KEY} ${mark}" || true`;
}

/** Where host keys are, and the two places of a machine-id. */
const DROP_HOST_KEYS = "find /etc/ssh -name 'ssh_host_*' -delete";
const DROP_MACHINE_ID = 'rm -f /etc/machine-id /var/lib/dbus/machine-id';

/** Waits until cloud-init is through with all that it does at a boot, and says the machine-id. */
export function afterCloudInitScript(): string {
  return ['cloud-init status --wait >/dev/null 2>&1', TELL].join('\n');
}

/** Host keys, machine-id and host name of its own for a machine whose image has no cloud-init for that. */
export function identityScript(hostname: string | undefined): string {
  return [
    'set -e',
    DROP_HOST_KEYS,
    'ssh-keygen -A >/dev/null',
    DROP_MACHINE_ID,
    'systemd-machine-id-setup >/dev/null 2>&1',
    ...(hostname === undefined ? [] : [`hostnamectl set-hostname ${quote(hostname)}`]),
    'systemctl try-restart ssh sshd >/dev/null 2>&1 || true',
    TELL,
  ].join('\n');
}

/**
 * Brings a guest to the point where only an identity is missing: what must never be the same in two instant clones is gone from its disk, and the
 * SSH server, which has host keys in its memory, is stopped. What is still to be written is written.
 */
export function beforeFreezeScript(): string {
  return [
    'cloud-init status --wait >/dev/null 2>&1',
    'set -e',
    'systemctl stop ssh.socket ssh sshd >/dev/null 2>&1 || true',
    DROP_HOST_KEYS,
    DROP_MACHINE_ID,
    'rm -f /var/lib/systemd/random-seed',
    'sync',
  ].join('\n');
}

/** The processors stand still at this: what comes after it runs in each clone. */
export function freezeScript(): string {
  return 'vmware-rpctool "instantclone.freeze"';
}

/** What an instant clone is to become. */
export interface OwnIdentity {
  hostname: string | undefined;
  /** Addresses of its parent's cards and of its own, in the same order: network configuration may name cards by them. */
  cards: readonly { was: string; is: string }[];
  /** The account that Carrel gets in by, and the crypt(3) hash of its password in this machine; absent where all machines have the same. */
  account?: { user: string; hash: string } | undefined;
}

/**
 * Gives an instant clone what is its own: cards that know their new addresses (a driver keeps the one that it began with), host keys,
 * machine-id, host name, the password of Carrel's account, addresses. May be run again after it was cut off; the password comes last but for the
 * machine-id that is told, so that until then the parent's lets us in.
 */
export function instantIdentityScript({ hostname, cards, account }: OwnIdentity): string {
  const places = '/etc/netplan /etc/network /etc/systemd/network /etc/NetworkManager /etc/sysconfig /etc/udev/rules.d';
  const drivers = ['vmxnet3', 'e1000e', 'e1000'];
  const managers = ['systemd-networkd', 'NetworkManager', 'networking'];
  return [
    'set -e',
    ...cards.map(({ was, is }) => `find ${places} -type f -exec sed -i 's/${was}/${is}/gI' {} + >/dev/null 2>&1 || true`),
    'netplan generate >/dev/null 2>&1 || true',
    ...drivers.map((name) => `modprobe -r ${name} >/dev/null 2>&1 && modprobe ${name} >/dev/null 2>&1 || true`),
    DROP_HOST_KEYS,
    'ssh-keygen -A >/dev/null',
    DROP_MACHINE_ID,
    'systemd-machine-id-setup >/dev/null 2>&1',
    ...(hostname === undefined ? [] : [`hostnamectl set-hostname ${quote(hostname)}`]),
    ...managers.map((name) => `systemctl is-active --quiet ${name} && systemctl restart ${name} >/dev/null 2>&1 || true`),
    'systemctl start ssh.socket >/dev/null 2>&1 || systemctl start ssh >/dev/null 2>&1 || systemctl start sshd >/dev/null 2>&1 || true',
    ...(account === undefined ? [] : [`usermod -p ${quote(account.hash)} ${quote(account.user)}`]),
    'sync',
    TELL,
  ].join('\n');
}
