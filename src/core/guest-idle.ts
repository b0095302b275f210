/** Since when nobody has used a guest, as the guest itself tells: by an exit code, which is all that VMware's guest operations tell of a program. */

import { quote } from './guest-scripts.ts';

/** Exit codes from here on are an answer, below they are failures; 126 and 127 are the shell's own. */
const FIRST = 64;
const LAST = 125;
/** The first step, in seconds; each further one is a quarter longer: 61 of them reach beyond a year. */
const STEP_S = 60;

/**
 * How long nobody has used the guest at least, in milliseconds, as a look that ended with this code saw; undefined where it is no such code. Less
 * than a minute is none; of more up to a fifth is left out.
 */
export function idleOf(exitCode: number): number | undefined {
  if (exitCode < FIRST || exitCode > LAST) return undefined;
  if (exitCode === FIRST) return 0;
  let step = STEP_S;
  for (let code = FIRST + 1; code < exitCode; code++) step += Math.floor(step / 4);
  return step * 1000;
}

/** Where a simulated guest, whose shell runs no such program, says how a look at it ends: somebody is there if there is such a file. */
export const SIMULATED_USER = '/etc/vsim-user';

/**
 * The look, for a POSIX shell as root; ends as {@link idleOf} reads it. Somebody is there who typed at a terminal (its time of access: what `w` shows
 * as idle), whose desktop says that it is not idle (logind), or who holds an SSH connection without a terminal, as an editor does; `own` is
 * an account whose connections are Carrel's. Programs that run by themselves are nobody. `root` is where the system's files lie.
 */
export function idleScript(own: string, root = ''): string {
  return `sh -c ${quote(LOOK)} idle ${quote(own)} ${quote(root)}`;
}

const LOOK = String.raw`# simulated: test -f ${SIMULATED_USER} && exit ${FIRST} || exit ${LAST}
own=$1 root=$2
now=$(date +%s) last=0
later() { [ -z "$1" ] || [ "$1" -le "$last" ] || last=$1; }
for tty in $root/dev/pts/[0-9]* $root/dev/tty[1-9]* $root/dev/ttyS[0-9]* $root/dev/hvc[0-9]*; do
  later "$(stat -c %X "$tty" 2>/dev/null)"
done
if cat $root/proc/[0-9]*/cmdline 2>/dev/null | tr '\000' '\n' | grep -E '^sshd(-session)?: [^ ]*@notty' | grep -qvE "^sshd(-session)?: $own@"; then
  last=$now
fi
if command -v loginctl >/dev/null 2>&1; then
  for session in $(loginctl list-sessions --no-legend 2>/dev/null | awk '{print $1}'); do
    said=$(loginctl show-session "$session" -p Type -p Class -p IdleHint -p IdleSinceHint 2>/dev/null) || continue
    case $said in *Type=x11* | *Type=wayland* | *Type=mir*) ;; *) continue ;; esac
    case $said in *Class=user*) ;; *) continue ;; esac
    case $said in
      *IdleHint=no*) last=$now ;;
      *) later "$(printf '%s\n' "$said" | sed -n 's/^IdleSinceHint=\([0-9]*\)[0-9]\{6\}$/\1/p')" ;;
    esac
  done
fi
idle=$((now - last)) code=${FIRST} step=${STEP_S}
while [ "$idle" -ge "$step" ] && [ "$code" -lt ${LAST} ]; do
  code=$((code + 1)) step=$((step + step / 4))
done
exit "$code"`;
