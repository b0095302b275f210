/** What cleans a guest from within (promise 8), for a POSIX shell: the list and the functions are those by which disks of QEMU are cleaned. */
import { quote } from '../../../core/guest-scripts.ts';
import { CLEANING, EXPRESSIONS } from '../../../qemu/appliance-clean.ts';

/** Where a guest says that the account that cleaned it is locked. */
export const LOCKED_KEY = 'guestinfo.carrel.locked';

/** What the cleaning could not do, in its own words, while the system runs: this is memory. */
export const SAID = '/run/carrel-cleaning';

/** Exit code of a cleaning after which deleted data may still lie in free blocks (a thick disk, a datastore or controller without UNMAP). */
export const NOT_GIVEN_BACK = 75;

/** Rules of sudo that cloud-init wrote, which let its account in. */
const SUDO_RULES = '/etc/sudoers.d/90-cloud-init-users';

/**
 * Removes what belongs to a person or to one machine. `keep` is the account that runs this: locked or without its rights it could not ask how the
 * script ended, so its hash stays in passwd and shadow, and cloud-init's rules of sudo stay. Ends with another code than 0 where something of the
 * list could not be taken out, with {@link NOT_GIVEN_BACK} where all of it was and the disk does not take freed blocks back.
 */
export function scrubScript(keep: string): string {
  return [
    'cloud-init status --wait >/dev/null 2>&1',
    'set -e',
    // For the account that runs this, which is not always root.
    `printf '' >${SAID}; chmod 644 ${SAID}`,
    `sh -c ${quote(cleaningProgram(keep))} 2>${SAID}`,
    'sync',
    'fstrim -a >/dev/null 2>&1 || true',
    // By name it says whether it could; of all that are mounted those that cannot are passed over (fstrim(8)).
    `fstrim / >/dev/null 2>&1 || exit ${NOT_GIVEN_BACK}`,
  ].join('\n');
}

/** The program by itself. `root` is where the system lies: nothing for the one that it runs in. */
export function cleaningProgram(keep: string, root = ''): string {
  const files = { ...EXPRESSIONS, kept: [`/^${keep.replaceAll(/[^\w-]/g, String.raw`\$&`)}:/b`, ...(EXPRESSIONS['accounts'] ?? [])] };
  return [
    `# simulated: ${inShort(keep)}`,
    `root=${quote(root)}`,
    `tools=$(mktemp -d "$root"/run/carrel-clean.XXXXXX) && mkdir $tools/bin && ln -s /dev/zero $tools/zero || exit`,
    `trap 'rm -rf $tools' EXIT`,
    'printf "#!/bin/sh\\n" >$tools/bin/busybox; chmod +x $tools/bin/busybox',
    ...Object.entries(files).map(([name, lines]) => `cat >$tools/${name}.sed <<'END'\n${lines.join('\n')}\nEND`),
    CLEANING.replaceAll(/^ *#.*\n/gm, ''),
    LIVE,
  ].join('\n');
}

/** What differs in a system that runs: its /run is memory and others work by it, swap is given up first and is back with the next start. */
const LIVE = `
missed=0
left() { missed=1; echo "$1" >&2; }
say() { :; }
spared() { case $1 in "$root"/run/*|"$root"${SUDO_RULES}) ;; *) return 1 ;; esac; }
lock() { for f in "$@"; do case $f in "$root"/etc/passwd|"$root"/etc/shadow) without kept "$f" ;; *) without accounts "$f" ;; esac; done; }
astray() { true; }
swaps=$(sed -n 's,^\\(/[^[:space:]]*\\).*,\\1,p' "$root"/proc/swaps)
[ -z "$swaps" ] || swapoff -a || exit
for s in $swaps; do
  case $s in
  /dev/zram*) ;;
  /dev/*) swap_device "$s" || left "$s: swap, which could not be emptied" ;;
  *) swap_file "$root$s" ;;
  esac
done
key_files "$root" | grep -v '^/' >$tools/key-files
scrub_root 'this system' "$root"
[ -x $tools/bin/busybox ] || missed=1
exit $missed`;

/** The same in commands of one line: what comes of it in a simulated guest, whose shell has no functions. */
function inShort(keep: string): string {
  return [
    `sed -i -E '/^${keep}:/!s/^([^:]*):[!]*[$][^:]*:/\\1:!:/' /etc/shadow`,
    "find /etc/ssh -name 'ssh_host_*' -delete",
    ...['authorized_keys*', 'id_*', 'known_hosts*'].map((name) => `find /root /home -path '*/.ssh/${name}' -delete`),
    'printf "" > /etc/machine-id',
    'rm -f /var/lib/dbus/machine-id',
    'rm -rf /var/lib/cloud',
  ].join('; ');
}

/** The last thing that cloud-init's account does in a machine: it locks itself, and leaves neither its rights nor its hash in what usermod keeps of before. */
export function lockSelfScript(user: string): string {
  return [
    'set -e',
    `usermod -p '!' ${quote(user)}`,
    `rm -f ${SUDO_RULES} /etc/passwd- /etc/shadow-`,
    'sync',
    `vmtoolsd --cmd "info-set ${LOCKED_KEY} yes"`,
  ].join('\n');
}
