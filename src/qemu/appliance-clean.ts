/**
 * The part of the helper guest's program that cleans one tree of files, by scrub-list.ts: a root from within, as its system sees it, so that a link
 * leads where it led there; any other file system, which may be any part of one, from without.
 */
import { type Below, CLEANED, REDACTED_ACCOUNTS, REDACTED_SETTINGS } from './scrub-list.ts';

export const REPORT = 'CARREL-REPORT ';
export const LEFT = 'CARREL-LEFT ';

/** Lists that an author may leave in the image; lines are paths or patterns from the root. */
export const OWN_LIST = 'etc/carrel/capture-remove';

/** Where whoever makes an account in a guest for one machine leaves a file of its name. */
export const MADE_ACCOUNTS = 'var/lib/carrel/accounts';

const VERBS = { remove: 'drop', blank: 'blank', redact: 'redact', accounts: 'lock' } as const;

/** A pattern of whatever is in a folder: what a link there leads to was not meant. */
const isWhatever = (path: string): boolean => /(^|\/)(\*|\.\[!\.\]\*)$/.test(path);

/** A function that cleans below `$1` what the list names there. */
function cleaner(below: Below): string {
  const lines = CLEANED.filter((each) => each.below === below).flatMap((each) =>
    (['remove', 'blank', 'redact', 'accounts'] as const).flatMap((key) =>
      (each[key] ?? []).map((path) => `  ${VERBS[key]}${isWhatever(path) && key !== 'redact' ? '_here' : ''} "$1"/${path}`),
    ),
  );
  return `list_${below}() {\n${lines.join('\n')}\n}`;
}

/**
 * Functions for busybox's shell; `$tools` is the folder with its programs and /dev/zero. `scrub_root NAME` cleans `/`, `scrub_other TREE NAME DEVICE` a
 * tree that is no root.
 */
