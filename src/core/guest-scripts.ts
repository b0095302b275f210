/** What Carrel runs in guests that it gets into without an agent of its own, for a POSIX shell as root. Exit codes: 0 done, others the shell's. */

/** One word for a POSIX shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The script as root: as it is for root, by sudo for another account, which must be allowed to use it without a password. */
export function asRoot(script: string): string {
  return `test "$(id -u)" = 0 || exec sudo -n /bin/sh -c ${quote(script)}\n${script}`;
}

/**
 * Sets password and keys; what was there is replaced. An account that is not there is made, and a file in `made` says so first: a capture takes such
 * accounts out. The hash goes from the shell itself to chpasswd by standard input: arguments of programs
 * can be read by everybody in the guest. VMware's guest operations take the script itself as an argument, so that it does not help there.
 */
export function handoverScript(
  given: { user: string; passwordHash: string; authorizedKeys: readonly string[] },
  made = '/var/lib/carrel/accounts',
): string {
  const { user, passwordHash, authorizedKeys } = given;
  const missing = 'id "$u" >/dev/null 2>&1 ||';
  const keys = authorizedKeys.map((key) => `${key}\n`).join('');
  return [
    'set -e',
    `u=${quote(user)}`,
    `${missing} mkdir -p ${made}`,
    `${missing} printf '' > ${made}/"$u"`,
    `${missing} useradd -m -s /bin/sh "$u"`,
    `printf '%s:%s\\n' "$u" ${quote(passwordHash)} | chpasswd -e`,
    'h=$(getent passwd "$u" | cut -d: -f6)',
    'g=$(id -g "$u")',
    'mkdir -p "$h/.ssh"',
    `printf %s ${quote(keys)} > "$h/.ssh/authorized_keys.new"`,
    'chmod 700 "$h/.ssh"',
    'chmod 600 "$h/.ssh/authorized_keys.new"',
    'chown -R "$u:$g" "$h/.ssh"',
    'mv "$h/.ssh/authorized_keys.new" "$h/.ssh/authorized_keys"',
  ].join('\n');
}

/**
 * Shows a line to whoever is logged in, by wall(1); where there is none, as in a busybox system, on every terminal of the kind that SSH opens.
 * Fails where nobody is.
 */
export function announceScript(text: string): string {
  const line = `printf '%s\\n' ${quote(text)}`;
  return `${line} | wall 2>/dev/null || ${line} | tee /dev/pts/[0-9]* >/dev/null`;
}

/**
 * The same in Windows: the program and its arguments. msg.exe shows a box to everybody who has a session, for ten minutes at most; Home editions have no
 * such program.
 */
export function windowsAnnouncement(text: string): { program: string; args: string } {
  return { program: 'C:\\Windows\\System32\\msg.exe', args: `* /TIME:600 "${text.replaceAll('"', "'")}"` };
}

/** Locks the password and takes the keys away; an account that is not there is no error. */
export function revokeScript(user: string): string {
  return [
    'set -e',
    `u=${quote(user)}`,
    'id "$u" >/dev/null 2>&1 || exit 0',
    `usermod -p '!' "$u"`,
    'h=$(getent passwd "$u" | cut -d: -f6)',
    'rm -f "$h/.ssh/authorized_keys"',
  ].join('\n');
}
