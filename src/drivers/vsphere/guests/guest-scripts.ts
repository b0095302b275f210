/** The programs that Carrel runs in guests, for a POSIX shell. Exit codes: 0 done, others the shell's. */
import { quote } from '../../../core/guest-scripts.ts';

/** Where a guest says its machine-id. */
export const MACHINE_ID_KEY = 'guestinfo.carrel.machine-id';
const TELL = `vmtoolsd --cmd "info-set ${MACHINE_ID_KEY} $(cat /etc/machine-id)"`;

/** Waits until cloud-init is through with all that it does at a boot, and says the machine-id. */
export function afterCloudInitScript(): string {
  return ['cloud-init status --wait >/dev/null 2>&1', TELL].join('\n');
}

/** Host keys, machine-id and host name of its own for a machine whose image has no cloud-init for that. */
export function identityScript(hostname: string | undefined): string {
  return [
    'set -e',
    "find /etc/ssh -name 'ssh_host_*' -delete",
    'ssh-keygen -A >/dev/null',
    'rm -f /etc/machine-id /var/lib/dbus/machine-id',
    'systemd-machine-id-setup >/dev/null 2>&1',
    ...(hostname === undefined ? [] : [`hostnamectl set-hostname ${quote(hostname)}`]),
    'systemctl try-restart ssh sshd >/dev/null 2>&1 || true',
    TELL,
  ].join('\n');
}

/**
 * Removes what belongs to a person or to one machine, as the appliance does for QEMU: keys, hashes, histories, identities, logs. `keep` is the
 * account that runs this: locked, it could not ask how the script ended. Freed blocks are given back where the disk takes that.
 */
export function scrubScript(keep: string): string {
  const files = (places: string, which: string): string => `find ${places} ${which} -delete 2>/dev/null || true`;
  return [
    'cloud-init status --wait >/dev/null 2>&1',
    'set -e',
    `sed -i -E '/^${keep}:/!s/^([^:]*):[!]*[$][^:]*:/\\1:!:/' /etc/shadow`,
    'rm -f /etc/shadow-',
    "find /etc/ssh -name 'ssh_host_*' -delete",
    ...['authorized_keys*', 'id_*', 'known_hosts*'].map((name) => files('/root /home', `-path '*/.ssh/${name}'`)),
    ...['.*_history', '.lesshst', '.viminfo'].map((name) => files('/root /home', `-name '${name}'`)),
    'printf "" > /etc/machine-id',
    'rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed /var/lib/systemd/credential.secret',
    'rm -rf /var/lib/cloud',
    files('/var/lib/dhcp /var/lib/dhclient /var/lib/NetworkManager', "-name '*lease*'"),
    files('/var/log/journal', "-name '*.journal*'"),
    files('/var/log', "-name 'cloud-init*.log'"),
    ...['wtmp', 'btmp', 'lastlog', 'auth.log', 'syslog', 'messages'].map(
      (log) => `test ! -f /var/log/${log} || printf "" > /var/log/${log}`,
    ),
    'fstrim -a >/dev/null 2>&1 || true',
    'sync',
  ].join('\n');
}

/** Where a guest says that the account that cleaned it is locked. */
export const LOCKED_KEY = 'guestinfo.carrel.locked';

/** The last thing that cloud-init's account does in a machine: it locks itself. */
export function lockSelfScript(user: string): string {
  return ['set -e', `usermod -p '!' ${quote(user)}`, 'sync', `vmtoolsd --cmd "info-set ${LOCKED_KEY} yes"`].join('\n');
}