export const CLEANING = `
# Names of files may have spaces: what is expanded is cut at line ends alone.
IFS='
'
# One line, whatever a name of the disk has in it.
line() { printf '%s' "$1"; printf '%s' "$2" | tr -c ' -~' '?'; echo; }
say() { line '${REPORT}' "$1"; }
left() { line '${LEFT}' "$1"; say "$1"; }

# Files of a pattern; names that match nothing are skipped.
drop() { for each in "$@"; do follow "$each"; drop_here "$each"; done; }
drop_here() {
  for f in "$@"; do
    { [ -e "$f" ] || [ -L "$f" ]; } && ! spared "$f" || continue
    rm -rf "$f" && dropped=$((dropped + 1)) || stays "$f"
  done
}
# What stays all the same, where these functions clean the system that runs them.
spared() { false; }
# Where a name of the list is a link, what it leads to is meant. It may be a file that something expects.
follow() {
  [ -L "$1" ] && ! spared "$1" || return
  to=$(readlink -f "$1") || return
  case $to in "$top"/*) ;; *) return ;; esac
  if [ -f "$to" ]; then blank_here "$to"
  elif [ -d "$to" ] && [ -n "$(ls -A "$to")" ]; then stays "$to"; fi
}
# What could not be taken out, as a file that was made immutable; of many a few are named.
stays() {
  failed=$((failed + 1))
  [ $failed -le 3 ] && left "$tree: could not be taken out: \${1#$top}"
}
blank() { for each in "$@"; do follow "$each"; blank_here "$each"; done; }
blank_here() {
  for f in "$@"; do
    [ -s "$f" ] && [ -f "$f" ] && [ ! -L "$f" ] || continue
    true >"$f" && dropped=$((dropped + 1)) || stays "$f"
  done
}
redact() { for f in "$@"; do without settings "$f"; done; }
lock() { for f in "$@"; do without accounts "$f"; done; }
without() {
  f=$2
  [ -L "$f" ] && { f=$(readlink -f "$f") || return; case $f in "$top"/*) ;; *) return ;; esac; }
  [ -f "$f" ] || return
  # What was not read to its end would be written back cut short.
  sed -E -f $tools/$1.sed "$f" >$tools/redacted || { stays "$f"; return; }
  cmp -s "$f" $tools/redacted && return
  cat $tools/redacted >"$f" && dropped=$((dropped + 1)) || stays "$f"
}

${(['home', 'root', 'boot', 'var', 'log'] as const).map(cleaner).join('\n')}

# A folder that may be somebody's home: one without a hidden file is none.
home() {
  set -- "$1" "$1"/.[!.]*
  [ -e "$2" ] || return
  list_home "$1"
  for p in $(cat $tools/key-files); do drop "$1"/$p; done
  for f in "$1"/.ssh/* "$1"/.ssh/.[!.]* "$1"/*.pem "$1"/*.key "$1"/*.ppk; do
    [ -f "$f" ] && head -c 4096 "$f" | grep -qE 'PRIVATE KEY|PuTTY-User-Key-File' && drop "$f"
  done
}
log() { list_log "$1"; }
var() { list_var "$1"; log "$1"/log; }

# Where sshd of a root is told to look for keys that let people in.
key_files() {
  cat \${1:-}/etc/ssh/sshd_config \${1:-}/etc/ssh/sshd_config.d/*.conf |
    sed -n 's/^[[:space:]]*[Aa]uthorized[Kk]eys[Ff]ile[[:space:]]*//p' | tr -s ' \\t' '\\n' | sed 's/%[uhUi]/*/g' | grep -v '\\.\\.' | grep -v '^none$'
}
sshd_keys() { for p in $(key_files "$1" | grep '^/'); do for f in "$1"$p; do [ -f "$f" ] && drop "$f"; done; done; }

own_list() {
  [ -f "$1"/${OWN_LIST} ] || return
  while read -r p; do
    case $p in
    ''|'#'*) ;;
    *..*|[!/]*) say "$2: a line of /${OWN_LIST} is no path from the root: $p" ;;
    /) ;;
    *) drop "$1"$p ;;
    esac
  done <"$1"/${OWN_LIST}
}

has() { dd if="$1" bs=512 skip=$2 count=8 | tr -c ' -~' '\\n' | grep -q "$3"; }
# Swap, also of a guest that was put to sleep in it, keeps its first page, by which it is known, and is plain swap again.
is_swap() { case $(dd if="$1" bs=1 skip=4086 count=10 | tr -c ' -~' '?') in SWAPSPACE2|S1SUSPEND*|ULSUSPEND*) ;; *) false ;; esac; }
plain_swap() { printf SWAPSPACE2 | dd of="$1" bs=1 seek=4086 conv=notrunc; }
# $3 sectors of 512 bytes of $1 from $2 on become zeros, and are so on the disk.
zeros() {
  [ $3 -gt 0 ] || return 0
  edge=$(((2048 - $2 % 2048) % 2048))
  [ $edge -lt $3 ] || edge=$3
  whole=$((($3 - edge) / 2048))
  rest=$(($3 - edge - whole * 2048))
  fill "$1" 512 $2 $edge && fill "$1" 1048576 $((($2 + edge) / 2048)) $whole && fill "$1" 512 $(($2 + edge + whole * 2048)) $rest
}
fill() { [ $4 -eq 0 ] || dd if=$tools/zero of="$1" bs=$2 seek=$3 count=$4 conv=notrunc,fsync; }
swap_file() {
  set -- "$(readlink -f "$1")"
  [ -f "$1" ] && is_swap "$1" || return
  plain_swap "$1" && zeros "$1" 8 $(($(stat -c %s "$1") / 512 - 8)) && dropped=$((dropped + 1)) || stays "$1"
}
# A discard passes over pieces of 4096 bytes that it covers in part, as the last one may be.
swap_device() {
  size=$(blockdev --getsz "$1")
  dd if="$1" of=$tools/head bs=4096 count=1 && plain_swap $tools/head &&
    { { ! astray "$1" && blkdiscard "$1" && zeros "$1" $((size / 8 * 8)) $((size % 8)); } || zeros "$1" 8 $((size - 8)); } &&
    dd if=$tools/head of="$1" bs=4096 conv=notrunc,fsync
}

# The first link on the way to $1 that leads nowhere here.
astray_at() {
  way=
  for part in $(echo "$1" | tr / '\\n'); do
    way=$way/$part
    [ -L "$way" ] && [ ! -e "$way" ] && { echo "$way"; return; }
  done
}
begin() { dropped=0; failed=0; top=$1; tree=$2; }
# Accounts that were made for who had the machine: entries, memberships, and homes that are theirs alone.
made_accounts() {
  for m in "$top"/${MADE_ACCOUNTS}/*; do
    u=\${m##*/}
    case $u in root|*[!A-Za-z0-9_.-]*) continue ;; esac
    name=$(echo "$u" | sed 's/[.]/[.]/g')
    h=$(grep "^$name:" "$top"/etc/passwd | cut -d: -f6)
    printf '%s\\n' "/^$name:/d" >$tools/gone.sed
    printf '%s\\n' "/^$name:/d" "s/,$name(,|$)/\\1/g" "s/:$name(,|$)/:/" >$tools/members.sed
    for f in "$top"/etc/passwd* "$top"/etc/shadow* "$top"/etc/subuid* "$top"/etc/subgid*; do without gone "$f"; done
    for f in "$top"/etc/group* "$top"/etc/gshadow*; do without members "$f"; done
    case $h in *..*) ;; /*/"$u") cut -d: -f6 "$top"/etc/passwd | grep -qxF "$h" || drop_here "$top$h" ;; esac
  done
}
# $2 is where the root lies: nothing for one that this shell is in.
scrub_root() {
  begin "\${2:-}" "$1"
  made_accounts
  homes=$( { echo /root; cut -d: -f6 "$top"/etc/passwd; } | grep '^/..' | grep -v '\\.\\.' | sort -u | sed "s,^,$top,")
  sshd_keys "$top"
  list_root "$top"
  for h in "$top"/boot "$top"/efi "$top"/boot/efi; do list_boot "$h"; done
  for h in $homes "$top"/home/*; do [ -d "$h" ] && home "$h"; done
  for h in $(for h in $homes "$top"/home; do astray_at "$h"; done | grep -v "^$top/var/run\\|^$top/run\\|^$top/dev\\|^$top/proc" | sort -u); do
    left "$tree: \${h#$top} leads to $(readlink "$h"), which was not found on this disk"
  done
  var "$top"/var
  for f in $( { sed -n 's/^What=//p' "$top"/etc/systemd/system/*.swap; grep -E '^[[:space:]]*/[^[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap' "$top"/etc/fstab; } | tr -s ' \\t' '\\n' | grep '^/' | grep -v '^/dev/\\|\\.\\.') /swapfile /swap.img; do
    swap_file "$top$f"
  done
  own_list "$top" "$tree"
  # A list of its author's may have taken the tools as well.
  [ -x $tools/bin/busybox ] || return
  say "$tree: a Linux root; removed $dropped files and folders of one machine or person"
}
scrub_other() {
  begin "$1" "$2"
  for h in "$1" "$1"/* "$1"/*/* $(find "$1" -mindepth 4 -xdev -type d -name .ssh | sed 's,/[^/]*$,,'); do [ -d "$h" ] && [ ! -L "$h" ] && home "$h"; done
  if [ -d "$1"/log ] || [ -d "$1"/spool ]; then var "$1"; fi
  if [ -e "$1"/wtmp ] || [ -d "$1"/journal ] || [ -e "$1"/syslog ] || [ -e "$1"/messages ]; then log "$1"; fi
  for h in "$1" "$1"/efi; do list_boot "$h"; done
  grep -qxF "$3" $tools/tmp-devices && drop_here "$1"/* "$1"/.[!.]*
  say "$tree: no root; removed $dropped files and folders of one machine or person"
}
`;

/** Files of expressions for `sed -E`, by which {@link CLEANING} takes secrets out of lines. */
export const EXPRESSIONS: Readonly<Record<string, readonly string[]>> = { settings: REDACTED_SETTINGS, accounts: REDACTED_ACCOUNTS };
