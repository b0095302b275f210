/** What in a guest keeps a person out who has the right credentials: an account that has expired, a shell that lets nobody in, an SSH server that forbids them. */
import { handoverScript, quote } from './guest-scripts.ts';

/** Each is one bit of the look's exit code, in this order. */
export const HINDRANCES = ['expired', 'shell', 'password', 'keys', 'barred'] as const;
export type Hindrance = (typeof HINDRANCES)[number];

/** Exit codes from here on are an answer, below they are failures; 126 and 127 are the shell's own. It is all that VMware's guest operations tell of a program. */
const SEEN = 64;

/** What a look that ended with this code saw; undefined where it is no such code, so that what was to be done before may have failed. */
export function hindrancesOf(exitCode: number): readonly Hindrance[] | undefined {
  if (exitCode === 0) return [];
  const bits = exitCode - SEEN;
  if (bits <= 0 || bits >= 1 << HINDRANCES.length) return undefined;
  return HINDRANCES.filter((_, i) => (bits & (1 << i)) !== 0);
}

const SAYS: Record<Hindrance, (user: string) => string> = {
  expired: (user) =>
    `in the guest ${user} or its password has expired, so that it is let in by nothing until somebody there renews it: chage -E -1 -M -1 ${user}`,
  shell: (user) => `in the guest ${user} has no shell that lets anybody in (usermod -s /bin/sh ${user} gives it one)`,
  password: (user) =>
    `the guest's SSH server takes no password of ${user} (PasswordAuthentication, PermitRootLogin): give it a key, with --key`,
  keys: () =>
    "the guest's SSH server takes no keys from ~/.ssh/authorized_keys (PubkeyAuthentication, AuthorizedKeysFile): use the password",
  barred: (user) => `the guest's SSH server lets ${user} in by nothing (PermitRootLogin, AllowUsers, DenyUsers, AllowGroups, DenyGroups)`,
};

/** For whoever is to go in as that account: what keeps them out, and the way round it. */
export const sayHindrance = (hindrance: Hindrance, user: string): string => SAYS[hindrance](user);

/**
 * The look, for a POSIX shell as root; says nothing, and ends as {@link hindrancesOf} reads it. What stands in the way of an account that Carrel made
 * (a file in `made` says so) is cleared. What cannot be looked at (there is no OpenSSH, or it is too old to say its settings) is no hindrance: of a
 * wrong alarm nobody has anything. `root` is where the system's files lie.
 */
export function lookScript(user: string, withKeys: boolean, made = '/var/lib/carrel/accounts', root = ''): string {
  return `sh -c ${quote(LOOK)} look ${quote(user)} ${withKeys ? 'keys' : 'none'} ${quote(made)} ${quote(root)}`;
}

/** Sets password and keys, then looks. */
export function handoverAndLook(given: { user: string; passwordHash: string; authorizedKeys: readonly string[] }): string {
  return `${handoverScript(given)}\n${lookScript(given.user, given.authorizedKeys.length > 0)}`;
}

/** Where a simulated guest, whose shell runs no such program, says how a look at it ends; see there. */
export const SIMULATED_EXPIRED = '/etc/vsim-expired';

const LOOK = `# simulated: test -f ${SIMULATED_EXPIRED} && exit ${SEEN + 1} || exit 0
u=$1 with=$2 own=$3/$1 root=$4 seen=0
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
mine() { [ -e "$own" ]; }
see() { seen=$((seen | $1)); }
today=$(($(date +%s) / 86400))
IFS=: read -r _ _ last _ max _ _ until _ <<END
$(grep "^$u:" "$root/etc/shadow" 2>/dev/null)
END
over() {
  [ -n "$until" ] && [ "$until" -ge 0 ] && [ "$until" -le "$today" ] && return
  [ "$last" = 0 ] && return
  [ -n "$last" ] && [ -n "$max" ] && [ "$max" -ge 0 ] && [ $((last + max)) -lt "$today" ]
}
if over 2>/dev/null; then
  mine && chage -E -1 -M -1 -d "$today" "$u" >/dev/null 2>&1 || see 1
fi
shell=$(getent passwd "$u" | cut -d: -f7)
listed() { ! grep -q '^[^#]*pam_shells' "$root/etc/pam.d/sshd" 2>/dev/null || grep -qx "$shell" "$root/etc/shells"; }
usable() {
  case $shell in '') return 0 ;; */nologin|*/false) return 1 ;; esac
  [ -x "$root$shell" ] && listed
}
if ! usable; then
  mine && usermod -s /bin/sh "$u" >/dev/null 2>&1 || see 2
fi
settings() { sshd -T -C "user=$u,host=localhost,addr=192.0.2.1" 2>/dev/null; }
says=$(settings) || { mkdir -p "$root/run/sshd" 2>/dev/null && says=$(settings); } || says=
set -f
values() { echo "$says" | sed -n "s/^$1 //p"; }
is() { values "$1" | grep -qx "$2"; }
one() {
  for name in $2; do for like in $1; do
    like=\${like%%@*}
    case $name in $like) return 0 ;; esac
  done; done
  return 1
}
lets() {
  [ -z "$(values "allow$1")" ] || one "$(values "allow$1")" "$2" || return
  [ -z "$(values "deny$1")" ] || ! one "$(values "deny$1" | tr ' ' '\\n' | grep -v @)" "$2"
}
if [ -n "$says" ]; then
  lets users "$u" && lets groups "$(id -nG "$u")" || see 16
  if [ "$(id -u "$u")" = 0 ]; then
    is permitrootlogin '\\(no\\|forced-commands-only\\)' && see 16
    is permitrootlogin '\\(without\\|prohibit\\)-password' && see 4
  fi
  if is passwordauthentication no; then
    is usepam yes && is '\\(kbdinteractive\\|challengeresponse\\)authentication' yes || see 4
  fi
  if [ $with = keys ]; then
    is pubkeyauthentication no && see 8
    [ -z "$(values authorizedkeysfile)" ] || values authorizedkeysfile | grep -q '\\.ssh/authorized_keys\\( \\|$\\)' || see 8
  fi
fi
[ $seen = 0 ] || exit $((${SEEN} + seen))`;
